"""The catalogue: one SQLite database that is the only truth about what the library holds.

Vectors and postings are derived from it and can be rebuilt. Only versions that are `ready` are ever read.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, insert, select, update

from rag.library import tables as t
from rag.library.database import Database, batches
from rag.library.embedding_cache import drop_vectors_of
from rag.library.places import put_places
from rag.library.records import (
    INDEXING,
    READY,
    Location,
    NewVersion,
    chunk_query,
    source_query,
    to_chunk,
    to_source,
    to_source_text,
)
from rag.library.superseded import SUPERSEDED, SourceVersion, supersede, superseded_problems
from rag.library.taken import Rows, Taken, read_rows, write_rows
from rag.schema import Chunk, Source, SourceText

_READABLE = (READY, SUPERSEDED)


class Catalogue:
    """Sources, versions, chunks and where they came from. Thread-safe; every write is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- meta ----------------------------------------------------------------------------------------------------

    def get(self, key: str) -> str | None:
        """A stored value, or None."""
        with self._database.read() as connection:
            return connection.execute(select(t.meta.c.value).where(t.meta.c.key == key)).scalar()

    def put(self, key: str, value: str) -> None:
        """Stores a value under a key."""
        with self._database.write() as connection:
            t.put_meta(connection, key, value)

    def put_index(self, folder: str, embedder: str) -> None:
        """Notes the folder of the index in use and the embedder that it is built with."""
        with self._database.write() as connection:
            t.put_meta(connection, "index", folder)
            t.put_meta(connection, "embedder", embedder)

    @property
    def revision(self) -> int:
        """Counts the changes to what can be searched."""
        return int(self.get("revision") or 0)

    # -- reading -------------------------------------------------------------------------------------------------

    def sources(self) -> list[Source]:
        """All sources with a ready version, by title."""
        return self._sources(source_query().order_by(func.lower(t.versions.c.title), t.sources.c.id))

    def source(self, source_id: str) -> Source | None:
        """One source, or None if there is none with that id."""
        found = self._sources(source_query().where(t.sources.c.id == source_id))
        return found[0] if found else None

    def sources_with(self, source_ids: Iterable[str]) -> dict[str, Source]:
        """Several sources by id."""
        ids = t.sources.c.id
        return {
            found.id: found
            for some in batches(source_ids)
            for found in self._sources(source_query().where(ids.in_(some)))
        }

    def _sources(self, query: Select[Any]) -> list[Source]:
        place = t.locations.c
        places: dict[str, list[str]] = {}
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            for some in batches(row.id for row in rows):
                for row in connection.execute(select(place.source_id, place.location).where(place.source_id.in_(some))):
                    places.setdefault(row.source_id, []).append(row.location)
        return [to_source(row, tuple(sorted(places.get(row.id, ())))) for row in rows]

    def text(self, source_id: str, version: int | None = None) -> SourceText | None:
        """The canonical text of a version (None: the current one), or None if it isn't there."""
        v = t.versions.c
        query = select(t.versions).where(v.source_id == source_id)
        query = (
            query.where(v.state == READY) if version is None else query.where(v.id == version, v.state.in_(_READABLE))
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else to_source_text(row)

    def versions(self, source_id: str) -> list[SourceVersion]:
        """The versions of a source whose text is here, the current one first."""
        v = t.versions.c
        query = select(v.id, v.state == READY, v.created_at, v.characters)
        query = query.where(v.source_id == source_id, v.state.in_(_READABLE)).order_by(v.id.desc())
        with self._database.read() as connection:
            return [SourceVersion(*row) for row in connection.execute(query)]

    def texts(self, version_ids: Iterable[int]) -> dict[int, SourceText]:
        """The texts of several ready versions, by version."""
        found = {}
        with self._database.read() as connection:
            for some in batches(version_ids):
                query = select(t.versions).where(t.versions.c.id.in_(some), t.versions.c.state == READY)
                found.update({row.id: to_source_text(row) for row in connection.execute(query)})
        return found

    def chunks(self, ids: Iterable[int]) -> dict[int, Chunk]:
        """Those of the chunks that belong to ready versions, by id."""
        found = {}
        with self._database.read() as connection:
            for some in batches(ids):
                query = chunk_query().where(t.chunks.c.id.in_(some), t.versions.c.state == READY)
                found.update({row.id: to_chunk(row) for row in connection.execute(query)})
        return found

    def chunks_of(self, version_id: int) -> list[Chunk]:
        """The chunks of a version in reading order."""
        query = chunk_query().where(t.chunks.c.version_id == version_id).order_by(t.chunks.c.ordinal)
        with self._database.read() as connection:
            return [to_chunk(row) for row in connection.execute(query)]

    def has_chunks(self) -> bool:
        """Whether there is anything to search."""
        query = select(t.chunks.c.id).join(t.versions).where(t.versions.c.state == READY).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def chunk_count(self) -> int:
        """How many chunks are stored."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(t.chunks)).scalar_one())

    def chunk_ids(self) -> set[int]:
        """The ids of all chunks of ready versions: what the index should hold."""
        query = select(t.chunks.c.id).join(t.versions).where(t.versions.c.state == READY)
        with self._database.read() as connection:
            return set(connection.execute(query).scalars())

    def location(self, location: str) -> Location | None:
        """What is known of a location, or None."""
        found = self._locations(t.locations.c.location == location)
        return found[0] if found else None

    def locations_at(self, locations: Iterable[str]) -> dict[str, Location]:
        """What is known of these locations, by location."""
        at = t.locations.c.location
        return {place.location: place for some in batches(locations) for place in self._locations(at.in_(some))}

    def locations_of(self, source_id: str) -> list[Location]:
        """Where a source lies."""
        return self._locations(t.locations.c.source_id == source_id)

    def locations(self, below: str = "") -> list[Location]:
        """All known locations whose source is ready, or those that begin with something."""
        return self._locations(t.locations.c.location.startswith(below, autoescape=True))

    def _locations(self, *where: Any) -> list[Location]:
        place, v = t.locations.c, t.versions.c
        query = (
            select(
                place.location,
                place.source_id,
                place.size,
                place.mtime_ns,
                v.content_hash,
                place.etag,
                place.last_modified,
            )
            .join(t.versions, (v.source_id == place.source_id) & (v.state == READY))
            .where(*where)
        )
        with self._database.read() as connection:
            return [Location(*row) for row in connection.execute(query)]

    def source_with_content(self, content_hash: str) -> str | None:
        """The id of a source whose ready version has this content, or None."""
        v = t.versions.c
        with self._database.read() as connection:
            query = select(v.source_id).where(v.content_hash == content_hash, v.state == READY)
            return connection.execute(query.order_by(v.id)).scalar()

    def contents(self) -> set[str]:
        """The content hashes of all versions."""
        with self._database.read() as connection:
            return set(connection.execute(select(t.versions.c.content_hash)).scalars())

    def content_of(self, version: int) -> str | None:
        """The content hash of a version, or None if it is gone."""
        with self._database.read() as connection:
            return connection.execute(select(t.versions.c.content_hash).where(t.versions.c.id == version)).scalar()

    def about(self) -> dict[str, dict[str, Any]]:
        """What is known about each source beside its text, by id."""
        v = t.versions.c
        with self._database.read() as connection:
            rows = connection.execute(select(v.source_id, v.metadata).where(v.state == READY)).all()
        return {row.source_id: row.metadata for row in rows}

    def rows_of(self, source_id: str) -> dict[str, Rows]:
        """All rows that go when a source is removed."""
        with self._database.read() as connection:
            return read_rows(connection, source_id)

    # -- writing -------------------------------------------------------------------------------------------------

    def begin_version(self, new: NewVersion) -> int:
        """Stores a version, its chunks and sentences as `indexing`; returns its id. Nobody can see it yet."""
        now = _now()
        with self._database.write() as connection:
            if connection.execute(select(t.sources.c.id).where(t.sources.c.id == new.source_id)).scalar() is None:
                connection.execute(
                    insert(t.sources).values(
                        id=new.source_id, title=new.title, collection=new.collection, tags=list(new.tags), added_at=now
                    )
                )
            version_id = connection.execute(
                insert(t.versions)
                .values(
                    source_id=new.source_id,
                    state=INDEXING,
                    content_hash=new.content_hash,
                    title=new.title,
                    url=new.url,
                    media_type=new.media_type,
                    text=new.text,
                    characters=len(new.text),
                    headings=[heading.model_dump() for heading in new.headings],
                    pages=[page.model_dump() for page in new.pages],
                    metadata=dict(new.metadata),
                    created_at=now,
                )
                .returning(t.versions.c.id)
            ).scalar_one()
            if new.chunks:
                connection.execute(
                    insert(t.chunks),
                    [
                        {"version_id": version_id, "ordinal": ordinal, **vars(chunk)}
                        for ordinal, chunk in enumerate(new.chunks)
                    ],
                )
            if new.sentences:
                connection.execute(
                    insert(t.sentences),
                    [
                        {"version_id": version_id, "start": start, "end": end, "text_hash": text_hash}
                        for start, end, text_hash in new.sentences
                    ],
                )
        return int(version_id)

    def publish(self, new: Sequence[tuple[int, NewVersion]]) -> list[int]:
        """Makes versions ready in one transaction, each in place of the one before it; of one source, the last stays.

        A replaced version that a kept answer cites leaves its text behind. A source whose last location is taken over
        by another goes. Returns the ids of the chunks that went.
        """
        v = t.versions.c
        gone: list[int] = []
        with self._database.write() as connection:
            for version_id, version in new:
                old = (v.source_id == version.source_id) & (v.id < version_id)
                gone += supersede(connection, old)
                connection.execute(update(t.versions).where(v.id == version_id).values(state=READY))
                connection.execute(
                    update(t.sources)
                    .where(t.sources.c.id == version.source_id)
                    .values(title=version.title, collection=version.collection, tags=list(version.tags))
                )
            unplaced = put_places(connection, [_place_of(version) for _, version in new])
            gone += _drop_sources(connection, unplaced)
            _next_revision(connection)
        return gone

    def place(self, places: Sequence[Location], left: Sequence[str] = ()) -> tuple[list[str], list[int]]:
        """Notes where sources lie and what the files look like, and forgets the locations that were left.

        A source with no location any more goes, in the same transaction. Returns the ids of those sources, and of
        their chunks.
        """
        with self._database.write() as connection:
            unplaced = put_places(connection, places, left)
            gone = _drop_sources(connection, unplaced)
            if unplaced:
                _next_revision(connection)
        return unplaced, gone

    def describe(self, source_id: str, *, collection: str | None, tags: Sequence[str], title: str | None) -> None:
        """Changes what a source is called and where it is filed."""
        values: dict[str, Any] = {"collection": collection, "tags": list(tags)}
        with self._database.write() as connection:
            if title is not None:
                values["title"] = title
                ready = (t.versions.c.source_id == source_id) & (t.versions.c.state == READY)
                connection.execute(update(t.versions).where(ready).values(title=title))
            connection.execute(update(t.sources).where(t.sources.c.id == source_id).values(**values))

    def sharing(self, version_id: int, letters: int) -> dict[str, float]:
        """The share of a version's sentences that stand in other sources, too, by their ids.

        Only sentences of at least so many letters count: shorter ones say the same by chance.
        """
        own, other, v = t.sentences.alias(), t.sentences.alias(), t.versions.c
        long = (own.c.version_id == version_id) & (own.c.end - own.c.start >= letters)
        count = func.count(own.c.text_hash.distinct())
        shared = (
            select(v.source_id, count)
            .join_from(own, other, own.c.text_hash == other.c.text_hash)
            .join(t.versions, v.id == other.c.version_id)
            .where(long, other.c.version_id != version_id, v.state == READY)
            .group_by(v.source_id)
        )
        with self._database.read() as connection:
            total = connection.execute(select(count).where(long)).scalar_one()
            return {source_id: number / total for source_id, number in connection.execute(shared)}

    def annotate(self, version_id: int, key: str, value: Any) -> None:
        """Adds something to a version's metadata, which nothing is indexed by."""
        version = t.versions.c
        with self._database.write() as connection:
            about = connection.execute(select(version.metadata).where(version.id == version_id)).scalar()
            if about is not None:
                changed = {**about, key: value}
                connection.execute(update(t.versions).where(version.id == version_id).values(metadata=changed))

    def remove(self, source_ids: Sequence[str]) -> list[int]:
        """Removes sources with all that belongs to them; returns the ids of their chunks."""
        with self._database.write() as connection:
            gone = _drop_sources(connection, source_ids)
            _next_revision(connection)
        return gone

    def put_back(self, taken: Taken) -> None:
        """Undoes a removal in one transaction.

        Raises:
            SourceError: What was removed has been added again meanwhile.
        """
        with self._database.write() as connection:
            write_rows(connection, taken)
            _next_revision(connection)

    def roll_back_unfinished(self) -> int:
        """Drops versions left `indexing` by a process that died, and sources that never became ready.

        Returns how many versions were dropped.
        """
        with self._database.write() as connection:
            count = connection.execute(select(func.count()).where(t.versions.c.state == INDEXING)).scalar_one()
            if count:
                _drop_versions(connection, t.versions.c.state == INDEXING)
                versionless = ~exists().where(t.versions.c.source_id == t.sources.c.id)
                connection.execute(delete(t.sources).where(versionless))
                _next_revision(connection)
        return int(count)

    def unfinished(self) -> list[int]:
        """The ids of versions that never became ready."""
        with self._database.read() as connection:
            return list(connection.execute(select(t.versions.c.id).where(t.versions.c.state == INDEXING)).scalars())

    def superseded_problems(self) -> list[str]:
        """Replaced versions that are more than a cited text, in words; empty if all is well."""
        with self._database.read() as connection:
            return superseded_problems(connection)

    def misplaced_spans(self) -> list[str]:
        """Chunks and sentences that lie outside their text, in words; empty if all is well."""
        v, problems = t.versions.c, []
        with self._database.read() as connection:
            for table, what in ((t.chunks, "chunk"), (t.sentences, "sentence")):
                start, end = table.c.start, table.c.end
                wrong = (start < 0) | (end <= start) | (end > v.characters)
                query = select(table.c.version_id, start, end).join(t.versions).where(wrong)
                for row in connection.execute(query.limit(100)):
                    problems.append(f"{what} [{row.start}, {row.end}) is outside the text of version {row.version_id}")
            for row in connection.execute(select(v.id, v.characters, v.text)):
                if len(row.text) != row.characters:
                    problems.append(f"version {row.id} has {len(row.text)} characters instead of {row.characters}")
        return problems

    def integrity_problems(self) -> list[str]:
        """What SQLite itself finds wrong with the file, in its words; empty if all is well."""
        with self._database.read() as connection:
            rows = list(connection.exec_driver_sql("PRAGMA quick_check").scalars())
            dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return [row for row in rows if row != "ok"] + [f"dangling reference in {row[0]}" for row in dangling]


def _drop_versions(connection: Connection, where: Any) -> list[int]:
    doomed = select(t.versions.c.id).where(where)
    gone = list(connection.execute(select(t.chunks.c.id).where(t.chunks.c.version_id.in_(doomed))).scalars())
    drop_vectors_of(connection, doomed)
    connection.execute(delete(t.versions).where(where))
    return gone


def _drop_sources(connection: Connection, source_ids: Iterable[str]) -> list[int]:
    gone: list[int] = []
    for some in batches(source_ids):
        gone += _drop_versions(connection, t.versions.c.source_id.in_(some))
        connection.execute(delete(t.sources).where(t.sources.c.id.in_(some)))
    return gone


def _place_of(version: NewVersion) -> Location:
    return Location(
        location=version.location,
        source_id=version.source_id,
        size=version.size,
        mtime_ns=version.mtime_ns,
        etag=version.etag,
        last_modified=version.last_modified,
    )


def _next_revision(connection: Connection) -> None:
    have = connection.execute(select(t.meta.c.value).where(t.meta.c.key == "revision")).scalar()
    t.put_meta(connection, "revision", str(int(have or 0) + 1))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
