"""Cuts a text into chunks: whole paragraphs of one section where they fit, whole sentences where they don't."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.schema import Heading, Page
from rag.sentences import split_sentences

CountTokens = Callable[[str], int]
Span = tuple[int, int]

_PARAGRAPH = re.compile(r"(?:[^\n]|\n(?![ \t]*\n))+")
_SMALL = 0.35  # a paragraph below this share of the limit joins its neighbours
_TINY = 0.1  # and one below this share, such as a heading, is never left alone before a long one
_WIDEST = 10  # characters that count as one token at least: a tokenizer may take a huge word for a single unknown one


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
    page_starts = [page.start for page in pages]
    pieces = []
    for path, section in _sections(text, headings):
        header = _header(title, path, count_tokens, limit // 4)
        room = min(max_tokens, limit - 2 - count_tokens(header))
        heading = " › ".join(path) or None
        for start, end in _Packer(text, count_tokens, room, overlap_sentences).spans(section):
            at = bisect_right(page_starts, start) - 1
            pieces.append(Piece(start, end, heading, pages[at].number if at >= 0 else None, header))
    return pieces


def _sections(text: str, headings: Sequence[Heading]) -> Iterator[tuple[list[str], Span]]:
    """Each section with the titles of the headings it stands under, outermost first.

    A heading with nothing below it but the next heading belongs to that one's section.
    """
    ordered = sorted(headings, key=lambda heading: heading.start)
    ends = [*(heading.start for heading in ordered[1:]), len(text)]
    start = 0
    if not ordered or text[: ordered[0].start].strip():
        start = ordered[0].start if ordered else len(text)
        yield [], (0, start)
    above: list[Heading] = []
    for heading, end in zip(ordered, ends, strict=False):
        above = [h for h in above if h.level < heading.level] + [heading]
        if "\n" in text[heading.start : end].strip():
            yield [h.title for h in above], (start, end)
            start = end
    if text[start:].strip():
        yield [h.title for h in above], (start, len(text))


def _header(title: str, path: Sequence[str], count_tokens: CountTokens, limit: int) -> str:
    """Title and headings as a line and a blank one; the outer headings go first if it is too long."""
    inner = [name for name in path if name.casefold() != title.casefold()]
    for names in [*([title, *inner[i:]] for i in range(len(inner) + 1)), inner[-1:]]:
        header = " › ".join(name for name in names if name.strip())
        if header and count_tokens(header + "\n\n") <= limit:
            return header + "\n\n"
    return ""


class _Packer:
    """Packs a section into spans of at most `room` tokens.

    What is put together is counted as the sum of its parts and of the gaps between them: exact for word pieces,
    on the safe side for tokenizers that count white space.
    """

    def __init__(self, text: str, count_tokens: CountTokens, room: int, overlap: int) -> None:
        self._text = text
        self._count = count_tokens
        self._room = room
        self._overlap = overlap
        self._longest = room * _WIDEST
        self._gap = count_tokens("\n\n")

    def spans(self, section: Span) -> Iterator[Span]:
        """Small paragraphs together, long ones cut between sentences."""
        pending: Span | None = None
        held = 0
        for start, end in _paragraphs(self._text, section):
            tokens = self._tokens(start, end)
            if pending is not None:
                together = held + self._gap + tokens
                if min(held, tokens) < self._room * _SMALL and self._fits(pending[0], end, together):
                    pending, held = (pending[0], end), together
                    continue
                if held < self._room * _TINY:
                    start, tokens = pending[0], together
                else:
                    yield pending
                pending = None
            if self._fits(start, end, tokens):
                pending, held = (start, end), tokens
            else:
                yield from self._cut(start, end)
        if pending is not None:
            yield pending

    def _tokens(self, start: int, end: int) -> int:
        """Tokens in a span; something above the room if it is too long to be worth counting."""
        return self._room + 1 if end - start > self._longest else self._count(self._text[start:end])

    def _fits(self, start: int, end: int, tokens: int) -> bool:
        return tokens <= self._room and end - start <= self._longest

    def _cut(self, begin: int, end: int) -> Iterator[Span]:
        """Runs of sentences, each beginning with the last `overlap` sentences of the run before."""
        sentences = [
            piece for a, b in split_sentences(self._text[begin:end]) for piece in self._break_up(begin + a, begin + b)
        ]
        sizes = [self._tokens(a, b) + self._gap for a, b in sentences]
        first, used = 0, 0
        for i, (_, stop) in enumerate(sentences):
            used += sizes[i]
            if i > first and not self._fits(sentences[first][0], stop, used):
                yield sentences[first][0], sentences[i - 1][1]
                first = max(first + 1, i - self._overlap)
                used = sum(sizes[first : i + 1])
                while first < i and not self._fits(sentences[first][0], stop, used):
                    used -= sizes[first]
                    first += 1
        yield sentences[first][0], sentences[-1][1]

    def _break_up(self, start: int, end: int) -> Iterator[Span]:
        """A sentence too long for one chunk, cut at white space, or anywhere if it has none."""
        while not self._fits(start, end, self._tokens(start, end)):
            fits, too_long = start + 1, min(end, start + self._longest + 1)
            while too_long - fits > 1:  # the longest prefix that fits
                middle = (fits + too_long) // 2
                if self._count(self._text[start:middle]) <= self._room - self._gap:
                    fits = middle
                else:
                    too_long = middle
            blank = fits
            while blank > start and not self._text[blank].isspace():
                blank -= 1
            cut = blank if blank > start else fits
            yield start, cut
            start = cut
            while self._text[start].isspace():
                start += 1
        yield start, end


def _paragraphs(text: str, section: Span) -> Iterator[Span]:
    for match in _PARAGRAPH.finditer(text, *section):
        inner = match[0].strip()
        if inner:
            start = match.start() + match[0].index(inner)
            yield start, start + len(inner)
