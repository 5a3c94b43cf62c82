"""Proves that a sync that is killed again and again ends where an undisturbed one does.

``python -m benchmarks.kill_proof [--files 1000] [--kills 20] [--seed 1]`` makes a folder of generated files, runs the
real ``footnote sync`` on it as a process of its own, kills it with SIGKILL at random instants and starts it again until
it is through; changes 30% of the files, removes 30%, renames 10% and copies some, and does the same once more. In the
end the library is compared with one that a single undisturbed sync has made of the same folder.

Tantivy's word statistics count deleted chunks until it merges them away, so BM25's answers are compared after the index
was filled anew from the catalogue; before that, the share of equal answers is told.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.generated import document, write

ROOT = Path(__file__).parents[1]
QUERIES = 50
TOP = 10
ROUNDING = 0.0005  # a step of float16 below 0.5 is 0.00024
FIRST_SHARE = 0.4  # of the kills fall into the first sync
ENVIRONMENT = {"FOOTNOTE_INGEST__PROBES": "0"}  # samples searched for change nothing that is stored


@dataclass
class Killed:
    """What the kills hit."""

    first: int = 0
    change: int = 0
    within_commit: int = 0
    runs: int = 0
    seconds: float = 0.0
    same_bm25: float = 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        killed, differences = prove(Path(folder), arguments.files, arguments.kills, arguments.seed)
    print(
        f"{arguments.files} files; {killed.first} kills in the first sync, {killed.change} in that of the changes, "
        f"{killed.within_commit} of them in the middle of a commit; {killed.runs} starts, {killed.seconds:.0f} s"
    )
    print(
        f"BM25's first {TOP} are the same for {killed.same_bm25:.0%} of {QUERIES} queries before the index is refilled."
    )
    print("\n".join(differences) or "No difference from an undisturbed sync.")
    sys.exit(1 if differences else 0)


def prove(folder: Path, files: int, kills: int, seed: int) -> tuple[Killed, list[str]]:
    """Goes through it all in a folder; returns what was hit, and how the libraries differ."""
    rng = random.Random(seed)
    manifest, tortured, fresh = folder / "sources.toml", folder / "tortured", folder / "fresh"
    manifest.write_text('[[source]]\npath = "files/**/*"\n')
    paths = write(folder / "files", files, rng)
    began, killed = time.monotonic(), Killed()
    starting, each = _pace(folder, paths, rng)
    first = round(kills * FIRST_SHARE)
    killed.first = _torture(manifest, tortured, first, starting, each * files, rng, killed)
    touched = change(paths, rng)
    killed.change = _torture(manifest, tortured, kills - killed.first, starting, each * touched, rng, killed)
    killed.seconds = time.monotonic() - began
    healthy = json.loads(_footnote("doctor", "--json", "--library", str(tortured)).stdout)
    _footnote("sync", str(manifest), "--library", str(fresh), "--json")
    wrong = [f"doctor: {check['name']}: {check['detail']}" for check in healthy["checks"] if not check["ok"]]
    differing, killed.same_bm25 = differences(tortured, fresh, random.Random(seed + 1))
    return killed, wrong + differing


def change(paths: Sequence[Path], rng: random.Random) -> int:
    """Changes, removes, renames and copies files on the disk; returns how many have to be embedded."""
    order = rng.sample(list(paths), len(paths))
    third, tenth = len(order) * 3 // 10, len(order) // 10
    changed, removed, renamed = order[:third], order[third : 2 * third], order[2 * third : 2 * third + tenth]
    for path in changed:
        kept = path.read_text(encoding="utf-8").split("\n\n")
        path.write_text("\n\n".join([*kept[:-1], *document(rng).split("\n\n")[1:]]), encoding="utf-8")
    for path in removed:
        path.unlink()
    for number, path in enumerate(renamed):
        path.rename(path.with_name(f"renamed-{number:05}{path.suffix}"))
    for path in changed[: tenth // 4]:  # two sources must not become one that is then left
        shutil.copy(path, path.with_name(f"copy-of-{path.name}"))
    for one, other in zip(changed[-2:-1], changed[-1:], strict=True):  # and two that swap their words
        words = one.read_text(encoding="utf-8")
        one.write_text(other.read_text(encoding="utf-8"), encoding="utf-8")
        other.write_text(words, encoding="utf-8")
    return third


def _pace(folder: Path, paths: Sequence[Path], rng: random.Random) -> tuple[float, float]:
    """Seconds that the command takes to start, and that each file takes: the instants are drawn accordingly."""
    some = [str(path) for path in rng.sample(list(paths), max(4, len(paths) // 50))]
    trial = str(folder / "trial")
    began = time.monotonic()
    _footnote("ingest", *some, "--library", trial)
    whole = time.monotonic() - began
    began = time.monotonic()
    _footnote("ingest", *some, "--library", trial)
    starting = time.monotonic() - began
    return starting, max(whole - starting, 0.5) / len(some)


def _torture(
    manifest: Path, library: Path, kills: int, starting: float, work: float, rng: random.Random, killed: Killed
) -> int:
    """Runs sync until it is through, killed so many times on the way; returns how often it was."""
    done = 0
    while True:
        killed.runs += 1
        with subprocess.Popen(
            [sys.executable, "-m", "ui.cli", "sync", str(manifest), "--library", str(library), "--json"],
            cwd=ROOT,
            env={**os.environ, **ENVIRONMENT},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            try:
                # Twice the even share of the work on average half of which is lost: it ends in the last run or two.
                wait = (
                    None if done == kills else starting * (0.5 + 0.5 * rng.random()) + rng.random() * 2 * work / kills
                )
                _, said = process.communicate(timeout=wait)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                done += 1
                killed.within_commit += not list(library.glob("index*/stamp.json"))
                continue
        if process.returncode:
            raise AssertionError(f"sync failed: {said.decode()}")
        return done


def _footnote(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ui.cli", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True)
    if done.returncode and arguments[0] != "doctor":
        raise AssertionError(done.stderr)
    return done


def differences(one: Path, other: Path, rng: random.Random) -> tuple[list[str], float]:
    """How two libraries differ in what they hold and find, in words; and how many BM25 answers were the same at first.

    The index of the first is filled anew in between.
    """
    from rag.library.library import open_library
    from rag.models.embedder import load_embedder
    from rag.settings import load_settings

    embedder = load_embedder(load_settings())
    with open_library(one) as library:
        texts = [library.text(source.id).text for source in rng.choices(library.sources(), k=QUERIES)]
        questions = [" ".join(rng.sample(text.split(), 8)) for text in texts]
        vectors = embedder.embed(questions)
        mine = _state(library, questions, vectors)
        bm25 = mine["BM25 answers"]
        library.refill()
        mine["BM25 answers"] = _state(library, questions, vectors)["BM25 answers"]
    with open_library(other) as library:
        theirs = _state(library, questions, vectors)
    differing = [
        f"{what} differ: {_first_difference(mine[what], theirs[what])}"
        for what in mine
        if mine[what] != theirs[what] and not (what.endswith("ed vectors") and _are_near(mine[what], theirs[what]))
    ]
    same = [
        [place for _, place in a] == [place for _, place in b]
        for a, b in zip(bm25, theirs["BM25 answers"], strict=True)
    ]
    return differing, sum(same) / len(same)


def _state(library: Any, questions: Sequence[str], vectors: Any) -> dict[str, Any]:
    """All that matters of a library, by where its sources lie, since ids differ from library to library."""
    catalogue, index = library.catalogue, library.index
    places = {source.id: source.locations for source in library.sources()}
    chunks = catalogue.chunks(catalogue.chunk_ids())
    texts = catalogue.texts({chunk.version for chunk in chunks.values()})
    named = {
        i: (*places[chunk.source_id], chunk.start, chunk.end, texts[chunk.version].text[chunk.start : chunk.end])
        for i, chunk in chunks.items()
    }
    found, cached = library.cache.chunk_vectors(sorted(chunks), library.embedder)
    indexed = index.vectors.get(sorted(chunks))
    return {
        "sources": sorted((source.locations, source.content_hash, source.title) for source in library.sources()),
        "texts": sorted((places[text.source_id], text.text) for text in texts.values()),
        "chunks": sorted(named.values()),
        "cached vectors": sorted(
            (named[i], row.astype(np.float16).tobytes()) for i, row in zip(found, cached, strict=True)
        ),
        "indexed vectors": sorted((named[i], row.astype(np.float16).tobytes()) for i, row in indexed.items()),
        "vectors that belong to nothing": library.cache.unused(),
        "BM25 answers": [_ranked(index.search_bm25(question, 3 * TOP), named) for question in questions],
        "dense answers": [_ranked(index.search_dense(vector, 3 * TOP), named) for vector in vectors],
    }


def _are_near(mine: Sequence[tuple[Any, bytes]], theirs: Sequence[tuple[Any, bytes]]) -> bool:
    """Whether vectors differ by at most a step or two of float16: in another batch a text may be rounded otherwise."""
    if [named for named, _ in mine] != [named for named, _ in theirs]:
        return False
    return all(
        np.allclose(np.frombuffer(a, np.float16), np.frombuffer(b, np.float16), rtol=0, atol=ROUNDING)
        for (_, a), (_, b) in zip(mine, theirs, strict=True)
    )


def _ranked(hits: Sequence[tuple[int, float]], named: dict[int, tuple[Any, ...]]) -> list[Any]:
    """The first hits, those that share a score with the last of them included, and equal ones in order of place."""
    least = hits[:TOP][-1][1] if hits else 0.0
    return sorted((-round(score, 4), named[i]) for i, score in hits if score >= least - 5e-5)


def _first_difference(mine: Any, theirs: Any) -> str:
    pairs = [(a, b) for a, b in zip(mine, theirs, strict=False) if a != b]
    a, b = pairs[0] if pairs else ("", "")
    return f"{len(mine)} and {len(theirs)} of them, {len(pairs)} unlike, such as {str(a)[:300]} and {str(b)[:300]}"


if __name__ == "__main__":
    main()
