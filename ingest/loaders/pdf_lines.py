"""The lines of a PDF page in reading order, from where its characters stand.

Most programs write a page in reading order, so that order is kept. Where it isn't one (a line of the left column, then
one of the right), the gutter between the columns shows.
"""

import ctypes
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import pi
from statistics import fmean
from typing import Any

_GAP = 1.5  # of the letter size: white this wide parts cells and columns
_COLUMN_ROWS = 6  # rows that must be parted at the same place
_COLUMN_CELL = 20  # letters that the parts must have on average: a table's cells have fewer
_LEADERS = re.compile(r"(?:\s?[.·…_]){5,}")
_BOLD = re.compile(rb"bold|black|heavy|medi\b|-bx|cmbx", re.IGNORECASE)  # in the names of fonts
_LOOKED_AT = 100  # characters of a page, to see whether any are turned
_HYPHEN = "\x02\ufffe"  # how PDFium writes a hyphen at the end of a line


_Character = tuple[int, str, float, float, float, float]
"""Its place in the text page, itself, and its box: left, bottom, right, top."""


@dataclass
class Run:
    """Characters side by side on one line. Measures are in points, from the bottom left of the page."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    bold: bool = False

    @property
    def size(self) -> float:
        """The height of its letters."""
        return self.top - self.bottom


@dataclass
class Line:
    """A line of text, or a row of a table."""

    text: str
    left: float
    right: float
    bottom: float
    size: float
    cells: int = 1
    bold: bool = False


def lines_of(textpage: Any, width: float, height: float) -> list[Line]:
    """The lines of a page in reading order.

    Args:
        textpage: A ``pypdfium2.PdfTextPage``.
        width: Of the page as it is written, in points.
        height: The same.
    """
    turns = quarter_turns(textpage)
    turned = set(turns) != {0}
    runs = _runs(textpage, _turned_characters(textpage, width, height) if turned else _characters(textpage))
    if turns.most_common(1)[0][0]:
        return to_lines(rows_by_place(runs))  # PDFium gives the lines of turned text in another order
    rows = _rows(runs)
    gutter = _gutter(rows)
    return to_lines(rows if gutter is None else list(_by_column(rows, gutter)))


def to_lines(ordered: Sequence[Sequence[Run]]) -> list[Line]:
    """Rows of runs, which are in reading order, as lines. Rows of several runs that follow each other are a table's."""
    tabular = [len(row) > 1 for row in ordered]
    lines = []
    for i, row in enumerate(ordered):
        in_table = tabular[i] and (tabular[i - 1 : i] == [True] or tabular[i + 1 : i + 2] == [True])
        text = _LEADERS.sub(" ", (" | " if in_table else " ").join(run.text.strip() for run in row)).strip()
        if text:
            lines.append(
                Line(
                    text,
                    min(run.left for run in row),
                    max(run.right for run in row),
                    row[0].bottom,
                    max(row, key=lambda run: len(run.text)).size,
                    len(row) if in_table else 1,
                    all(run.bold for run in row),
                )
            )
    return lines


