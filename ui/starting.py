"""What `footnote serve` does: brings in the starter library, warms up, opens the web chat."""

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from ui.workspace import Workspace, starter_manifest

if TYPE_CHECKING:
    from ingest.report import Report
    from ingest.targets import Target

PREFETCH_SECONDS = 10
_LEAVING_SECONDS = 15  # for what is being embedded or stored when the server is stopped


def start(
    workspace: Workspace, host: str, port: int, manifest: Path | None = None, watched: Sequence[Path] = ()
) -> None:
    """Syncs with the manifest, then serves the web chat until it is stopped, keeping up with the watched folders.

    Without a manifest the starter library is brought in, but only into an empty library or one that has it already:
    a library of one's own, such as one of watched folders, stays one's own.

    Raises:
        FootnoteError: The manifest, the library or the port can't be used.
    """
    from ui.offering import offer
    from ui.printed import plain
    from ui.web import serve

    if offered := offer(workspace.settings.chat):
        print(plain(offered), file=sys.stderr, flush=True)
    manifest = manifest or _starter_of(workspace, watched)
    if manifest is not None:
        _sync(workspace, manifest)
        threading.Thread(target=prefetch, args=(workspace, manifest), daemon=True, name="prefetch").start()
    with watching(workspace, watched):
        serve(workspace, host, port)


@contextmanager
def watching(workspace: Workspace, folders: Sequence[Path]) -> Iterator[None]:
    """Keeps up with folders in the background while the block runs, telling what it does on stderr."""
    from ingest.watch import FolderWatch

    stop = threading.Event()

    def bring_in(targets: "Sequence[Target]", gone: Sequence[str]) -> "Report":
        return workspace.follow(targets, gone, stop=stop.is_set)

    threads = []
    for folder in folders:
        watch = FolderWatch(workspace.library, folder, bring_in, lambda line: print(line, file=sys.stderr, flush=True))
        threads.append(threading.Thread(target=watch.run, args=(stop,), daemon=True, name=f"watching {folder}"))
        threads[-1].start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(_LEAVING_SECONDS)


def _starter_of(workspace: Workspace, watched: Sequence[Path]) -> Path | None:
    from ingest.manifest import is_synced

    starter = starter_manifest()
    if starter is None or is_synced(workspace.library, starter):
        return starter
    return None if watched or workspace.library.revision else starter


def _sync(workspace: Workspace, manifest: Path) -> None:
    from ui.printed import progress_bar

    with progress_bar(True) as on_progress:
        if on_progress is None and not workspace.library.revision:
            print("Loading the starter library ...", file=sys.stderr, flush=True)
        report = workspace.sync(manifest, on_progress)
    for outcome in report.failed:
        print(f"left out: {outcome.reason or outcome.target}", file=sys.stderr)


def prefetch(workspace: Workspace, manifest: Path) -> None:
    """Tries the manifest's `prefetch` addresses, each once in a library's life, and says in a line how it went."""
    from ingest.manifest import targets_of
    from ingest.targets import is_address

    for target in targets_of(manifest, wanted=lambda entry: entry.prefetch):
        tried = f"prefetched:{target.location}"
        if not is_address(target.location) or workspace.library.catalogue.get(tried):
            continue
        workspace.library.catalogue.put(tried, "yes")
        try:
            outcome = workspace.fetch_quickly(target, PREFETCH_SECONDS).outcomes[0]
        except FootnoteError as error:
            print(f"not fetched: {error}", file=sys.stderr)
            return
        said = f"fetched {outcome.title}" if outcome.status != "failed" else f"not fetched: {outcome.reason}"
        print(said, file=sys.stderr, flush=True)
