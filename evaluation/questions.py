"""Question sets: what a question of one is, and how a set is read from JSONL, CSV or YAML."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from evaluation.errors import QuestionSetError
from rag.schema import Noun, Turn

if TYPE_CHECKING:
    from evaluation.evidence import Texts

MAX_QUESTION = 4_000
"""Characters in a question, at most. People ask in 20 words; longer texts are pasted by mistake."""

TYPES = (
    "fact",
    "why",
    "how",
    "comparison",
    "list",
    "multi-hop",
    "stance",
    "definition",
    "yes-no",
    "follow-up",
    "unanswerable",
    "false-premise",
)
"""The types that scores know of. A set may use further ones; they are only reported by."""

Text = Annotated[str, Field(min_length=1)]


class Question(Noun):
    """One question of a set, and what a good answer to it says and rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Text = Field(max_length=200, description="unique in the set")
    question: Text = Field(description=f"as a person would ask it; up to {MAX_QUESTION:,} characters")
    answerable: bool = Field(description="whether the sources answer it; false: it should be declined")
    answer: str | None = Field(
        None, description="reference answer in other words; a yes-no answer begins with Yes or No"
    )
    key_facts: tuple[tuple[str, ...], ...] = Field(
        (), description="groups of alternatives: the answer must say one of each group"
    )
    evidence: tuple[str, ...] = Field((), description="verbatim quotes of the sources that the answer rests on")
    type: Text = Field("fact", max_length=40, description="what kind of question it is: " + ", ".join(TYPES))
    history: tuple[Turn, ...] = Field((), description="earlier turns, oldest first, for a follow-up")
    source: tuple[str, ...] = Field((), description="titles, ids or file names of the sources that hold the evidence")


@dataclass(frozen=True)
class Problem:
    """A mistake in a question set: where it is and what to do.

    `line` counts from 1; `field` is the path of the field, such as ``evidence[0]``, or ``file``.
    """

    line: int
    field: str
    message: str
    warning: bool = False

    def __str__(self) -> str:
        """As shown to the user: ``line 3, key_facts: ...``."""
        return f"line {self.line}, {self.field}: {self.message}"


@dataclass(frozen=True)
class QuestionSet:
    """The good questions of a file, where each begins, and the mistakes in the others."""

    name: str
    questions: tuple[Question, ...]
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep a question from being asked."""
        return tuple(problem for problem in self.problems if not problem.warning)

    @property
    def fingerprint(self) -> str:
        """A short hash of what is asked and expected, whatever the file's format."""
        return fingerprint(self.questions)


def fingerprint(questions: Sequence[Question]) -> str:
    """A short hash of questions in their order."""
    digest = hashlib.sha256()
    for question in questions:
        digest.update(question.model_dump_json().encode() + b"\n")
    return digest.hexdigest()[:12]


def read_questions(path: Path | str) -> QuestionSet:
    """Read a question set, keeping its good questions and naming the mistakes in the others.

    Raises:
        QuestionSetError: There is no such file, or its format isn't known.
    """
    from evaluation.question_checks import checked
    from evaluation.question_files import read_records

    path = Path(path)
    return checked(path.stem, read_records(path))


def load_questions(path: Path | str, skip_invalid: bool = False, texts: "Texts | None" = None) -> QuestionSet:
    """Read a question set that is about to be run.

    Evidence that isn't in the library is a mistake too, but doesn't stop a run: the library may lack a source.

    Args:
        path: A .jsonl, .csv, .yaml or .yml file.
        skip_invalid: Leave out questions with mistakes instead of stopping. The problems stay listed.
        texts: The sources that the evidence must be in; None doesn't look.

    Raises:
        QuestionSetError: The file can't be read; it has mistakes that aren't to be skipped; or nothing is left.
    """
    from evaluation.question_checks import check_evidence

    path = Path(path)
    read = read_questions(path)
    amiss = check_evidence(read, texts) if texts else ()
    if skip_invalid:
        lines = {problem.line for problem in amiss}
        good = tuple(question for question in read.questions if read.lines[question.id] not in lines)
    else:
        good = read.questions
        if not read.errors:
            amiss = tuple(replace(problem, warning=True) for problem in amiss)
    problems = tuple(sorted((*read.problems, *amiss), key=lambda problem: problem.line))
    found = replace(read, questions=good, problems=problems)
    if found.errors and not (skip_invalid and good):
        raise _mistaken(path, found)
    return found


def _mistaken(path: Path, found: QuestionSet) -> QuestionSetError:
    count = len(found.errors)
    good = {found.lines[question.id] for question in found.questions} - {problem.line for problem in found.errors}
    listed = "\n".join(f"  {problem}" for problem in found.errors)
    return QuestionSetError(
        f"{path.name} has {count} {'mistake' if count == 1 else 'mistakes'}:\n{listed}\n",
        f"Mend {'it' if count == 1 else 'them'}, or run the {len(good)} good questions with --skip-invalid."
        if good
        else "Mend the file: it has no question that could be asked.",
    )
