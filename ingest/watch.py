"""Watching a folder: what is put there, changed, renamed or removed is brought into the library while it is used.

Events of the operating system only say when to look. What is to be done comes from comparing the folder with the
catalogue by size and time stamp, so nothing that happened while nobody watched is missed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.report import Report
from ingest.targets import Target, files_below, is_gone, target_of
from rag.errors import FootnoteError
from rag.library.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

BringIn = Callable[[Sequence[Target], Sequence[str]], Report]
Look = tuple[int, int, int]

SETTLED = 1.0
"""Seconds for which a file must not have changed before it is read: it may still be being written."""

_DEBOUNCE_MS = 400
_AT_LEAST_EVERY = 5.0  # seconds between looks where events can't be had, and after an error
_PATIENCE = 30.0


class FolderWatch:
    """Keeps the sources below one folder as the folder is.

    Args:
        library: The library.
        folder: What to watch, with all below it.
        bring_in: Adds and updates targets, then forgets locations.
        tell: Told in a line what was done and what went wrong.
    """

    def __init__(self, library: Library, folder: Path, bring_in: BringIn, tell: Callable[[str], None]) -> None:
        self._catalogue = library.catalogue
        self._own = library.folder
        self._folder = folder.expanduser().resolve()
        self._bring_in = bring_in
        self._tell = tell
        self._failed: dict[str, Look] = {}
        self._first_seen: dict[str, tuple[Look, float]] = {}
        self._identity = self._which()
        self._trouble = ""

    def run(self, stop: threading.Event) -> None:
        """Looks whenever something has happened, until told to stop."""
        for _ in self._occasions(stop):
            try:
                while self._look() and not stop.wait(SETTLED / 4):
                    pass
                self._trouble = ""
            except FootnoteError as error:
                self._say_once(str(error))
                stop.wait(_PATIENCE)
            except Exception as error:  # a thread that ends in silence would be worse
                self._say_once(f"Watching {self._folder} met something unforeseen: {type(error).__name__}: {error}")
                stop.wait(_PATIENCE)

    def _occasions(self, stop: threading.Event) -> "Iterator[None]":
        """Yields once at the beginning, and then whenever there may be something to do."""
        import watchfiles

        yield
        while not stop.is_set():
            with suppress(OSError, RuntimeError):  # no such folder at the moment, or no more watches to be had
                for _ in watchfiles.watch(
                    self._folder,
                    watch_filter=None,
                    debounce=_DEBOUNCE_MS,
                    stop_event=stop,
                    rust_timeout=int(_AT_LEAST_EVERY * 1000),
                    yield_on_timeout=True,
                    ignore_permission_denied=True,
                ):
                    yield
                    if self._which() != self._identity:
                        break
            if not stop.wait(_AT_LEAST_EVERY / 5):
                yield

    def _look(self) -> bool:
        """Brings in what has changed; whether to look again soon, because something is still being written."""
        which = self._which()
        if which is None:
            self._say_once(f"The folder {self._folder} is not there. Its sources stay in the library.")
            return False
        files, problems = files_below(self._folder)
        if which != self._identity and not files:  # nothing was deleted here: another folder has taken its place
            self._say_once(f"The folder {self._folder} is another one now, and empty. Its sources stay in the library.")
            return False
        self._identity = which
        prefix = f"{self._folder}/"
        known = {p.location: p for p in self._catalogue.locations(below=prefix) if p.location.startswith(prefix)}
        wanted, looks, waiting = [], {}, False
        for file in files:
            if file.is_relative_to(self._own):  # the library may lie in the folder
                continue
            look, target = _look_of(file), target_of(file)
            place = known.get(target.location)
            if look is None or (place is not None and (place.size, place.mtime_ns) == look[:2]):
                continue
            if self._failed.get(target.location) == look:
                continue
            if not self._is_settled(target.location, look):
                waiting = True
                continue
            looks[target.location] = look
            wanted.append(target)
        hidden = tuple(f"{problem.location}/" for problem in problems)
        gone = [place for place in known if not place.startswith(hidden) and is_gone(place)]
        if wanted or gone:
            self._report(self._bring_in(wanted, gone), looks)
        return waiting

    def _is_settled(self, location: str, look: Look) -> bool:
        before, since = self._first_seen.get(location, (None, 0.0))
        now = time.monotonic()
        if before != look:
            self._first_seen[location] = (look, now)
            since = now
        age = time.time() - look[1] / 1e9
        settled = age >= SETTLED or now - since >= SETTLED  # a time stamp may lie in the future
        if settled:
            self._first_seen.pop(location, None)
        return settled

    def _report(self, report: Report, looks: dict[str, Look]) -> None:
        for outcome in report.outcomes:
            if outcome.status == "failed":
                if outcome.target in looks:
                    self._failed[outcome.target] = looks[outcome.target]
                self._tell(f"failed: {outcome.reason}")
                continue
            self._failed.pop(outcome.target, None)
            if outcome.status != "unchanged" or outcome.reason:
                told = f"{outcome.status} {outcome.title or outcome.target}"
                self._tell(f"{told} ({outcome.reason})" if outcome.reason else told)

    def _say_once(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._tell(trouble)
        self._trouble = trouble

    def _which(self) -> tuple[int, int] | None:
        """Tells the folder from another one of the same name; None if there is none."""
        try:
            stat = self._folder.stat()
        except OSError:
            return None
        return (stat.st_dev, stat.st_ino) if self._folder.is_dir() else None


def _look_of(file: Path) -> Look | None:
    """Size, time of the last change of content and of the last change at all; None if it has just gone."""
    try:
        stat = file.lstat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
