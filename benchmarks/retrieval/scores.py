"""Rankings to numbers: a value a question, means with intervals, and paired differences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from evaluation.metrics import ranking

Values = NDArray[np.float64]
RESAMPLES = 2_000
Ranked = Mapping[str, Sequence[str]]

MEASURES: Mapping[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "nDCG@10": lambda ranked, grades: ranking.ndcg(ranked, grades, 10),
    "recall@5": lambda ranked, grades: ranking.recall(ranked, grades, 5),
    "recall@10": lambda ranked, grades: ranking.recall(ranked, grades, 10),
    "MRR@10": lambda ranked, grades: ranking.reciprocal_rank(ranked, grades, 10),
}


@dataclass(frozen=True)
class Mean:
    """A mean over questions with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True)
class Difference(Mean):
    """A mean paired difference; in bold where its interval leaves out 0."""

    def __str__(self) -> str:
        shown = f"{self.mean:+.3f} [{self.low:+.3f}, {self.high:+.3f}]"
        return f"**{shown}**" if self.low > 0 or self.high < 0 else shown


def measured(ranked: Ranked, qrels: Mapping[str, Mapping[str, int]]) -> dict[str, Values]:
    """For each measure one value a question, in the order of `qrels`."""
    return {
        name: np.array([measure(ranked[question], grades) for question, grades in qrels.items()])
        for name, measure in MEASURES.items()
    }


def mean(values: Values) -> Mean:
    """The mean of one value a question."""
    return Mean(float(values.mean()), *_ends(_means(values)))


def difference(values: Values, reference: Values) -> Difference:
    """The mean of one less the other, question by question."""
    return Difference(float((values - reference).mean()), *_ends(_means(values - reference)))


def pooled(by_set: Sequence[Values]) -> Difference:
    """The mean over collections of their means; questions are redrawn within each."""
    means = np.mean([_means(values, seed) for seed, values in enumerate(by_set)], axis=0)
    return Difference(float(np.mean([values.mean() for values in by_set])), *_ends(means))


def _means(values: Values, seed: int = 0) -> Values:
    """Means of samples drawn anew from the values."""
    return np.asarray(_times_drawn(len(values), seed) @ values / len(values), np.float64)


@lru_cache(32)
def _times_drawn(n: int, seed: int) -> Values:
    """How often each of n questions is in each sample: the same for all measures, so that drawing costs little."""
    chance = np.random.default_rng(seed)
    return np.stack([np.bincount(chance.integers(0, n, n), minlength=n) for _ in range(RESAMPLES)]).astype(np.float64)


def _ends(means: Values) -> tuple[float, float]:
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
