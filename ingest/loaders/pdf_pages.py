"""The pages of a PDF with their lines: from its text or, where a page has none, from a picture of it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from ingest.loaders import ocr
from ingest.loaders.file import File
from ingest.loaders.pdf_lines import Line, lines_of, quarter_turns
from rag.errors import SourceError


@dataclass
class Page:
    """A page and its lines in reading order. Heights are in points."""

    number: int
    height: float
    lines: list[Line] = field(default_factory=list)


def read_pages(document: Any, file: File) -> tuple[list[Page], list[str], list[int]]:
    """The pages of an open PDF, sentences about those that have no text, and the numbers of those read by OCR.

    Raises:
        SourceError: It has too many pages.
    """
    import pypdfium2

    count = len(document)
    if count > file.limits.pages:
        raise SourceError(f"{file.shown} has {count:,} pages; {file.limits.pages:,} are the limit.", "Split it.")
    pages: list[Page] = []
    broken, blank, scans, left = [], [], [], []
    by_ocr: list[int] = []
    for i in range(count):
        pages.append(Page(i + 1, 0))
        try:
            with closing(document[i]) as page:
                pages[i] = _as_text(page, i + 1)
                if pages[i].lines:
                    continue
                if next(page.get_objects(max_depth=1), None) is None:
                    blank.append(i + 1)
                elif not ocr.is_installed():
                    scans.append(i + 1)
                elif len(by_ocr) >= file.limits.ocr_pages:
                    left.append(i + 1)
                else:
                    pages[i].height = page.get_height()
                    pages[i].lines = ocr.read_picture(_picture(page), pages[i].height)
                    (by_ocr if pages[i].lines else blank).append(i + 1)
                    file.alive()
        except pypdfium2.PdfiumError:
            broken.append(i + 1)
    notes = [f"{_numbers(broken)} can't be read."] if broken else []
    notes += [f"{_numbers(blank)} {_has(blank)} no text."] if blank else []
    notes += [f"{_numbers(scans)} {_has(scans)} no text but a picture. {ocr.HINT}"] if scans else []
    notes += [f"{_numbers(left)} {_has(left)} no text; pictures of {len(by_ocr)} pages were read."] if left else []
    notes += [f"{_numbers(by_ocr)} {'is a scan' if len(by_ocr) == 1 else 'are scans'}, read by OCR."] if by_ocr else []
    return pages, notes, by_ocr


def _as_text(page: Any, number: int) -> Page:
    """A page as it is written, however it is turned to be shown: PDFium mixes up the lines of turned pages."""
    shown = page.get_rotation()
    page.set_rotation(0)
    width, height = page.get_size()
    with closing(page.get_textpage()) as textpage:
        lines = lines_of(textpage, width, height)
        on_its_side = quarter_turns(textpage).most_common(1)[0][0] % 2
    page.set_rotation(shown)
    return Page(number, width if on_its_side else height, lines)


def _picture(page: Any) -> Any:
    """What a page looks like, in grey."""
    side = max(page.get_width(), page.get_height(), 1)
    bitmap = page.render(scale=min(ocr.LONGEST_SIDE / side, 10), grayscale=True)
    return bitmap.to_pil()


def _has(pages: Sequence[int]) -> str:
    return "has" if len(pages) == 1 else "have"


def _numbers(pages: Sequence[int]) -> str:
    """As in "Page 3" and "Pages 2-5 and 9"."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in runs[:10]] + (["others"] if len(runs) > 10 else [])
    listed = ", ".join(shown[:-1]) + " and " + shown[-1] if len(shown) > 1 else shown[0]
    return f"Page {listed}" if len(pages) == 1 else f"Pages {listed}"
