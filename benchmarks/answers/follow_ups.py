"""Follow-up questions against human rewrites: `python -m benchmarks.answers.follow_ups DATA_DIR`.

For each turn that has turns before it, the rewrites of the whole set are a corpus, those of the same
conversation being the hard negatives: how often is the turn's own human rewrite first, or among the first five?

For the turns of MTRAG that were judged by people, the passages that were given for them are known: how many of a
turn's passages are among the first five of all turns' passages (dense and BM25, fused as in the product)?
"""

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.answers.open_sets import interval
from benchmarks.reader.gather import FETCH_K
from benchmarks.reader.vectors import VectorFile
from rag import fusion
from rag.conversation import standalone_question
from rag.library.lexical import LexicalIndex
from rag.models.embedder import load_embedder
from rag.schema import Inquiry, Turn
from rag.settings import load_settings

SETS = ("mtrag_rewrites/rewrites.jsonl", "train/rewrite_cast.jsonl", "train/rewrite_ikat.jsonl")


def turns(path: Path) -> Iterator[tuple[Inquiry, str]]:
    """Questions with their earlier turns, and the human rewrite of each."""
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        if row.get("personal"):  # its rewrite tells what only a user's profile says
            continue
        earlier = row["conversation_user_turns"][:-1] if "last_turn" in row else row["history"]
        history = tuple(Turn(question=said) for said in earlier if not said.startswith("[SYSTEM]"))
        if history:
            yield (
                Inquiry(question=row.get("last_turn") or row["question"], history=history),
                (row.get("human_rewrite") or row["rewrite"]),
            )


@dataclass(frozen=True)
class Judged:
    """A turn with turns before it, its human rewrite, and the passages that answer it."""

    inquiry: Inquiry
    rewrite: str
    passages: frozenset[str]


def judged(data: Path) -> tuple[list[Judged], list[str]]:
    """The judged turns that lean on earlier ones or not, and the passages of all."""
    rows = (data / "mtrag_human_judged/judged.jsonl").open(encoding="utf-8")
    tasks = {row["task_id"]: row for row in map(json.loads, rows)}
    asked = []
    for line in (data / SETS[0]).open(encoding="utf-8"):
        row = json.loads(line)
        passages = frozenset(tasks.get(row["id"], {}).get("contexts", ()))
        history = tuple(Turn(question=said) for said in row["conversation_user_turns"][:-1])
        if history and passages:
            asked.append(Judged(Inquiry(question=row["last_turn"], history=history), row["human_rewrite"], passages))
    return asked, sorted({passage for task in tasks.values() for passage in task["contexts"]})


def recalls_by_way(
    asked: Sequence[Judged], corpus: Sequence[str], vectors: VectorFile, weight: float
) -> dict[str, list[float]]:
    """Recall@5 of each turn's passages, by the way the turn is put."""
    ways: dict[str, list[tuple[str, ...]]] = {
        "raw": [(one.inquiry.question,) for one in asked],
        "expanded": [(standalone_question(one.inquiry),) for one in asked],
        "both, averaged": [(standalone_question(one.inquiry), one.inquiry.question) for one in asked],
        "human rewrite": [(one.rewrite,) for one in asked],
    }
    vectors.ensure([*corpus, *(text for put in ways.values() for texts in put for text in texts)])
    dense = vectors(corpus)
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder))
        index.add((i, str(i), passage) for i, passage in enumerate(corpus))

        def first_five(texts: tuple[str, ...]) -> set[str]:
            totals: defaultdict[int, float] = defaultdict(float)
            for text in texts:
                cosines = list(enumerate((dense @ vectors([text])[0]).tolist()))
                for i, score in fusion.convex(cosines, index.search(text, FETCH_K), weight):
                    totals[i] += score / len(texts)
            best = sorted(totals, key=lambda i: -totals[i])[:5]
            return {corpus[i] for i in best}

        return {
            way: [
                len(first_five(texts) & one.passages) / len(one.passages) for one, texts in zip(asked, put, strict=True)
            ]
            for way, put in ways.items()
        }


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    args = parser.parse_args()
    settings = load_settings()
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    asked_of, passages = judged(args.data)
    for way, recalls in recalls_by_way(asked_of, passages, vectors, settings.retrieval.dense_weight).items():
        some = np.array(recalls)
        told = interval(lambda at, some=some: float(some[at].mean()), len(some))  # type: ignore[misc]
        print(f"| passages ({len(passages)}) | {len(some)} | {way} | recall@5 | {told} |", flush=True)
    for name in SETS:
        asked = list(turns(args.data / name))
        rewrites = sorted({rewrite for _, rewrite in asked})
        own = np.array([rewrites.index(rewrite) for _, rewrite in asked])
        raw = [inquiry.question for inquiry, _ in asked]
        full = [standalone_question(inquiry) for inquiry, _ in asked]
        vectors.ensure([*rewrites, *raw, *full])
        corpus = vectors(rewrites)
        similar = {"raw": vectors(raw) @ corpus.T, "expanded": vectors(full) @ corpus.T}
        similar["both, averaged"] = (similar["raw"] + similar["expanded"]) / 2
        for way, scores in similar.items():
            rank = (scores > scores[np.arange(len(own)), own][:, None]).sum(axis=1)
            for k in (1, 5):
                found = (rank < k).astype(float)
                told = interval(lambda some, found=found: float(found[some].mean()), len(found))  # type: ignore[misc]
                print(f"| {name} | {len(own)} | {way} | recall@{k} | {told} |", flush=True)


if __name__ == "__main__":
    main()
