"""Answers on SQuAD 2.0 and ClapNQ: `python -m benchmarks.answers.open_sets DATA_DIR`.

Every question is asked of all passages of its set ("open") and of its own passage ("given"). Retrieval is the
product's (dense and BM25, fused, eight chunks), with exact cosines in place of HNSW; scoring and choosing are the
product's own functions. Prints the tables of docs/answer-quality.md with 95% intervals from a bootstrap over questions.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.gather import Case, gather
from benchmarks.reader.pools import read_clapnq, read_squad
from benchmarks.reader.vectors import VectorFile
from rag.answering.scoring import Floats, weighed
from rag.answering.selection import pick
from rag.models.embedder import load_embedder
from rag.models.reader import load_reader
from rag.settings import load_settings

RESAMPLES = 1000
Array = NDArray[np.float64]
Scored = Callable[[Case], tuple[Floats, float]]


def similarity(case: Case) -> tuple[Floats, float]:
    """Similarity alone, for sentences and question."""
    return case.signals.similar, float(case.signals.similar.max())


def plain(case: Case) -> tuple[Floats, float]:
    """The sum set by hand, and the confidence that goes with it."""
    known = replace(case.signals, evidence=None, answers=None)
    return case.signals.plain, weighed(known, case.asked.question, case.sentences).confidence


def reader(case: Case) -> tuple[Floats, float]:
    """The reader alone."""
    assert case.signals.evidence is not None
    assert case.signals.answers is not None
    return case.signals.evidence, float(case.signals.answers.max())


def product(case: Case) -> tuple[Floats, float]:
    """Sum and reader together, as the product answers."""
    judged = weighed(case.signals, case.asked.question, case.sentences)
    return judged.scores, judged.confidence


WAYS: dict[str, Scored] = {
    "similarity": similarity,
    "sum set by hand": plain,
    "reader alone": reader,
    "sum and reader": product,
}


def auroc(labels: NDArray[np.bool_], scores: Array) -> float:
    """The chance that an answerable question scores above an unanswerable one, ties counted half."""
    values, at = np.unique(scores, return_inverse=True)
    below = np.cumsum(np.bincount(at, minlength=len(values))) - np.bincount(at, minlength=len(values)) / 2
    ranks = below[at] + 0.5
    n = int(labels.sum())
    return float((ranks[labels].sum() - n * (n + 1) / 2) / (n * (len(labels) - n)))


def interval(statistic: Callable[[NDArray[np.int64]], float], n: int) -> str:
    """The statistic of all, and its 95% bootstrap interval."""
    chance = np.random.default_rng(0)
    drawn = [statistic(chance.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return f"{statistic(np.arange(n)):.3f} [{low:.3f}, {high:.3f}]"


def ranking(cases: Sequence[Case], way: Scored) -> dict[str, str]:
    """Gold among the first 1 to 4 sentences, and evidence F1 when as many are taken as are gold."""
    asked = [case for case in cases if case.answerable]
    orders = [np.argsort(-way(case)[0], kind="stable") for case in asked]
    found = {}
    for k in (1, 2, 3, 4):
        hits = np.array([case.labels[order[:k]].any() for case, order in zip(asked, orders, strict=True)], float)
        found[f"gold in first {k}"] = interval(lambda some, hits=hits: float(hits[some].mean()), len(hits))  # type: ignore[misc]
    golds = [max(1, case.gold) for case in asked]
    f1 = np.array([c.labels[o[:g]].sum() / g for c, o, g in zip(asked, orders, golds, strict=True)], float)
    return found | {"evidence F1 at gold k": interval(lambda some: float(f1[some].mean()), len(f1))}


def gained(cases: Sequence[Case]) -> dict[str, str]:
    """What the reader adds to the sum set by hand, question by question."""
    first, f1 = [], []
    for case in cases:
        if case.answerable:
            orders = [np.argsort(-way(case)[0], kind="stable") for way in (product, plain)]
            gold = max(1, case.gold)
            first.append(float(case.labels[orders[0][0]]) - float(case.labels[orders[1][0]]))
            f1.append((case.labels[orders[0][:gold]].sum() - 1.0 * case.labels[orders[1][:gold]].sum()) / gold)
    pairs = {"gold in first 1": np.array(first), "evidence F1 at gold k": np.array(f1)}
    return {name: interval(lambda some, d=d: float(d[some].mean()), len(d)) for name, d in pairs.items()} | {  # type: ignore[misc]
        "answerable AUROC": _auroc_gained(cases)
    }


def _auroc_gained(cases: Sequence[Case]) -> str:
    answerable = np.array([case.answerable for case in cases])
    ours, theirs = (np.array([way(case)[1] for case in cases]) for way in (product, plain))
    return interval(
        lambda some: auroc(answerable[some], ours[some]) - auroc(answerable[some], theirs[some]), len(cases)
    )


def same(sentences: Sequence[str], i: int, j: int) -> bool:
    """Whether one of two sentences would only repeat the other."""
    return sentences[i] == sentences[j]


def answering(cases: Sequence[Case], most: int) -> dict[str, str]:
    """The sentences that the product would answer with."""
    hits, counts, lengths = [], [], []
    for case in cases:
        if case.answerable:
            words, judged = case.sentences, weighed(case.signals, case.asked.question, case.sentences)
            alike = partial(same, case.sentences)
            chosen = pick(judged.together, [0] * len(words), alike, most, judged.near)
            hits.append(float(case.labels[chosen].any()))
            counts.append(len(chosen))
            lengths.append(sum(len(words[i]) for i in chosen))
    told = np.array(hits)
    return {
        "gold among the answer's sentences": interval(lambda some: float(told[some].mean()), len(told)),
        "sentences, mean": f"{np.mean(counts):.2f}",
        "characters, median": f"{np.median(lengths):.0f}",
    }


def declining(cases: Sequence[Case], way: Scored) -> tuple[str, list[str]]:
    """AUROC of answerable against not, and what each threshold declines."""
    answerable = np.array([case.answerable for case in cases])
    chance = np.array([way(case)[1] for case in cases])
    right = np.array([case.labels[np.argmax(way(case)[0])] for case in cases])
    curve = []
    for threshold in (0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
        kept = chance >= threshold
        curve.append(
            f"| {threshold} | {kept.mean():.2f} | {1 - right[kept].mean():.2f} "
            f"| {1 - kept[answerable].mean():.2f} | {1 - kept[~answerable].mean():.2f} |"
        )
    return interval(lambda some: auroc(answerable[some], chance[some]), len(cases)), curve


def report(name: str, cases: Sequence[Case], most: int) -> None:
    """Prints what one set shows."""
    print(f"\n## {name}: {len(cases)} questions, {sum(c.answerable for c in cases)} answerable")
    for label, way in WAYS.items():
        for measure, value in (ranking(cases, way) | {"answerable AUROC": declining(cases, way)[0]}).items():
            print(f"| {label} | {measure} | {value} |")
    for measure, value in gained(cases).items():
        print(f"| sum and reader, less the sum | {measure} | {value} |")
    for measure, value in answering(cases, most).items():
        print(f"| answer | {measure} | {value} |")
    print("| threshold | answered | risk: best sentence not gold | false abstention | unanswerable declined |")
    print("\n".join(declining(cases, product)[1]), flush=True)


def main() -> None:
    """Gathers both sets and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad2_dev_half/ and clapnq_open/")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    parser.add_argument("--questions", type=int, default=10_000, help="of each set, drawn, at most")
    args = parser.parse_args()
    settings = load_settings()
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    for pool in (read_clapnq(args.data / "clapnq_open"), read_squad(args.data / "squad2_dev_half")):
        vectors.ensure_all(pool)
        drawn = random.Random(7).sample(pool.questions, min(args.questions, len(pool.questions)))
        pool = replace(pool, questions=tuple(drawn))
        for given in (True, False):
            cases = list(gather(pool, vectors, settings.retrieval.dense_weight, load_reader(), given=given))
            report(f"{pool.name}, {'given' if given else 'open'}", cases, settings.answering.max_sentences)


if __name__ == "__main__":
    main()
