"""PDF: text with its pages, paragraphs put together from lines, headings by size or outline, tables as rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, Self

from ingest.loaders.file import File
from ingest.loaders.pdf_lines import Line
from ingest.loaders.pdf_pages import Page, read_pages
from ingest.parsed import Parsed, TextBuilder, one_line
from rag.errors import SourceError

_MARGIN = 0.12  # of the page's height: where running heads, feet and page numbers stand
_RUNNING = 3  # pages on which a line must recur to be one
_OFTEN = 0.4  # share of the pages that must have a line at its height
_APART = 1.8  # of the letter size
_HEADING = 1.12  # of the body's letter size
_HEADING_LENGTH, _BOLD_LENGTH, _SENTENCE = 200, 90, 50  # characters
_BOLD_RARE = 0.25  # share of the lines: where more are bold, it says nothing
_PITCH, _TITLE_PITCH = 1.3, 1.5  # of the usual distance between lines: more parts paragraphs, or titles
_INDENT = 0.8  # of the letter size
_STOP = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_BULLET = re.compile(r"^[•◦▪▫‣●○■□➢✓∙·\uf0b7\uf0a7]\s*")
_ITEM = re.compile(r"^(?:[-–*]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s")
_NUMBERING = re.compile(r"^\s*(?:chapter|section|part|appendix)?\s*(?:\d{1,3}|[A-Z])?(?:\.\d{1,3})*[.):]?\s+", re.I)
_PAGE_NUMBER = re.compile(r"(?:page\s*)?[-–\s]*(?:#|[ivxl]{1,7})[-–\s]*(?:(?:of|/)\s*#)?", re.IGNORECASE)
_WEAK_TITLE = re.compile(
    r"untitled|microsoft (?:word|powerpoint)|\.(?:docx?|tex|indd|pptx?|qxd|dvi|pdf|odt)$|^\W*$", re.I
)
_HYPHENS = ("\x02", "-", "‐")


@dataclass(frozen=True)
class _Look:
    """How a document looks: the levels in its outline, the size of its body, those of its headings, use of bold."""

    outline: dict[str, int]
    body: float
    sizes: list[float]
    bold_is_rare: bool

    @classmethod
    def of(cls, pages: Sequence[Page], outline: dict[str, int]) -> Self:
        body = _body_size(pages)
        lines = [line for page in pages for line in page.lines]
        sizes = {_rounded(line.size) for line in lines if line.size >= body * _HEADING}
        bold = sum(line.bold for line in lines)
        return cls(outline, body, sorted(sizes, reverse=True), bold < _BOLD_RARE * len(lines))


def load(file: File) -> Parsed:
    """Read a PDF.

    Raises:
        SourceError: It is encrypted or damaged.
    """
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(file.data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise SourceError(f"{file.shown} is encrypted.", "Save it without a password and add that.") from None
        raise SourceError(f"{file.shown} is a damaged PDF: it can't be opened.", "Print it to a new PDF.") from None
    with closing(document):
        about = document.get_metadata_dict(skip_empty=True)
        pages, notes, by_ocr = read_pages(document, file)
        outline = _outline(document)
    _drop_running_lines(pages)
    builder = TextBuilder()
    add_pages(builder, pages, outline)
    parsed = builder.build(title="", media_type="application/pdf")
    title = one_line(str(about.get("Title", "")))
    if not title or _WEAK_TITLE.search(title):
        title = _largest_heading(pages) or (parsed.headings[0].title if parsed.headings else "") or file.title
    return parsed.model_copy(
        update={
            "title": title,
            "metadata": {
                key: value
                for key, value in {
                    "author": one_line(str(about.get("Author", ""))),
                    "date": _date(str(about.get("CreationDate", ""))),
                    "page_count": len(pages),
                    "pages_by_ocr": by_ocr,
                }.items()
                if value
            },
            "notes": tuple(notes),
        }
    )


def _outline(document: Any) -> dict[str, int]:
    """The levels of the titles in the table of contents, by their letters."""
    import pypdfium2

    levels: dict[str, int] = {}
    try:
        for count, mark in enumerate(document.get_toc(max_depth=6)):
            if count >= 10_000:
                break
            levels.setdefault(_letters(mark.get_title() or ""), mark.level + 1)
    except (pypdfium2.PdfiumError, UnicodeError, ValueError):
        return {}
    levels.pop("", None)
    return levels


def _letters(text: str) -> str:
    """The letters and digits of a title without its number."""
    return "".join(filter(str.isalnum, _NUMBERING.sub("", text))).casefold()


def _drop_running_lines(pages: Sequence[Page]) -> None:
    """Remove running heads and feet and page numbers: lines in the margins that recur from page to page."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_pattern(line) for line in page.lines if _in_margin(line, page)})
    heights = Counter(round(line.bottom / 2) for page in pages for line in _outermost(page))
    often = max(_RUNNING, len(pages) * _OFTEN)
    for page in pages:
        apart = [line for line in _outermost(page) if heights[round(line.bottom / 2)] >= often]
        page.lines = [
            line
            for line in page.lines
            if not (_in_margin(line, page) and (_runs_on(line, seen) or any(line is other for other in apart)))
        ]


