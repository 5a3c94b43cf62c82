"""What a real chat model's sentences come to: how many are supported, that the rest is marked, and what it costs.

    python -m benchmarks.chat.measure gguf:/path/to/model.gguf --questions 12

asks questions of the starter library and prints one table.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from rag.answering import alignment
from rag.schema import Answer, Inquiry
from rag.settings import load_settings
from ui.workspace import open_workspace, starter_manifest

QUESTIONS = Path(__file__).parents[2] / "sources" / "questions.jsonl"


def main() -> None:
    """Asks, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--base-url")
    parser.add_argument("--questions", type=int, default=12)
    given = parser.parse_args()
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if not row.get("history")][:: max(1, len(rows) // given.questions)]
    chat = {"model": given.model, "base_url": given.base_url, "context_tokens": 2048, "max_tokens": 120, "timeout": 300}
    checks: list[float] = []
    firsts: list[float] = []
    answers: list[Answer] = []
    _timed(alignment.Evidence, "align", checks)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"library": folder, "chat": chat, "retrieval": {"top_k": 3}})
        with open_workspace(settings) as workspace:
            workspace.sync(starter_manifest() or Path())
            workspace.warm_up()
            checks.clear()
            for question in asked[: given.questions]:
                passed = _pass_through(firsts)
                answers.append(list(workspace.stream(Inquiry(question=question)))[-1])
                passed()
    sentences = [s for a in answers for s in a.statements if a.model == given.model]
    unsupported = [s for s in sentences if not s.supported]
    print(json.dumps({
        "questions": len(answers),
        "answered by the model": sum(a.model == given.model and not a.refused for a in answers),
        "refused": sum(a.refused for a in answers),
        "quoted instead": sum(a.model == "extractive" for a in answers),
        "sentences": len(sentences),
        "unsupported": len(unsupported),
        "unsupported and marked with a reason": sum(bool(s.reason) for s in unsupported),
        "check of a sentence, ms (median, p95)": [round(statistics.median(checks), 1), round(_p95(checks), 1)],
        "first token after the model's own, ms (median, worst)": [
            round(statistics.median(firsts), 1), round(max(firsts), 1)],
        "tokens": {k: sum(a.usage.get(k, 0) for a in answers) for k in ("input_tokens", "output_tokens")},
    }, indent=1))  # fmt: skip
    for answer in answers:
        print("\nQ:", answer.question, "\nA:", answer.answer, *answer.notes)
        for s in answer.statements:
            print("  ", "+" if s.supported else "-", s.support, s.reason or "")


def _timed(owner: type, name: str, spent: list[float]) -> None:
    original = getattr(owner, name)

    def timed(self: object, *args: object) -> object:
        began = time.perf_counter()
        try:
            return original(self, *args)
        finally:
            spent.append(1000 * (time.perf_counter() - began))

    setattr(owner, name, timed)


def _pass_through(firsts: list[float]):  # type: ignore[no-untyped-def]
    """Measures from the model's first piece of text to the first snapshot that was made of it."""
    from rag.answering import generative
    from rag.models import drafting

    add, snapshot = drafting._add, generative._Work.snapshot
    came: list[float] = []

    def adding(draft: drafting.Draft, chunk: object) -> None:
        if str(getattr(chunk, "text", "")).strip() and not came:
            came.append(time.perf_counter())
        add(draft, chunk)

    def showing(self: object, *args: str) -> Answer:
        shown = snapshot(self, *args)  # type: ignore[arg-type]
        if len(came) == 1 and shown.answer:
            came.append(0.0)
            firsts.append(1000 * (time.perf_counter() - came[0]))
        return shown

    drafting._add, generative._Work.snapshot = adding, showing  # type: ignore[assignment,method-assign]

    def undo() -> None:
        drafting._add, generative._Work.snapshot = add, snapshot  # type: ignore[method-assign]

    return undo


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


if __name__ == "__main__":
    main()
