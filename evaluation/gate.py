"""A gate for continuous integration: what a run must reach, and not lose against a baseline."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.comparison import Comparison
from evaluation.errors import RunError


def limits(given: Sequence[str], option: str) -> dict[str, float]:
    """Limits given as ``METRIC=VALUE``.

    Raises:
        RunError: One isn't written so.
    """
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            sign = ""
        if not sign or not name.strip():
            raise RunError(f"{option} {text} isn't a limit.", f"Write it like {option} correct_and_cited=0.7.")
    return found


def check_names(names: Sequence[str], known: Sequence[str]) -> None:
    """Refuse limits for metrics that there aren't, before a long run is begun.

    Raises:
        RunError: A name isn't known.
    """
    for name in names:
        if name not in known:
            raise RunError(f"There is no metric '{name}'.", f"The metrics are {', '.join(known)}.")


def failed_limits(summary: Mapping[str, Any], at_least: Mapping[str, float], at_most: Mapping[str, float]) -> list[str]:
    """What a run misses, each as one sentence. A metric that couldn't be measured is missed."""
    missed = []
    for bounds, word, sign in ((at_least, "least", 1), (at_most, "most", -1)):
        for name, bound in bounds.items():
            value = summary.get(name)
            if value is None:
                missed.append(f"{name} couldn't be measured with these questions, but must be at {word} {bound:g}.")
            elif sign * (value - bound) < 0:
                missed.append(f"{name} is {value:g}, but must be at {word} {bound:g}.")
    return missed


def lost(comparison: Comparison) -> list[str]:
    """What a run loses against its baseline, each as one sentence; the questions that turned come last."""
    if not comparison.worse:
        return []
    said = [
        f"{metric.metric} is worse than the baseline's: {metric.b:.4g} against {metric.a:.4g} (p = {metric.p:.2g})."
        for metric in comparison.worse
    ]
    turned = [f"  {question.id}: {question.question}" for question in comparison.broken]
    return [*said, f"{len(turned)} questions were right and no longer are:", *turned] if turned else said
