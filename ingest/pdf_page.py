"""One page of a PDF as an image, and where on it some words stand.

A page keeps its text in another order and with other blanks and hyphens than the canonical text made from it. So words
are compared by their letters and digits alone.
"""

import base64
import io
import math
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from rag.errors import SourceError
from rag.schema import Noun

WIDTH = 1_240
"""Pixels across, twice what the source panel shows."""

_MOST_PIXELS = 4_000_000
_PIECE = 16  # letters in a row that say where part of a quote stands
_ENOUGH = 0.5  # share of a quote's letters that must be found
_JOINED = 1.5  # of the letters' height: boxes nearer than this on one line are one

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the page."""


class PdfPage(Noun):
    """A page as drawn. `image` is a PNG in Base64, empty if none was asked for; `boxes` is where the words stand."""

    number: int
    count: int
    width: int
    height: int
    image: str = ""
    boxes: tuple[Box, ...] = ()

    @property
    def png(self) -> bytes:
        """The image."""
        return base64.b64decode(self.image)


class PageWish(Noun):
    """Which page, and which words on it; `before` is the share of the page's letters that come before them."""

    number: int
    words: str = ""
    before: float = 0.0
    image: bool = True


def draw(data: bytes, wish: PageWish) -> PdfPage:
    """Draws a page and finds the words on it.

    Raises:
        SourceError: The file can't be opened, or has no such page.
    """
    import pypdfium2

    try:
        with closing(pypdfium2.PdfDocument(data)) as document:
            if not 1 <= wish.number <= len(document):
                raise SourceError(f"There is no page {wish.number}: the file has {len(document)}.", "Choose another.")
            with closing(document[wish.number - 1]) as page:
                return _drawn(page, len(document), wish)
    except pypdfium2.PdfiumError as error:
        raise SourceError(f"Page {wish.number} can't be drawn: {error}.", "Open the file in its own program.") from None


def _drawn(page: Any, count: int, wish: PageWish) -> PdfPage:
    across, down = page.get_size()
    scale = min(WIDTH / max(across, 1), math.sqrt(_MOST_PIXELS / max(across * down, 1)))
    with closing(page.render(scale=scale if wish.image else 1.0)) as bitmap, closing(page.get_textpage()) as textpage:
        place = bitmap.get_posconv(page)
        boxes = [_on(bitmap, place, rectangle) for rectangle in _rectangles(textpage, wish)]
        return PdfPage(
            number=wish.number,
            count=count,
            width=max(1, math.ceil(across * scale)),
            height=max(1, math.ceil(down * scale)),
            image=_encoded(bitmap) if wish.image else "",
            boxes=tuple(_joined(boxes)),
        )


def _encoded(bitmap: Any) -> str:
    image = io.BytesIO()
    bitmap.to_pil().save(image, "PNG", compress_level=3)
    return base64.b64encode(image.getvalue()).decode()


def _on(bitmap: Any, place: Any, rectangle: Sequence[float]) -> Box:
    """A rectangle of the page (left, bottom, right, top in points) on the drawn page, which may be turned."""
    left, bottom, right, top = rectangle
    (x1, y1), (x2, y2) = place.to_bitmap(left, bottom), place.to_bitmap(right, top)
    x, y = min(x1, x2), min(y1, y2)
    return x / bitmap.width, y / bitmap.height, abs(x2 - x1) / bitmap.width, abs(y2 - y1) / bitmap.height


def _rectangles(textpage: Any, wish: PageWish) -> Iterator[Sequence[float]]:
    wanted = "".join(letter for letter, _ in _letters(enumerate(wish.words)))
    if not wanted:
        return
    import pypdfium2.raw as pdfium

    codes = ((i, pdfium.FPDFText_GetUnicode(textpage, i)) for i in range(textpage.count_chars()))
    letters = list(_letters((i, chr(code)) for i, code in codes if 0 < code < 0x110000))
    text = "".join(letter for letter, _ in letters)
    for start, end in places(text, wanted, round(wish.before * len(text))):
        first, last = letters[start][1], letters[end - 1][1]
        for i in range(textpage.count_rects(first, last - first + 1)):
            yield textpage.get_rect(i)


def _letters(characters: Any) -> Iterator[tuple[str, int]]:
    """Letters and digits without case and accents, each with the place of the character it comes from."""
    for i, character in characters:
        for letter in unicodedata.normalize("NFKD", character).casefold():
            if letter.isalnum():
                yield letter, i


def places(text: str, wanted: str, near: int = 0) -> list[tuple[int, int]]:
    """Where `wanted` stands in `text`: at one place, near `near` if there are several, or else in pieces.

    Empty if less than half of it is there.
    """
    whole = _nearest(text, wanted, near)
    if whole is not None:
        return [(whole, whole + len(wanted))]
    found: list[tuple[int, int]] = []
    at = 0
    while at + _PIECE <= len(wanted):
        start = _nearest(text, wanted[at : at + _PIECE], found[-1][1] if found else near)
        if start is None:
            at += 1
            continue
        length = _PIECE
        while wanted[at + length : at + length + 1] == text[start + length : start + length + 1] != "":
            length += 1
        found.append((start, start + length))
        at += length
    return found if sum(end - start for start, end in found) >= _ENOUGH * len(wanted) else []


def _nearest(text: str, words: str, near: int) -> int | None:
    after, before = text.find(words, near), text.rfind(words, 0, near + len(words))
    found = [place for place in (after, before) if place >= 0]
    return min(found, key=lambda place: abs(place - near), default=None)


def _joined(boxes: Sequence[Box]) -> Iterator[Box]:
    """Boxes side by side on one line as one."""
    last: Box | None = None
    for box in boxes:
        if last is not None:
            overlap = min(last[1] + last[3], box[1] + box[3]) - max(last[1], box[1])
            gap = box[0] - (last[0] + last[2])
            if overlap > 0.5 * min(last[3], box[3]) and -0.5 < gap < _JOINED * max(last[3], box[3]):
                left, top = min(last[0], box[0]), min(last[1], box[1])
                right = max(last[0] + last[2], box[0] + box[2])
                bottom = max(last[1] + last[3], box[1] + box[3])
                last = (left, top, right - left, bottom - top)
                continue
            yield last
        last = box
    if last is not None:
        yield last
