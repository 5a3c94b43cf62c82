"""Whether confidence tells right answers from wrong ones."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple


class Point(NamedTuple):
    """Answering only this share of the questions, the surest ones, this share of the answers is wrong."""

    coverage: float
    risk: float


def risk_coverage(confidence: Sequence[float], right: Sequence[bool], asked: int | None = None) -> list[Point]:
    """The risk-coverage curve: a point for each answer, from the surest on.

    El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 2010). Answers of
    equal confidence can't be told apart, so each counts as their average.

    Args:
        confidence: Of each answer that was given.
        right: Whether it is right.
        asked: Questions in all, with those that were declined; the curve ends where declining begins.
    """
    asked = len(confidence) if asked is None else asked
    points: list[Point] = []
    wrong = 0.0
    ordered = sorted(zip(confidence, right, strict=True), key=lambda pair: -pair[0])
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        same = [ok for _, ok in group]
        share = same.count(False) / len(same)
        for _ in same:
            wrong += share
            points.append(Point((len(points) + 1) / asked, wrong / (len(points) + 1)))
    return points


def aurc(points: Sequence[Point]) -> float | None:
    """Area under the risk-coverage curve: the mean risk over its points, lower is better.

    Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers" (ICLR 2019).
    """
    return sum(point.risk for point in points) / len(points) if points else None


def auroc(confidence: Sequence[float], positive: Sequence[bool]) -> float | None:
    """Chance that a positive has more confidence than a negative, ties half: 0.5 is guessing, 1 is perfect.

    The Mann-Whitney statistic ``U / (n_positive * n_negative)`` (Hanley and McNeil, 1982). None if one class is empty.
    """
    yes = [value for value, is_positive in zip(confidence, positive, strict=True) if is_positive]
    no = [value for value, is_positive in zip(confidence, positive, strict=True) if not is_positive]
    wins = sum((a > b) + 0.5 * (a == b) for a in yes for b in no)
    return wins / (len(yes) * len(no)) if yes and no else None


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float | None:
    """Expected calibration error: ``sum over bins of |bin| / n * |share right - mean confidence|``.

    Bins of equal width over [0, 1], the upper edge belonging to the bin; Guo et al. (arXiv 1706.04599).
    """
    if not confidence:
        return None
    held: dict[int, list[tuple[float, bool]]] = {}
    for value, ok in zip(confidence, right, strict=True):
        held.setdefault(max(0, _bin(value, bins)), []).append((value, ok))
    gaps = (abs(sum(ok for _, ok in pairs) - sum(value for value, _ in pairs)) for pairs in held.values())
    return sum(gaps) / len(confidence)


def _bin(value: float, bins: int) -> int:
    """The bin ``(i / bins, (i + 1) / bins]`` that holds a value."""
    return next(i for i in range(bins) if value <= (i + 1) / bins or i == bins - 1)
