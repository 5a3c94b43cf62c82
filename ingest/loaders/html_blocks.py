"""An HTML tree as blocks in reading order: headings, paragraphs, lists, tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree
from lxml import html as lxml_html

from ingest.parsed import TextBuilder, canonical, one_line

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCK_NAMES = """
    address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form frameset header hgroup hr html legend li main menu nav noframes option p section summary tbody
    td tfoot th thead title tr
"""
_UNSEEN_NAMES = """
    script style template noscript svg iframe object embed canvas audio video select textarea input meta link head
"""
_BLOCKS, _UNSEEN = frozenset(_BLOCK_NAMES.split()), frozenset(_UNSEEN_NAMES.split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LAYOUT = frozenset({"table", "h1", "h2", "h3", "h4", "h5", "h6", "form"})  # in a cell: the table is there for looks
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_PERMALINKS = frozenset("¶#§🔗")  # what links of headings to themselves are made of
_BREAK = "\v"  # <br>, until blanks are collapsed
_MERGED = 60  # letters: so short a cell is repeated in the rows that it runs down over, as they are read alone
_LONG_CELL = 1_500  # characters; a "table" with such cells is there for looks
_XML_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")

Kind = Literal["text", "heading", "list", "table", "code"]


@dataclass(frozen=True)
class Block:
    """A piece of a page. `level` is a heading's; `rows` a table's; `linked` the share of its letters within links."""

    kind: Kind
    text: str
    level: int = 0
    rows: list[list[str]] = field(default_factory=list)
    linked: float = 0.0


def parse_html(source: str) -> lxml_html.HtmlElement | None:
    """The tree of an HTML page, mended as browsers would. None if there is nothing in it."""
    parser = lxml_html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=False)
    try:
        declaration = _XML_DECLARATION.match(source)  # lxml refuses text that declares an encoding
        root = lxml_html.document_fromstring(source[declaration.end() :] if declaration else source, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return root


def drop_unseen(root: etree._Element) -> None:
    """Remove what a reader doesn't see: scripts, styles, controls and hidden elements."""
    for element in list(root.iter()):
        if element is root:
            continue
        unseen = (
            not isinstance(element.tag, str)
            or local_name(element) in _UNSEEN
            or "hidden" in element.attrib
            or _HIDDEN.search(element.get("style") or "") is not None
            or (local_name(element) == "a" and (element.text or "").strip() in _PERMALINKS and not len(element))
        )
        if unseen and element.getparent() is not None:
            remove(element)


def remove(element: etree._Element) -> None:
    """Take an element out of its tree, leaving the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = (previous.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    element.tail = None
    parent.remove(element)


def local_name(element: etree._Element) -> str:
    """The tag in lower case, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def blocks_of(root: etree._Element) -> list[Block]:
    """The blocks of an element, in reading order."""
    flow = _Flow()
    flow.enter(root)
    flow.flush()
    return flow.blocks


def words_of(source: str) -> str:
    """The words of a piece of HTML, a blank line between its blocks."""
    root = parse_html(source)
    if root is None:
        return ""
    drop_unseen(root)
    return "\n\n".join(block.text for block in blocks_of(root))


def add_blocks(builder: TextBuilder, blocks: list[Block]) -> None:
    """Add blocks to a text."""
    for block in blocks:
        if block.kind == "heading":
            builder.heading(block.text, block.level)
        elif block.kind == "table":
            builder.table(block.rows)
        else:
            builder.add(block.text)


