"""The confidence from which answers are right as often as is wanted.

`precision.json` holds for each scorer how many of the answers given from a confidence up were right, on open questions
of which one in five has no answer. `benchmarks.answers.precision` measures it, and how well it holds elsewhere.
"""

import json
from functools import cache
from pathlib import Path

from rag.errors import SettingsError
from rag.settings import AnsweringSettings

MEASURED = Path(__file__).with_name("precision.json")


def least_confidence(settings: AnsweringSettings) -> float:
    """The confidence below which Footnote declines: the one that is set, or the one that the wanted precision takes.

    Raises:
        SettingsError: No confidence gives so many right answers.
    """
    if settings.precision is None:
        return settings.min_confidence
    measured = _measured()[settings.scorer]
    for confidence, precision in measured:
        if precision >= settings.precision:
            return confidence
    best = max(precision for _, precision in measured)
    raise SettingsError(
        f"answering.precision is {settings.precision:g}, but at most {best:.2f} of the answers were right where it was "
        "measured, however sure they were.",
        "Ask for less, or leave it out.",
    )


@cache
def _measured() -> dict[str, list[tuple[float, float]]]:
    """For each scorer: a confidence and the share of right answers from there up, rising."""
    return {scorer: [(c, p) for c, p in rows] for scorer, rows in json.loads(MEASURED.read_text("utf-8")).items()}
