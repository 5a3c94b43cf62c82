"""What `footnote serve` does: brings in the starter library, warms up, opens the web chat."""

import sys
from pathlib import Path

from ui.workspace import Workspace, starter_manifest


def start(workspace: Workspace, host: str, port: int, manifest: Path | None = None) -> None:
    """Syncs with the manifest, then serves the web chat until it is stopped.

    Raises:
        FootnoteError: The manifest, the library or the port can't be used.
    """
    from ui.printed import progress_bar

    manifest = manifest or starter_manifest()
    if manifest is not None:
        with progress_bar(True) as on_progress:
            if on_progress is None and not workspace.library.revision:
                print("Loading the starter library ...", file=sys.stderr, flush=True)
            report = workspace.sync(manifest, on_progress)
        for outcome in report.failed:
            print(f"left out: {outcome.reason or outcome.target}", file=sys.stderr)
    from ui.web import serve

    serve(workspace, host, port)
