"""What goes into the catalogue, and the rows that come out of it as nouns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from rag.library import tables as t
from rag.schema import Chunk, Heading, Page, Source, SourceText

READY, INDEXING = "ready", "indexing"


@dataclass(frozen=True)
class NewChunk:
    """A chunk about to be stored; `text_hash` names its vector in the embedding cache."""

    start: int
    end: int
    heading: str | None
    page: int | None
    header: str
    text_hash: str


@dataclass(frozen=True)
class NewVersion:
    """A version of a source about to be stored, cut into chunks and sentences.

    `sentences` are ``(start, end, text_hash)``. `source_id` names the source it replaces, or is a new id.
    `original` is the file it was made from, if that is to be kept.
    """

    source_id: str
    content_hash: str
    title: str
    text: str
    media_type: str
    url: str | None
    headings: tuple[Heading, ...]
    pages: tuple[Page, ...]
    metadata: Mapping[str, Any]
    chunks: tuple[NewChunk, ...]
    sentences: tuple[tuple[int, int, str], ...]
    location: str
    size: int | None = None
    mtime_ns: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    collection: str | None = None
    tags: tuple[str, ...] = ()
    original: bytes | None = None


@dataclass(frozen=True)
class Location:
    """A known location, the source there, and what the file looked like when it was last read.

    `etag` and `last_modified` are what a server said of it, to be asked with next time.
    """

    location: str
    source_id: str
    size: int | None = None
    mtime_ns: int | None = None
    content_hash: str = ""
    etag: str | None = None
    last_modified: str | None = None


def source_query() -> Select[Any]:
    """Sources with their ready version; `to_source` takes its rows."""
    s, v = t.sources.c, t.versions.c
    count = select(func.count()).where(t.chunks.c.version_id == v.id).scalar_subquery()
    return (
        select(
            s.id,
            v.title,
            s.collection,
            s.tags,
            s.added_at,
            v.id.label("version"),
            v.url,
            v.media_type,
            v.content_hash,
            v.metadata.label("about"),
            v.created_at,
            v.characters,
            count.label("chunk_count"),
        )
        .join(t.versions, v.source_id == s.id)
        .where(v.state == READY)
    )


def to_source(row: Row[Any], locations: tuple[str, ...]) -> Source:
    """A row of `source_query` as a noun."""
    return Source(
        id=row.id,
        title=row.title,
        locations=locations,
        url=row.url,
        media_type=row.media_type,
        collection=row.collection,
        tags=tuple(row.tags),
        author=row.about.get("author"),
        date=row.about.get("date"),
        language=row.about.get("language"),
        version=row.version,
        content_hash=row.content_hash,
        characters=row.characters,
        chunks=row.chunk_count,
        added_at=row.added_at,
        updated_at=row.created_at,
    )


def to_source_text(row: Row[Any]) -> SourceText:
    """A row of the versions as a noun."""
    return SourceText(
        source_id=row.source_id,
        version=row.id,
        title=row.title,
        text=row.text,
        url=row.url,
        media_type=row.media_type,
        headings=tuple(Heading(**heading) for heading in row.headings),
        pages=tuple(Page(**page) for page in row.pages),
        metadata=row.metadata,
    )


def chunk_query() -> Select[Any]:
    """Chunks with the id of their source; `to_chunk` takes its rows."""
    return select(t.chunks, t.versions.c.source_id).join(t.versions)


def to_chunk(row: Row[Any]) -> Chunk:
    """A row of `chunk_query` as a noun."""
    return Chunk(
        id=row.id,
        source_id=row.source_id,
        version=row.version_id,
        ordinal=row.ordinal,
        start=row.start,
        end=row.end,
        heading=row.heading,
        page=row.page,
        header=row.header,
    )
