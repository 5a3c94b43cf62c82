"""Versions for tests of what is stored, with vectors made by hashing: nothing here is about meaning."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from ingest.chunking import chunk_text
from rag.library import Library, NewChunk, NewVersion
from rag.library.library import text_hash
from rag.schema import Answer, Citation, Statement
from rag.sentences import split_sentences

FAKE = "fake-embedder"
DIMENSION = 32


def vector(text: str, dimension: int = DIMENSION) -> NDArray[np.float32]:
    """A unit vector that depends on the text alone."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).standard_normal(dimension)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def new_version(source_id: str, text: str, location: str | None = None) -> tuple[NewVersion, dict[str, str]]:
    """A version cut into chunks and sentences, and the texts it needs vectors of, by hash."""
    pieces = chunk_text(text, title=source_id, count_tokens=lambda t: len(t.split()), max_tokens=40, limit=60)
    chunks = tuple(
        NewChunk(p.start, p.end, p.heading, p.page, p.header, text_hash(p.header + text[p.start : p.end]))
        for p in pieces
    )
    sentences = tuple((start, end, text_hash(text[start:end])) for start, end in split_sentences(text))
    texts = {text_hash(p.header + text[p.start : p.end]): p.header + text[p.start : p.end] for p in pieces}
    texts |= {key: text[start:end] for start, end, key in sentences}
    version = NewVersion(
        source_id=source_id,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        title=source_id,
        text=text,
        media_type="text/plain",
        url=None,
        headings=(),
        pages=(),
        metadata={},
        chunks=chunks,
        sentences=sentences,
        location=location or f"/texts/{source_id}",
    )
    return version, texts


def store(library: Library, embedder: str = FAKE, **texts: str) -> None:
    """Adds or replaces sources, named by their ids, in one commit."""
    made = [new_version(source_id, text) for source_id, text in texts.items()]
    vectors = {key: vector(words) for _, needed in made for key, words in needed.items()}
    library.commit([version for version, _ in made], vectors, embedder)


def found(library: Library, question: str, k: int = 10) -> tuple[list[tuple[str, float]], list[tuple[str, float]]]:
    """What both searches give, as ``(source id, score)``, of sources that are ready."""
    dense, bm25 = library.index.search_dense(vector(question), k), library.index.search_bm25(question, k)
    chunks = library.catalogue.chunks({i for i, _ in dense + bm25})
    return (
        [(chunks[i].source_id, round(score, 4)) for i, score in dense if i in chunks],
        [(chunks[i].source_id, round(score, 4)) for i, score in bm25 if i in chunks],
    )


def answer_citing(library: Library, source_id: str, question: str = "How many ships?") -> Answer:
    """An answer that cites the first words of a source."""
    text = library.text(source_id)
    quote = text.text[:26]
    cited = Citation(
        number=1,
        source_id=source_id,
        version=text.version,
        title=text.title,
        start=0,
        end=26,
        quote=quote,
        passage=text.text,
    )
    said = Statement(text=quote, citations=(1,), support=1.0, supported=True)
    return Answer(
        question=question, standalone_question=question, answer=f"{quote} [1]", statements=(said,), citations=(cited,)
    )
