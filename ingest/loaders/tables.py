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
    blocks = [read]
    cells, note = 0, None
    for row in rows:
        cells += len(row)
        if cells > CELLS:
            note = f"A table was cut after {sum(map(len, blocks)):,} rows."
            break
        if any(cell and not cell.isspace() for cell in row):
            read.append([one_line(cell) for cell in row])
        elif read:  # a blank row ends a table, and another may follow
            read = []
            blocks.append(read)
    for block in blocks:
        _add_block(builder, block)
    return note


def _add_block(builder: TextBuilder, rows: Sequence[Sequence[str]]) -> None:
    names = _names(rows)
    if names is None:
        builder.table(rows)
        return
    lines = (
        " | ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)
        for row in rows[1:]
    )
    builder.add("\n".join([" | ".join(filter(None, names)), *filter(None, lines)]))
    builder.mark_table()


def _names(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The names of the columns, if the first row has one for each."""
    if len(rows) < 3 or not 2 <= len(rows[0]) <= _WIDEST:
        return None
    names = list(rows[0])
    widest = max(len(row) for row in rows)
    if widest > len(names) or len(set(names)) < len(names):
        return None
    good = all(0 < len(name) <= _LONGEST_NAME and not _NUMBER.fullmatch(name) for name in names[1:])
    good = good and len(names[0]) <= _LONGEST_NAME and not _NUMBER.fullmatch(names[0])  # the corner may be empty
    return names if good else None
