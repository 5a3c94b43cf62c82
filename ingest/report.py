"""What became of each source that was to be added: the report of an ingestion, and its progress."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from rag.schema import Noun

Status = Literal["added", "updated", "unchanged", "removed", "failed"]
HEALTH = "health"
"""The key of a version's metadata under which its health is kept."""


class Twin(Noun):
    """Another source that holds this share of a source's text; `version`: nearly all of it."""

    source_id: str
    title: str
    share: float
    version: bool


class Health(Noun):
    """What a librarian should know of a source.

    Attributes:
        language: An ISO 639-1 code where the text told it; as the document writes it where that says so.
        language_from: Who said so.
        pages: How many pages it has; 0 if it has none.
        pages_without_text: Those from which nothing was read.
        pages_by_ocr: Those that were read from pictures.
        tables: How many tables were found.
        garbled: The share of its words that look garbled, 0 to 1.
        chunks: How many pieces it was cut into.
        tiny_chunks: Those with hardly a word in them.
        probed: How many of its sentences and headings were searched for.
        found: How many of them brought it back among the first five passages.
        same_as: The source that it shares most with.
        notes: What to look at, in sentences; empty if all is well.
    """

    language: str | None = None
    language_from: Literal["document", "text"] | None = None
    pages: int = 0
    pages_without_text: tuple[int, ...] = ()
    pages_by_ocr: tuple[int, ...] = ()
    tables: int = 0
    garbled: float = 0.0
    chunks: int = 0
    tiny_chunks: int = 0
    probed: int = 0
    found: int = 0
    same_as: Twin | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, metadata: Mapping[str, Any]) -> Self | None:
        """The health in a version's metadata; None for one from before there was any."""
        return cls.model_validate(metadata[HEALTH]) if HEALTH in metadata else None

    @property
    def summary(self) -> str:
        """The facts on one line, such as ``en, 12 pages (2 by OCR), 3 tables``."""
        ocr = f" ({len(self.pages_by_ocr)} by OCR)" if self.pages_by_ocr else ""
        pages = f"{self.pages} page{'s' * (self.pages > 1)}{ocr}" if self.pages else ""
        tables = f"{self.tables} table{'s' * (self.tables > 1)}" if self.tables else ""
        return ", ".join(filter(None, (self.language, pages, tables)))


class Outcome(Noun):
    """What became of one source. `reason` says why it failed, or what it is the same as.

    `probed` of its sentences and headings were searched for afterwards, and `found` of them brought it back among the
    first five passages; `notes` are sentences that a librarian should read. `health` is what they were drawn from.
    """

    target: str
    status: Status
    reason: str = ""
    source_id: str | None = None
    title: str | None = None
    chunks: int = 0
    probed: int = 0
    found: int = 0
    notes: tuple[str, ...] = ()
    health: Health | None = None


class Report(Noun):
    """What became of all of them, in the order they were finished."""

    outcomes: tuple[Outcome, ...] = ()
    stopped: bool = False

    def count(self, status: Status) -> int:
        """How many ended like this."""
        return sum(outcome.status == status for outcome in self.outcomes)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Those that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")

    @property
    def findability(self) -> float | None:
        """The share of samples of the new sources that brought their source back; None if nothing was probed."""
        probed = sum(outcome.probed for outcome in self.outcomes)
        return sum(outcome.found for outcome in self.outcomes) / probed if probed else None

    def summary(self) -> str:
        """One line, such as ``3 added, 1 updated, 12 unchanged, 0 failed``."""
        parts = [f"{self.count('added')} added", f"{self.count('updated')} updated"]
        parts += [f"{self.count('unchanged')} unchanged"]
        parts += [f"{self.count('removed')} removed"] if self.count("removed") else []
        return ", ".join([*parts, f"{self.count('failed')} failed"])


class Progress(Noun):
    """How far an ingestion has come. `outcome` is set when a source is finished.

    `total` is how many sources there are; `current` the one being worked on, with `embedded` of `texts`
    of its batch embedded; `share` of all the work is done, 0 to 1, after so many `seconds`.
    """

    done: int
    total: int
    current: str = ""
    embedded: int = 0
    texts: int = 0
    share: float = 0.0
    seconds: float = 0.0
    outcome: Outcome | None = None

    @property
    def rate(self) -> float | None:
        """Sources a second, once that can be told."""
        return self.share * self.total / self.seconds if self.share and self.seconds >= 1 else None

    @property
    def remaining(self) -> float | None:
        """Seconds that are likely to be left, once that can be told."""
        return self.seconds * (1 - self.share) / self.share if self.rate else None
