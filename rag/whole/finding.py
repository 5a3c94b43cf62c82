"""Finds what answers a question about a source as a whole: which source is meant, and where it tells of itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.library.library import Library
from rag.schema import Inquiry, Source, SourceText
from rag.whole.gist import beginning, key_sentences
from rag.whole.imprint import imprint, noted
from rag.whole.question import About, Wanted, about_sources, titled

MOST_SOURCES = 8
"""Sources that are told of when all are meant."""
GREETING = (
    "Ask something that the sources may tell. Every sentence of an answer carries a footnote that opens the words it "
    "rests on; where the sources don't say, you are told so."
)
_NAMED = 3  # titles given as examples


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


def whole_source(inquiry: Inquiry, library: Library, nearest: Callable[[str], str | None]) -> Whole | None:
    """What a question about a source as a whole is answered from; None if it asks what the sources tell.

    Args:
        inquiry: The question, with its conversation.
        library: The sources.
        nearest: Gives the id of the source that has the likeliest passage for a text.
    """
    about = about_sources(inquiry.question)
    if about is None or (about.points and inquiry.history):
        return None
    if about.wanted is Wanted.TALK:
        return Whole(about.wanted, instead=GREETING)
    within = [s for s in library.sources() if inquiry.sources is None or s.id in inquiry.sources]
    meant = _meant(about, inquiry, within, nearest)
    if not meant:
        return Whole(about.wanted, instead=_which(within)) if within and about.surely and not about.named else None
    found = _told(about, [library.text(source.id) for source in meant[:MOST_SOURCES]], library)
    if len(meant) > MOST_SOURCES:
        found = Whole(found.wanted, found.places, notes=(*found.notes, f"{MOST_SOURCES} of {len(meant)} sources."))
    return found if found.places or about.surely or found.notes or found.instead else None


def _meant(
    about: About, inquiry: Inquiry, within: Sequence[Source], nearest: Callable[[str], str | None]
) -> Sequence[Source]:
    """The sources that are meant; none if that can't be told."""
    if about.named:
        one = titled(about.named, within)
        near = None if one or not about.surely else nearest(about.named)
        return [one] if one else [s for s in within if s.id == near]
    if len(within) == 1 or about.every:
        return within
    before = nearest(inquiry.history[-1].question) if inquiry.history else None
    return [s for s in within if s.id == before]


def _told(about: About, texts: Sequence[SourceText], library: Library) -> Whole:
    """Where these sources tell what is wanted, and what else is known of it."""
    embedder = library.embedder or ""
    places: list[Place] = []
    for text in texts:
        spans, _ = library.cache.sentence_vectors(text.version, 0, len(text.text), embedder)
        if about.wanted is Wanted.GIST:
            most = {"most": 1} if len(texts) > 1 else {}
            found = key_sentences(text, library.cache, embedder, **most) or beginning(text, spans, **most)
        else:
            found = imprint(about.wanted, text, spans)
        places += [Place(text.version, start, end) for start, end in found]
    known = () if places else tuple(note for text in texts if (note := noted(about.wanted, text)))
    instead = " ".join(known) if about.wanted is Wanted.TITLE else ""
    return Whole(about.wanted, tuple(places), instead, () if instead else known)


def _which(sources: Sequence[Source]) -> str:
    named = ", ".join(f"“{source.title}”" for source in sources[:_NAMED])
    more = ", …" if len(sources) > _NAMED else ""
    return (
        f"Which of the {len(sources):,} sources is meant? Ask by its title, or choose it before you ask. "
        f"There are: {named}{more}."
    )
