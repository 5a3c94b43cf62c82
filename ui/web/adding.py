"""Adding sources from the page: what each file has come to, while it is being added."""

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.report import Progress
from ingest.targets import Target
from rag.errors import FootnoteError

if TYPE_CHECKING:
    from ui.workspace import Workspace

UPLOADED = "upload:"
"""Begins the location of an uploaded file: a file of the same name that is uploaded later replaces it."""


@dataclass(frozen=True)
class Item:
    """A source being added. `status` is that of its outcome, or 'waiting'."""

    name: str
    status: str = "waiting"
    reason: str = ""
    chunks: int = 0


@dataclass(frozen=True)
class Adding:
    """How far an addition has come. `error` says why it ended early."""

    items: tuple[Item, ...] = ()
    share: float = 0.0
    finished: bool = False
    error: str | None = None


def uploads(paths: Sequence[str], collection: str | None) -> list[Target]:
    """Uploaded files as targets, known by their names."""
    return [Target(f"{UPLOADED}{Path(path).name}", path=Path(path), collection=collection) for path in paths]


def addresses(text: str, collection: str | None) -> list[Target]:
    """Addresses, one a line."""
    return [Target(line.strip(), collection=collection) for line in text.splitlines() if line.strip()]


def add(workspace: "Workspace", targets: Sequence[Target]) -> Iterator[Adding]:
    """Adds sources in a thread of their own; a snapshot at each step, the last one `finished`."""
    steps: queue.Queue[Progress | str | None] = queue.Queue()
    leaving = threading.Event()

    def work() -> None:
        try:
            workspace.ingest(targets, steps.put, stop=leaving.is_set)
        except FootnoteError as error:
            steps.put(str(error))
        except Exception as error:
            steps.put(f"Something unforeseen went wrong: {type(error).__name__}: {error}.")
        finally:
            steps.put(None)

    threading.Thread(target=work, name="adding", daemon=True).start()
    adding = Adding(tuple(Item(shown_name(target.location)) for target in targets))
    try:
        yield adding
        while (step := steps.get()) is not None:
            adding = replace(adding, error=step) if isinstance(step, str) else _after(adding, step)
            yield adding
        yield replace(adding, finished=True)
    finally:
        leaving.set()  # whoever watched is gone: what is finished stays


def _after(adding: Adding, step: Progress) -> Adding:
    items = adding.items
    if step.outcome:
        name = shown_name(step.outcome.target)
        done = Item(name, step.outcome.status, step.outcome.reason, step.outcome.chunks)
        items = tuple(done if item.name == name and item.status == "waiting" else item for item in items)
    # Reading is quick beside embedding, so a batch counts as far as it is embedded.
    ahead = (step.embedded / step.texts) * (step.total - step.done) if step.texts and not step.outcome else 0.0
    share = (step.done + ahead) / step.total if step.total else 1.0
    return Adding(items, max(adding.share, min(share, 1.0)))


def shown_name(location: str) -> str:
    """A location as a person knows it."""
    return location.removeprefix(UPLOADED) if location.startswith(UPLOADED) else location
