"""Fits what `rag.answering.scoring` weighs the reader by: `python -m benchmarks.reader.combine DATA_DIR`.

On questions whose passages the reader was not taught with, each asked of all passages of its set; a share of them
without the passage that answers. Prints the constants and stores nothing.
"""

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.examples import taught_rows
from benchmarks.reader.gather import Case, gather
from benchmarks.reader.pools import training_pool
from benchmarks.reader.vectors import VectorFile
from rag.answering.scoring import READING, told
from rag.models.embedder import load_embedder
from rag.models.reader import load_reader
from rag.settings import load_settings

# Sets with passages that were not taught, and the share of answerable questions that is asked without theirs.
LEFT_OUT = {"qed_nq": 0.5, "squad2_unansq": 0.0, "ares_record": 0.5}
MOST = 400  # questions of each
WEIGHTS = {"qed_nq": 1.0, "squad2_unansq": 2.0, "ares_record": 1.0}
"""What each set counts for: questions that look answerable and aren't as much as those that nothing comes near."""
Array = NDArray[np.float64]


def ranking(cases: Sequence[Case], weight: float) -> tuple[float, float, float]:
    """Gold in first 1, first 4, and the likelihood of gold, at a weight of the reader."""
    first, fourth, likely = [], [], []
    for case in cases:
        if case.labels.any() and case.signals.evidence is not None:
            scores = (case.signals.plain + weight * case.signals.evidence).astype(float)
            order = np.argsort(-scores, kind="stable")
            first.append(case.labels[order[0]])
            fourth.append(case.labels[order[:4]].any())
            scaled = 14 * scores  # the temperature at which the plain sum fits best
            likely.append(np.logaddexp.reduce(scaled[case.labels]) - np.logaddexp.reduce(scaled))
    return float(np.mean(first)), float(np.mean(fourth)), float(np.mean(likely))


def features(case: Case) -> tuple[float, float, float]:
    """What tells whether a question is answered."""
    known = case.signals
    assert known.evidence is not None and known.answers is not None
    return told(known, known.answers, int(np.argmax(known.plain + READING * known.evidence)))


def confidence(sets: Mapping[str, Sequence[Case]]) -> Array:
    """A logistic regression, both kinds of questions of a set counting alike."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    x = np.array([features(case) for cases in sets.values() for case in cases])
    y = np.array([case.answerable for cases in sets.values() for case in cases])
    weights = np.concatenate(
        [WEIGHTS[name] * _balanced(np.array([case.answerable for case in cases])) for name, cases in sets.items()]
    )

    def loss(parameters: Array) -> float:
        logits = parameters[0] + x @ parameters[1:]
        return float((weights * np.logaddexp(0, np.where(y, -logits, logits))).sum() / weights.sum())

    found = np.asarray(minimize(loss, np.array([-4.0, 10.0, 1.0, 1.0]), method="L-BFGS-B").x)
    return found


def _balanced(answerable: NDArray[np.bool_]) -> Array:
    yes = answerable.mean()
    return np.asarray(np.where(answerable, 0.5 / max(yes, 1e-9), 0.5 / max(1 - yes, 1e-9))) / len(answerable)


def untaught(folder: Path, vectors: VectorFile, dense_weight: float) -> dict[str, list[Case]]:
    """Questions of each set whose passages the reader was not taught with, as retrieved from all such passages."""
    sets = {}
    for name, left_out in LEFT_OUT.items():
        taught = {example.sentences for example in taught_rows(folder, name)}
        rows = [json.loads(line) for line in (folder / f"{name}.jsonl").open(encoding="utf-8")]
        pool = training_pool(name, [row for row in rows if tuple(row["passage_sentences"]) not in taught])
        vectors.ensure_all(pool)
        drawn = random.Random(1).sample(pool.questions, min(MOST, len(pool.questions)))
        pool = replace(pool, questions=tuple(drawn))
        sets[name] = list(gather(pool, vectors, dense_weight, load_reader(), left_out=left_out))
    return sets


def main() -> None:
    """Gathers, fits and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the training sets")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    args = parser.parse_args()
    settings = load_settings()
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    sets = untaught(args.data, vectors, settings.retrieval.dense_weight)
    for name, cases in sets.items():
        print(f"{name}: {len(cases)} questions, {sum(case.answerable for case in cases)} answerable")
        for weight in (0.0, 0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2):
            print(f"  {weight:.2f}: " + " / ".join(f"{value:.3f}" for value in ranking(cases, weight)))
    bias, similarity, answers, passage = confidence(sets)
    print(
        f"SURE_BIAS, SURE_SIMILARITY, SURE_ANSWERS, SURE_PASSAGE = "
        f"{bias:.2f}, {similarity:.2f}, {answers:.2f}, {passage:.2f}"
    )


if __name__ == "__main__":
    main()