def quarter_turns(textpage: Any) -> Counter[int]:
    """How many of the characters looked at stand upright (0) or are turned clockwise by so many quarters."""
    step = max(1, textpage.count_chars() // _LOOKED_AT)
    return Counter(_turns(textpage, i) for i in range(0, textpage.count_chars(), step)) or Counter({0: 1})


def _turns(textpage: Any, place: int) -> int:
    import pypdfium2.raw as pdfium

    angle: float = pdfium.FPDFText_GetCharAngle(textpage, place)
    return round(max(0.0, angle) / (pi / 2)) % 4


def _runs(textpage: Any, characters: Iterable[_Character]) -> Iterator[Run]:
    """Runs in the order in which they were written."""
    run: Run | None = None
    previous = ("", 0.0, 0.0)
    for place, character, left, bottom, right, top in characters:
        if character.isspace():
            if run is not None and not run.text.endswith(" "):
                run.text += " "
            continue
        if character in _HYPHEN and run is not None:
            run.text += "\x02"
            continue
        size = max(top - bottom, 0.1)
        if run is not None:
            last, last_left, last_right = previous
            moved = abs(left - last_left)
            if character == last and 0 < moved < 0.4 * (right - left) and abs(bottom - run.bottom) < 0.15 * size:
                continue  # struck twice to look bold; the letters of a ligature stand at the very same place
            middle = (top + bottom) / 2
            level = run.bottom <= middle <= run.top or bottom <= (run.top + run.bottom) / 2 <= top
            if not level or max(left - last_right, last_left - right) > _GAP * max(size, run.size):
                yield run
                run = None
        previous = (character, left, right)
        if run is None:
            run = Run(character, left, right, bottom, top, _is_bold(textpage, place))
            continue
        run.text += character
        run.left, run.right = min(run.left, left), max(run.right, right)
        if size > run.size:
            run.bottom, run.top = bottom, top
    if run is not None:
        yield run


def _is_bold(textpage: Any, place: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    length = pdfium.FPDFText_GetFontInfo(textpage, place, name, len(name), None)
    return 0 < length <= len(name) and _BOLD.search(name.value) is not None


def _turned_characters(textpage: Any, width: float, height: float) -> Iterator[_Character]:
    """The same as `_characters` where some are turned: each on the page as it is turned to read that one."""
    for i, character, left, bottom, right, top in _characters(textpage, tight=True):
        turns = _turns(textpage, i)
        if turns == 1:
            yield i, character, height - top, left, height - bottom, right
        elif turns == 2:
            yield i, character, width - right, height - top, width - left, height - bottom
        elif turns == 3:
            yield i, character, bottom, width - right, top, width - left
        else:
            yield i, character, left, bottom, right, top


def _characters(textpage: Any, *, tight: bool = False) -> Iterator[_Character]:
    """Each character in the order written; `tight` boxes end where the ink does, and are right for turned ones, too."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    for i in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, i)
        if code in (0, 13, 10) or not 0 < code < 0x110000:
            yield i, " ", 0, 0, 0, 0
        elif tight:
            yield i, chr(code), *textpage.get_charbox(i)
        elif pdfium.FPDFText_GetLooseCharBox(textpage, i, reference):
            yield i, chr(code), box.left, box.bottom, box.right, box.top


def _rows(runs: Iterator[Run]) -> list[list[Run]]:
    """Runs written one after the other at the same height."""
    rows: list[list[Run]] = []
    for run in runs:
        if rows:
            last = rows[-1][-1]
            overlap = min(last.top, run.top) - max(last.bottom, run.bottom)
            if overlap > 0.5 * min(last.size, run.size) and run.left >= last.right:
                rows[-1].append(run)
                continue
        rows.append([run])
    return rows


def rows_by_place(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs at one height make a row, whatever order they come in."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.bottom):
        first = rows[-1][0] if rows else None
        if first and min(first.top, run.top) - max(first.bottom, run.bottom) > 0.5 * min(first.size, run.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]


def _gutter(rows: Sequence[Sequence[Run]]) -> float | None:
    """Where two columns of prose part, if their lines were written side by side."""
    gaps = [(a.right, b.left) for row in rows for a, b in pairwise(row)]
    if len(gaps) < _COLUMN_ROWS:
        return None
    places = Counter(round((start + end) / 2 / 4) * 4 for start, end in gaps)
    place = max(places, key=lambda p: sum(start < p < end for start, end in gaps))
    parted = [row for row in rows if any(a.right < place < b.left for a, b in pairwise(row))]
    crossing = sum(any(run.left < place < run.right for run in row) for row in rows)
    if len(parted) < _COLUMN_ROWS or crossing > len(parted):
        return None
    sides = (
        [run for row in parted for run in row if run.right < place],
        [r for row in parted for r in row if r.left > place],
    )
    prose = all(fmean(len(run.text) for run in side) >= _COLUMN_CELL for side in sides)
    return float(place) if prose else None


def _by_column(rows: Sequence[list[Run]], gutter: float) -> Iterator[list[Run]]:
    """The left column before the right one, between lines that run across both."""
    left: list[list[Run]] = []
    right: list[list[Run]] = []
    for row in rows:
        if any(run.left < gutter < run.right for run in row):
            yield from left
            yield from right
            left, right = [], []
            yield row
            continue
        for column, part in (
            (left, [r for r in row if r.right <= gutter]),
            (right, [r for r in row if r.left >= gutter]),
        ):
            if part:
                column.append(part)
    yield from left
    yield from right
