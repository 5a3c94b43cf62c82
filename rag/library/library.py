"""A library: the catalogue and its index, kept in step.

The order of every change is: write the catalogue as `indexing`, store vectors and postings, make the version
`ready` in one transaction, delete what it replaced. Whatever instant a process dies at, `open_library` drops
what is not ready and compares the index with the catalogue id by id.
"""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbedderMismatchError, LibraryError, SourceError
from rag.library.catalogue import Catalogue
from rag.library.database import Database
from rag.library.embedding_cache import EmbeddingCache
from rag.library.index import Entry, LocalIndex, Stamp
from rag.library.lock import LibraryLock
from rag.library.records import NewVersion
from rag.schema import Chunk, Source, SourceText

Progress = Callable[[int, int], None]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
_EMBED_AT_ONCE = 256


def text_hash(text: str) -> str:
    """The name of a text in the embedding cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Library:
    """Sources, their texts and chunks, and the search over them. Thread-safe."""

    def __init__(self, folder: Path, lock: LibraryLock, database: Database, index: LocalIndex) -> None:
        self.folder = folder
        self.catalogue = Catalogue(database)
        self.cache = EmbeddingCache(database)
        self.index = index
        self._database = database
        self._lock = lock
        self._changing = threading.RLock()
        self._in_step = True

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Counts the changes to what can be searched."""
        return self.catalogue.revision

    @property
    def embedder(self) -> str | None:
        """The fingerprint of the embedder the index is built with; None while the library is empty."""
        return self.catalogue.get("embedder")

    def sources(self) -> list[Source]:
        """All sources, by title."""
        return self.catalogue.sources()

    def source(self, source_id: str) -> Source:
        """One source.

        Raises:
            SourceError: There is none with that id.
        """
        found = self.catalogue.source(source_id)
        if found is None:
            raise SourceError(f"There is no source '{source_id}'.", "'footnote sources list' shows those there are.")
        return found

    def text(self, source_id: str, version: int | None = None) -> SourceText:
        """The canonical text of a source in one version (None: the current one).

        Raises:
            SourceError: There is no such source or version.
        """
        found = self.catalogue.text(source_id, version)
        if found is None:
            self.source(source_id)
            raise SourceError(
                f"Version {version} of source '{source_id}' is gone.", "It was replaced; open the source itself."
            )
        return found

    def check_embedder(self, fingerprint: str) -> None:
        """Refuses an embedder other than the one the index was built with.

        Raises:
            EmbedderMismatchError: The index was built with another one.
        """
        built_with = self.embedder
        if built_with is not None and built_with != fingerprint:
            raise EmbedderMismatchError(
                f"The index at {self.folder} was built with another embedder "
                f"({built_with}; the one configured is {fingerprint}).",
                "Run 'footnote rebuild' to build it anew, or set embedder.model back.",
            )

    # -- changing ------------------------------------------------------------------------------------------------

    def commit(self, versions: Sequence[NewVersion], vectors: dict[str, NDArray[np.float32]], embedder: str) -> None:
        """Adds or replaces sources, all of them visible at once when everything is stored.

        Args:
            versions: The new versions.
            vectors: By text hash, for those of their chunks and sentences that the cache doesn't have.
            embedder: Fingerprint of what made the vectors.
        """
        if not versions:
            return
        with self._changing:
            self.check_embedder(embedder)
            if self.embedder is None:
                self.catalogue.put("embedder", embedder)
                self.index.use_embedder(embedder)
            self.cache.add(embedder, vectors)
            self._in_step = False
            begun = [(self.catalogue.begin_version(version), version) for version in versions]
            entries: list[Entry] = []
            for version_id, version in begun:
                chunks = self.catalogue.chunks_of(version_id)
                entries += self._entries(chunks, {version_id: version.text}, embedder)
            self.index.add(entries)
            gone = self.catalogue.publish(begun)
            self.index.remove(gone)
            if gone:
                self.cache.prune()
            self._in_step = True

    def remove(self, source_ids: Sequence[str]) -> None:
        """Removes sources and everything that belongs to them."""
        with self._changing:
            self._in_step = False
            self.index.remove(self.catalogue.remove(source_ids))
            self.cache.prune()
            self._in_step = True

    def reconcile(self) -> tuple[int, int]:
        """Makes the index hold just the chunks of ready versions.

        Returns how many chunks were missing from it and how many were left over.
        """
        with self._changing:
            wanted = self.catalogue.chunk_ids()
            dense, bm25 = self.index.ids()
            extra = (dense | bm25) - wanted
            self.index.remove(sorted(extra))
            missing = wanted - (dense & bm25)
            for at in range(0, len(missing), 2000):
                some = sorted(missing)[at : at + 2000]
                chunks = self.catalogue.chunks(some).values()
                texts = self.catalogue.texts({chunk.version for chunk in chunks})
                entries = self._entries(
                    list(chunks), {v: text.text for v, text in texts.items()}, self.embedder or ""
                )
                self.index.add_vectors([e for e in entries if e.chunk_id not in dense])
                self.index.add_postings([e for e in entries if e.chunk_id not in bm25])
            self.cache.prune()
            self._in_step = True
            return len(missing), len(extra)

    def rebuild(self, embed: Embed, embedder: str, progress: Progress | None = None) -> int:
        """Builds the index anew with an embedder, embedding only what has no vector of it yet.

        Args:
            embed: Texts to unit vectors, shape ``(n, dimension)``.
            embedder: Its fingerprint; from now on the library's.
            progress: Told how many texts are embedded, of how many.

        Returns how many texts were embedded.
        """
        with self._changing:
            todo = dict(self.cache.missing(embedder))
            keys = sorted(todo, key=lambda key: len(todo[key]))
            for at in range(0, len(keys), _EMBED_AT_ONCE):
                some = keys[at : at + _EMBED_AT_ONCE]
                self.cache.add(embedder, dict(zip(some, embed([todo[key] for key in some]), strict=True)))
                if progress:
                    progress(at + len(some), len(keys))
            self._in_step = False
            self.index.close(None)
            self.catalogue.put("embedder", embedder)
            shutil.rmtree(self.index.path)
            self.index = LocalIndex(self.index.path, embedder)
            self.reconcile()
            self.cache.keep_only(embedder)
            return len(keys)

    def _entries(self, chunks: Iterable[Chunk], texts: dict[int, str], embedder: str) -> list[Entry]:
        by_id = {chunk.id: chunk for chunk in chunks}
        found, vectors = self.cache.chunk_vectors(list(by_id), embedder)
        if len(found) != len(by_id):
            raise LibraryError(
                f"{len(by_id) - len(found)} chunks of the library at {self.folder} have no vector.",
                "Run 'footnote rebuild' to make them.",
            )
        return [
            Entry(
                chunk_id=i,
                source_id=by_id[i].source_id,
                text=by_id[i].header + texts[by_id[i].version][by_id[i].start : by_id[i].end],
                vector=vector,
            )
            for i, vector in zip(found, vectors, strict=True)
        ]

    def announce(self, address: str) -> None:
        """Tells other processes under which address this library can be asked."""
        self._lock.announce(address)

    def close(self) -> None:
        """Closes the library and lets others open it."""
        with self._changing:
            try:
                stamp = Stamp(self.embedder or "", self.revision) if self._in_step else None
                self.index.close(stamp)
            finally:
                self._database.close()
                self._lock.release()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_library(folder: Path) -> Library:
    """Opens the library in a folder, making it if it isn't there, and mends what a killed process left.

    Raises:
        LibraryInUseError: Another process has it.
        LibraryError: It can't be read or written, or was made by a newer Footnote.
    """
    folder = folder.expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"The library folder {folder} can't be made: {error.strerror}.", "Name another folder with --library."
        ) from error
    lock = LibraryLock(folder)
    database = None
    try:
        database = Database(folder / "catalogue.sqlite")
        catalogue = Catalogue(database)
        catalogue.roll_back_unfinished()
        index = LocalIndex(folder / "index", catalogue.get("embedder"))
        library = Library(folder, lock, database, index)
        if index.stamp != Stamp(library.embedder or "", library.revision) and library.revision > 0:
            library.reconcile()
    except BaseException:
        if database is not None:
            database.close()
        lock.release()
        raise
    return library
