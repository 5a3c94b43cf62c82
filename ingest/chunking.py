"""Cuts a text into chunks: whole paragraphs of one section where they fit, whole sentences where they don't."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.schema import Heading, Page
from rag.sentences import split_sentences

CountTokens = Callable[[str], int]
Span = tuple[int, int]

_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?![ \t]*\n))+")
_SMALL = 0.35  # a paragraph below this share of the limit joins its neighbours


@dataclass(frozen=True)
class Piece:
    """A chunk as cut: its span, the heading it stands under, its page, and the header embedded with it."""

    start: int
    end: int
    heading: str | None
    page: int | None
    header: str


def chunk_text(
    text: str,
    *,
    title: str,
    headings: Sequence[Heading] = (),
    pages: Sequence[Page] = (),
    count_tokens: CountTokens,
    max_tokens: int,
    limit: int,
    overlap_sentences: int = 1,
) -> list[Piece]:
    """Chunks in reading order, each within one section.

    Args:
        text: The canonical text.
        title: Title of the source; with the headings it makes the header of each chunk.
        headings: The heading map.
        pages: The page map.
        count_tokens: Word pieces in a string, by the embedder's own tokenizer.
        max_tokens: Word pieces in a chunk, at most.
        limit: Word pieces that the embedder reads, header and special tokens included: nothing beyond is ever cut.
        overlap_sentences: Sentences repeated where a long paragraph had to be cut.
    """
    pieces = []
    for path, section in _sections(text, headings):
        header = _header(title, path, count_tokens, limit // 4)
        room = min(max_tokens, limit - 2 - count_tokens(header))
        for start, end in _pack(text, section, count_tokens, room, overlap_sentences):
            heading = " › ".join(path) or None
            pieces.append(Piece(start, end, heading, _page_at(start, pages), header))
    return pieces


def _sections(text: str, headings: Sequence[Heading]) -> Iterator[tuple[list[str], Span]]:
    """Each section with the titles of the headings it stands under, outermost first."""
    ordered = sorted(headings, key=lambda heading: heading.start)
    if not ordered or ordered[0].start > 0:
        yield [], (0, ordered[0].start if ordered else len(text))
    open_headings: list[Heading] = []
    for i, heading in enumerate(ordered):
        open_headings = [h for h in open_headings if h.level < heading.level] + [heading]
        end = ordered[i + 1].start if i + 1 < len(ordered) else len(text)
        yield [h.title for h in open_headings], (heading.start, end)


def _header(title: str, path: Sequence[str], count_tokens: CountTokens, limit: int) -> str:
    """Title and headings as lines that end in a blank one; shortened from the outside in to fit the limit."""
    names = [title, *(name for name in path if name.casefold() != title.casefold())]
    while names:
        header = " › ".join(name for name in names if name) + "\n\n"
        if count_tokens(header) <= limit:
            return header if header.strip() else ""
        names = names[:-1] if len(names) == 1 else [names[0], *names[2:]]
    return ""


def _pack(text: str, section: Span, count_tokens: CountTokens, room: int, overlap: int) -> Iterator[Span]:
    """Spans of at most `room` tokens: small paragraphs together, long ones cut between sentences."""
    pending: Span | None = None
    pending_tokens = 0
    for start, end in _paragraphs(text, section):
        tokens = count_tokens(text[start:end])
        fits = pending_tokens + tokens <= room
        small = min(pending_tokens, tokens) < room * _SMALL
        if pending is not None and fits and small:
            pending, pending_tokens = (pending[0], end), pending_tokens + tokens
            continue
        if pending is not None:
            yield pending
            pending = None
        if tokens <= room:
            pending, pending_tokens = (start, end), tokens
        else:
            yield from _cut(text, (start, end), count_tokens, room, overlap)
    if pending is not None:
        yield pending


def _paragraphs(text: str, section: Span) -> Iterator[Span]:
    for match in _PARAGRAPH.finditer(text, *section):
        inner = match[0].strip()
        if inner:
            start = match.start() + match[0].index(inner)
            yield start, start + len(inner)


def _cut(text: str, paragraph: Span, count_tokens: CountTokens, room: int, overlap: int) -> Iterator[Span]:
    """Runs of sentences, each beginning with the last `overlap` sentences of the run before."""
    offset = paragraph[0]
    sentences = [
        piece
        for a, b in split_sentences(text[paragraph[0] : paragraph[1]])
        for piece in _break_up(text, (a + offset, b + offset), count_tokens, room)
    ]
    sizes = [count_tokens(text[a:b]) for a, b in sentences]
    first, used = 0, 0
    for i, size in enumerate(sizes):
        if used + size > room:
            yield sentences[first][0], sentences[i - 1][1]
            back = max(first + 1, i - overlap)
            while back < i and sum(sizes[back : i + 1]) > room:
                back += 1
            first, used = back, sum(sizes[back:i])
        used += size
    yield sentences[first][0], sentences[-1][1]


def _break_up(text: str, sentence: Span, count_tokens: CountTokens, room: int) -> Iterator[Span]:
    """A sentence too long for one chunk, cut at white space, or anywhere if it has none."""
    start, end = sentence
    while start < end and count_tokens(text[start:end]) > room:
        low, high = start + 1, end
        while low < high:  # the longest prefix that fits
            middle = (low + high + 1) // 2
            low, high = (middle, high) if count_tokens(text[start:middle]) <= room else (low, middle - 1)
        blank = max(text.rfind(" ", start + 1, low), text.rfind("\n", start + 1, low))
        cut = blank if blank > start else low
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end


def _page_at(position: int, pages: Sequence[Page]) -> int | None:
    number = None
    for page in pages:
        if page.start > position:
            break
        number = page.number
    return number
