"""What an ingestion costs beside the embedding of its texts alone: ``python -m benchmarks.ingestion [FOLDER]``.

Without a folder, ``--files`` generated ones are taken. Ingests them into a library of its own, embeds the same texts
with no pipeline around them, ingests the unchanged files again, and adds and removes another source ``--cycles`` times.
"""

import argparse
import random
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.generated import document, write
from ingest.report import Progress
from rag.library.health import examine
from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--cycles", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        folder = arguments.folder or place / "files"
        if arguments.folder is None:
            write(folder, arguments.files, random.Random(1))
        with open_workspace(load_settings({"library": place / "library"})) as workspace:
            workspace.embedder  # noqa: B018 - loaded before the clock starts
            measure(workspace, folder)
        again(place / "library", folder)
        with open_workspace(load_settings({"library": place / "library"})) as workspace:
            come_and_go(workspace, place, arguments.cycles)


def measure(workspace: Workspace, folder: Path) -> None:
    """Ingests, with a question asked again and again meanwhile; then embeds the same texts alone."""
    began, waits, done = time.process_time(), [0.0], threading.Event()

    def ask() -> None:
        while not done.wait(5.0):
            asked = time.perf_counter()
            workspace.ask(Inquiry(question="Who counted the visitors at the lighthouse?"))
            waits.append(time.perf_counter() - asked)

    asking = threading.Thread(target=ask)
    asking.start()
    wall = time.perf_counter()
    report = workspace.ingest([str(folder)])
    wall = time.perf_counter() - wall
    done.set()
    asking.join()
    spent = time.process_time() - began
    texts = dict(workspace.library.cache.missing("no embedder"))  # of an unknown embedder, all vectors are missing
    ordered = sorted(texts.values(), key=len)
    alone, alone_wall = time.process_time(), time.perf_counter()
    for at in range(0, len(ordered), 64):
        workspace.embedder.embed(ordered[at : at + 64])
    alone, alone_wall = time.process_time() - alone, time.perf_counter() - alone_wall
    added, chunks = report.count("added"), workspace.library.catalogue.chunk_count()
    here, below = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"{added} sources added, {len(report.failed)} failed; {chunks} chunks, {len(texts)} texts embedded")
    print(f"{added / wall:.1f} sources and {chunks / wall:.1f} chunks a second ({wall:.1f} s)")
    print(f"the same texts embedded alone: {alone_wall:.1f} s; the ingestion took {wall / alone_wall:.2f} times that")
    print(f"processor time: {spent:.1f} s and {alone:.1f} s, {spent / alone:.2f} times; parsers not counted")
    print(f"{len(waits) - 1} questions asked meanwhile, the slowest {max(waits):.1f} s")
    print(f"most memory: {here} MiB, and {below} MiB in the process that parses")


def again(library: Path, folder: Path) -> None:
    """Ingests files that haven't changed."""
    steps: list[Progress] = []
    loaded = "not loaded"
    with open_workspace(load_settings({"library": library}), will_ask=False) as workspace:
        began, cpu = time.perf_counter(), time.process_time()
        report = workspace.ingest([str(folder)], steps.append)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        if any(thread.name.startswith("embedder") for thread in threading.enumerate()):
            loaded = "loaded"
    texts = sum(step.texts for step in steps)
    print(
        f"again, {report.summary()}: {wall:.2f} s ({cpu:.2f} s of processor), {texts} texts embedded, embedder {loaded}"
    )


def come_and_go(workspace: Workspace, place: Path, cycles: int) -> None:
    """Adds and removes a source again and again, and counts what is left behind."""
    rng, passing = random.Random(2), place / "passing.txt"
    library = workspace.library
    before = library.catalogue.chunk_ids()
    for _ in range(cycles):
        passing.write_text(document(rng), encoding="utf-8")
        (outcome,) = workspace.ingest([str(passing)]).outcomes
        workspace.remove([str(outcome.source_id)])
    dense, bm25 = library.index.ids()
    left = len(dense ^ before) + len(bm25 ^ before) + len(library.cache.unused())
    print(f"{cycles} times added and removed: {left} vectors and postings left behind; doctor: {examine(library).ok}")
    if left:
        sys.exit(1)


if __name__ == "__main__":
    main()
