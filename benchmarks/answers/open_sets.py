"""Answers on SQuAD 2.0 and ClapNQ, as open retrieval: `python -m benchmarks.answers.open_sets DATA_DIR`.

Every question is asked of all passages of its set. Retrieval is the product's (dense and BM25, fused, eight
chunks), with exact cosines in place of HNSW; scoring and choosing are the product's own functions. Prints the
tables of docs/answer-quality.md with 95% intervals from a bootstrap over questions.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.gather import Case, gather
from benchmarks.reader.pools import read_clapnq, read_squad
from benchmarks.reader.train import embed
from benchmarks.reader.vectors import VectorFile
from rag.answering.scorer import load_scorer
from rag.answering.selection import NEAR_THE_BEST, log_odds, pick
from rag.answering.signals import Floats
from rag.models.embedder import load_embedder
from rag.settings import load_settings

RESAMPLES = 1000
Array = NDArray[np.float64]
Scored = Callable[[Case], tuple[Floats, float]]


def learned(case: Case) -> tuple[Floats, float]:
    """What the product makes of it: a chance for each sentence, and one that the question is answered."""
    return load_scorer().judge(case.signals)


def by(name: str) -> Scored:
    """One signal alone: sentences by it, the question by the best similarity."""
    return lambda case: (case.signals.column(name), float(case.signals.column("cosine").max()))


WAYS: dict[str, Scored] = {"similarity alone": by("cosine"), "sum set by hand": by("plain"), "learned": learned}


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
    """What the fit adds to the sum set by hand, question by question."""
    first, f1 = [], []
    for case in cases:
        if case.answerable:
            orders = [np.argsort(-way(case)[0], kind="stable") for way in (learned, WAYS["sum set by hand"])]
            gold = max(1, case.gold)
            first.append(float(case.labels[orders[0][0]]) - float(case.labels[orders[1][0]]))
            f1.append((case.labels[orders[0][:gold]].sum() - 1.0 * case.labels[orders[1][:gold]].sum()) / gold)
    pairs = {"gold in first 1": np.array(first), "evidence F1 at gold k": np.array(f1)}
    return {name: interval(lambda some, d=d: float(d[some].mean()), len(d)) for name, d in pairs.items()}  # type: ignore[misc]


def answering(cases: Sequence[Case], most: int) -> dict[str, str]:
    """The sentences that the product would answer with."""
    hits, counts, lengths = [], [], []
    for case in cases:
        if case.answerable:
            words = case.sentences
            chosen = pick(
                log_odds(learned(case)[0]), lambda i, j, words=words: words[i] == words[j], most, NEAR_THE_BEST
            )  # type: ignore[misc]
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


def main() -> None:
    """Gathers both sets and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with squad2_dev_half/ and clapnq_open/")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    args = parser.parse_args()
    settings = load_settings()
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    for pool in (read_squad(args.data / "squad2_dev_half"), read_clapnq(args.data / "clapnq_open")):
        embed(pool, vectors)
        cases = gather(pool, vectors, load_scorer().rarity, settings.retrieval.dense_weight).cases
        print(f"\n## {pool.name}: {len(cases)} questions, {sum(c.answerable for c in cases)} answerable")
        for name, way in WAYS.items():
            for measure, value in (ranking(cases, way) | {"answerable AUROC": declining(cases, way)[0]}).items():
                print(f"| {name} | {measure} | {value} |")
        for measure, value in gained(cases).items():
            print(f"| learned, less the sum set by hand | {measure} | {value} |")
        for measure, value in answering(cases, settings.answering.max_sentences).items():
            print(f"| answer | {measure} | {value} |")
        print("| threshold | answered | risk: best sentence not gold | false abstention | unanswerable declined |")
        print("\n".join(declining(cases, learned)[1]), flush=True)


if __name__ == "__main__":
    main()
