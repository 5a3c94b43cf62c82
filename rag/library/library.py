"""A library: the catalogue and its index, kept in step.

The order of every change is: take the index's stamp away, write the catalogue as `indexing`, store vectors and
postings, make the version `ready` in one transaction, delete what it replaced, stamp the index. Whatever instant
a process dies at, `open_library` drops what is not ready and, without a stamp that fits, compares the index with
the catalogue id by id.
"""

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbedderMismatchError, LibraryError, SourceError
from rag.library.catalogue import Catalogue
from rag.library.conversations import Conversations, Mention
from rag.library.database import Database
from rag.library.embedding_cache import EmbeddingCache
from rag.library.index import Entry, LocalIndex
from rag.library.lock import LibraryLock
from rag.library.originals import Originals
from rag.library.records import Location, NewVersion
from rag.library.superseded import SourceVersion
from rag.library.taken import Taken
from rag.schema import Chunk, Source, SourceText

Progress = Callable[[int, int], None]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]
_EMBED_AT_ONCE = 256
_STORE_AT_ONCE = 2000
_INDEX = "index"  # name of the first index's folder, and key of the name of the one in use
_DEAD_WEIGHT = 2000  # deleted vectors that HNSW may drag along beyond four times the living ones


def text_hash(text: str) -> str:
    """The name of a text in the embedding cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Library:
    """Sources, their texts and chunks, and the search over them. Thread-safe."""

    def __init__(self, folder: Path, lock: LibraryLock, database: Database, index: LocalIndex) -> None:
        self.folder = folder
        self.catalogue = Catalogue(database)
        self.conversations = Conversations(database)
        self.cache = EmbeddingCache(database)
        self.index = index
        self.originals = Originals(folder / "originals")
        self._database = database
        self._lock = lock
        self._changing = threading.RLock()
        self._rebuilding_with: str | None = None

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

    def versions(self, source_id: str) -> list[SourceVersion]:
        """The versions of a source that can still be read, the current one first."""
        return self.catalogue.versions(source_id)

    def cited_in(self, source_id: str) -> Sequence[Mention]:
        """The kept answers that cite a source, the latest first."""
        return self.conversations.citing(source_id)

    def check_embedder(self, fingerprint: str) -> None:
        """Refuses an embedder other than the one the index was built with.

        Raises:
            EmbedderMismatchError: The index was built with another one.
            LibraryError: It is just being rebuilt with this one.
        """
        built_with = self.embedder
        if built_with != fingerprint == self._rebuilding_with:
            raise LibraryError(
                f"The library at {self.folder} is being rebuilt with another embedder.", "Try again when that is done."
            )
        if built_with not in (None, fingerprint) and self.catalogue.has_chunks():
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
        self.check_embedder(embedder)
        with self._change():
            if self.embedder != embedder:
                self._start_empty(embedder)
            self.cache.add(embedder, vectors)
            for version in versions:
                if version.original is not None:
                    self.originals.keep(version.content_hash, version.original)
            begun = [(self.catalogue.begin_version(version), version) for version in versions]
            entries: list[Entry] = []  # stored at once: each half of the index is slow to commit
            for version_id, version in begun:
                entries += self._entries(self.catalogue.chunks_of(version_id), {version_id: version.text}, embedder)
            if len(entries) < sum(len(version.chunks) for version in versions):
                raise LibraryError("Some of the new chunks came without a vector.", "Add the sources again.")
            self.index.add(entries)
            self.index.remove(self.catalogue.publish(begun))

    def remove(self, source_ids: Sequence[str]) -> None:
        """Removes sources and everything that belongs to them."""
        with self._change():
            self.index.remove(self.catalogue.remove(source_ids))

    def place(self, places: Sequence[Location], left: Sequence[str] = ()) -> list[str]:
        """Notes where sources lie now, and forgets the locations that were left; see `Catalogue.place`.

        Returns the ids of the sources that had no location any more and went with everything that belongs to them.
        """
        with self._change():
            sources, chunks = self.catalogue.place(places, left)
            self.index.remove(chunks)
        return sources

    def take(self, source_id: str) -> Taken:
        """Removes a source and returns all of it, so that `put_back` can undo that.

        Raises:
            SourceError: There is none with that id.
        """
        with self._changing:
            source = self.source(source_id)
            rows = self.catalogue.rows_of(source_id)
            hashes = {row["content_hash"] for row in rows["versions"]}
            originals = {key: data for key in hashes if (data := self.originals.read(key)) is not None}
            self.remove([source_id])
        return Taken(source_id, source.title, self.embedder, rows, originals)

    def put_back(self, taken: Taken) -> None:
        """Undoes a removal: the same text under the same ids, with nothing embedded anew.

        Raises:
            SourceError: What was removed has been added again meanwhile.
            LibraryError: The library has had a rebuild with another embedder since.
        """
        if self.embedder != taken.embedder:
            raise LibraryError(
                f"“{taken.title}” was removed before the library was built anew with another embedder.",
                "Add it again instead.",
            )
        with self._change():
            for content_hash, data in taken.originals.items():
                self.originals.keep(content_hash, data)
            self.catalogue.put_back(taken)
            text = self.text(taken.source_id)
            entries = self._entries(
                self.catalogue.chunks_of(text.version), {text.version: text.text}, self.embedder or ""
            )
            self.index.add(entries)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One change at a time. What a failed one left behind is cleared away before the next."""
        with self._changing:
            self.bring_in_step()
            self.index.begin_change()
            yield
            if self.index.removed > _DEAD_WEIGHT + 4 * self.catalogue.chunk_count():
                self.refill()
            self.sweep_originals()
            self._end_change()

    def _end_change(self) -> None:
        self.index.end_change(self.embedder or "", self.revision)

    def bring_in_step(self) -> None:
        """Compares the index with the catalogue unless its stamp says that there is no need."""
        stamp, revision = self.index.stamp, self.revision
        if stamp is not None and stamp.revision > revision:
            self.refill()  # the catalogue was put back to an older state, in which ids may mean other chunks
        elif stamp is None or (stamp.embedder, stamp.revision) != (self.embedder or "", revision):
            try:
                self.reconcile()
            except LibraryError:  # what a dead process left may bar the way
                self.refill()

    def reconcile(self) -> tuple[int, int]:
        """Makes the index hold just the chunks of ready versions.

        Returns how many chunks were missing from it and how many were left over.
        """
        with self._changing:
            self.index.begin_change()
            self.catalogue.roll_back_unfinished()
            wanted = self.catalogue.chunk_ids()
            dense, bm25 = self.index.ids()
            whole = dense & bm25
            self.index.remove(sorted((dense | bm25) - (wanted & whole)))
            self._fill(self.index, wanted - whole, self.embedder or "")
            self._end_change()
            return len(wanted - whole), len((dense | bm25) - wanted)

    def _fill(self, index: LocalIndex, ids: Iterable[int], embedder: str) -> None:
        missing = sorted(ids)
        for at in range(0, len(missing), _STORE_AT_ONCE):
            chunks = self.catalogue.chunks(missing[at : at + _STORE_AT_ONCE]).values()
            texts = self.catalogue.texts({chunk.version for chunk in chunks})
            index.add(self._entries(chunks, {v: text.text for v, text in texts.items()}, embedder))

    def refill(self) -> None:
        """Builds the index anew from the cached vectors, without embedding anything. Searching goes on meanwhile."""
        with self._changing:
            if self.embedder is not None:
                self._replace_index(self.embedder)

    def _replace_index(self, embedder: str) -> None:
        """Fills another index beside the one in use, which answers until the other is whole and takes its place."""
        self.catalogue.roll_back_unfinished()
        number = int(self.index.path.name.partition("-")[2] or 0) + 1
        other = LocalIndex(self.folder / f"{_INDEX}-{number}", embedder)
        try:
            self._fill(other, self.catalogue.chunk_ids(), embedder)
            other.end_change(embedder, self.revision)
            self.catalogue.put_index(other.path.name, embedder)
        except BaseException:
            with suppress(LibraryError):
                other.close()
            shutil.rmtree(other.path, ignore_errors=True)
            raise
        replaced, self.index = self.index, other
        replaced.hand_over(other)

    def rebuild(self, embed: Embed, embedder: str, progress: Progress | None = None) -> int:
        """Builds the index anew with an embedder, embedding only what has no vector of it yet.

        Args:
            embed: Texts to unit vectors, shape ``(n, dimension)``.
            embedder: Its fingerprint; the library's once everything is embedded. Until then the old index is searched.
            progress: Told how many texts are embedded, of how many.

        Returns how many texts were embedded.
        """
        with self._changing, self._rebuilding(embedder):
            todo = dict(self.cache.missing(embedder))
            keys = sorted(todo, key=lambda key: len(todo[key]))
            for at in range(0, len(keys), _EMBED_AT_ONCE):
                some = keys[at : at + _EMBED_AT_ONCE]
                self.cache.add(embedder, dict(zip(some, embed([todo[key] for key in some]), strict=True)))
                if progress:
                    progress(at + len(some), len(keys))
            self._replace_index(embedder)
            self.cache.keep_only(embedder)
            return len(keys)

    @contextmanager
    def _rebuilding(self, embedder: str) -> Iterator[None]:
        self._rebuilding_with = embedder
        try:
            yield
        finally:
            self._rebuilding_with = None

    def _start_empty(self, embedder: str) -> None:
        self.index.begin_change()
        self.catalogue.put("embedder", embedder)
        self.index.start_empty(embedder)

    def _entries(self, chunks: Iterable[Chunk], texts: dict[int, str], embedder: str) -> list[Entry]:
        """What the index stores of those of the chunks that have a cached vector."""
        by_id = {chunk.id: chunk for chunk in chunks}
        found, vectors = self.cache.chunk_vectors(list(by_id), embedder)
        return [
            Entry(
                chunk_id=i,
                source_id=by_id[i].source_id,
                text=by_id[i].header + texts[by_id[i].version][by_id[i].start : by_id[i].end],
                vector=vector,
            )
            for i, vector in zip(found, vectors, strict=True)
        ]

    def sweep_originals(self) -> None:
        """Removes the originals that no version needs any more."""
        if self.originals.any:
            self.originals.sweep(self.catalogue.contents())

    def announce(self, address: str) -> None:
        """Tells other processes under which address this library can be asked."""
        self._lock.announce(address)

    def close(self) -> None:
        """Closes the library and lets others open it."""
        with self._changing:
            try:
                self.index.close()
                self.cache.prune_unclaimed()
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
        if catalogue.revision == 0:  # whatever an index holds is no part of this catalogue
            for path in folder.glob(f"{_INDEX}*"):
                shutil.rmtree(path, ignore_errors=True)
        index = LocalIndex(folder / (catalogue.get(_INDEX) or _INDEX), catalogue.get("embedder"))
        for path in folder.glob(f"{_INDEX}*"):
            if path != index.path:  # half filled, or replaced, when the process died
                shutil.rmtree(path, ignore_errors=True)
        library = Library(folder, lock, database, index)
        library.bring_in_step()
        library.cache.prune_unclaimed()
        library.sweep_originals()
    except BaseException:
        if database is not None:
            database.close()
        lock.release()
        raise
    return library
