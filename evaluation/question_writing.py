"""Writing question sets: in any of the formats, one question more, and a template to start from."""

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from evaluation.csv_cells import to_cell
from evaluation.errors import QuestionSetError
from evaluation.questions import Question, read_questions
from rag.schema import Turn

TEMPLATE = (
    Question(
        id="opening-hours",
        question="When does the reading room open?",
        answerable=True,
        answer="At nine in the morning.",
        key_facts=(("9 am", "9:00", "nine"),),
        evidence=("The reading room is open from nine in the morning until eight in the evening.",),
        type="fact",
        source=("house-rules.md",),
    ),
    Question(
        id="food",
        question="May I eat there?",
        answerable=True,
        answer="No, food is only allowed in the courtyard.",
        key_facts=(("courtyard",),),
        evidence=("Food may be eaten in the courtyard, and nowhere else.",),
        type="yes-no",
        source=("house-rules.md",),
    ),
    Question(
        id="sundays",
        question="And on Sundays?",
        answerable=True,
        answer="On Sundays it opens at noon.",
        key_facts=(("noon", "12:00", "12 pm"),),
        evidence=("On Sundays it opens at noon.",),
        type="follow-up",
        history=(Turn(question="When does the reading room open?", answer="At nine."),),
        source=("house-rules.md",),
    ),
    Question(
        id="founder",
        question="Who founded the library?",
        answerable=False,
        answer="The sources don't say.",
        type="unanswerable",
    ),
)
"""One question of each kind that is written differently."""


def render(questions: Sequence[Question], suffix: str) -> str:
    """A set as the text of a ``.jsonl``, ``.csv``, ``.yaml`` or ``.yml`` file.

    Raises:
        QuestionSetError: The suffix is none of these.
    """
    rows = [_fields(question) for question in questions]
    match suffix.lower():
        case ".jsonl":
            return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        case ".csv":
            return _csv(rows)
        case ".yaml" | ".yml":
            return yaml.safe_dump(rows, allow_unicode=True, sort_keys=False, width=100)
    raise QuestionSetError(f"'{suffix}' is not a format of question sets.", "Use .jsonl, .csv, .yaml or .yml.")


def write_questions(path: Path, questions: Sequence[Question]) -> None:
    """Write a set in the format of the file's suffix, replacing the file as a whole.

    Raises:
        QuestionSetError: The format isn't known, or the file can't be written.
    """
    _write(path, render(questions, path.suffix))


def append_question(path: Path, question: Question) -> None:
    """Add a question to a set, or begin one; see `append_questions`."""
    append_questions(path, [question])


def append_questions(path: Path, questions: Sequence[Question]) -> None:
    """Add questions to a set, or begin one. In JSONL the lines before are left as they are.

    Raises:
        QuestionSetError: The set has mistakes, an id is taken, or the file can't be written. Nothing is added.
    """
    if not path.exists():
        write_questions(path, questions)
        return
    there = read_questions(path)
    for question in questions:
        if question.id in there.lines:
            raise QuestionSetError(
                f"'{question.id}' is taken by line {there.lines[question.id]} of {path.name}.", "Choose another id."
            )
    if path.suffix.lower() == ".jsonl":
        before = path.read_bytes().decode("utf-8", "surrogateescape").rstrip("\n")
        _write(path, (before + "\n" if before else "") + render(questions, ".jsonl"))
    elif there.errors:
        raise QuestionSetError(f"{path.name} has mistakes, and can't be added to.", "Mend them first.")
    else:
        write_questions(path, [*there.questions, *questions])


def _fields(question: Question) -> dict[str, Any]:
    """What is said of a question: what a reader needs, and no empty field beyond."""
    needed = {"id", "question", "answerable", "answer", "key_facts", "evidence", "type"}
    fields = question.model_dump(mode="json")
    return {name: value for name, value in fields.items() if name in needed or value}


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = list(Question.model_fields)
    writer.writerow(names)
    writer.writerows([to_cell(name, row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(text.encode("utf-8", "surrogateescape"))
        part.replace(path)
    except OSError as error:
        raise QuestionSetError(f"{path} can't be written: {error.strerror}.", "Choose another place.") from None
