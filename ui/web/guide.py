"""A guide to a source, made of its own words: contents, key sentences, questions it answers."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from rag.errors import FootnoteError
from rag.schema import Heading, Inquiry, SourceText
from rag.sentences import split_sentences
from rag.whole.gist import key_sentences
from ui.web.suggestions import question_from

if TYPE_CHECKING:
    from ui.workspace import Workspace

T = TypeVar("T")

QUESTIONS = 4
_TRIED = 10  # questions asked to find those that are answered
_READ = 60_000  # characters that questions are made of
_HELD = 64


@dataclass(frozen=True)
class Place:
    """Words of a source, and where they stand."""

    start: int
    end: int
    words: str
    page: int | None


class Guide:
    """Makes guides and holds the latest ones. Thread-safe."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._held: OrderedDict[tuple[str, int], object] = OrderedDict()
        self._holding = threading.Lock()

    def sentences(self, text: SourceText) -> list[Place]:
        """The sentences nearest to what the source is about as a whole, in reading order, no two alike."""
        return self._once("sentences", text.version, lambda: self._central(text))

    def questions(self, text: SourceText) -> list[str]:
        """Questions made of the source's plain sentences that Footnote answers from it."""
        return self._once("questions", text.version, lambda: self._answered(text))

    def _once(self, kind: str, version: int, make: Callable[[], T]) -> T:
        with self._holding:
            held = self._held.get((kind, version))
        if held is None:
            held = make()
            with self._holding:
                self._held[kind, version] = held
                while len(self._held) > _HELD:
                    self._held.popitem(last=False)
        return held  # type: ignore[return-value]  # what is held under a kind is of its type

    def _central(self, text: SourceText) -> list[Place]:
        library = self._workspace.library
        title = self._workspace.embedder.embed([text.title])[0]
        found = key_sentences(text, library.cache, library.embedder or "", title=title)
        return [place_of(text, *span) for span in found]

    def _answered(self, text: SourceText) -> list[str]:
        sentences = (text.text[start:end] for start, end in split_sentences(text.text[:_READ]))
        made = list(dict.fromkeys(question for sentence in sentences if (question := question_from(sentence))))
        answered: list[str] = []
        for question in made[:: max(1, len(made) // _TRIED)][:_TRIED]:
            try:
                answer = self._workspace.ask(Inquiry(question=question, sources=frozenset({text.source_id})))
            except FootnoteError:
                break
            if not answer.refused:
                answered.append(question)
            if len(answered) == QUESTIONS:
                break
        return answered


def contents(text: SourceText) -> list[Heading]:
    """The headings, without the one that repeats the title."""
    return [heading for heading in text.headings if heading.title != text.title]


def place_of(text: SourceText, start: int, end: int) -> Place:
    """Words as a place, with the page they begin on."""
    page = max((p for p in text.pages if p.start <= start), key=lambda p: p.start, default=None)
    return Place(start, end, " ".join(text.text[start:end].split()), page.number if page else None)
