"""Keeps count of one ingestion, and tells how far it has come."""

import time
from collections.abc import Callable, Mapping

from ingest.report import Outcome, Progress, Report, Status
from ingest.targets import Target
from rag.library.records import Location
from rag.schema import Source

OnProgress = Callable[[Progress], None]

_EMBEDDING = 0.9  # share of a batch's work, as far as progress is told: committing and checking up is the rest


class Run:
    """One ingestion under way.

    Args:
        total: How many sources it has.
        tell: Told of every step.
        sources: What the library held at the targets' locations when it began, by id.
    """

    def __init__(self, total: int, tell: OnProgress | None, sources: Mapping[str, Source]) -> None:
        self.current = ""
        self.sources = sources
        self.touched: list[Location] = []
        self._total = total
        self._tell = tell or (lambda _: None)
        self._outcomes: list[Outcome] = []
        self._share = 0.0
        self._began = time.monotonic()

    @property
    def done(self) -> int:
        """How many sources are finished."""
        return len(self._outcomes)

    def finish(self, outcome: Outcome) -> None:
        """Notes what became of a source."""
        self._outcomes.append(outcome)
        self._tell(self._progress(self.done).model_copy(update={"current": outcome.target, "outcome": outcome}))

    def embedded(self, sources: int, done: int, texts: int) -> None:
        """Notes that so many of the texts of a batch of so many sources are embedded."""
        ahead = _EMBEDDING * sources * done / texts
        self._tell(self._progress(self.done + ahead).model_copy(update={"embedded": done, "texts": texts}))

    def report(self, *, stopped: bool) -> Report:
        """What became of all that was finished."""
        return Report(outcomes=tuple(self._outcomes), stopped=stopped)

    def _progress(self, worked: float) -> Progress:
        """How far it has come, with so many sources' work done: those of a batch are finished after its texts."""
        self._share = max(self._share, min(1.0, worked / self._total)) if self._total else 1.0
        return Progress(
            done=self.done,
            total=self._total,
            current=self.current,
            share=self._share,
            seconds=time.monotonic() - self._began,
        )


def outcome_of(target: Target, status: Status, reason: str = "", **more: object) -> Outcome:
    """What became of a target."""
    return Outcome.model_validate({"target": target.location, "status": status, "reason": reason, **more})
