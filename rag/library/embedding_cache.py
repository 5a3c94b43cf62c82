"""Vectors kept by the text they were made from, so that no text is embedded twice."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, insert, select, union

from rag.library import tables as t
from rag.library.database import Database, batches
from rag.library.records import READY

_UNCLAIMED = "unclaimed"


class EmbeddingCache:
    """The vectors of chunks and sentences, by embedder and text hash."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sentence_vectors(
        self, version_id: int, start: int, end: int, embedder: str
    ) -> tuple[list[tuple[int, int]], NDArray[np.float32]]:
        """Sentences that lie within a span, and their vectors: shape ``(n, dimension)``."""
        s, e = t.sentences.c, t.embeddings.c
        query = (
            select(s.start, s.end, e.vector)
            .join(t.embeddings, (e.text_hash == s.text_hash) & (e.embedder == embedder))
            .where(s.version_id == version_id, s.start >= start, s.end <= end)
            .order_by(s.start)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [(row.start, row.end) for row in rows], _vectors([row.vector for row in rows])

    def sentences(self, version_id: int) -> list[tuple[int, int]]:
        """Where the sentences of a version begin and end, in order."""
        s = t.sentences.c
        query = select(s.start, s.end).where(s.version_id == version_id).order_by(s.start)
        with self._database.read() as connection:
            return [(row.start, row.end) for row in connection.execute(query)]

    def chunk_vectors(self, ids: Sequence[int], embedder: str) -> tuple[list[int], NDArray[np.float32]]:
        """Those of the chunks whose vectors are cached, and the vectors: shape ``(n, dimension)``."""
        found: list[int] = []
        blobs: list[bytes] = []
        c, e = t.chunks.c, t.embeddings.c
        with self._database.read() as connection:
            for some in batches(ids):
                query = (
                    select(c.id, e.vector)
                    .join(t.embeddings, (e.text_hash == c.text_hash) & (e.embedder == embedder))
                    .where(c.id.in_(some))
                )
                for row in connection.execute(query):
                    found.append(row.id)
                    blobs.append(row.vector)
        return found, _vectors(blobs)

    def known(self, hashes: Iterable[str], embedder: str) -> set[str]:
        """Those of the text hashes that have a cached vector."""
        with self._database.read() as connection:
            return _known(connection, hashes, embedder)

    def missing(self, embedder: str) -> Iterator[tuple[str, str]]:
        """``(text_hash, text to embed)`` of every ready chunk and sentence whose vector isn't cached."""
        c, s, v, e = t.chunks.c, t.sentences.c, t.versions.c, t.embeddings.c
        ready = select(v.id).where(v.state == READY)
        with self._database.read() as connection:
            version_ids = list(connection.execute(ready).scalars())
        for version_id in version_ids:
            with self._database.read() as connection:
                text = connection.execute(select(v.text).where(v.id == version_id)).scalar_one()
                cached = exists().where(e.embedder == embedder, e.text_hash == c.text_hash)
                pieces = connection.execute(select(t.chunks).where(c.version_id == version_id, ~cached)).all()
                cached = exists().where(e.embedder == embedder, e.text_hash == s.text_hash)
                lines = connection.execute(select(t.sentences).where(s.version_id == version_id, ~cached)).all()
            yield from ((row.text_hash, row.header + text[row.start : row.end]) for row in pieces)
            yield from ((row.text_hash, text[row.start : row.end]) for row in lines)

    def add(self, embedder: str, rows: Mapping[str, NDArray[np.float32]]) -> None:
        """Caches vectors by text hash."""
        if not rows:
            return
        with self._database.write() as connection:
            known = _known(connection, rows, embedder)
            new = [
                {"embedder": embedder, "text_hash": key, "vector": vector.astype(np.float16).tobytes()}
                for key, vector in rows.items()
                if key not in known
            ]
            if new:
                t.put_meta(connection, _UNCLAIMED, "yes")
                connection.execute(insert(t.embeddings), new)

    def prune(self) -> int:
        """Drops cached vectors that belong to no chunk and no sentence; returns how many."""
        with self._database.write() as connection:
            connection.execute(delete(t.meta).where(t.meta.c.key == _UNCLAIMED))
            return int(connection.execute(delete(t.embeddings).where(_unused())).rowcount)

    def prune_unclaimed(self) -> None:
        """`prune`, if vectors were added since the last time: an ingestion that failed has left some."""
        with self._database.read() as connection:
            added = connection.execute(select(t.meta.c.value).where(t.meta.c.key == _UNCLAIMED)).first()
        if added is not None:
            self.prune()

    def unused(self) -> list[str]:
        """The text hashes of cached vectors that belong to no chunk and no sentence."""
        with self._database.read() as connection:
            return list(connection.execute(select(t.embeddings.c.text_hash).where(_unused())).scalars())

    def others(self, embedder: str) -> dict[str, int]:
        """How many vectors of other embedders are cached, by embedder."""
        e = t.embeddings.c
        query = select(e.embedder, func.count()).where(e.embedder != embedder).group_by(e.embedder)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def some_sentence_vectors(self, embedder: str, count: int) -> NDArray[np.float32]:
        """The vectors of up to so many sentences, the same at every call: shape ``(n, dimension)``."""
        s, e = t.sentences.c, t.embeddings.c
        query = select(e.vector).where(e.embedder == embedder, exists().where(s.text_hash == e.text_hash))
        with self._database.read() as connection:  # hashes are in no order that means anything
            return _vectors(list(connection.execute(query.order_by(e.text_hash).limit(count)).scalars()))

    def keep_only(self, embedder: str) -> None:
        """Drops the vectors of all other embedders."""
        with self._database.write() as connection:
            connection.execute(delete(t.embeddings).where(t.embeddings.c.embedder != embedder))


def drop_vectors_of(connection: Connection, versions: Select[tuple[int]]) -> None:
    """Drops the cached vectors that only these versions use, within the caller's transaction."""
    c, s, e = t.chunks.c, t.sentences.c, t.embeddings.c
    theirs = union(
        select(c.text_hash).where(c.version_id.in_(versions)), select(s.text_hash).where(s.version_id.in_(versions))
    )
    others = exists().where(c.text_hash == e.text_hash, c.version_id.not_in(versions)) | exists().where(
        s.text_hash == e.text_hash, s.version_id.not_in(versions)
    )
    connection.execute(delete(t.embeddings).where(e.text_hash.in_(theirs), ~others))


def _known(connection: Connection, hashes: Iterable[str], embedder: str) -> set[str]:
    e = t.embeddings.c
    found: set[str] = set()
    for some in batches(hashes):
        query = select(e.text_hash).where(e.embedder == embedder, e.text_hash.in_(some))
        found.update(connection.execute(query).scalars())
    return found


def _unused() -> ColumnElement[bool]:
    e = t.embeddings.c
    return ~exists().where(t.chunks.c.text_hash == e.text_hash) & ~exists().where(
        t.sentences.c.text_hash == e.text_hash
    )


def _vectors(blobs: Sequence[bytes]) -> NDArray[np.float32]:
    if not blobs:
        return np.zeros((0, 0), np.float32)
    return np.frombuffer(b"".join(blobs), np.float16).reshape(len(blobs), -1).astype(np.float32)
