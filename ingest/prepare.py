"""Turns one target into a version ready to be stored, or finds that there is nothing to do."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.cutting import Cut, cut
from ingest.describing import GIVEN_TITLE
from ingest.health import with_health
from ingest.loaders import sniff
from ingest.parsed import Parsed
from ingest.targets import Target
from rag.errors import SourceError
from rag.library.library import Library
from rag.library.records import Location, NewVersion
from rag.models.embedder import Embedder
from rag.settings import Settings

Load = Callable[[bytes, str, str | None], Parsed]

FORMAT = 2
"""Raised when loaders or chunking change what they make of the same bytes: sources are then made anew."""


@dataclass(frozen=True)
class Raw:
    """The bytes of a target, and what is known of it before it is parsed; `declared` is the server's Content-Type.

    With `looks_new`, the file's time stamp or the server's validators aren't those that were noted for the location.
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
    etag: str | None = None
    last_modified: str | None = None
    looks_new: bool = False
    given_title: str | None = None

    def place(self, source_id: str) -> Location:
        """Its location as that of a source."""
        return Location(
            location=self.target.location,
            source_id=source_id,
            size=self.size,
            mtime_ns=self.mtime_ns,
            etag=self.etag,
            last_modified=self.last_modified,
        )


@dataclass(frozen=True)
class Prepared:
    """A version ready to be stored, and the texts it needs vectors of, by hash. `raw` has lost its bytes."""

    raw: Raw
    version: NewVersion
    texts: dict[str, str]
    notes: tuple[str, ...]
    replaces: bool

    @property
    def source_id(self) -> str:
        """The source it becomes a version of."""
        return self.version.source_id

    @property
    def size(self) -> int:
        """Bytes held beside the texts."""
        return len(self.version.original or b"")


@dataclass(frozen=True)
class Seen:
    """Content that the library had already when it was read, in the source named."""

    raw: Raw
    source_id: str

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.raw.data)


def read(target: Target, settings: Settings, known: Location | None = None) -> Raw:
    """Reads a target's bytes and hashes them.

    Args:
        target: What to read.
        settings: Limits, and how it will be cut.
        known: What the library has at this location: a server is asked whether that is still good.

    Raises:
        SourceError: It can't be read, or is larger than the settings allow.
    """
    if target.problem is not None:
        raise target.problem
    if target.path is None:
        return _fetched(target, settings, known)
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
    return Raw(
        target,
        data,
        name,
        None,
        _recipe(target, settings) + _digest(data, sniff(data, name, None)),
        size=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        looks_new=known is not None and (known.size, known.mtime_ns) != (stat.st_size, stat.st_mtime_ns),
    )


def _fetched(target: Target, settings: Settings, known: Location | None) -> Raw:
    from ingest.web import fetch

    recipe = _recipe(target, settings)
    # What was made of the same bytes by another recipe has to be made anew, so the bytes are needed.
    had = known if known is not None and known.content_hash.startswith(recipe) else Location(target.location, "")
    got = fetch(target.location, settings, etag=had.etag, last_modified=had.last_modified)
    etag, last_modified = got.etag, got.last_modified
    if got.not_modified:
        content_hash = had.content_hash
        etag, last_modified = etag or had.etag, last_modified or had.last_modified  # a server need not repeat them
    else:
        content_hash = recipe + _digest(got.data, sniff(got.data, target.location, got.media_type))
    return Raw(
        target,
        got.data,
        target.location,
        got.media_type,
        content_hash,
        url=got.final_url,
        etag=etag,
        last_modified=last_modified,
        looks_new=known is not None and (etag, last_modified) != (known.etag, known.last_modified),
    )


def _recipe(target: Target, settings: Settings) -> str:
    """The first quarter of a content hash: what is made of the bytes depends on it, and they don't on it."""
    cut = settings.chunking
    made_by = f"{FORMAT}|{cut.max_tokens}|{cut.overlap_sentences}|{target.title or ''}"
    return hashlib.sha256(made_by.encode()).hexdigest()[:16]


def _digest(data: bytes, media_type: str) -> str:
    """The rest of a content hash."""
    return hashlib.sha256(f"{media_type}|".encode() + data).hexdigest()[:48]


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
    parsed = with_health(load(raw.data, raw.name, raw.declared))
    title = raw.target.title or raw.given_title or parsed.title
    pieces = cut(parsed.text, title, parsed.headings, parsed.pages, embedder, settings)
    version = _version(raw, parsed, title, source_id, pieces)
    if settings.ingest.keep_originals and parsed.media_type == "application/pdf":
        version = replace(version, original=raw.data)
    return Prepared(replace(raw, data=b""), version, pieces.texts, parsed.notes, known is not None)


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
        etag=raw.etag,
        last_modified=raw.last_modified,
        collection=raw.target.collection,
        tags=raw.target.tags,
    )