def _outermost(page: Page) -> list[Line]:
    """The top and the bottom line of a page, where white parts them from the rest."""
    ordered = sorted(page.lines, key=lambda line: line.bottom)
    ends = []
    if len(ordered) > 2 and ordered[1].bottom - ordered[0].bottom > _APART * ordered[0].size:
        ends.append(ordered[0])
    if len(ordered) > 2 and ordered[-1].bottom - ordered[-2].bottom > _APART * ordered[-1].size:
        ends.append(ordered[-1])
    return [line for line in ends if _in_margin(line, page)]


def _pattern(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text).strip()


def _runs_on(line: Line, seen: Counter[str]) -> bool:
    pattern = _pattern(line)
    return seen[pattern] >= _RUNNING or (len(pattern) < 20 and _PAGE_NUMBER.fullmatch(pattern) is not None)


def _in_margin(line: Line, page: Page) -> bool:
    middle = line.bottom + line.size / 2
    return not page.height * _MARGIN < middle < page.height * (1 - _MARGIN)


def add_pages(builder: TextBuilder, pages: Sequence[Page], outline: dict[str, int]) -> None:
    """Add the lines of pages as paragraphs, headings and tables.

    Args:
        builder: What they are added to.
        pages: With their lines in reading order.
        outline: The levels of the titles in the table of contents, by their letters.
    """
    words = Counter(word for page in pages for line in page.lines for word in line.text.split())
    look = _Look.of(pages, outline)
    unfinished = False  # whether the last block of the page before may go on
    for page in pages:
        builder.page(page.number)
        for block in _blocks(page.lines):
            text = _joined(block, words)
            level = _level(block, text, look)
            if level:
                builder.heading(text, level)
            elif unfinished and text[:1].islower() and block[0].cells == 1:
                cut_word = builder.last.endswith(_HYPHENS)
                whole = _whole(builder.last, text, words) if cut_word else ""
                kept = whole.startswith(builder.last)
                builder.join(text, "" if cut_word else " ", cut=int(cut_word and not kept))
            else:
                builder.add(text)
                builder.mark_table(int(len(block) > 1 and block[0].cells > 1))
            unfinished = not level and block[-1].cells == 1 and not _STOP.search(text)


