"""What share of the answers is right from each confidence up: `python -m benchmarks.answers.precision DATA_DIR`.

Measured on questions of open training sets that the reader was not taught with, weighed so that one in five has no
answer, and written to `rag/answering/precision.json`. Then the two evaluation sets, weighed alike, show how well a
wanted precision holds where nothing was chosen on it. An answer is right if a gold sentence is among its sentences.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.answers.open_sets import same
from benchmarks.reader.combine import untaught
from benchmarks.reader.gather import Case, gather
from benchmarks.reader.pools import read_clapnq, read_squad
from benchmarks.reader.vectors import VectorFile
from rag.answering.precision import MEASURED
from rag.answering.scoring import Judged, weighed
from rag.answering.selection import pick
from rag.models.embedder import load_embedder
from rag.models.reader import load_reader
from rag.settings import load_settings

UNANSWERABLE = 0.2  # of the questions that people ask, so we take it
SCORERS: dict[str, Callable[[Case], Judged]] = {
    "reader": lambda case: weighed(case.signals, case.asked.question, case.sentences),
    "sum": lambda case: weighed(
        replace(case.signals, evidence=None, answers=None), case.asked.question, case.sentences
    ),
}
WANTED = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
FEWEST = 0.1  # share of questions that must still be answered
Array = NDArray[np.float64]


def judged(
    cases: Sequence[Case], verdict: Callable[[Case], Judged], most: int
) -> tuple[Array, NDArray[np.bool_], Array]:
    """Confidence, whether the answer is right, and the weight of each question of one set."""
    confidence, right = [], []
    for case in cases:
        found = verdict(case)
        chosen = pick(found.together, [0] * len(found.together), partial(same, case.sentences), most, found.near)
        confidence.append(found.confidence)
        right.append(bool(case.labels[chosen].any()))
    answerable = np.array([case.answerable for case in cases])
    weights = np.where(
        answerable, (1 - UNANSWERABLE) / max(1, answerable.sum()), UNANSWERABLE / max(1, (~answerable).sum())
    )
    return np.array(confidence), np.array(right), weights


def curve(confidence: Array, right: NDArray[np.bool_], weights: Array) -> list[tuple[float, float, float]]:
    """Confidence, precision and the share answered, from each of a hundred confidences up."""
    rows = []
    for least in np.linspace(0, 0.99, 100):
        kept = confidence >= least
        share = weights[kept].sum() / weights.sum()
        if share < FEWEST:
            break
        rows.append((float(least), float((weights * right)[kept].sum() / weights[kept].sum()), float(share)))
    return rows


def rising(rows: Sequence[tuple[float, float, float]]) -> list[tuple[float, float]]:
    """Confidence and precision where the precision is higher than at all lower confidences."""
    best, kept = 0.0, []
    for least, precision, _ in rows:
        if precision > best + 0.001:
            best = precision
            kept.append((round(least, 2), round(precision, 3)))
    return kept


def main() -> None:
    """Measures, writes, and tells how well it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with train/, squad2_dev_half/ and clapnq_open/")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    parser.add_argument("--questions", type=int, default=1000, help="of each evaluation set, drawn, at most")
    args = parser.parse_args()
    settings = load_settings()
    weight, most = settings.retrieval.dense_weight, settings.answering.max_sentences
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    sets = list(untaught(args.data / "train", vectors, weight).values())
    measured = {}
    for name, verdict in SCORERS.items():
        parts = [judged(cases, verdict, most) for cases in sets]
        measured[name] = rising(curve(*(np.concatenate(some) for some in zip(*parts, strict=True))))
    MEASURED.write_text(json.dumps(measured) + "\n", "utf-8")

    print("| set | scorer | wanted | confidence | right | answered |")
    for pool in (read_clapnq(args.data / "clapnq_open"), read_squad(args.data / "squad2_dev_half")):
        vectors.ensure_all(pool)
        drawn = random.Random(7).sample(pool.questions, min(args.questions, len(pool.questions)))
        cases = list(gather(replace(pool, questions=tuple(drawn)), vectors, weight, load_reader()))
        for name, verdict in SCORERS.items():
            confidence, right, weights = judged(cases, verdict, most)
            for wanted in WANTED:
                least = next((c for c, p in measured[name] if p >= wanted), None)
                if least is None:
                    continue
                kept = confidence >= least
                share, precise = weights[kept].sum(), (weights * right)[kept].sum() / max(1e-9, weights[kept].sum())
                print(f"| {pool.name} | {name} | {wanted} | {least} | {precise:.2f} | {share:.2f} |", flush=True)


if __name__ == "__main__":
    main()
