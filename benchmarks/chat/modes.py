"""What `best_of`, `rewrite` and `decompose` bring and cost, on the starter library's questions.

    python -m benchmarks.chat.modes drafts                             # a model that errs at a known rate
    python -m benchmarks.chat.modes wording gguf:/path/to/model.gguf   # a real model rewords the questions

`drafts` shows what drawing again does to spoilt sentences. `wording` shows, for follow-ups and questions of
several parts, how much of the evidence is among the passages when the model words the question for the retriever.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.chat.erring import ErringModel
from benchmarks.support import alter
from evaluation.evidence import Span, Texts, locate
from evaluation.metrics import evidence_ranking
from evaluation.questions import Question, read_questions
from evaluation.scoring import Scorer
from rag.answering.choice import load_answerer
from rag.chain import build_chain
from rag.models.spending import Spent
from rag.questioning import load_wording, worded_by_rules
from rag.retrieval import HybridRetriever
from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace, starter_manifest

QUESTIONS = Path(__file__).parents[2] / "sources" / "questions.jsonl"
ERRS = 0.3


def main() -> None:
    """Measures and prints one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["drafts", "wording"])
    parser.add_argument("model", nargs="?")
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--library", type=Path, help="one that has the starter library already")
    given = parser.parse_args()
    questions = [q for q in read_questions(QUESTIONS).questions if q.answerable]
    with starter_library(given.library) as workspace:
        if given.what == "drafts":
            chosen = [q for q in questions if not q.history]
            drafts(workspace, chosen[:: max(1, len(chosen) // given.questions)][: given.questions])
        else:
            wording(
                workspace, given.model, [q for q in questions if q.history or q.type in ("multi-hop", "comparison")]
            )


@contextmanager
def starter_library(made: Path | None) -> Iterator[Workspace]:
    """The starter library as it was made before, or in a folder of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_workspace(load_settings({"library": made or folder})) as workspace,
    ):
        if not made:
            workspace.sync(starter_manifest() or Path())
        yield workspace


def drafts(workspace: Workspace, questions: list[Question]) -> None:
    """Draws 1, 2, 3 and 5 answers of a model that spoils three sentences in ten."""
    references = {q.question: q.answer or "" for q in questions}
    names = [name for answer in references.values() for name in alter.names_in(answer)]
    scorer = Scorer(Texts.of(workspace.library))
    print(f"{len(questions)} questions, each sentence spoilt with probability {ERRS}")
    print("| drafts | sentences | called supported | spoilt | spoilt and not marked | correct and cited | tokens |")
    print("|---|---|---|---|---|---|---|")
    for n in (1, 2, 3, 5):
        model = ErringModel(references=references, names=names, errs=ERRS)
        overrides = {"library": workspace.settings.library, "chat": {"model": "test:erring", "best_of": n}}
        settings = load_settings(overrides)
        retriever = HybridRetriever(library=workspace.library, embedder=workspace.embedder, settings=settings)
        answerer = load_answerer(
            workspace.library, workspace.embedder, settings, partial(ErringModel.model_validate, model)
        )
        chain = build_chain(workspace.library, retriever, answerer, settings)
        answers = [chain.invoke(Inquiry(question=q.question)) for q in questions]
        said = [s for answer in answers for s in answer.statements]
        spoilt = [s for s in said if " ".join(s.text.split()) in model.spoilt]
        right = sum(
            bool(scorer.score(q, answer, 0).scores["correct_and_cited"])
            for q, answer in zip(questions, answers, strict=True)
        )
        tokens = sum(sum(answer.usage.values()) for answer in answers)
        print(
            f"| {n} | {len(said)} | {sum(s.supported for s in said) / len(said):.0%} | {len(spoilt) / len(said):.1%} "
            f"| {sum(s.supported for s in spoilt)} | {right / len(questions):.0%} | {tokens:,} |",
            flush=True,
        )


def wording(workspace: Workspace, model: str, questions: list[Question]) -> None:
    """How much of the evidence is found with the rules' wording, and with the model's."""
    texts = Texts.of(workspace.library)
    base = {"model": model, "context_tokens": 2048, "max_tokens": 60, "timeout": 300}
    print("| wording | questions | evidence in the passages | model's wording used | tokens | s a question |")
    print("|---|---|---|---|---|---|")
    for name, extra in (
        ("rules", {}),
        ("rewrite", {"rewrite": True}),
        ("decompose", {"decompose": True}),
    ):
        settings = load_settings({"library": workspace.settings.library, "chat": {**base, **extra}})
        retriever = HybridRetriever(library=workspace.library, embedder=workspace.embedder, settings=settings)
        word = load_wording(settings.chat) if extra else worded_by_rules
        some = [q for q in questions if bool(q.history) == (name == "rewrite")] if extra else questions
        began, used, spent = time.perf_counter(), 0, Spent()
        recalls: dict[bool, list[float]] = {True: [], False: []}
        for question in some:
            inquiry = Inquiry(question=question.question, history=question.history)
            worded = word(inquiry)
            used += worded.ways != worded_by_rules(inquiry).ways
            for call in worded.calls:
                spent.add(call.draft, call.messages, workspace.embedder.count_tokens)
            passages = retriever.retrieve(worded.ways, None).passages
            spans = [Span(p.source_id, p.start, p.end) for p in passages]
            evidence = [locate(quote, texts, question.source) for quote in question.evidence]
            found = evidence_ranking.ranks(spans, evidence)
            recalls[bool(question.history)].append(evidence_ranking.recall(found, len(spans)))
        seconds = (time.perf_counter() - began) / len(some)
        for follow_up, values in recalls.items():
            if values:
                kind = "follow-ups" if follow_up else "several parts"
                share = sum(values) / len(values)
                tokens = sum(spent.usage.values())
                print(
                    f"| {name} | {len(values)} {kind} | {share:.1%} | {used} | {tokens:,} | {seconds:.1f} |", flush=True
                )


if __name__ == "__main__":
    main()
