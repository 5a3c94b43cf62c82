"""Turns one target into a version ready to be stored, or finds that there is nothing to do."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.cutting import Cut, cut
from ingest.describing import GIVEN_TITLE
from ingest.loaders import sniff
from ingest.parsed import Parsed
from ingest.targets import Target
from rag.errors import SourceError
from rag.library.library import Library
from rag.library.records import Location, NewVersion
from rag.models.embedder import Embedder
from rag.settings import Settings

Load = Callable[[bytes, str, str | None], Parsed]

FORMAT = 1
"""Raised when loaders or chunking change what they make of the same bytes: sources are then made anew."""


@dataclass(frozen=True)
class Raw:
    """The bytes of a target, and what is known of it before it is parsed; `declared` is the server's Content-Type.

    `given_title` is what a person has called the source that it updates.
    """

    target: Target
    data: bytes
    name: str
    declared: str | None
    content_hash: str
    size: int | None = None
    mtime_ns: int | None = None
    url: str | None = None
    given_title: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A version ready to be stored, and the texts it needs vectors of, by hash."""

    raw: Raw
    version: NewVersion
    texts: dict[str, str]
    notes: tuple[str, ...]
    replaces: bool


def read(target: Target, settings: Settings) -> Raw:
    """Reads a target's bytes and hashes them.

    Raises:
        SourceError: It can't be read, or is larger than the settings allow.
    """
    if target.problem is not None:
        raise target.problem
    if target.path is None:
        from ingest.web import fetch

        fetched = fetch(target.location, settings)
        return _raw(target, fetched.data, target.location, fetched.media_type, settings, url=fetched.final_url)
    try:
        stat = target.path.stat()
        limit = settings.ingest.max_file_mb * 1_000_000
        if stat.st_size > limit:
            raise SourceError(
                f"{target.location} has {stat.st_size / 1e6:,.0f} MB; at most {settings.ingest.max_file_mb} are read.",
                "Split it, or raise ingest.max_file_mb.",
            )
        data = target.path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{target.location} can't be read: {error.strerror or error}.", "Check that it is there and yours to read."
        ) from error
    name = Path(target.location.removeprefix("upload:")).name
    return _raw(target, data, name, None, settings, stat.st_size, stat.st_mtime_ns)


def _raw(
    target: Target,
    data: bytes,
    name: str,
    declared: str | None,
    settings: Settings,
    size: int | None = None,
    mtime_ns: int | None = None,
    url: str | None = None,
) -> Raw:
    media_type = sniff(data, name, declared)
    cut = settings.chunking
    made_by = f"{FORMAT}|{media_type}|{cut.max_tokens}|{cut.overlap_sentences}|{target.title or ''}|"
    content_hash = hashlib.sha256(made_by.encode() + data).hexdigest()
    return Raw(target, data, name, declared, content_hash, size, mtime_ns, url)


def as_filed(raw: Raw, library: Library, source_id: str | None) -> Raw:
    """The same with the title, collection and tags that the source already has from a person or an earlier target."""
    if source_id is None:
        return raw
    source, target = library.source(source_id), raw.target
    filed = replace(target, collection=target.collection or source.collection, tags=target.tags or source.tags)
    return replace(raw, target=filed, given_title=library.text(source_id).metadata.get(GIVEN_TITLE))


def prepare(
    raw: Raw, known: Location | None, source_id: str | None, load: Load, embedder: Embedder, settings: Settings
) -> Prepared:
    """Parses and cuts a source.

    Args:
        raw: Its bytes.
        known: What the library has at this location.
        source_id: The source it becomes a version of; None makes a new one.
        load: Parses bytes, given their name and declared type.
        embedder: Counts the tokens.
        settings: How to cut.

    Raises:
        SourceError: It can't be made sense of, or has no text.
    """
    parsed = load(raw.data, raw.name, raw.declared)
    title = raw.target.title or raw.given_title or parsed.title
    pieces = cut(parsed.text, title, parsed.headings, parsed.pages, embedder, settings)
    version = _version(raw, parsed, title, source_id, pieces)
    if settings.ingest.keep_originals and parsed.media_type == "application/pdf":
        version = replace(version, original=raw.data)
    return Prepared(raw, version, pieces.texts, parsed.notes, known is not None)


def _version(
    raw: Raw,
    parsed: Parsed,
    title: str,
    source_id: str | None,
    pieces: Cut,
) -> NewVersion:
    return NewVersion(
        source_id=source_id or uuid.uuid4().hex[:16],
        content_hash=raw.content_hash,
        title=title,
        text=parsed.text,
        media_type=parsed.media_type,
        url=raw.url or parsed.url,
        headings=parsed.headings,
        pages=parsed.pages,
        metadata={**parsed.metadata, **({GIVEN_TITLE: raw.given_title} if raw.given_title else {})},
        chunks=pieces.chunks,
        sentences=pieces.sentences,
        location=raw.target.location,
        size=raw.size,
        mtime_ns=raw.mtime_ns,
        collection=raw.target.collection,
        tags=raw.target.tags,
    )
