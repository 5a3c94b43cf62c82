"""Excel workbooks: each sheet under its name, formulas by the values last computed."""

import datetime
import io
import warnings
from collections.abc import Iterator
from typing import Any

from ingest.loaders.file import File
from ingest.loaders.package import opened
from ingest.loaders.tables import add_table
from ingest.parsed import Parsed, TextBuilder, one_line

_BLANK_ROWS = 1_000  # in a row: what comes after is formatting


def load(file: File) -> Parsed:
    """Read a workbook."""
    import openpyxl

    builder, notes = TextBuilder(), []
    with opened(file) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of every feature it leaves out, such as validation
        book = openpyxl.load_workbook(io.BytesIO(package.office()), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = TextBuilder()
            if note := add_table(rows, _rows(sheet)):
                notes.append(f"{one_line(sheet.title)}: {note}")
            if rows.text:
                builder.heading(sheet.title, 1)
                builder.add(rows.text)
                builder.mark_table(rows.tables)
        about = book.properties
        book.close()
    return builder.build(
        title=one_line(about.title or "") or file.title,
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        metadata={
            "author": one_line(about.creator or ""),
            "date": (about.modified or about.created).date().isoformat() if about.modified or about.created else None,
            "language": about.language,
        },
        notes=notes,
    )


def _rows(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    blank = 0
    for row in sheet.iter_rows(values_only=True):
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        blank = 0 if cells else blank + 1
        if blank > _BLANK_ROWS:
            return
        yield cells


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    return str(value)
