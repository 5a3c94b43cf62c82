"""What `footnote serve` does: brings in the starter library, warms up, opens the web chat."""

import sys
import threading
from pathlib import Path

from rag.errors import FootnoteError
from ui.workspace import Workspace, starter_manifest

PREFETCH_SECONDS = 10


def start(workspace: Workspace, host: str, port: int, manifest: Path | None = None) -> None:
    """Syncs with the manifest, then serves the web chat until it is stopped.

    Without a manifest the starter library is brought in, but only into an empty library or one that has it already:
    a library of one's own stays one's own.

    Raises:
        FootnoteError: The manifest, the library or the port can't be used.
    """
    from ui.web import serve

    manifest = manifest or _starter_of(workspace)
    if manifest is not None:
        _sync(workspace, manifest)
        threading.Thread(target=prefetch, args=(workspace, manifest), daemon=True, name="prefetch").start()
    serve(workspace, host, port)


def _starter_of(workspace: Workspace) -> Path | None:
    from ingest.manifest import is_synced

    starter = starter_manifest()
    if starter is None or not (is_synced(workspace.library, starter) or not workspace.library.revision):
        return None
    return starter


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
