"""The sentences an extractive answer can be made of, each with its exact place and its vector."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.library.embedding_cache import EmbeddingCache
from rag.retrieval import Retrieved
from rag.schema import Heading, SourceText


@dataclass(frozen=True)
class Candidate:
    """A sentence of a retrieved chunk.

    Attributes:
        version: The version of the source it stands in.
        start, end: Its place in that version's text.
        text: Its exact words, `text[start:end]` of the source.
        vector: Its embedding, a unit vector.
        hit: Which of the retrieved chunks it stands in (0 is the best).
        is_heading: Whether it is a heading, which can be read but says nothing by itself.
    """

    version: int
    start: int
    end: int
    text: str
    vector: NDArray[np.float32]
    hit: int
    is_heading: bool = False


def candidates(retrieved: Retrieved, cache: EmbeddingCache, embedder: str) -> list[Candidate]:
    """The sentences of the retrieved chunks, each once, in the order of the chunks and then of reading."""
    found: dict[tuple[int, int], Candidate] = {}
    for rank, hit in enumerate(retrieved.hits):
        chunk, source = hit.chunk, retrieved.texts[hit.chunk.version]
        spans, vectors = cache.sentence_vectors(chunk.version, chunk.start, chunk.end, embedder)
        for (start, end), vector in zip(spans, vectors, strict=True):
            found.setdefault(
                (chunk.version, start),
                Candidate(
                    version=chunk.version,
                    start=start,
                    end=end,
                    text=source.text[start:end],
                    vector=vector,
                    hit=rank,
                    is_heading=_is_heading(source, start, end),
                ),
            )
    return list(found.values())


def _is_heading(source: SourceText, start: int, end: int) -> bool:
    def covers(heading: Heading) -> bool:
        return heading.start <= start and source.text[start:end].lstrip("# ").startswith(heading.title[:40])

    return any(covers(heading) for heading in source.headings if abs(heading.start - start) < 8)
