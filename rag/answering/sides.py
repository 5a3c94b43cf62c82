"""A comparison needs both of its sides: "Which ship is older, the Heron or the Gull?" isn't answered by one."""

import re
from collections.abc import Callable, Sequence

import numpy as np

from rag.answering.figures import YEAR, Figure, figures
from rag.answering.names import Name, name_index, names

MOST = 4
"""Sides of a comparison; a question with more names tells a story."""

_COMPARES = re.compile(
    r"\b(?:both|between|compare[ds]?|comparison|versus|vs|differ\w*|in common|same|respective(?:ly)?|contrast\w*|than"
    r"|next to|each(?! (?:year|month|week|day|time))|beside|also|too|chang(?:e|es|ed)|or)\b",
    re.IGNORECASE,
)

Side = Name | Figure


def sides(question: str) -> tuple[Side, ...]:
    """The names, or else the years, that a question compares; none if it compares none."""
    if not _COMPARES.search(question):
        return ()
    named = {name.parts: name for name in names(question) if not name.initial}
    years = {figure.value: figure for figure in figures(question) if figure.kind == YEAR}
    for some in (tuple(named.values()), tuple(years.values())):
        if 1 < len(some) <= MOST:
            return some
    return ()


def covers(title: str, sentence: str, side: Side) -> bool:
    """Whether a sentence is about one side: it or its source's title names it, or it has that year."""
    if isinstance(side, Name):
        return not name_index(f"{title}\n{sentence}").missing(side)
    return any(figure.kind == YEAR and figure.value == side.value for figure in figures(sentence))


def with_every_side(
    question: str, chosen: Sequence[int], scores: Sequence[float], about: Callable[[int, Side], bool], most: int
) -> list[int]:
    """The chosen sentences, and the best one about each side of a comparison that none of them is about.

    Args:
        question: What is asked.
        chosen: The sentences of the answer, the best first.
        scores: Those of all sentences.
        about: Whether a sentence is about a side.
        most: Sentences, at most: the weakest make room.
    """
    added: list[int] = []
    for side in sides(question):
        if not any(about(i, side) for i in (*chosen, *added)):
            able = [int(i) for i in np.argsort(-np.asarray(scores), kind="stable") if about(int(i), side)]
            added += able[:1]
    return [*list(chosen)[: max(1, most - len(added))], *added][:most]
