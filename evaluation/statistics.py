"""Paired statistics over questions: how large a difference is, how sure, and what could have been seen at all."""

import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
EXACT_UP_TO = 16
"""Differing questions up to which all sign flips are counted: 65,536 of them."""

LEVEL = 0.05
_POWERED = 1.959964 + 0.841621
"""Quantiles of the normal distribution for a two-sided level of 5% and a power of 80%."""

Differences = NDArray[np.float64]


class Interval(NamedTuple):
    """Ends of a 95% interval."""

    low: float
    high: float


def wilson_interval(hits: int, n: int) -> Interval:
    """The 95% score interval of a share (Wilson, 1927). It stays honest where all or none are hits."""
    z = 1.959964
    middle = (hits + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(hits * (n - hits) / n + z * z / 4)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def bootstrap_interval(values: Differences, seed: int = 0) -> Interval:
    """The percentile bootstrap's 95% interval of the mean (Efron, 1979).

    Args:
        values: One value a question, shape ``(n,)``, not empty.
        seed: The same seed draws the same samples.
    """
    generator = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    at_once = max(1, 2_000_000 // len(values))
    for at in range(0, RESAMPLES, at_once):
        size = min(at_once, RESAMPLES - at)
        means[at : at + size] = values[generator.integers(0, len(values), (size, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))


def sign_flip_p(values: Differences, seed: int = 0) -> float:
    """Two-sided p of the paired permutation test: how often random signs give as large a sum (Fisher, 1935).

    Exact for up to `EXACT_UP_TO` questions that differ; beyond, from random flips, never below 1 in 10,001.
    """
    differing = values[values != 0]
    if not len(differing):
        return 1.0
    seen = abs(differing.sum()) - 1e-12 * np.abs(differing).sum()
    if len(differing) <= EXACT_UP_TO:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=len(differing))))
        return float((np.abs(signs @ differing) >= seen).mean())
    flips = np.random.default_rng(seed).choice((-1.0, 1.0), (RESAMPLES, len(differing)))
    return float(((np.abs(flips @ differing) >= seen).sum() + 1) / (RESAMPLES + 1))


def holm(p_values: Sequence[float]) -> list[float]:
    """P values adjusted for their number (Holm, 1979): the i-th smallest times ``m - i + 1``, never falling."""
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def smallest_detectable(values: Differences) -> float:
    """The mean difference that this many questions would have shown as significant four times in five.

    ``(z_0.975 + z_0.8) * s / sqrt(n)``, and at least 6 questions of n turned one way: with fewer, the exact test
    can't reach 5%. For values in [0, 1].
    """
    n = len(values)
    spread = float(values.std(ddof=1)) if n > 1 else 0.0
    return min(1.0, max(_POWERED * spread / math.sqrt(n), 6 / n))
