"""What can be searched: the dense and the BM25 index of the chunks, behind one protocol.

Nothing above `Index` knows which engines are behind it.
"""

import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import LibraryError
from rag.library.lexical import LexicalIndex
from rag.library.stamp import DamagedIndexError, Stamp, StampFile
from rag.library.vectors import VectorIndex, opens

Hits = list[tuple[int, float]]


@dataclass(frozen=True)
class Entry:
    """What the index stores of a chunk: its id, its source, the text to match, its vector."""

    chunk_id: int
    source_id: str
    text: str
    vector: NDArray[np.float32]


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

    def holding(self, word: str) -> int | None:
        """How many chunks hold a word, in any of its forms; None for a stop word."""
        ...

    def ids(self) -> tuple[set[int], set[int]]:
        """The chunk ids in the dense and in the BM25 index."""
        ...


class LocalIndex:
    """Chroma and Tantivy in one folder, with a stamp that tells how far they have come.

    The stamp is away from the beginning to the end of each change. An index without one died in the middle
    of a change, or was damaged: its content must be compared with the catalogue.
    """

    def __init__(self, path: Path, embedder: str | None) -> None:
        self.path = path
        self._embedder = embedder
        self._stamp_file = StampFile(path)
        self.stamp = self._read_stamp()
        self.removed = self.stamp.removed if self.stamp else 0
        self._trusted = self.stamp is not None
        # Chroma may have died while writing its graph: such a one can pass each test and crash the process later.
        self._half_written = not self._trusted and self._stamp_file.written_since(self._vectors_folder.glob("*/*"))
        self._vectors_ready: Future[VectorIndex] | None = None
        self._opening = threading.Lock()
        self._searching = 0
        self._successor: LocalIndex | None = None
        self._handing_over = threading.Condition()
        with self._explained("opened"):
            self.lexical = self._open_lexical()

    @property
    def vectors(self) -> VectorIndex:
        """The dense index, opened when first needed."""
        self.open_in_background()
        if self._vectors_ready is None:
            raise LibraryError(f"The index at {self.path} has no embedder yet.", "Add a source first.")
        with self._explained("opened"):
            return self._vectors_ready.result()

    def open_in_background(self) -> None:
        """Starts opening Chroma, which takes a second, while the caller does something else."""
        with self._opening:
            if self._vectors_ready is None and self._embedder is not None:
                pool = ThreadPoolExecutor(1, thread_name_prefix="chroma")
                self._vectors_ready = pool.submit(self._open_vectors)
                pool.shutdown(wait=False)

    def vectors_intact(self) -> bool:
        """Whether the dense index can be opened and searched, without risking this process."""
        opened = self._vectors_ready is not None and self._vectors_ready.done() and not self._vectors_ready.exception()
        if opened or self._embedder is None or not self._vectors_folder.exists():
            return True
        return not self._half_written and opens(self._vectors_folder)

    def begin_change(self) -> None:
        """Takes the stamp away: until `end_change`, the index may be out of step with the catalogue."""
        with self._explained("changed"):
            self._stamp_file.remove()
        self.stamp = None

    def end_change(self, embedder: str, revision: int) -> None:
        """Stamps the index: it holds just what the catalogue holds at this revision."""
        stamp = Stamp(embedder, revision, self.removed)
        with self._explained("changed"):
            self._stamp_file.write(stamp)
        self.stamp = stamp

    def start_empty(self, embedder: str) -> None:
        """Throws everything away, to be filled anew with vectors of an embedder."""
        self.close()
        with self._explained("changed"), self._opening:
            if self.path.exists():
                shutil.rmtree(self.path)
            self._embedder = embedder
            self._vectors_ready = None
            self.stamp, self.removed = None, 0
            self.lexical = self._open_lexical()

    def add(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in both indexes."""
        self.add_vectors(entries)
        self.add_postings([(e.chunk_id, e.source_id, e.text) for e in entries])

    def add_vectors(self, entries: Sequence[Entry]) -> None:
        """Stores chunks in the dense index alone."""
        if entries:
            with self._explained("changed"):
                self.vectors.add(
                    [e.chunk_id for e in entries], [e.source_id for e in entries], np.stack([e.vector for e in entries])
                )

    def add_postings(self, entries: Sequence[tuple[int, str, str]]) -> None:
        """Stores ``(chunk id, source id, text)`` in the BM25 index alone."""
        if entries:
            with self._explained("changed"):
                self.lexical.add(entries)

    def remove(self, ids: Sequence[int]) -> None:
        """Deletes chunks from both indexes; unknown ids are no error."""
        if ids:
            with self._explained("changed"):
                self.vectors.remove(ids)
                self.lexical.remove(ids)
            self.removed += len(ids)

    def search_dense(self, vector: NDArray[np.float32], k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k nearest chunks as ``(id, cosine)``, best first."""
        with self._searched() as index:
            return index.vectors.search(vector, k, sources) if index._embedder is not None else []

    def search_bm25(self, query: str, k: int, sources: frozenset[str] | None = None) -> Hits:
        """The k best chunks as ``(id, BM25 score)``, best first."""
        with self._searched() as index:
            return index.lexical.search(query, k, sources)

    def terms(self, text: str) -> list[str]:
        """A text's words as BM25 sees them: without stop words, stemmed."""
        return self.lexical.terms(text)

    def rarity(self, term: str) -> float:
        """Inverse document frequency of such a word, over chunks."""
        return self.lexical.rarity(term)

    def holding(self, word: str) -> int | None:
        """How many chunks hold a word, in any of its forms; None for a stop word."""
        return self.lexical.holding(word)

    def ids(self) -> tuple[set[int], set[int]]:
        """The chunk ids in the dense and in the BM25 index."""
        with self._explained("read"):
            return self.vectors.ids() if self._embedder is not None else set(), self.lexical.ids()

    def close(self) -> None:
        """Closes both indexes."""
        if self._vectors_ready is not None and not self._vectors_ready.exception():
            self._vectors_ready.result().close()
        self.lexical.close()

    def hand_over(self, successor: "LocalIndex") -> None:
        """Lets another index answer from now on; closes and deletes this one when its last search has ended."""
        with self._handing_over:
            self._successor = successor
            self._handing_over.wait_for(lambda: not self._searching)
        with suppress(Exception):  # it may be what had to be replaced
            self.close()
        shutil.rmtree(self.path, ignore_errors=True)

    @contextmanager
    def _searched(self) -> Iterator["LocalIndex"]:
        """The index to search, which isn't closed meanwhile: this one, or the one it has handed over to."""
        with self._handing_over:
            successor = self._successor
            if successor is None:
                self._searching += 1
        if successor is not None:
            with successor._searched() as index:
                yield index
            return
        try:
            with self._explained("searched"):
                yield self
        finally:
            with self._handing_over:
                self._searching -= 1
                self._handing_over.notify_all()

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        """Failures of Chroma and Tantivy, which are of many kinds, as a sentence about this index."""
        try:
            yield
        except LibraryError:
            raise
        except Exception as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise LibraryError(
                f"The search index at {self.path} can't be {done}: {reason}.",
                "Check that the disk has space, then run 'footnote doctor --repair'. No source is lost.",
            ) from error

    def _read_stamp(self) -> Stamp | None:
        """The stamp, if there is one. A damaged index is thrown away: Chroma opens some without a complaint."""
        try:
            return self._stamp_file.read()
        except DamagedIndexError:
            shutil.rmtree(self.path)
            return None

    @property
    def _vectors_folder(self) -> Path:
        return self.path / f"vectors-{self._embedder}"

    def _open_lexical(self) -> LexicalIndex:
        folder = self.path / "bm25"
        try:
            return LexicalIndex(folder)
        except ValueError:  # a missing or damaged segment: it is derived, so it starts again empty
            shutil.rmtree(folder, ignore_errors=True)
            self.stamp = None
            return LexicalIndex(folder)

    def _open_vectors(self) -> VectorIndex:
        folder = self._vectors_folder
        for other in self.path.glob("vectors-*"):
            if other != folder:  # built with an embedder that is no longer this library's
                shutil.rmtree(other)
        if folder.exists() and not self._trusted and (self._half_written or not opens(folder)):
            shutil.rmtree(folder)
        return VectorIndex(folder)
