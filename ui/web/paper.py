"""Pages of the library's PDFs as images with the quoted words boxed, drawn in a child process and held for a while."""

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from ingest.pdf_page import PageWish, PdfPage
from rag.errors import SourceError
from rag.schema import SourceText

if TYPE_CHECKING:
    from ui.workspace import Workspace

_HELD, _SECONDS = 24, 600

Key = tuple[str, int, str, float]


class Paper:
    """Draws pages. Thread-safe."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._held: OrderedDict[Key, tuple[float, PdfPage]] = OrderedDict()
        self._holding = threading.Lock()

    def page(self, text: SourceText, number: int, start: int = 0, end: int = 0) -> PdfPage:
        """A page, with boxes around those of the words ``[start, end)`` that stand on it.

        Raises:
            SourceError: The original isn't kept, or the page can't be drawn.
        """
        words, before = on_page(text, number, start, end)
        content = self._workspace.library.catalogue.content_of(text.version) or ""
        key = (content, number, words, before)
        with self._holding:
            when, held = self._held.get(key, (0.0, None))
            if held is not None and time.monotonic() < when + _SECONDS:
                self._held.move_to_end(key)
                return held
        data = self._workspace.library.originals.read(content)
        if data is None:
            raise SourceError("The original of this source isn't kept.", "Its text is shown all the same.")
        drawn = self._workspace.drawing.draw(data, text.title, PageWish(number=number, words=words, before=before))
        with self._holding:
            self._held[key] = (time.monotonic(), drawn)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)
        return drawn


def on_page(text: SourceText, number: int, start: int, end: int) -> tuple[str, float]:
    """The part of the words ``[start, end)`` on a page, and what share of the page's text comes before it."""
    pages = sorted(text.pages, key=lambda page: page.start)
    ends = [*(page.start for page in pages[1:]), len(text.text)]
    for page, page_end in zip(pages, ends, strict=True):
        if page.number == number and start < page_end and end > page.start:
            first = max(start, page.start)
            before = (first - page.start) / max(1, page_end - page.start)
            return text.text[first : min(end, page_end)], round(before, 3)
    return "", 0.0
