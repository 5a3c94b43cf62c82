"""A text as it is stored: its chunks and sentences, and the texts they need vectors of."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.chunking import chunk_text
from rag.library.library import text_hash
from rag.library.records import NewChunk
from rag.models.embedder import Embedder
from rag.schema import Heading, Page
from rag.sentences import split_sentences
from rag.settings import Settings


@dataclass(frozen=True)
class Cut:
    """Chunks, sentences as ``(start, end, text hash)``, and what to embed, by hash."""

    chunks: tuple[NewChunk, ...]
    sentences: tuple[tuple[int, int, str], ...]
    texts: dict[str, str]


def cut(
    text: str, title: str, headings: Sequence[Heading], pages: Sequence[Page], embedder: Embedder, settings: Settings
) -> Cut:
    """Cuts a canonical text as the settings ask; the embedder counts the tokens."""
    texts: dict[str, str] = {}
    pieces = chunk_text(
        text,
        title=title,
        headings=headings,
        pages=pages,
        count_tokens=embedder.count_tokens,
        max_tokens=settings.chunking.max_tokens,
        limit=embedder.max_tokens,
        overlap_sentences=settings.chunking.overlap_sentences,
    )

    def named(words: str) -> str:
        key = text_hash(words)
        texts[key] = words
        return key

    chunks = tuple(
        NewChunk(p.start, p.end, p.heading, p.page, p.header, named(p.header + text[p.start : p.end])) for p in pieces
    )
    edges = {edge for piece in pieces for edge in (piece.start, piece.end)}  # so that each lies within a chunk
    sentences = tuple((start, end, named(text[start:end])) for start, end in split_sentences(text, edges))
    return Cut(chunks, sentences, texts)
