"""Gold evidence as spans: where the quotes of a question stand in the sources of a library.

Spans, and not chunks, are what retrieval is judged against, so that scores survive another chunking.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath
from typing import NamedTuple, Protocol

from rag.schema import Source, SourceText

_SAME = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2026": "...",
        "\u00ad": None,
        "\u200b": None,
        **{chr(dash): "-" for dash in (*range(0x2010, 0x2016), 0x2212)},
    }
)


class Span(NamedTuple):
    """Characters ``[start, end)`` of one source's canonical text."""

    source_id: str
    start: int
    end: int


Places = tuple[Span, ...]
"""Every place where one quote stands. Any of them is as good as the others."""


class Library(Protocol):
    """What an evaluation reads of a library."""

    @property
    def revision(self) -> int:
        """Goes up by one with every change."""

    def sources(self) -> Sequence[Source]:
        """The sources in their current versions."""

    def text(self, source_id: str, version: int | None = None) -> SourceText:
        """The canonical text of a source, in its current version if none is named."""


class Texts:
    """The sources that evidence is looked for in: their names and canonical texts, read once."""

    def __init__(self, texts: Mapping[str, str], names: Mapping[str, Iterable[str]] | None = None) -> None:
        """Takes canonical texts by source id, and what each source may be called: title, address, file names."""
        self.texts = dict(texts)
        self._outlines: dict[str, str] = {}
        self.names = {
            source_id: {name.casefold() for name in ((names or {}).get(source_id, ())) if name} | {source_id.casefold()}
            for source_id in texts
        }

    def outline(self, source_id: str) -> str:
        """A source's letters and signs without blanks, to see quickly whether a quote can be in it at all."""
        if source_id not in self._outlines:
            self._outlines[source_id] = _outline(self.texts[source_id])
        return self._outlines[source_id]

    @classmethod
    def of(cls, library: Library) -> "Texts":
        """The texts of all sources of a library."""
        sources = library.sources()
        names = {
            source.id: {
                source.title,
                source.url or "",
                *source.locations,
                *(PurePath(location).name for location in source.locations),
                *(PurePath(location).stem for location in source.locations),
            }
            for source in sources
        }
        return cls({source.id: library.text(source.id).text for source in sources}, names)


def sources_named(names: Sequence[str], texts: Texts) -> list[str]:
    """The ids of the sources that go by one of these names; of all sources if no name is given."""
    wanted = {name.casefold() for name in names}
    return [source_id for source_id in texts.texts if not wanted or wanted & texts.names[source_id]]


def locate(quote: str, texts: Texts, named: Sequence[str] = ()) -> Places:
    """Where a quote stands: exactly if possible, else but for blanks, quotation marks, dashes and case.

    Args:
        quote: Words of a source, as they were copied.
        texts: The sources to look in.
        named: Names of the sources to look in; a name that no source goes by is as good as none.
    """
    ids = sources_named(named, texts) or list(texts.texts)
    exact = [Span(source, *place) for source in ids for place in _all(texts.texts[source], quote)]
    if exact or not quote.strip():
        return tuple(exact)
    wanted, _ = _folded(unicodedata.normalize("NFC", quote.strip()))
    loose = []
    for source in (source for source in ids if _outline(quote) in texts.outline(source)):
        text, origin = _folded(texts.texts[source])
        loose += [Span(source, origin[start], origin[end - 1] + 1) for start, end in _all(text, wanted)]
    return tuple(loose)


def _all(text: str, quote: str) -> list[tuple[int, int]]:
    """Every place of a quote in a text, not overlapping."""
    places, start = [], text.find(quote)
    while quote and start >= 0:
        places.append((start, start + len(quote)))
        start = text.find(quote, start + len(quote))
    return places


def _outline(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_SAME).casefold().split())


@lru_cache(maxsize=256)
def _folded(text: str) -> tuple[str, list[int]]:
    """The text with one way to write each thing, and for each of its characters where it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for position, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character).translate(_SAME).casefold()
        for piece in plain:
            piece = " " if piece.isspace() else piece
            if piece == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(piece)
            origin.append(position)
    return "".join(folded), origin
