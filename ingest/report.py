"""What became of each source that was to be added: the report of an ingestion, and its progress."""

from typing import Literal

from rag.schema import Noun

Status = Literal["added", "updated", "unchanged", "removed", "failed"]


class Outcome(Noun):
    """What became of one source. `reason` says why it failed, or what it is the same as.

    `probed` of its sentences and headings were searched for afterwards, and `found` of them brought it back among the
    first five passages; `notes` are sentences that a librarian should read.
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
