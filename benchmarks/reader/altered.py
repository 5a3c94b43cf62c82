"""Questions turned into ones that their passage doesn't answer, with hardly a word that it lacks.

A name or figure of the question gives way to another of the same passage, or a word to its opposite: what people do
when they are asked to write unanswerable questions, and what shared words and similarity can't tell.
"""

import random
import re
from collections.abc import Sequence

OPPOSITES = (
    "before after", "first last", "increase decrease", "increased decreased", "largest smallest", "highest lowest",
    "most least", "more fewer", "oldest youngest", "won lost", "north south", "northern southern", "east west",
    "eastern western", "began ended", "start end", "started ended", "open close", "opened closed", "rise fall",
    "accepted rejected", "allowed forbidden", "same different", "early late", "earlier later", "majority minority",
    "public private", "above below", "longest shortest", "cause prevent", "caused prevented", "father mother",
    "husband wife", "brother sister", "born killed", "married divorced", "support oppose", "supported opposed",
    "strong weak", "stronger weaker", "common rare", "internal external", "bought sold", "joined left", "can cannot",
)  # fmt: skip
_TURNED = {one: other for pair in OPPOSITES for one, other in (pair.split(), pair.split()[::-1])}
_NAME = re.compile(r"(?<![.!?:\"“] )(?<!^)\b[A-Z][\w’'-]+(?: (?:of |de |the )?[A-Z][\w’'-]+)*")
_FIGURE = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")


def altered(question: str, passage: Sequence[str], chance: random.Random) -> str | None:
    """The question with one thing changed, or None where nothing in it can be."""
    ways = [some for some in (_swaps(_FIGURE, question, passage), _swaps(_NAME, question, passage)) if some]
    turns = [
        (match.span(), _TURNED[match[0].lower()])
        for match in re.finditer(r"[A-Za-z]+", question)
        if match[0].lower() in _TURNED
    ]
    if turns:
        ways.append(turns)
    if not ways:
        return None
    (start, end), other = chance.choice(chance.choice(ways))
    return question[:start] + other + question[end:]


def _swaps(what: re.Pattern[str], question: str, passage: Sequence[str]) -> list[tuple[tuple[int, int], str]]:
    """Where the question has a name or figure of the passage, and the others that could stand there."""
    found = list(dict.fromkeys(match[0] for sentence in passage for match in what.finditer(sentence)))
    asked = question.lower()
    others = [one for one in found if one.lower() not in asked]
    places = [
        match.span()
        for one in found
        if (match := re.search(rf"(?<!\w){re.escape(one)}(?!\w)", question, re.IGNORECASE))
    ]
    return [(place, other) for place in places for other in others]
