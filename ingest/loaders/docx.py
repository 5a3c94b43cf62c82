"""Word documents: paragraphs, headings by style with their numbers, lists, tables, equations, footnotes.

Changes are read as accepted.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from ingest.loaders.charts import chart_table
from ingest.loaders.docx_numbering import Numbering
from ingest.loaders.file import File
from ingest.loaders.omml import EQUATION, linear
from ingest.loaders.package import opened, parse_xml
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_NOT_READ = {_W + name for name in ("del", "moveFrom", "instrText", "txbxContent", "pPr", "rPr")} | {_FALLBACK}
_HEADING = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|kop|rubrik|заголовок|标题|見出し)\s*(\d)", re.IGNORECASE
)
_CHARTS = "/word/charts/chart"
_NOTES = ("/word/footnotes.xml", "/word/endnotes.xml")
_COMMENTS = "/word/comments.xml"
_MERGED = 60  # letters: so short a cell is repeated in the rows that it runs down over, as they are read alone


def load(file: File) -> Parsed:
    """Read a Word document."""
    import docx

    with opened(file) as package:
        document: Any = docx.Document(io.BytesIO(package.office()))
    reader = _Reader(document)
    reader.body(document.element.body)
    reader.parts_apart()
    about = document.core_properties
    changed = about.modified or about.created
    return reader.builder.build(
        title=one_line(about.title or "") or reader.title or file.title,
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        metadata={
            "author": one_line(about.author or ""),
            "date": changed.date().isoformat() if changed else None,
            "language": about.language,
        },
        notes=reader.notes,
    )


class _Reader:
    def __init__(self, document: Any) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._document = document
        self._styles = {style.style_id: style for style in document.styles if style.style_id}
        self.notes: list[str] = []
        self._items: list[str] = []  # of the list being read
        try:
            self._numbering = Numbering(document.part.numbering_part.element)
        except (KeyError, NotImplementedError):  # there is none
            self._numbering = Numbering(None)

    def body(self, parent: Any) -> None:
        """Add the blocks of a body, a cell, a text box or a content control."""
        for child in parent:
            if child.tag == _W + "p":
                self._paragraph(child)
            elif child.tag == _W + "tbl":
                self._end_list()
                self.builder.table(list(_rows(child)))
            elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "customXml", _W + "ins"):
                self.body(child)
        self._end_list()

    def parts_apart(self) -> None:
        """Add what Word keeps apart: footnotes, endnotes, and the numbers of charts."""
        for part in self._document.part.package.iter_parts():
            if str(part.partname).startswith(_CHARTS):
                self.builder.table(chart_table(parse_xml(part.blob)))
            elif str(part.partname) in _NOTES:
                for note in parse_xml(part.blob):
                    if note.get(_W + "type") is None:  # the others are the lines drawn above them
                        self.builder.add(one_line(" ".join(_text(p) for p in note.iter(_W + "p"))))
            elif str(part.partname) == _COMMENTS and (count := len(parse_xml(part.blob))):
                self.notes.append(f"{count} comment{'s' * (count > 1)} of its reviewers left out.")

    def _paragraph(self, paragraph: Any) -> None:
        text = canonical(_text(paragraph)).strip()
        style = self._style(paragraph)
        level = self._level(paragraph, style)
        number, depth = self._number(paragraph, style) if text else ("", 0)
        if number and not level:
            marker = f"{'  ' * depth}{number} "
            self._items.append(marker + text.replace("\n", "\n" + " " * len(marker)))
        elif text:
            self._end_list()
            if level:
                self.title = self.title or (text if level == 1 else "")
                self.builder.heading(f"{number} {text}" if number.strip("-") else text, level)
            else:
                self.builder.add(text)
        for box in paragraph.iter(_W + "txbxContent"):
            if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                self._end_list()
                self.body(box)

    def _end_list(self) -> None:
        self.builder.add("\n".join(self._items))
        self._items = []

    def _style(self, paragraph: Any) -> Any:
        chosen = paragraph.find(f"{_W}pPr/{_W}pStyle")
        return self._styles.get(chosen.get(_W + "val")) if chosen is not None else None

    def _level(self, paragraph: Any, style: Any) -> int:
        """The level of a heading; 0 for what is none."""
        seen = 0
        while style is not None and seen < 10:  # a damaged file may have styles based on each other
            name = style.name or ""
            if name.lower() == "title":
                return 1
            if match := _HEADING.match(name):
                return int(match[1])
            style, seen = style.base_style, seen + 1
        outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
        depth = outline.get(_W + "val") if outline is not None else ""
        return int(depth) + 1 if depth in tuple("012345") else 0

    def _number(self, paragraph: Any, style: Any) -> tuple[str, int]:
        """What Word shows before a paragraph of a list or a numbered heading, and how deep it is; empty for others."""
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        numbering, seen, numbered = own, 0, style
        while numbering is None and numbered is not None and seen < 10:
            numbering = numbered.element.find(f"{_W}pPr/{_W}numPr")
            numbered, seen = numbered.base_style if numbering is None else numbered, seen + 1
        if numbering is None:
            return ("-" if style is not None and (style.name or "").startswith("List Bullet") else ""), 0
        number, depth = numbering.find(_W + "numId"), numbering.find(_W + "ilvl")
        name = number.get(_W + "val") if number is not None else "0"
        if name == "0":  # numbering taken off
            return "", 0
        if depth is not None and (depth.get(_W + "val") or "").isdecimal():
            level = min(int(depth.get(_W + "val")), 8)
        else:
            level = self._numbering.level_of(name, numbered.style_id if numbered is not None else None)
        return self._numbering.next(name, level), level


def _rows(table: Any) -> Iterator[list[str]]:
    above: dict[int, str] = {}  # by column: a short cell that may run down over several rows
    for row in table.iter(_W + "tr"):
        if next(row.iterancestors(_W + "tbl")) is not table:
            continue
        cells, column = [], 0
        for cell in row.iter(_W + "tc"):
            if next(cell.iterancestors(_W + "tr")) is not row:
                continue
            words = " ".join(_text(p) for p in cell.iter(_W + "p"))
            merged, span = cell.find(f"{_W}tcPr/{_W}vMerge"), cell.find(f"{_W}tcPr/{_W}gridSpan")
            if merged is not None and merged.get(_W + "val") != "restart":
                words = words or above.get(column, "")
            else:
                above[column] = words if len(words) <= _MERGED else ""
            cells.append(words)
            width = span.get(_W + "val") if span is not None else "1"
            column += int(width) if width.isdecimal() and len(width) < 4 else 1
        yield cells


def _text(element: Any) -> str:
    """The words of a paragraph, without those of the text boxes anchored in it."""
    parts = []
    for child in element:
        if child.tag == _W + "t":
            parts.append(child.text or "")
        elif child.tag == EQUATION:
            parts.append(linear(child))
        elif child.tag in _BREAKS:
            parts.append(_BREAKS[child.tag])
        elif child.tag not in _NOT_READ:
            parts.append(_text(child))
    return "".join(parts)
