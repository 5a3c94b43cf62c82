"""Finds what answers a question about a source as a whole: which source is meant, and where it tells of itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.library.library import Library
from rag.retrieval import HybridRetriever
from rag.schema import Inquiry, Source, SourceText
from rag.whole.gist import SENTENCES, beginning, key_sentences
from rag.whole.imprint import imprint, noted
from rag.whole.question import About, Wanted, about_sources, titled

MOST_SOURCES = 8
"""Sources that are told of when all are meant."""
GREETING = (
    "Ask something that the sources may tell. Every sentence of an answer carries a footnote that opens the words it "
    "rests on; where the sources don't say, you are told so."
)
_NAMED = 3  # titles given as examples
_LOOKED_THROUGH, _TELL = 50, 3  # sources that are looked through for an imprint, and sentences that may be found


@dataclass(frozen=True)
class Place:
    """A sentence of a version: its span ``[start, end)`` in the text."""

    version: int
    start: int
    end: int


@dataclass(frozen=True)
class Whole:
    """What a question about a source as a whole is answered from.

    Attributes:
        wanted: What is asked.
        places: The sentences that tell it.
        instead: What is said where none does; empty for the usual words.
        notes: What is known beside the text.
    """

    wanted: Wanted
    places: tuple[Place, ...] = ()
    instead: str = ""
    notes: tuple[str, ...] = ()


def whole_source(inquiry: Inquiry, retriever: HybridRetriever) -> Whole | None:
    """What a question about a source as a whole is answered from; None if it asks what the sources tell."""
    about = about_sources(inquiry.question)
    if about is None or (about.points and inquiry.history):
        return None
    if about.wanted is Wanted.TALK:
        return Whole(about.wanted, instead=GREETING)
    within = [s for s in retriever.library.sources() if inquiry.sources is None or s.id in inquiry.sources]
    meant = _meant(about, inquiry, within, retriever)
    if not meant:
        return _of_any(about, within, retriever.library) if within and about.surely and not about.named else None
    texts = [retriever.library.text(source.id) for source in meant[:MOST_SOURCES]]
    found = _gist(texts, retriever) if about.wanted is Wanted.GIST else _told(about.wanted, texts, retriever.library)
    if len(meant) > MOST_SOURCES:
        found = replace(found, notes=(f"{MOST_SOURCES} of {len(meant):,} sources, a sentence of each.",))
    return found if found.places or about.surely else None


def _meant(about: About, inquiry: Inquiry, within: Sequence[Source], retriever: HybridRetriever) -> Sequence[Source]:
    """The sources that are meant; none if that can't be told."""
    if about.named:
        one = titled(about.named, within)
        near = None if one or not about.surely else retriever.nearest(about.named, inquiry.sources)
        return [one] if one else [s for s in within if s.id == near]
    if len(within) == 1 or about.every:
        return within
    return _talked_of(inquiry, within, retriever)


def _talked_of(inquiry: Inquiry, within: Sequence[Source], retriever: HybridRetriever) -> Sequence[Source]:
    """The one source that the turn before was about."""
    for i, turn in reversed(list(enumerate(inquiry.history))):
        about = about_sources(turn.question)
        if about is None:
            near = retriever.nearest(turn.question, inquiry.sources)
            return [s for s in within if s.id == near]
        if about.wanted is not Wanted.TALK:
            before = Inquiry(question=turn.question, history=inquiry.history[:i], sources=inquiry.sources)
            meant = _meant(about, before, within, retriever)
            return meant if len(meant) == 1 else ()
    return ()


def _gist(texts: Sequence[SourceText], retriever: HybridRetriever) -> Whole:
    """The key sentences of a source, or one of each of several."""
    cache, embedder = retriever.library.cache, retriever.library.embedder or ""
    most = SENTENCES if len(texts) == 1 else 1
    places: list[Place] = []
    for text, title in zip(texts, retriever.embedder.embed([text.title for text in texts]), strict=True):
        found = key_sentences(text, cache, embedder, most, title) or beginning(text, cache, most)
        places += [Place(text.version, start, end) for start, end in found]
    return Whole(Wanted.GIST, tuple(places))


def _told(wanted: Wanted, texts: Sequence[SourceText], library: Library) -> Whole:
    """Where sources tell what is wanted, and else what their files and addresses tell."""
    places: list[Place] = []
    for text in texts:
        found = imprint(wanted, text, library.cache.sentences(text.version))
        places += [Place(text.version, start, end) for start, end in found]
    known = () if places else tuple(note for text in texts if (note := noted(wanted, text)))
    instead = " ".join(known) if wanted is Wanted.TITLE else ""
    return Whole(wanted, tuple(places), instead, () if instead else known)


def _of_any(about: About, within: Sequence[Source], library: Library) -> Whole:
    """What one or a few of the sources tell, if the question doesn't say which is meant; or that it should say."""
    if about.wanted not in (Wanted.GIST, Wanted.TITLE) and len(within) <= _LOOKED_THROUGH:
        found = _told(about.wanted, [library.text(source.id) for source in within], library)
        if 0 < len(found.places) <= _TELL:
            return found
    return Whole(about.wanted, instead=_which(within))


def _which(sources: Sequence[Source]) -> str:
    named = ", ".join(f"“{source.title}”" for source in sources[:_NAMED])
    more = ", …" if len(sources) > _NAMED else ""
    return (
        f"Which of the {len(sources):,} sources is meant? Ask by its title, or choose it before you ask. "
        f"There are: {named}{more}."
    )
