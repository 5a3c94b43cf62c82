"""How soon a complete, cited answer stands among the ranked sentences of a library.

`python -m benchmarks.answers.first_sentences QUESTIONS --library DIR`: every answerable question of a set is asked, and
the sentences of what is retrieved are ranked in four ways. Counted is whether the evidence among the first 1, 3 or 5
sentences of a way says all key facts. 95% intervals from a bootstrap over questions. Each question is
judged as a whole here; the product looks for the parts of one that asks several things.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from benchmarks.answers.open_sets import interval
from evaluation.metrics.citations import citation_complete
from evaluation.questions import Question, read_questions
from rag.answering.candidates import candidates
from rag.answering.scoring import Reading, Signals, Words, signals, weighed
from rag.answering.selection import SHORTEST
from rag.models.reader import load_reader
from rag.questioning import worded_by_rules
from rag.retrieval import HybridRetriever
from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace

FIRST = (1, 3, 5)


def asked(workspace: Workspace, question: Question) -> tuple[Signals, list[str]]:
    """What is known of the sentences retrieved for a question, and the sentences."""
    worded = worded_by_rules(Inquiry(question=question.question, history=question.history))
    retriever = HybridRetriever(library=workspace.library, embedder=workspace.embedder, settings=workspace.settings)
    found = retriever.retrieve(worded.ways)
    index = workspace.library.index
    read = [
        s
        for s in candidates(found, workspace.library.cache, workspace.embedder.fingerprint)
        if not s.is_heading and len(s.text.split()) >= SHORTEST
    ]
    readings, sentences = [], []
    for rank, hit in enumerate(found.hits):
        some = [s for s in read if s.hit == rank]
        if some:
            texts, vectors = [s.text for s in some], np.stack([s.vector for s in some])
            title = found.texts[hit.chunk.version].title
            readings.append(Reading(title, texts, vectors, hit.scores.fused or 0.0, hit.scores.dense or 0.0))
            sentences += texts
    known = signals(worded.standalone, found.vectors, readings, Words(index.terms, index.rarity), load_reader())
    return known, sentences


def main() -> None:
    """Asks, counts and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--library", type=Path, required=True)
    args = parser.parse_args()
    hits: dict[tuple[str, int], list[float]] = defaultdict(list)
    with open_workspace(load_settings({"library": args.library})) as workspace:
        for question in read_questions(args.questions).questions:
            if not question.answerable:
                continue
            known, sentences = asked(workspace, question)
            assert known.evidence is not None
            ways = {
                "similarity": known.similar,
                "sum set by hand": known.plain,
                "reader alone": known.evidence,
                "sum and reader": weighed(known, question.question, sentences).scores,
            }
            for way, scores in ways.items():
                order = np.argsort(-scores, kind="stable")
                for k in FIRST:
                    told = [sentences[i] for i in order[:k]]
                    hits[way, k].append(float(bool(citation_complete(question, told, refused=False))))
    print("| way | " + " | ".join(f"first {k}" for k in FIRST) + " |\n|---|" + "---|" * len(FIRST))
    for way in dict.fromkeys(way for way, _ in hits):
        told = [np.array(hits[way, k]) for k in FIRST]
        shown = [interval(lambda some, t=t: float(t[some].mean()), len(t)) for t in told]  # type: ignore[misc]
        print(f"| {way} | " + " | ".join(shown) + " |", flush=True)


if __name__ == "__main__":
    main()
