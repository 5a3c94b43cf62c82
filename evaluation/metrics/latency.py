"""How long answers take: percentiles of wall-clock milliseconds, as the asker waits."""

import statistics
from collections.abc import Sequence


def p50(milliseconds: Sequence[float]) -> float | None:
    """The median."""
    return statistics.median(milliseconds) if milliseconds else None


def p95(milliseconds: Sequence[float]) -> float | None:
    """The value at place ``floor(0.95 * (n - 1))``, from 0, of the sorted values: one that was measured."""
    return sorted(milliseconds)[int(0.95 * (len(milliseconds) - 1))] if milliseconds else None
