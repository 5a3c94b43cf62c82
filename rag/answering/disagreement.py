"""Two sentences that give different figures or dates for the same thing, where a figure or a date is asked for.

Compared literally: all but the figure must be the same in both, names, other figures and scope included. What is
put in quite other words isn't seen; docs/answer-quality.md has how much that is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.asked import kind_of
from rag.answering.candidates import Candidate
from rag.answering.figures import MONEY, MONTH, ORDINAL, PERCENT, YEAR, Figure, figures
from rag.answering.names import name_index, names
from rag.answering.referents import Shown, leans
from rag.answering.wording import stems, words

SAME = 0.75
"""Share of the words of both, figures masked, that both have to have."""
FEWEST = 2
"""Words with meaning they must share, at least."""
ABOUT = 0.2
"""How far a figure that is said to be about so much may lie from another before they differ, as a share."""
ROUNDED = 0.05
"""The same for a figure of one or two digits."""
COUNTED = 3
"""Words after a figure in which the thing stands that it counts: "seven fishing ships"."""
NEAR_THE_QUESTION = 0.5
"""Share of the question's words that such a sentence has, so that it tells of what is asked."""

_ATTRIBUTION = re.compile(
    r",?\s+(?:according to|as reported by)\s+[^,.;]+"
    r"|,\s+(?:[^,.;\d]{2,60}\s)?(?:said|says|reported|reports|wrote|writes|found|notes|noted)(?=[.]?$)"
    r"|^According to [^,]+,\s+"
)
_BOUND = re.compile(
    r"\b(?:over|under|than|least|most|up to|nearly|almost|some|exceed\w*|below|above|within|between|from)\s*$",
    re.IGNORECASE,
)
_SCOPE = frozenset(
    """now then first last early late earlier later initially originally finally previously formerly still already only
    all each every other others another both some most plan plans planned target forecast expected estimated estimate
    estimates projected proposed would will could may might aim goal should new old former current currently today
    minimum maximum average total before after since until during under over per""".split()
)
"""Words that say of which time, part or likelihood a figure is; they must be the same in both."""


@dataclass(frozen=True)
class Difference:
    """What two sentences say of the same thing."""

    one: str
    other: str


def differ(question: str, one: str, other: str) -> Difference | None:
    """The figures or dates in which two sentences differ, if that is what is asked for, and all that differs."""
    kinds = {kind_of(clause) for clause in re.split(r"[,;?]|\band\b", question)}
    if not kinds & {"number", "time"} or leans(one) or leans(other):
        return None
    one, other = _ATTRIBUTION.sub("", one), _ATTRIBUTION.sub("", other)
    mine, theirs = figures(one), figures(other)
    own = [f for f in mine if not any(_agree(f, o) for o in theirs)]
    new = [f for f in theirs if not any(_agree(f, o) for o in mine)]
    if len(own) != 1 or len(new) != 1 or len(mine) != len(theirs):
        return None
    a, b = own[0], new[0]
    if not _of_a_kind(one, a, other, b, kinds, question) or _bounded(one, a) or _bounded(other, b):
        return None
    if not _same_but_for(question, one, a, other, b):
        return None
    return Difference(_written(one, a), _written(other, b))


def with_disagreement(
    question: str, shown: Sequence[Shown], read: Sequence[Candidate]
) -> tuple[list[Shown], tuple[str, ...]]:
    """What is shown, a sentence that contradicts it beside it, and a note that says so; as it was if none does."""
    for at, one in enumerate(shown):
        mine = one.sentences[-1]
        for other in read:
            if other.is_heading or any(other is s for s in one.sentences):
                continue
            difference = differ(question, mine.text, other.text)
            if difference is None:
                continue
            beside = next((i for i, s in enumerate(shown) if any(other is said for said in s.sentences)), None)
            if beside is None:
                beside, shown = at + 1, [*shown[: at + 1], Shown((other,)), *shown[at + 1 :]]
            who = "The source gives two answers" if mine.version == other.version else "The sources differ"
            return list(shown), (f"{who}: {difference.one} [{at + 1}], {difference.other} [{beside + 1}].",)
    return list(shown), ()


def _of_a_kind(one: str, a: Figure, other: str, b: Figure, kinds: set[str], question: str) -> bool:
    """Whether both are figures of the kind asked for, of the same unit."""
    if a.kind != b.kind or a.kind == ORDINAL:
        return False
    if a.kind in (YEAR, MONTH):
        return "time" in kinds
    asked, counted = stems(words(question)), stems(words(" ".join(one[a.end :].split()[:COUNTED])))
    fits = "how many" not in question.lower() or bool(counted & asked) or a.kind in (MONEY, PERCENT)
    return "number" in kinds and stems(words(a.unit)) == stems(words(b.unit)) and fits


def _agree(a: Figure, b: Figure) -> bool:
    """Whether two figures may be one, rounded or said to be about so much."""
    if a.agrees(b) or b.agrees(a):
        return True
    if a.kind != b.kind or a.kind in (YEAR, MONTH, ORDINAL):
        return False
    apart = abs(a.value - b.value) / (max(abs(a.value), abs(b.value)) or 1.0)
    if a.hedged or b.hedged:
        return apart <= ABOUT
    rounded = min(a.digits, b.digits) <= 2 and a.digits != b.digits
    return rounded and apart <= ROUNDED


def _bounded(sentence: str, figure: Figure) -> bool:
    """Whether a figure is only a bound, or an end of a range: over 400, between 10 and 20."""
    following = re.match(r"\s*(?:or (?:more|less|fewer)|to\s+\d|[-–]\s*\d|plus\b)", sentence[figure.end :])
    bounded = figure.kind not in (YEAR, MONTH) and _BOUND.search(sentence[: figure.start])
    return bool(bounded or following)


def _same_but_for(question: str, one: str, a: Figure, other: str, b: Figure) -> bool:
    mine, theirs = _rest(one), _rest(other)
    both, either = mine & theirs, mine | theirs
    if len(both) < FEWEST or len(both) < SAME * len(either):
        return False
    asked = {w.stem for w in words(question) if w.content}
    if len(asked & mine) < NEAR_THE_QUESTION * len(asked):
        return False
    return _scope(one) == _scope(other) and not any(_lacking(one, other)) and not any(_lacking(other, one))


def _rest(sentence: str) -> set[str]:
    """The words with meaning, figures masked."""
    spans = [(f.start, f.end) for f in figures(sentence)]
    return {w.stem for w in words(sentence) if w.content and not any(s <= w.start < e for s, e in spans)}


def _scope(sentence: str) -> set[str]:
    # Lower case alone: "May" is a month.
    return {w.text if w.start else w.text.casefold() for w in words(sentence)} & _SCOPE | {
        "not" for w in words(sentence) if w.negates
    }


def _lacking(one: str, other: str) -> Iterator[str]:
    index = name_index(other)
    return (n.text for n in names(one) if not n.initial and index.missing(n))


def _written(sentence: str, figure: Figure) -> str:
    """A figure with its unit, as it stands; for a year the whole date."""
    unit = re.match(rf"[ \u00a0-]{re.escape(figure.unit)}\b", sentence[figure.end :], re.I) if figure.unit else None
    end = figure.end + (unit.end() if unit and stems(words(figure.unit)) else 0)
    start = figure.start
    if figure.kind in (YEAR, MONTH):
        for _ in ("month", "day"):  # what touches the date belongs to it
            for near in figures(sentence):
                if near.end <= start <= near.end + 2 or end <= near.start <= end + 2:
                    start, end = min(start, near.start), max(end, near.end)
    return " ".join(sentence[start:end].split())
