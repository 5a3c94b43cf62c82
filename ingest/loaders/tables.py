"""Tables of data as text that can be read row by row."""

import re
from collections.abc import Iterable, Sequence

from ingest.parsed import TextBuilder, one_line

_WIDEST = 60  # columns: beyond, repeating their names in every row makes it no easier to read
_LONGEST_NAME = 60  # characters
_NUMBER = re.compile(r"[-+(]?[\d.,\s]+%?\)?")
CELLS = 2_000_000
"""How many cells of one table are read at most."""


def add_table(builder: TextBuilder, rows: Iterable[Sequence[str]]) -> str | None:
    """Add a table, one line a row; a note if it was cut.

    Where the first row names the columns, every later row says which value is which (``country: Chile | year: 2018``),
    so that it can be found and quoted alone.
    """
    read: list[list[str]] = []
    cells, note = 0, None
    for row in rows:
        cells += len(row)
        if cells > CELLS:
            note = f"A table was cut after {len(read):,} rows."
            break
        if any(cell and not cell.isspace() for cell in row):
            read.append([one_line(cell) for cell in row])
    names = _names(read)
    if names is None:
        builder.table(read)
    else:
        lines = (
            " | ".join(f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell) for row in read[1:]
        )
        builder.add("\n".join([" | ".join(names), *filter(None, lines)]))
    return note


def _names(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names of the columns, if the first row has one for each."""
    if len(rows) < 3 or not 2 <= len(rows[0]) <= _WIDEST:
        return None
    names = list(rows[0])
    widest = max(len(row) for row in rows)
    if widest > len(names) or len(set(names)) < len(names):
        return None
    good = all(0 < len(name) <= _LONGEST_NAME and not _NUMBER.fullmatch(name) for name in names)
    return names if good else None
