"""The checks a question set goes through, each mistake with its line and field."""

import difflib
import json
import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from evaluation.evidence import Texts, locate, sources_named
from evaluation.matching import facts_met, normalise, polarity_of
from evaluation.question_files import BROKEN, Found, Record
from evaluation.questions import MAX_QUESTION, TYPES, Problem, Question, QuestionSet

_SURROGATE = re.compile("[\ud800-\udfff]")
_WANTED = {
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be an object with 'question' and 'answer'",
    "model_attributes_type": "must be an object with 'question' and 'answer'",
}


def checked(name: str, found: Iterable[Found]) -> QuestionSet:
    """The set of what was found in a file: its good questions, and every problem in the order of lines."""
    questions: list[Question] = []
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    for item in found:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        question, mistakes = _question(item)
        if question and question.id in lines:
            mistakes = [Problem(item.line, "id", f"'{question.id}' is taken by line {lines[question.id]}")]
        problems += mistakes
        if question and not any(not mistake.warning for mistake in mistakes):
            questions.append(question)
            lines[question.id] = item.line
    return QuestionSet(name, tuple(questions), lines, tuple(problems))


def check_evidence(questions: QuestionSet, texts: Texts) -> tuple[Problem, ...]:
    """Evidence that isn't in any source, or not in the source that is named for it.

    Args:
        questions: A set that was read.
        texts: The sources of a library.
    """
    problems = []
    for question in questions.questions:
        line = questions.lines[question.id]
        for number, name in enumerate(question.source):
            if not sources_named((name,), texts):
                problems.append(Problem(line, f"source[{number}]", f"the library has no source '{name}'"))
        for number, quote in enumerate(question.evidence):
            if not locate(quote, texts, question.source):
                where = f"in {' or '.join(question.source)}" if question.source else "in any source of the library"
                problems.append(Problem(line, f"evidence[{number}]", f"isn't {where}: {_short(quote)}"))
    return tuple(problems)


def _question(record: Record) -> tuple[Question | None, list[Problem]]:
    """The question of a record, and the mistakes found on the way."""
    broken = [name for name, value in record.fields.items() if _SURROGATE.search(_flat(name) + _flat(value))]
    if broken:
        return None, [Problem(record.line, _SURROGATE.sub("?", name), BROKEN) for name in broken]
    fields = {name: value for name, value in record.fields.items() if value is not None}
    if isinstance(fields.get("source"), str):
        fields["source"] = [fields["source"]]
    if fields.get("answerable") is False:
        fields.setdefault("type", "unanswerable")
    try:
        question = Question.model_validate_json(json.dumps(fields, default=lambda value: {"not text": str(value)}))
    except ValidationError as error:
        return None, [_explained(record.line, fields, dict(mistake)) for mistake in error.errors()]
    return question, [Problem(record.line, field, message, warning) for field, message, warning in _mistakes(question)]


def _mistakes(question: Question) -> Iterator[tuple[str, str, bool]]:
    """What is wrong with the contents of a well-formed question: field, message, whether it only warns."""
    if not question.id.strip():
        yield "id", "is blank", False
    if not question.question.strip():
        yield "question", "is blank", False
    if len(question.question) > MAX_QUESTION:
        yield "question", f"has {len(question.question):,} characters; {MAX_QUESTION:,} are the most", False
    for number, quote in enumerate(question.evidence):
        if not normalise(quote):
            yield f"evidence[{number}]", "is blank", False
    for number, group in enumerate(question.key_facts):
        if not group or not all(normalise(alternative) for alternative in group):
            yield f"key_facts[{number}]", "has no words to look for", False
            return
    close = difflib.get_close_matches(question.type.lower(), TYPES, 1, 0.75)
    if question.type not in TYPES and close:
        yield "type", f"'{question.type}' is not a type; did you mean '{close[0]}'?", False
    if question.type == "follow-up" and not question.history:
        yield "history", "is missing: a follow-up needs the turns before it", False
    if not question.answerable:
        return
    if question.type in ("unanswerable", "false-premise"):
        yield "answerable", f"is true, but the type is '{question.type}'", False
    if not question.key_facts and not (question.answer or "").strip():
        yield "key_facts", "is missing: an answerable question needs key_facts or an answer to be judged by", False
    if question.type == "yes-no" and not polarity_of(question.answer or ""):
        yield "answer", "must begin with Yes or No, as the type is 'yes-no'", False
    if not question.evidence:
        yield "evidence", "is missing, so citations and retrieval can't be judged for this question", True
    for number, met in enumerate(facts_met(" ".join(question.evidence), question.key_facts)):
        if question.evidence and not met:
            yield f"key_facts[{number}]", f"the evidence doesn't say any of {_short(question.key_facts[number])}", True


def _explained(line: int, fields: Mapping[str, Any], mistake: Mapping[str, Any]) -> Problem:
    """A mistake found by pydantic, in our words and with the value that was given."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in mistake["loc"]).lstrip(".")
    kind = mistake["type"]
    if kind == "missing":
        return Problem(line, path, "is missing")
    if kind == "extra_forbidden":
        known = ("question", "answer") if "." in path else tuple(Question.model_fields)
        near = difflib.get_close_matches(str(mistake["loc"][-1]), known, 1, 0.5)
        hint = f"did you mean '{near[0]}'?" if near else f"the fields are {', '.join(known)}"
        return Problem(line, path, f"is not a known field; {hint}")
    if kind == "string_too_short":
        return Problem(line, path, "is blank")
    given: Any = fields
    for part in mistake["loc"]:
        given = given[part]
    message = f"{_WANTED.get(kind, mistake['msg'])}, but is {_named(given)}"
    return Problem(line, path, message + ("; put it in quotes" if kind == "string_type" and _quotable(given) else ""))


def _named(value: Any) -> str:
    kinds = {bool: "true or false", int: "a number", float: "a number", str: "text", dict: "an object", list: "a list"}
    return f"{kinds.get(type(value), type(value).__name__)} ({_short(value)})"


def _quotable(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _flat(value: Any) -> str:
    """All text in a value, for looking into it."""
    if isinstance(value, dict):
        return "".join(_flat(key) + _flat(inner) for key, inner in value.items())
    return "".join(map(_flat, value)) if isinstance(value, list) else str(value)


def _short(value: Any) -> str:
    shown = reprlib.Repr()
    shown.maxstring = 60
    return shown.repr(value)
