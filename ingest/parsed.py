"""What a loader makes of a file: canonical text, the maps into it, and what is known about it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from rag.schema import Heading, Noun, Page

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters but tab and line feed
    "\u00ad\u200b\u2060\ufeff"  # soft hyphen, zero-width space, word joiner, BOM: they split words unseen
    "\u202a-\u202e\u2066-\u2069"  # bidirectional overrides, which show words in another order than they are stored
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
    "\U000e0000-\U000e007f]"  # tags, which hide instructions from the reader
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"\s+")


class Parsed(Noun):
    """A file as read. Offsets in `headings` and `pages` are into `text`, which is canonical.

    `tables` is how many tables stand in it; `metadata` holds what the file says of itself (author, date, language,
    encoding, ...); `notes` are sentences about what was skipped or is doubtful.
    """

    title: str
    text: str
    media_type: str
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    tables: int = 0
    url: str | None = None
    metadata: Mapping[str, Any] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()


def canonical(text: str) -> str:
    r"""The same words as Unicode NFC with ``\n`` line ends.

    Control and invisible characters are gone, lone surrogates have become U+FFFD, no line ends in blanks, and at most
    one blank line stands between paragraphs. Doing it twice changes nothing.
    """
    text = _SURROGATE.sub("\ufffd", _DROPPED.sub("", _LINE_END.sub("\n", text)))
    lines = unicodedata.normalize("NFC", text).split("\n")
    return _BLANK_LINES.sub("\n\n", "\n".join([line.rstrip() for line in lines])).strip("\n")


def one_line(text: str) -> str:
    """The words of `text` on one line, with single blanks between them."""
    return _BLANKS.sub(" ", canonical(text)).strip()


class TextBuilder:
    """Puts canonical text together block by block, so that the heading and page maps are right by construction."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._length = 0  # characters so far, with the blank lines between blocks
        self._page: int | None = None
        self._headings: list[Heading] = []
        self._pages: list[Page] = []
        self.tables = 0

    def add(self, text: str) -> int | None:
        """Add a block, after a blank line. Its start, or None if there is nothing in it."""
        block = canonical(text)
        if not block.strip():
            return None
        start = self._length + 2 if self._blocks else 0
        if self._page is not None:
            self._pages.append(Page(start=start, number=self._page))
            self._page = None
        self._blocks.append(block)
        self._length = start + len(block)
        return start

    def join(self, text: str, glue: str = " ", *, cut: int = 0) -> None:
        """Add to the block before, less its last `cut` characters, as for a sentence that runs over a page's end."""
        page, self._page = self._page, None
        if not self._blocks:
            self._page = page
            self.add(text)
            return
        last = self._blocks.pop()
        start = self._length - len(last)
        last = last[: len(last) - cut]
        whole = canonical(last + glue + text)
        if page is not None:
            self._pages.append(Page(start=start + min(len(last) + len(glue), len(whole) - 1), number=page))
        self._blocks.append(whole)
        self._length = start + len(whole)

    def heading(self, title: str, level: int) -> None:
        """Add a heading as a block of its own. Level 1 is the top."""
        title = one_line(title)
        start = self.add(title)
        if start is not None:
            self._headings.append(Heading(start=start, level=max(1, level), title=title))

    def mark_heading(self, start: int, title: str, level: int) -> None:
        """Note that the words at `start`, already added, are a heading."""
        self._headings.append(Heading(start=start, level=max(1, level), title=one_line(title)))

    def page(self, number: int) -> None:
        """What is added next stands on this page. A page without text is not in the map."""
        self._page = number

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Add rows as lines, their cells parted by ``|``. Empty rows are left out."""
        lines = []
        for row in rows:
            cells = [one_line(cell) for cell in row]
            if any(cells):
                lines.append(" | ".join(cells).strip())
        if self.add("\n".join(lines)) is not None:
            self.mark_table()

    def mark_table(self, count: int = 1) -> None:
        """Note that what was added last is a table, or that it holds several."""
        self.tables += count

    def append(self, other: Parsed, *, level: int = 0) -> None:
        """Add the text of another file with its headings, `level` deeper. Its pages are left out."""
        self.tables += other.tables
        start = self.add(other.text)
        if start is not None:
            self._headings += [
                Heading(start=start + h.start, level=h.level + level, title=h.title) for h in other.headings
            ]

    @property
    def text(self) -> str:
        """The canonical text so far."""
        return "\n\n".join(self._blocks)

    @property
    def text_length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def last(self) -> str:
        """The block added last; empty at the start."""
        return self._blocks[-1] if self._blocks else ""

    def build(
        self,
        *,
        title: str,
        media_type: str,
        url: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        notes: Sequence[str] = (),
    ) -> Parsed:
        """The finished source. Metadata without a value are left out."""
        return Parsed(
            title=one_line(title),
            text=self.text,
            media_type=media_type,
            headings=tuple(self._headings),
            pages=tuple(self._pages),
            tables=self.tables,
            url=url,
            metadata={key: value for key, value in (metadata or {}).items() if value not in (None, "", [], ())},
            notes=tuple(notes),
        )
