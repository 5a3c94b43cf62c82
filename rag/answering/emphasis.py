"""Which words of a sentence are the date, the number or the name that was asked for."""

import re

from rag.answering.asked import kind_of
from rag.answering.figures import Figure, figures
from rag.answering.names import name_index, names
from rag.answering.wording import stems, words

Spans = tuple[tuple[int, int], ...]

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_YEAR = r"(?<![\d.,$€£¥])(?:1\d|20)\d\d(?:s\b|[-–/]\d\d(?:\d\d)?\b)?(?![\d%]|[.,]\d)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
TIME = re.compile(
    rf"\b\d{{4}}-\d{{2}}-\d{{2}}\b"
    rf"|\b{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|\b(?:(?:early|mid|late)[ -])?{_MONTH} (?:{_DAY}\b(?:,? {_YEAR})?|{_YEAR})"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)(?:[ -](?:and|to) \d{{1,2}}(?:st|nd|rd|th))? centur(?:y|ies)\b"
    rf"|\b(?:\w+ )(?:years?|months?|weeks?|decades?|days?|centuries) (?:ago|earlier|later)\b"
    rf"|\b(?:(?:early|mid|late)[ -])?{_YEAR}"
    rf"|(?<=\b[Ii]n ){_MONTH}(?=\W|$)"
)
_CLAUSE = re.compile(r"[,;:?]\s+(?:and\s+)?|\s+and\s+(?=wh|how)|\s+-\s+")
_ASKS_A_NAME = re.compile(
    r"\W*(?:(?:and|but|or|so|to|by|of|for|from|with|in|on|at|under|against|after|out)\s+)*"
    r"(?:who(?:m|se)?\b|where\b|(?:what|which)\s+(?:\w+\s+){0,2}?(?:countr|cit(?:y|ies)|states?\b|towns?\b|nations?\b|regions?\b"
    r"|islands?\b|leaders?\b|presidents?\b|people\b|person|m[ae]n\b|wom[ae]n\b|authors?\b|compan(?:y|ies)\b|members?\b))",
    re.IGNORECASE,
)
"""A "who" further in belongs to a relative clause: "the man who ..."."""


_UNITED = re.compile(r"\bUnited $")
"""Part of a name's words, though none that tells it from others: the United States."""


def emphasis(question: str, sentence: str) -> Spans:
    """The places in a sentence of what the question asks for, as offsets ``[start, end)``; mostly none.

    What the question says itself isn't emphasised: it is known already.
    """
    spans: set[tuple[int, int]] = set()
    for clause in _CLAUSE.split(question):
        kind = kind_of(clause)
        if kind == "time":
            spans |= {match.span() for match in TIME.finditer(sentence)}
        elif kind == "number":
            spans |= _numbers(question, clause, sentence)
        elif _ASKS_A_NAME.match(clause):
            spans |= _names(question, sentence)
    return _apart(spans)


def _numbers(question: str, clause: str, sentence: str) -> set[tuple[int, int]]:
    """Figures; of what the question counts, if the sentence counts that."""
    known = figures(question)
    found = [
        figure for figure in figures(sentence) if figure.is_amount and not any(figure.agrees(other) for other in known)
    ]
    counted = [figure for figure in found if stems(words(figure.unit)) & stems(words(clause))]
    return {_with_unit(figure, question, sentence) for figure in counted or found}


def _with_unit(figure: Figure, question: str, sentence: str) -> tuple[int, int]:
    """A figure's place, with the word after it unless the question has that: "412 metres"."""
    written = sentence[figure.start : figure.end]
    start, end = figure.start + len(written) - len(written.lstrip()), figure.start + len(written.rstrip())
    unit = re.match(rf"[ \u00a0-]{re.escape(figure.unit)}\b", sentence[end:], re.IGNORECASE) if figure.unit else None
    counted = stems(words(figure.unit))
    return start, end + (unit.end() if unit and counted and not counted & stems(words(question)) else 0)


def _names(question: str, sentence: str) -> set[tuple[int, int]]:
    known = name_index(question)
    return {
        (len(_UNITED.sub("", sentence[: name.start])), name.start + len(name.text))
        for name in names(sentence)
        if not name.initial and not any(c.isdigit() for c in name.text) and known.missing(name) == name.parts
    }


def _apart(spans: set[tuple[int, int]]) -> Spans:
    """In order, those that touch others left out."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < end and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    return tuple(kept)
