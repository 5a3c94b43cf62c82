"""Where a text says who wrote it, when and where it was published, and what it is called.

That stands at its beginning or its end, in a few set forms: a byline, a dateline, a note on the author.
"""

import re
from collections.abc import Sequence

from rag.answering.figures import MONTH, YEAR, figures
from rag.schema import SourceText
from rag.whole.question import THE_TEXT_ITSELF, Wanted

FIRST, LAST = 12, 8
"""Sentences of the beginning and of the end that are read."""
_SHORT, _LONG = 90, 400  # characters of a byline and of a note, at most
_DATELINE = 8  # words

_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:de|van|von|der|la|bin|al|[A-Z][\w.'’-]*)){1,4}"
_BYLINE = re.compile(
    rf"\W*(?:(?i:written\s+|text\s+|words\s+|posted\s+|story\s+)?(?i:by)\s+{_NAME}|(?i:authors?|writers?|from|creator)\s*:\s*\w)"
)
_WRITTEN_BY = re.compile(
    rf"^\W*(?:this\s+(?:\w+\s+)?\w+|the\s+(?:{THE_TEXT_ITSELF}))\s+(?:was|is|has been)\s+(?:\w+\s+)?"
    r"(?:written|authored|prepared|compiled|drafted)\s+(?:\w+\s+)?by\b"
    r"|^\W*(?:the\s+)?(?:authors?|writers?)\s+(?:is|are|was)\b(?!\s+(?:happy|right|wrong|not))",
    re.I,
)
_ROLE = (
    r"author|writer|journalist|reporter|columnist|correspondent|editor|professor|lecturer|fellow|scholar|researcher|analyst"
    r"|historian|economist|scientist|student|teacher|director|contributor|consultant|engineer|lawyer|physician|chair|member"
    r"|dean|novelist|blogger|critic|strategist|adviser|advisor|ambassador|diplomat"
)
_ON_THE_AUTHOR = re.compile(
    rf"\W*(?P<name>{_NAME})(?:,[^,]{{1,40}},|\s+and\s+{_NAME})?\s+(?:is|are|was|serves as|works as|teaches|writes)\b"
    rf".{{0,80}}\b(?:{_ROLE})s?\b"
)
_ITSELF = (
    rf"^\W*(?:(?:first|originally|last|re-?)\s*)*|\b(?:this|the)\s+(?:\w+\s+){{0,2}}(?:{THE_TEXT_ITSELF})\b.{{0,60}}?"
)
_PUBLISHED = re.compile(
    rf"(?:{_ITSELF})\b(?:published|posted|updated|dated|issued|written|released|modified|date)\b", re.IGNORECASE
)
_APPEARED = re.compile(
    rf"(?i:(?:{_ITSELF})\b(?:appeared|published|posted|printed|reprinted|issued|released|republished)\b)"
    r".{0,30}?\b(?:on|in|by|at|with|from)\s+(?:the\s+)?[A-Z]|^\W*(?i:published by|publisher\s*:|copyright\b|©)"
)


def imprint(wanted: Wanted, text: SourceText, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the text itself tells what is wanted of it; nowhere, if it doesn't.

    Args:
        wanted: The author, date, publisher or title.
        text: The source.
        spans: Its sentences.
    """
    first, last = list(spans[:FIRST]), list(spans[max(FIRST, len(spans) - LAST) :])
    found = [
        (start, end)
        for i, (start, end) in enumerate([*first, *last])
        if end - start <= _LONG and _tells(wanted, text, text.text[start:end], i < len(first))
    ]
    return found[:1] if wanted is Wanted.TITLE else found[:3]


def _tells(wanted: Wanted, text: SourceText, sentence: str, at_beginning: bool) -> bool:
    if wanted is Wanted.AUTHOR:
        author = str(text.metadata.get("author") or "")
        if len(author) > 3 and author in sentence and (not at_beginning or len(sentence) <= len(author) + _SHORT):
            return True
        if at_beginning:
            return len(sentence) <= 2 * _SHORT and bool(_BYLINE.match(sentence) or _WRITTEN_BY.search(sentence))
        if _BYLINE.match(sentence) or _WRITTEN_BY.search(sentence):
            return True
        on = _ON_THE_AUTHOR.match(sentence)
        return on is not None and text.text.count(on["name"]) == 1  # whom the text is about is named before
    if wanted is Wanted.DATE:
        kinds = {figure.kind for figure in figures(sentence)}
        line = len(sentence.split()) <= _DATELINE and not sentence.rstrip().endswith((".", "?", "!"))
        dateline = at_beginning and line and {MONTH, YEAR} <= kinds
        return YEAR in kinds and (dateline or (len(sentence) <= 2 * _SHORT and bool(_PUBLISHED.search(sentence))))
    if wanted is Wanted.PUBLISHER:
        return bool(_APPEARED.search(sentence)) and (len(sentence) <= 2 * _SHORT or not at_beginning)
    return wanted is Wanted.TITLE and at_beginning and sentence.strip("# \n").casefold() == text.title.casefold()


def noted(wanted: Wanted, text: SourceText) -> str | None:
    """What is known of a source from its file's own details or its address, as a sentence that says so."""
    author, date = text.metadata.get("author"), text.metadata.get("date")
    if wanted is Wanted.AUTHOR and author:
        return f"The details of “{text.title}” name {author} as its author."
    if wanted is Wanted.DATE and date:
        return f"The details of “{text.title}” date it {date}."
    if wanted is Wanted.PUBLISHER and text.url:
        return f"“{text.title}” was fetched from {text.url}"
    if wanted is Wanted.TITLE:
        return f"It is listed as “{text.title}”."
    return None
