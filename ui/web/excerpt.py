"""The part of a source that is shown around a quote: its blocks, the quoted words marked.

A long source is shown only around the quote, so that a footnote opens at once however long the source is.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.schema import SourceText

WHOLE = 60_000
"""Characters up to which a source is shown whole."""

AROUND = 15_000
"""Characters shown on either side of the quote in a longer one."""

_BREAK = re.compile(r"\n[ \t]*\n\s*")
_LIST_ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s", re.MULTILINE)
_LONG_LINE = 60  # a line this long was broken for its width, not for its sense


@dataclass(frozen=True)
class Part:
    """A run of words, quoted or not."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph, heading, table or group of lines. `page` is the number of the page that begins with it."""

    kind: str
    parts: tuple[Part, ...]
    level: int = 0
    page: int | None = None

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True)
class Excerpt:
    """What is shown of a source; `before` and `after` count the characters that are not."""

    blocks: tuple[Block, ...]
    before: int = 0
    after: int = 0


def excerpt(source: SourceText, start: int = 0, end: int = 0, around: int = AROUND) -> Excerpt:
    """The blocks of a source around ``[start, end)``, whose words are marked; the beginning if that is empty."""
    text = source.text
    first, last = 0, len(text)
    if last > max(WHOLE, 2 * around):
        first = _paragraph_start(text, start - around)
        last = _paragraph_end(text, end + around)
    blocks = tuple(
        Block(
            kind=_kind(source, at, until, level),
            parts=tuple(_parts(text, at, until, start, end)),
            level=level,
            page=page,
        )
        for at, until, level, page in _spans(source, first, last)
    )
    return Excerpt(blocks, before=first, after=len(text) - last)


def _paragraph_start(text: str, at: int) -> int:
    if at <= 0:
        return 0
    found = text.rfind("\n\n", max(0, at - 2_000), at)
    return found + 2 if found >= 0 else at


def _paragraph_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    found = text.find("\n\n", at, at + 2_000)
    return found if found >= 0 else at


def _spans(source: SourceText, first: int, last: int) -> Iterator[tuple[int, int, int, int | None]]:
    """``(start, end, heading level, page that begins)`` of each block in reading order."""
    headings = {h.start: h for h in source.headings if first <= h.start < last}
    pages = [p for p in source.pages if first <= p.start < last]
    cuts = [first, last, *headings, *(m.end() for m in _BREAK.finditer(source.text, first, last))]
    for heading in headings.values():
        line_end = source.text.find("\n", heading.start, last)
        cuts.append(line_end + 1 if line_end >= 0 else last)
    ordered = sorted(set(cuts))
    for at, until in itertools.pairwise(ordered):
        page = None
        while pages and pages[0].start < until:
            page = pages.pop(0).number
        if source.text[at:until].strip():
            yield at, until, headings[at].level if at in headings else 0, page


def _kind(source: SourceText, start: int, end: int, level: int) -> str:
    """How a block is set: headings and tables as such, lines kept where they carry sense, the rest flowing."""
    if level:
        return "heading"
    lines = source.text[start:end].strip().split("\n")
    if sum(" | " in line for line in lines) == len(lines) and len(lines) > 1:
        return "table"
    broken_for_width = all(len(line) >= _LONG_LINE for line in lines[:-1])
    if len(lines) > 1 and (not broken_for_width or _LIST_ITEM.search(source.text[start:end])):
        return "lines"
    return "text"


def _parts(text: str, at: int, until: int, start: int, end: int) -> Iterator[Part]:
    """A block's words, cut where the quote begins and ends."""
    until = at + len(text[at:until].rstrip())
    begins, ends = max(at, min(start, until)), max(at, min(end, until))
    for piece, marked in ((text[at:begins], False), (text[begins:ends], True), (text[ends:until], False)):
        if piece:
            yield Part(piece, marked)
