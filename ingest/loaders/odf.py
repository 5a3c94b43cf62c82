"""OpenDocument texts, presentations and spreadsheets."""

from collections.abc import Iterator
from typing import Any

from ingest.loaders.file import File
from ingest.loaders.package import Package, opened
from ingest.loaders.tables import add_table
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NOT_READ = {_TEXT + "tracked-changes", _TEXT + "sequence-decls", _OFFICE + "annotation", _OFFICE + "forms"}
_REPEATED_CELLS = 64  # a cell may say that it stands for 16,384 of its kind


def load(file: File) -> Parsed:
    """Read an OpenDocument file."""
    builder = TextBuilder()
    notes: list[str] = []
    with opened(file) as package:
        body = next(package.xml("content.xml").iter(_OFFICE + "body"), None)
        kind = "text"
        for part in body if body is not None else ():
            kind = str(part.tag).rpartition("}")[2]
            _add(builder, part, notes, pages=kind == "presentation", records=kind == "spreadsheet")
        about = _about(package)
    return builder.build(
        title=about.pop("title", "") or file.title,
        media_type=f"application/vnd.oasis.opendocument.{kind}",
        metadata=about,
        notes=notes,
    )


def _add(builder: TextBuilder, parent: Any, notes: list[str], *, pages: bool, records: bool) -> None:
    number = 0
    for element in parent:
        if element.tag in _NOT_READ:
            continue
        if element.tag == _TEXT + "h":
            builder.heading(_words(element), _level(element))
        elif element.tag == _TEXT + "p":
            builder.add(_words(element))
            _add_boxes(builder, element, notes)
        elif element.tag == _TEXT + "list":
            builder.add("\n".join(_items(element, 0)))
        elif element.tag == _TABLE + "table":
            _add_table(builder, element, notes, records=records)
        elif element.tag == _DRAW + "page" and pages:
            number += 1
            builder.page(number)
            _add_slide(builder, element, notes)
        else:
            _add(builder, element, notes, pages=False, records=records)


def _add_boxes(builder: TextBuilder, paragraph: Any, notes: list[str]) -> None:
    """Text boxes anchored in a paragraph."""
    for box in paragraph.iter(_DRAW + "text-box"):
        _add(builder, box, notes, pages=False, records=False)


def _add_slide(builder: TextBuilder, slide: Any, notes: list[str]) -> None:
    for frame in slide:
        if frame.get(_PRESENTATION + "class") == "title":
            builder.heading(" ".join(_words(p) for p in frame.iter(_TEXT + "p")), 1)
        elif frame.tag == _PRESENTATION + "notes":
            words = one_line(" ".join(_words(p) for p in frame.iter(_TEXT + "p")))
            builder.add(f"Notes: {words}" if words else "")
        else:
            _add(builder, [frame], notes, pages=False, records=False)


def _add_table(builder: TextBuilder, table: Any, notes: list[str], *, records: bool) -> None:
    rows = list(_rows(table))
    if not records:
        builder.table(rows)
        return
    inner = TextBuilder()
    if note := add_table(inner, rows):
        notes.append(note)
    if inner.text:
        builder.heading(table.get(_TABLE + "name") or "", 1)
        builder.add(inner.text)
        builder.mark_table(inner.tables)


def _rows(table: Any) -> Iterator[list[str]]:
    for row in table.iter(_TABLE + "table-row"):
        if next(row.iterancestors(_TABLE + "table")) is not table:
            continue
        cells: list[str] = []
        for cell in row.iterchildren(_TABLE + "table-cell"):
            words = one_line(" ".join(_words(p) for p in cell.iter(_TEXT + "p", _TEXT + "h")))
            repeated = cell.get(_TABLE + "number-columns-repeated") or "1"
            cells += [words] * min(int(repeated) if repeated.isdigit() else 1, _REPEATED_CELLS)
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _items(element: Any, depth: int) -> Iterator[str]:
    for item in element:
        for child in item:
            if child.tag == _TEXT + "list":
                yield from _items(child, depth + 1)
            elif words := canonical(_words(child)).strip():
                yield f"{'  ' * depth}- {words}"


def _level(heading: Any) -> int:
    level = heading.get(_TEXT + "outline-level") or "1"
    return int(level) if level.isdigit() and len(level) < 3 else 1


def _words(element: Any) -> str:
    """The words of a paragraph; those of notes in brackets, those of text boxes left out."""
    parts = [element.text or ""]
    for child in element:
        name = child.tag
        if name == _TEXT + "s":
            count = child.get(_TEXT + "c") or "1"
            parts.append(" " * min(int(count) if count.isdigit() else 1, 100))
        elif name == _TEXT + "tab":
            parts.append("\t")
        elif name == _TEXT + "line-break":
            parts.append("\n")
        elif name == _TEXT + "note":
            parts.append(f" ({one_line(' '.join(_words(p) for p in child.iter(_TEXT + 'p')))})")
        elif name not in _NOT_READ and name != _DRAW + "text-box":
            parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _about(package: Package) -> dict[str, str]:
    if "meta.xml" not in package:
        return {}
    meta = package.xml("meta.xml")
    wanted = {
        "title": _DC + "title",
        "author": _DC + "creator",
        "first_author": _META + "initial-creator",
        "date": _DC + "date",
        "language": _DC + "language",
    }
    found = {key: next(meta.iter(tag), None) for key, tag in wanted.items()}
    about = {key: one_line(each.text or "") for key, each in found.items() if each is not None}
    first_author = about.pop("first_author", "")
    about["author"] = about.get("author") or first_author
    about["date"] = about.get("date", "")[:10]
    return about
