"""Adding sources from the page: what each file has come to while it is being added, and how to stop that."""

import queue
import secrets
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.report import Progress, Report
from ingest.targets import Target
from rag.errors import FootnoteError, SourceError
from rag.schema import Source

if TYPE_CHECKING:
    from ui.workspace import Workspace

UPLOADED = "upload:"
"""Begins the location of an uploaded file: a file of the same name that is uploaded later replaces it."""

_SHOWN = 40  # sources listed while more than that are added


@dataclass(frozen=True)
class Item:
    """A source being added. `status` is that of its outcome, or 'waiting', or 'working'."""

    name: str
    status: str = "waiting"
    reason: str = ""
    chunks: int = 0
    probed: int = 0
    found: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Adding:
    """How far an addition has come. `error` says why it ended early; `remaining` is in seconds."""

    token: str
    items: tuple[Item, ...] = ()
    done: int = 0
    share: float = 0.0
    rate: float | None = None
    remaining: float | None = None
    stopping: bool = False
    finished: bool = False
    error: str | None = None

    @property
    def shown(self) -> tuple[Item, ...]:
        """The sources worth listing: all if they are few, else those that failed, are in work or came last."""
        if len(self.items) <= _SHOWN:
            return self.items
        failed = [item for item in self.items if item.status == "failed"]
        rest = [item for item in self.items if item.status not in ("failed", "waiting")]
        return (*failed[-_SHOWN:], *rest[-10:])

    @property
    def left_out(self) -> int:
        """How many were never begun, once it is over."""
        return sum(item.status in ("waiting", "working") for item in self.items) if self.finished else 0

    def count(self, *statuses: str) -> int:
        """How many sources have come to this."""
        return sum(item.status in statuses for item in self.items)


def uploads(paths: Sequence[str], collection: str | None) -> list[Target]:
    """Uploaded files as targets, known by their names."""
    return [Target(f"{UPLOADED}{Path(path).name}", path=Path(path), collection=collection) for path in paths]


def addresses(text: str, collection: str | None) -> list[Target]:
    """Addresses, one a line."""
    return [Target(line.strip(), collection=collection) for line in text.splitlines() if line.strip()]


def again(workspace: "Workspace", source: Source) -> list[Target]:
    """Where a source can be read again: its files and addresses, or the original that is kept of an upload.

    Raises:
        SourceError: It was uploaded, and its file isn't kept.
    """
    targets = [
        Target(place, path=None if "://" in place[:12] else Path(place))
        for place in source.locations
        if not place.startswith(UPLOADED)
    ]
    original = workspace.library.originals.path(source.content_hash)
    if not targets and original.is_file():
        targets = [Target(source.locations[0], path=original)]
    if not targets:
        raise SourceError(
            f"“{source.title}” was dropped into the page, and its file isn't kept.", "Drop it here again."
        )
    return targets


class Additions:
    """Adds sources in threads of their own, and stops what is asked to be stopped."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._stops: dict[str, threading.Event] = {}

    def stop(self, token: str) -> None:
        """Stops an addition: what is finished stays, the rest is left out."""
        if token in self._stops:
            self._stops[token].set()

    def add(self, targets: Sequence[Target]) -> Iterator[Adding]:
        """Adds sources; a snapshot at each step, the last one `finished`. Who stops listening stops the addition."""
        steps: queue.Queue[Progress | Report | str] = queue.Queue()
        adding = Adding(secrets.token_urlsafe(12), tuple(Item(shown_name(target.location)) for target in targets))
        stop = self._stops[adding.token] = threading.Event()

        def work() -> None:
            try:
                steps.put(self._workspace.ingest(targets, steps.put, stop=stop.is_set))
            except FootnoteError as error:
                steps.put(str(error))
            except Exception as error:
                steps.put(f"Something unforeseen went wrong: {type(error).__name__}: {error}.")

        threading.Thread(target=work, name="adding", daemon=True).start()
        try:
            yield adding
            while not adding.finished:
                adding = _after(adding, steps.get())
                while not steps.empty():  # steps come faster than pages can show them
                    adding = _after(adding, steps.get())
                adding = replace(adding, stopping=stop.is_set())
                yield adding
        finally:
            stop.set()  # whoever watched is gone: what is finished stays
            del self._stops[adding.token]


def _after(adding: Adding, step: Progress | Report | str) -> Adding:
    if isinstance(step, str):
        return replace(adding, error=step, finished=True)
    if isinstance(step, Report):
        return replace(adding, share=adding.share if step.stopped else 1.0, finished=True)
    now, items = shown_name(step.current), adding.items
    if step.outcome:
        out = step.outcome
        now = shown_name(out.target)
        done = Item(now, out.status, out.reason, out.chunks, out.probed, out.found, out.notes)
    else:
        done = Item(now, "working", f"{step.embedded:,} of {step.texts:,} texts embedded" if step.texts else "")
    at = next((i for i, item in enumerate(items) if item.name == now and item.status in ("waiting", "working")), None)
    if at is not None:
        items = (*items[:at], done, *items[at + 1 :])
    return replace(
        adding,
        items=items,
        done=step.done,
        share=max(adding.share, min(step.share, 1.0)),
        rate=step.rate,
        remaining=step.remaining,
    )


def shown_name(location: str) -> str:
    """A location as a person knows it."""
    return location.removeprefix(UPLOADED) if location.startswith(UPLOADED) else location
