"""The nouns of Footnote: frozen, typed, JSON in and out.

Every `start` and `end` is a character offset ``[start, end)`` into the canonical text of one
version of one source, so that ``text[start:end] == quote`` holds everywhere.
"""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field


class Noun(BaseModel):
    """Base of all nouns: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Heading(Noun):
    """A heading of a source: where its section begins, and how deep it is (1 is the top)."""

    start: int
    level: int
    title: str


class Page(Noun):
    """Where a page begins in the canonical text. Numbers are as the source counts them, from 1."""

    start: int
    number: int


class Source(Noun):
    """A document as added, in its current version."""

    id: str
    title: str
    locations: tuple[str, ...] = ()
    url: str | None = None
    media_type: str = "text/plain"
    collection: str | None = None
    tags: tuple[str, ...] = ()
    author: str | None = None
    date: str | None = None
    language: str | None = None
    version: int
    content_hash: str
    characters: int
    chunks: int
    added_at: str
    updated_at: str


class SourceText(Noun):
    """The canonical text of one version of a source, with its maps."""

    source_id: str
    version: int
    title: str
    text: str
    url: str | None = None
    media_type: str = "text/plain"
    headings: tuple[Heading, ...] = ()
    pages: tuple[Page, ...] = ()
    metadata: Mapping[str, Any] = Field(default_factory=dict)


class Chunk(Noun):
    """A stored piece of a source: a span of its text.

    `header` (title and headings) is embedded and indexed with the text, but is no part of the span.
    """

    id: int
    source_id: str
    version: int
    ordinal: int
    start: int
    end: int
    heading: str | None = None
    page: int | None = None
    header: str = ""


class Scores(Noun):
    """How a passage was found. `dense` is a cosine, `bm25` a BM25 score, `fused` is in [0, 1]."""

    dense: float | None = None
    bm25: float | None = None
    fused: float | None = None
    rerank: float | None = None


class Passage(Noun):
    """What the answerer is shown: one chunk, or several neighbouring ones merged."""

    source_id: str
    version: int
    title: str
    start: int
    end: int
    text: str
    url: str | None = None
    heading: str | None = None
    page: int | None = None
    chunk_ids: tuple[int, ...] = ()
    scores: Scores = Scores()


class Citation(Noun):
    """A footnote: the exact words of one source that a statement rests on."""

    number: int
    source_id: str
    version: int
    title: str
    url: str | None = None
    page: int | None = None
    heading: str | None = None
    start: int
    end: int
    quote: str
    passage: str


class Statement(Noun):
    """One sentence of an answer, the numbers it cites, and how well they support it (0 to 1).

    `reason` says in words why a statement is not supported. `emphasis` are the places in `text`, as offsets
    ``[start, end)``, of the date, number or name that the question asks for.
    """

    text: str
    citations: tuple[int, ...] = ()
    support: float = 0.0
    supported: bool = False
    reason: str | None = None
    emphasis: tuple[tuple[int, int], ...] = ()


class Turn(Noun):
    """An earlier question of a conversation and its answer."""

    question: str
    answer: str = ""


class Inquiry(Noun):
    """What is asked: a question, the turns before it, and the sources it is limited to (None: all)."""

    question: str
    history: tuple[Turn, ...] = ()
    sources: frozenset[str] | None = None


class Answer(Noun):
    """An answer, or a refusal with the closest passages, and what produced it.

    While an answer is streamed, snapshots with ``complete=False`` come first, each replacing the one
    before; only the last one is ``complete``. `usage` counts the chat model's tokens, all calls together;
    `cost` is their price at the settings' prices, None if there are none.
    """

    question: str
    standalone_question: str
    answer: str = ""
    refused: bool = False
    contradicts_premise: bool = False
    confidence: float = 0.0
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Passage, ...] = ()
    model: str = "extractive"
    timings_ms: Mapping[str, float] = Field(default_factory=dict)
    usage: Mapping[str, int] = Field(default_factory=dict)
    usage_estimated: bool = False
    cost: float | None = None
    notes: tuple[str, ...] = ()
    complete: bool = True
    settings_fingerprint: str = ""
    library_revision: int = 0

    def __add__(self, later: Self) -> Self:
        """The later snapshot replaces this one (runnables add up what they stream)."""
        return later

    def citation(self, number: int) -> Citation | None:
        """The citation with this number, or None."""
        return next((c for c in self.citations if c.number == number), None)
