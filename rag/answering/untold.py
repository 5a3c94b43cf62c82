"""Whether sentences give the figure or the date that a question asks for: how many workers, what share, when.

A passage on the same matter that doesn't give it comes as near to the question as one that does.
"""

import re
from collections.abc import Sequence

from rag.answering.emphasis import TIME
from rag.answering.figures import PERCENT, Figure, figures
from rag.answering.nearness import load_nearness
from rag.answering.wording import stems, words

NEAR = 0.45
"""Nearness from which a word may stand for what is counted: workers for employees."""

_THING = (
    r"(?:(?!(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would|should|may|might|in|on|at|of|the|per|to|from"
    r"|for|by|an?)\b)[\w'’-]+\s*){1,4}"
)
_COUNT = re.compile(rf"\b(?P<asked>how (?:many|much)\s+(?P<thing>{_THING}))", re.IGNORECASE)
_SHARE = re.compile(
    r"\b(?P<asked>(?:what|which) (?:percent\w*|share|proportion|fraction|(?:\w+ )?rate))\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"\b(?P<asked>how much(?= did| does| do| is| was| were| has| will| would)"
    r"|how (?:big|large|tall|high|far|deep|fast|heavy|wide|old)"
    r"|what (?:(?:is|was|were) )?(?:the )?(?:total )?(?:cost|price|bill|budget|salary|fee|fine))\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?P<asked>when(?=\s+(?:did|was|were|is|are|does|do|will|has|have|had|would)\b)"
    r"|(?:what|which) (?:year|date|day|month|century|decade))\b",
    re.IGNORECASE,
)


def untold(question: str, sentences: Sequence[str]) -> str | None:
    """What the question asks, in its words, if it is a figure or a date and no sentence has one of that kind."""
    if asked := _SHARE.search(question):
        told = any(figure.kind == PERCENT for sentence in sentences for figure in _amounts(sentence))
    elif asked := _COUNT.search(question):
        told = any(_counts(asked["thing"], sentence) for sentence in sentences)
    elif asked := _AMOUNT.search(question):
        told = any(_amounts(sentence) for sentence in sentences)
    elif asked := _DATE.search(question):
        told = any(TIME.search(sentence) for sentence in sentences)
    return None if asked is None or told else " ".join(asked["asked"].split()).lower()


def _amounts(sentence: str) -> list[Figure]:
    return [figure for figure in figures(sentence) if figure.is_amount]


def _counts(thing: str, sentence: str) -> bool:
    """Whether a sentence has a figure, and the thing counted or a word near to it."""
    counted = [word for word in words(thing) if word.content]
    amounts = _amounts(sentence)
    if not counted or not amounts:
        return bool(amounts)
    if stems(counted) & stems(words(sentence)):
        return True
    things, near = [word.text.casefold() for word in counted], load_nearness().nearest
    units = [figure.unit for figure in amounts if figure.unit]
    return bool(near(things, [sentence]).max() >= NEAR or (units and near(things, units).max() >= NEAR))
