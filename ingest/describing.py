"""Changing what a source is called, its collection and its tags.

The title stands in the header of every chunk, which is embedded and indexed with the words below it: whoever gives a
file a telling name wants it found by that name. So a new title makes a new version out of the stored text. Its
sentences have their vectors already; only the chunks are embedded, and the file isn't needed. The title is noted in the
version's metadata, where `ingest.prepare` finds it when the file changes: what a person has called a source stays.
"""

from collections.abc import Sequence

from ingest.cutting import cut
from rag.errors import SourceError
from rag.library.library import Library
from rag.library.records import NewVersion
from rag.models.embedder import Embedder
from rag.schema import Source
from rag.settings import Settings

GIVEN_TITLE = "given_title"
"""Key of the title that a person gave, in a version's metadata."""

LONGEST_TITLE, LONGEST_COLLECTION, LONGEST_TAG, MOST_TAGS = 300, 100, 50, 20


def describe(
    library: Library, embedder: Embedder, settings: Settings, source_id: str, *, title: str, collection: str, tags: str
) -> Source:
    """Gives a source a title, a collection (empty: none) and tags (parted by commas).

    Raises:
        SourceError: There is no such source, or what was given is too long or empty.
    """
    source = library.source(source_id)
    title, collection = _line(title), _line(collection)
    filed = _tags(tags)
    if not title:
        raise SourceError("A source needs a title.", "Write one.")
    for what, words, longest in (
        ("title", title, LONGEST_TITLE),
        ("name of the collection", collection, LONGEST_COLLECTION),
    ):
        if len(words) > longest:
            raise SourceError(f"The {what} has {len(words)} characters; {longest} are the limit.", "Shorten it.")
    if title != source.title:
        _rename(library, embedder, settings, source, title)
    library.catalogue.describe(source_id, title=None, collection=collection or None, tags=filed)
    return library.source(source_id)


def _rename(library: Library, embedder: Embedder, settings: Settings, source: Source, title: str) -> None:
    text = library.text(source.id)
    pieces = cut(text.text, title, text.headings, text.pages, embedder, settings)
    new = sorted(pieces.texts.keys() - library.cache.known(pieces.texts, embedder.fingerprint))
    vectors = dict(zip(new, embedder.embed([pieces.texts[key] for key in new]), strict=True)) if new else {}
    place = library.catalogue.locations_of(source.id)[0]
    version = NewVersion(
        source_id=source.id,
        content_hash=source.content_hash,
        title=title,
        text=text.text,
        media_type=text.media_type,
        url=text.url,
        headings=text.headings,
        pages=text.pages,
        metadata={**text.metadata, GIVEN_TITLE: title},
        chunks=pieces.chunks,
        sentences=pieces.sentences,
        location=place.location,
        size=place.size,
        mtime_ns=place.mtime_ns,
        collection=source.collection,
        tags=source.tags,
    )
    library.commit([version], vectors, embedder.fingerprint)


def _tags(written: str) -> Sequence[str]:
    tags = list(dict.fromkeys(tag for tag in map(_line, written.split(",")) if tag))
    if len(tags) > MOST_TAGS:
        raise SourceError(f"There are {len(tags)} tags; {MOST_TAGS} are the limit.", "Leave some out.")
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            raise SourceError(
                f"The tag “{tag[:30]}…” has {len(tag)} characters; {LONGEST_TAG} are the limit.", "Shorten it."
            )
    return tags


def _line(words: str) -> str:
    return " ".join(words.split())