def _body_size(pages: Sequence[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[_rounded(line.size)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _level(block: Sequence[Line], text: str, look: _Look) -> int:
    """The level of a heading; 0 for what is none."""
    if len(block) > 3 or len(text) > _HEADING_LENGTH or block[0].cells > 1 or not any(map(str.isalpha, text)):
        return 0
    if block[0].text != _BULLET.sub("", block[0].text):
        return 0
    if level := look.outline.get(_letters(text), 0):
        return level
    if len(_letters(text)) < 3 or text.endswith((",", ";")) or (text.endswith(".") and len(text) > _SENTENCE):
        return 0
    size = block[0].size
    if size >= look.body * _HEADING:
        return min(6, 1 + look.sizes.index(_rounded(size)))
    bold = look.bold_is_rare and size >= 0.95 * look.body and all(line.bold for line in block)
    titled = len(text) <= _BOLD_LENGTH and (text[0].isupper() or text[0].isdigit())
    return min(6, 1 + len(look.sizes)) if bold and titled else 0


def _largest_heading(pages: Sequence[Page]) -> str:
    """The line in the largest letters on the first page with text, if it stands out."""
    first = next((page for page in pages if page.lines), None)
    if first is None:
        return ""
    blocks = [block for block in _blocks(first.lines) if len(block) <= 3 and block[0].cells == 1]
    best = max(blocks, key=lambda block: block[0].size, default=[])
    text = _joined(best, Counter()) if best else ""
    usual = _body_size([first])
    return text if best and best[0].size > usual * _HEADING and 3 <= len(text) <= _HEADING_LENGTH else ""


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that make a paragraph, a heading or a table."""
    gaps = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 4 * a.size]
    pitch = median(gaps) if gaps else 0.0
    edge = max((line.right for line in lines), default=0.0)
    block: list[Line] = []
    for line in lines:
        if block and _parts(block, line, pitch, edge):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _parts(block: Sequence[Line], line: Line, pitch: float, edge: float) -> bool:
    """Whether a line begins a new block."""
    last = block[-1]
    if (line.cells > 1) != (last.cells > 1):
        return True
    if line.cells > 1:
        return last.bottom - line.bottom > 3 * max(pitch, line.size)
    if not 0.87 < line.size / max(last.size, 0.1) < 1.15 or _BULLET.match(line.text):
        return True
    stopped = _STOP.search(last.text) is not None
    fall = last.bottom - line.bottom
    if fall <= 0 or fall > 6 * line.size:  # the top of the next column, or beyond a picture
        return stopped or not line.text[:1].islower()
    allowed = _TITLE_PITCH if line.size > 1.1 * pitch else _PITCH
    if fall > allowed * max(pitch, 1.05 * line.size):
        return True
    if _ITEM.match(line.text):
        return stopped or _ITEM.match(block[0].text) is not None
    if not stopped:
        return False
    indented = line.left > last.left + _INDENT * line.size and len(block) > 1
    outdented = line.left < last.left - _INDENT * line.size and len(block) > 1
    right = max(x.right for x in block) if len(block) > 1 else edge
    short = last.right < right - 4 * line.size and not line.text[:1].islower()
    return indented or outdented or short


def _joined(block: Sequence[Line], words: Counter[str]) -> str:
    """The text of a block, its words whole again where lines had cut them."""
    if block[0].cells > 1:
        return "\n".join(line.text.replace("\x02", "-") for line in block)
    text = _BULLET.sub("- ", block[0].text)
    for line in block[1:]:
        if text.endswith(_HYPHENS) and line.text[:1].islower():
            text = _whole(text, line.text, words)
        elif text.endswith(_HYPHENS) and text[-2:-1].isalpha() and line.text[:1].isalnum():
            text += line.text
        else:
            text = f"{text} {line.text}"
    return text.replace("\x02", "-")


def _whole(text: str, following: str, words: Counter[str]) -> str:
    """Two lines joined at a hyphen, which goes unless the document has the word with its hyphen elsewhere."""
    head, _, start = text[:-1].rpartition(" ")
    end = following.split(" ", 1)[0]
    bare = re.compile(r"^\W+|\W+$")
    hyphened, plain = (bare.sub("", start + join + end) for join in ("-", ""))
    keep = words[hyphened] > words[plain] or "-" in start or not start[-1:].isalpha()
    return f"{head} {start}{'-' if keep else ''}{following}".strip()


def _date(value: str) -> str | None:
    """``D:20221217024144`` as a date."""
    match = re.match(r"D:(\d{4})(\d\d)(\d\d)", value)
    return "-".join(match.groups()) if match else None