class _Flow:
    """Collects blocks while the tree is walked."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._letters = 0
        self._linked = 0

    def enter(self, element: etree._Element, in_link: bool = False) -> None:
        self._text(element.text, in_link)
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, local_name(child), in_link)
            self._text(child.tail, in_link)

    def _child(self, child: etree._Element, name: str, in_link: bool) -> None:
        if name in _HEADINGS:
            self.flush()
            self._heading(child, _HEADINGS[name])
        elif name in ("ul", "ol"):
            self.flush()
            self._list(child, ordered=name == "ol")
        elif name == "table" and (rows := _rows(child)):
            self.flush()
            self.blocks.append(
                Block("table", "\n".join(" | ".join(row) for row in rows), rows=rows, linked=_linked(child))
            )
        elif name in ("pre", "listing", "xmp"):
            self.flush()
            self.blocks.append(Block("code", canonical("".join(_pre(child)))))
        elif name == "br":
            self._parts.append(_BREAK)
        elif name == "img":
            self._text(child.get("alt"), in_link)
        elif name in _BLOCKS or name == "table":
            self.flush()
            self.enter(child, in_link)
            self.flush()
        else:
            self.enter(child, in_link or name == "a")

    def _text(self, text: str | None, in_link: bool) -> None:
        if text:
            self._parts.append(text)
            letters = len(text.strip())
            self._letters += letters
            self._linked += letters if in_link else 0

    def flush(self) -> None:
        """End the paragraph."""
        words = _BLANKS.sub(" ", "".join(self._parts))
        words = canonical("\n".join(line.strip(" ") for line in words.split(_BREAK)))
        if words.strip():
            self.blocks.append(Block("text", words, linked=self._linked / max(1, self._letters)))
        self._parts, self._letters, self._linked = [], 0, 0

    def _heading(self, element: etree._Element, level: int) -> None:
        inner = blocks_of(element)
        if title := one_line(" ".join(block.text for block in inner)):
            self.blocks.append(Block("heading", title, level=level))

    def _list(self, element: etree._Element, *, ordered: bool) -> None:
        lines = []
        start = element.get("start") or ""
        number = int(start) if start.isascii() and start.isdigit() and len(start) < 9 else 1
        for child in element:
            if not isinstance(child.tag, str):
                continue
            inner = blocks_of(child) if local_name(child) == "li" else _Flow.wrapped(child)
            loose = sum(block.kind == "text" for block in inner) > 1
            text = ("\n\n" if loose else "\n").join(block.text for block in inner)
            if not text:
                continue
            marker = f"{number}. " if ordered else "- "
            number += 1
            lines.append(marker + text.replace("\n", "\n" + " " * len(marker)))
        if lines:
            self.blocks.append(Block("list", canonical("\n".join(lines)), linked=_linked(element)))

    @staticmethod
    def wrapped(element: etree._Element) -> list[Block]:
        """The blocks of an element that counts itself, such as a list right within a list."""
        flow = _Flow()
        flow._child(element, local_name(element), False)
        flow.flush()
        return flow.blocks


def _rows(table: etree._Element) -> list[list[str]]:
    """The cells of a table of data. Empty for a table that only lays out a page."""
    if any(isinstance(element.tag, str) and local_name(element) in _LAYOUT for element in table.iterdescendants()):
        return []
    rows: list[list[str]] = []
    running: dict[int, tuple[int, str]] = {}  # by column: over how many more rows a cell runs down, and what it says
    for element in table.iterdescendants():
        name = local_name(element) if isinstance(element.tag, str) else ""
        if name in ("tr", "caption"):
            _run_down(rows, running)
            rows.append([])
        if name in ("td", "th", "caption") and rows:
            _run_down(rows, running)
            words = one_line(" ".join(block.text for block in blocks_of(element)))
            down = element.get("rowspan") or ""
            if down.isdecimal() and len(down) < 6 and int(down) > 1:
                running[len(rows[-1])] = (int(down) - 1, words if len(words) <= _MERGED else "")
            rows[-1].append(words)
    _run_down(rows, running)
    rows = [row for row in rows if any(row)]
    widest = max(map(len, rows), default=0)
    longest = max((len(cell) for row in rows for cell in row), default=0)
    return rows if widest > 1 and longest <= _LONG_CELL else []


def _run_down(rows: list[list[str]], running: dict[int, tuple[int, str]]) -> None:
    """Repeat in the last row the cells from above that run down to where it ends now."""
    while rows and len(rows) > 1 and (cell := running.get(len(rows[-1]))) and cell[0] > 0:
        running[len(rows[-1])] = (cell[0] - 1, cell[1])
        rows[-1].append(cell[1])


def _linked(element: etree._Element) -> float:
    linked = sum(_letters(link) for link in element.iter("a", "{*}a"))
    return min(1.0, linked / max(1, _letters(element)))


def _letters(element: etree._Element) -> int:
    return sum(len(str(text).strip()) for text in element.itertext())


def _pre(element: etree._Element) -> Iterator[str]:
    """Text with its blanks and line ends."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            if local_name(child) == "br":
                yield "\n"
            yield from _pre(child)
        yield child.tail or ""
