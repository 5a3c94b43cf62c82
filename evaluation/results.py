"""What a run writes of each question, and how a run's folder is read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError

from evaluation.errors import RunError
from evaluation.questions import Question, read_questions
from rag.schema import Citation, Noun, Passage, Statement

RUN, QUESTIONS, RESULTS, SUMMARY = "run.json", "questions.jsonl", "results.jsonl", "summary.json"
REPORT, JUNIT, TABLE = "report.html", "junit.xml", "results.csv"

Failure = Literal[
    "error", "not-in-library", "not-retrieved", "not-chosen", "refused", "wrong-answer", "answered-unanswerable"
]
"""Where a question went wrong, by the first step that failed."""

FAILURES: Mapping[str, str] = {
    "error": "failed with an error",
    "not-in-library": "the evidence isn't in the library",
    "not-retrieved": "evidence not retrieved",
    "not-chosen": "retrieved but not chosen",
    "refused": "retrieved but refused",
    "wrong-answer": "cited but answered wrong",
    "answered-unanswerable": "answered though unanswerable",
}

Scores = Mapping[str, float | bool | None]
"""What each metric says of one question; None where it has nothing to say."""


class Result(Noun):
    """What became of one question.

    `latency_ms` is wall-clock time around the question; with several questions at once it includes waiting for
    each other. `error` is why no answer came; it then counts as a wrong one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    question: str
    type: str
    standalone_question: str = ""
    answer: str = ""
    refused: bool = False
    confidence: float = 0.0
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    latency_ms: float = 0.0
    model: str = ""
    usage: Mapping[str, int] = Field(default_factory=dict)
    usage_estimated: bool = False
    cost: float | None = None
    error: str | None = None
    failure: Failure | None = None
    missed: tuple[str, ...] = ()
    """Evidence that no retrieved passage holds."""
    scores: Scores = Field(default_factory=dict)


class Run(Noun):
    """A finished run, as its folder tells it: every question with its result."""

    folder: Path
    provenance: Mapping[str, Any]
    questions: tuple[Question, ...]
    results: tuple[Result, ...]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name


def read_run(folder: Path | str) -> Run:
    """Read a run that is complete.

    Raises:
        RunError: It isn't a run's folder, is broken, or isn't complete.
    """
    folder = Path(folder)
    provenance = read_provenance(folder)
    if provenance is None:
        raise RunError(f"{folder} is not the folder of a run: it has no {RUN}.", "Name the --out folder of a run.")
    questions = read_questions(folder / QUESTIONS).questions
    results = {result.id: result for result in read_results(folder)}
    missing = [question.id for question in questions if question.id not in results]
    if missing:
        raise RunError(
            f"The run in {folder} isn't complete: {len(missing)} of {len(questions)} questions have no result.",
            "Run it again with the same --out; it goes on where it stopped.",
        )
    return Run(
        folder=folder,
        provenance=provenance,
        questions=questions,
        results=tuple(results[question.id] for question in questions),
    )


def read_provenance(folder: Path) -> dict[str, Any] | None:
    """What produced the run in a folder; None if there is none.

    Raises:
        RunError: It is there, but can't be read.
    """
    try:
        loaded = json.loads((folder / RUN).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise RunError(f"{folder / RUN} can't be read: {error}.", "Choose another --out folder.") from None
    if not isinstance(loaded, dict):
        raise RunError(f"{folder / RUN} doesn't describe a run.", "Choose another --out folder.")
    return loaded


def read_results(folder: Path) -> list[Result]:
    """The results written so far. A last line that was cut off by a crash is left out.

    Raises:
        RunError: Another line can't be read.
    """
    path = folder / RESULTS
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    results = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            results.append(Result.model_validate_json(line))
        except ValidationError as error:
            if number == len(lines):
                break
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise RunError(
                f"{path}, line {number} is broken ({field or 'not JSON'}: {first['msg']}).",
                "Delete the folder and run again.",
            ) from None
    return results
