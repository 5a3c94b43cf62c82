"""What can be searched: the dense and the BM25 index of the chunks, behind one protocol.

Nothing above `Index` knows which engines are behind it.
"""

import json
import os
import shutil
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.library.lexical import LexicalIndex
from rag.library.vectors import VectorIndex, opens

Hits = list[tuple[int, float]]


@dataclass(frozen=True)
class Entry:
    """What the index stores of a chunk: its id, its source, the text to match, its vector."""

    chunk_id: int
    source_id: str
    text: str
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class Stamp:
    """How far an index has come: the embedder it was built with and the catalogue revision it has reached."""

    embedder: str
    revision: int


class Index(Protocol):
    """Finds chunks by meaning and by words."""

    def add(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in both indexes."""
        ...

    def remove(self, ids: Sequence[int]) -> None:
        """Deletes chunks from both indexes; unknown ids are no error."""
        ...

    def search_dense(self, vector: NDArray[np.float32], k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k nearest chunks as ``(id, cosine)``, best first."""
        ...

    def search_bm25(self, query: str, k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k best chunks as ``(id, BM25 score)``, best first."""
        ...

    def terms(self, text: str) -> list[str]:
        """A text's words as BM25 sees them: without stop words, stemmed."""
        ...

    def rarity(self, term: str) -> float:
        """Inverse document frequency of such a word, over chunks."""
        ...

    def ids(self) -> tuple[set[int], set[int]]:
        """The chunk ids in the dense and in the BM25 index."""
        ...


class LocalIndex:
    """Chroma and Tantivy in one folder, with a stamp that tells how far they have come.

    While the folder is in use the stamp is away; it is written back on `close`. So a folder without a
    stamp was not closed, and `was_closed` says that its content must be compared with the catalogue.
    """

    def __init__(self, path: Path, embedder: str | None) -> None:
        self.path = path
        self._embedder = embedder
        self.stamp = self._take_stamp()
        self.was_closed = self.stamp is not None
        self._vectors_ready: Future[VectorIndex] | None = None
        self._opening = threading.Lock()
        self.lexical = self._open_lexical()

    @property
    def vectors(self) -> VectorIndex:
        """The dense index, opened when first needed."""
        self.open_in_background()
        assert self._vectors_ready is not None  # noqa: S101 - for the type checker
        return self._vectors_ready.result()

    def use_embedder(self, embedder: str) -> None:
        """Names the embedder of an index that was opened before its first vector."""
        self._embedder = embedder

    def open_in_background(self) -> None:
        """Starts opening Chroma, which takes a second, while the caller does something else."""
        with self._opening:
            if self._vectors_ready is None:
                pool = ThreadPoolExecutor(1, thread_name_prefix="chroma")
                self._vectors_ready = pool.submit(self._open_vectors)
                pool.shutdown(wait=False)

    def add(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in both indexes."""
        if not entries:
            return
        self.add_vectors(entries)
        self.add_postings(entries)

    def add_vectors(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in the dense index alone."""
        if entries:
            self.vectors.add(
                [e.chunk_id for e in entries], [e.source_id for e in entries], np.stack([e.vector for e in entries])
            )

    def add_postings(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in the BM25 index alone."""
        if entries:
            self.lexical.add([(e.chunk_id, e.source_id, e.text) for e in entries])

    def remove(self, ids: Sequence[int]) -> None:
        """Deletes chunks from both indexes; unknown ids are no error."""
        if ids:
            self.vectors.remove(ids)
            self.lexical.remove(ids)

    def search_dense(self, vector: NDArray[np.float32], k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k nearest chunks as ``(id, cosine)``, best first."""
        if self._embedder is None:
            return []
        return self.vectors.search(vector, k, sources)

    def search_bm25(self, query: str, k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k best chunks as ``(id, BM25 score)``, best first."""
        return self.lexical.search(query, k, sources)

    def terms(self, text: str) -> list[str]:
        """A text's words as BM25 sees them: without stop words, stemmed."""
        return self.lexical.terms(text)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of such a word, over chunks."""
        return self.lexical.rarity(term)

    def ids(self) -> tuple[set[int], set[int]]:
        """The chunk ids in the dense and in the BM25 index."""
        return self.vectors.ids() if self._embedder else set(), self.lexical.ids()

    def close(self, stamp: Stamp | None) -> None:
        """Closes both indexes. A stamp says that they hold just what the catalogue held at that revision."""
        if self._vectors_ready is not None and not self._vectors_ready.exception():
            self._vectors_ready.result().close()
        self.lexical.close()
        if stamp is not None:
            files = {str(f.relative_to(self.path)): f.stat().st_size for f in self._files()}
            partial = self._stamp_file.with_suffix(".partial")
            partial.write_text(json.dumps({**asdict(stamp), "files": files}))
            os.replace(partial, self._stamp_file)

    @property
    def _stamp_file(self) -> Path:
        return self.path / "stamp.json"

    def _files(self) -> list[Path]:
        """The files whose damage a changed size would show: vectors and postings, not Chroma's own database."""
        return [f for f in self.path.rglob("*.*") if f.is_file() and f.suffix in {".bin", ".term", ".pos", ".store"}]

    def _take_stamp(self) -> Stamp | None:
        """Reads the stamp and takes it away; None if there is none or files changed since it was written."""
        try:
            noted = json.loads(self._stamp_file.read_text())
            self._stamp_file.unlink()
            files = {str(f.relative_to(self.path)): f.stat().st_size for f in self._files()}
            return Stamp(noted["embedder"], noted["revision"]) if files == noted["files"] else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _open_lexical(self) -> LexicalIndex:
        folder = self.path / "bm25"
        try:
            return LexicalIndex(folder)
        except (ValueError, OSError):  # a missing or damaged segment: it is derived, so it starts again empty
            shutil.rmtree(folder, ignore_errors=True)
            self.was_closed = False
            return LexicalIndex(folder)

    def _open_vectors(self) -> VectorIndex:
        folder = self.path / f"vectors-{self._embedder}"
        for other in self.path.glob("vectors-*"):
            if other != folder:  # built with an embedder that is no longer this library's
                shutil.rmtree(other)
        if folder.exists() and not self.was_closed and not opens(folder):
            shutil.rmtree(folder)
        return VectorIndex(folder)
