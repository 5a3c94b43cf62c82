"""Reads every file under a folder through the sandbox, and counts what became of them.

``python -m benchmarks.formats FOLDER`` prints a Markdown table; ``--reasons`` adds why files were refused.
"""

import argparse
import resource
import time
from collections import Counter, defaultdict
from pathlib import Path

from ingest.loaders import sniff
from ingest.loaders.names import what_is
from ingest.parsed import canonical
from ingest.sandbox import Sandbox
from rag.errors import SourceError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--reasons", action="store_true")
    arguments = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    refused: list[str] = []
    begun = time.monotonic()
    slowest = (0.0, "")
    with Sandbox() as sandbox:
        for path in sorted(path for path in arguments.folder.rglob("*") if path.is_file()):
            data, started = path.read_bytes(), time.monotonic()
            kind = _kind(data, path.name)
            try:
                parsed = sandbox.load(data, path.name)
                if canonical(parsed.text) != parsed.text:
                    raise AssertionError(f"{path}: its text is not canonical")
                if any(not parsed.text.startswith(heading.title, heading.start) for heading in parsed.headings):
                    raise AssertionError(f"{path}: its heading map is wrong")
                counts[kind]["read"] += 1
                counts[kind]["noted"] += bool(parsed.notes)
            except SourceError as error:
                counts[kind]["refused"] += 1
                refused.append(error.what)
            slowest = max(slowest, (time.monotonic() - started, path.name))
    print("| format | read | of these with a note | refused |\n|---|---|---|---|")
    for kind, count in sorted(counts.items()):
        print(f"| {kind} | {count['read']} | {count['noted']} | {count['refused']} |")
    total = sum(counts.values(), Counter())
    print(f"| all | {total['read']} | {total['noted']} | {total['refused']} |")
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"\n{time.monotonic() - begun:.0f} s; slowest {slowest[0]:.1f} s ({slowest[1]}); most memory {memory:.0f} MiB"
    )
    if arguments.reasons:
        print("\n".join(refused))


def _kind(data: bytes, name: str) -> str:
    try:
        return what_is(sniff(data, name)).removeprefix("a ").removeprefix("an ")
    except SourceError:
        return "nothing to read (empty, blank or binary)"


if __name__ == "__main__":
    main()
