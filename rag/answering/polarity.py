"""Whether a claim turns a source's words around: negation, opposites, and what may be for what is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.wording import Word, stem, stems

_OPPOSITES = (
    ("rise rose risen increase grow grew grown growth climb gain surge soar expand raise jump double",
     "fall fell fallen decrease decline drop shrink shrank lower reduce cut sink sank plunge halve slump contract"),
    ("more greater higher larger bigger above longer faster", "less fewer lower smaller below under shorter slower"),
    ("before earlier prior previously", "after later following subsequently afterwards"),
    ("first", "last"),
    ("win won beat defeat victory", "lose lost loss losing"),
    ("accept approve agree ratify endorse welcome", "reject refuse disagree veto decline oppose"),
    ("join enter joining accede", "leave left withdraw withdrew withdrawn quit exit"),
    ("support back favour favor", "oppose opposition resist"),
    ("allow permit authorise authorize legal", "forbid ban prohibit bar illegal forbade"),
    ("include contain including", "exclude omit excluding"),
    ("begin began begun start open launch", "end finish close stop cease conclude halt"),
    ("largest biggest highest most greatest best longest", "smallest lowest least worst shortest fewest"),
    ("always", "never"),
    ("everyone everybody", "nobody none"),
    ("succeed success successful", "fail failure unsuccessful"),
    ("buy bought import purchase", "sell sold export"),
    ("majority", "minority"),
    ("inside", "outside"),
    ("strengthen stronger strong", "weaken weaker weak"),
    ("possible able", "impossible unable"),
    ("remember", "forget forgot forgotten"),
    ("appoint hire", "dismiss fire sack"),
    ("build built construct", "demolish destroy"),
    ("live survive alive", "die dead died kill"),
    ("agree", "disagree"),
    ("public", "private"),
    ("improve better", "worsen worse deteriorate"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("maximum", "minimum"),
    ("arrive", "depart"),
    ("lend", "borrow"),
    ("deny denied", "confirm admit acknowledge"),
    ("same identical", "different"),
    ("hot warm warmer hotter", "cold cool cooler colder"),
    ("true", "false"),
    ("easy easier", "hard difficult harder"),
    ("old older oldest", "new newer newest young younger youngest"),
    ("husband", "wife"), ("father", "mother"), ("son", "daughter"), ("brother", "sister"), ("man men", "woman women"),
)  # fmt: skip
_AXES = {
    stem(word): (axis, sign)
    for axis, sides in enumerate(_OPPOSITES)
    for sign, side in zip((1, -1), sides, strict=True)
    for word in side.split()
}
_WRITTEN = {
    word: axis_sign
    for word, axis_sign in (
        (word, (axis, sign))
        for axis, sides in enumerate(_OPPOSITES)
        for sign, side in zip((1, -1), sides, strict=True)
        for word in side.split()
    )
}
_PREFIX = re.compile(r"(?:un|in|im|ir|il|dis|non-?)(?=[a-z]{4})", re.IGNORECASE)
_ABOUT_AS_NEAR = 0.75
"""Share of the nearest sentence's common words that makes another sentence count as well."""
_MAY = re.compile(
    r"\b(?:may|might|could|plans?|planned|propos(?:ed|es|al)|expected|hop(?:es|ed|ing)|intends?|intended|consider(?:s|ing)?"
    r"|possibly|perhaps|likely|would|will|alleged(?:ly)?|reportedly|aims?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Turn:
    """How a claim differs in negation from the sentence of the source that is nearest to it.

    Attributes:
        share: How much of what both share, within reach of a negation, is negated in one only, 0 to 1.
        more: Negations in the claim less those in the sentence.
        opposites: A word of the claim and its opposite in the sentence.
    """

    share: float
    more: int
    opposites: tuple[str, str] | None


def turned(claim: Sequence[Word], sentences: Sequence[Sequence[Word]]) -> Turn:
    """How the claim turns the source's words around; of sentences that are about as near, the kindest counts."""
    overlaps = [len(stems(claim) & stems(sentence)) for sentence in sentences]
    nearest = max(overlaps, default=0)
    ways = [
        _turned(claim, s) for s, shared in zip(sentences, overlaps, strict=True) if shared >= _ABOUT_AS_NEAR * nearest
    ]
    if len(sentences) > 1 and nearest:
        ways.append(_turned(claim, _two_nearest(claim, sentences, overlaps)))
    return min(
        ways, key=lambda way: (way.share > 0, way.more != 0, way.opposites is not None), default=Turn(0, 0, None)
    )


def _two_nearest(claim: Sequence[Word], sentences: Sequence[Sequence[Word]], overlaps: Sequence[int]) -> list[Word]:
    """The nearest sentence with the one that shares most of what is left: a claim may tell of both."""
    first = overlaps.index(max(overlaps))
    left = stems(claim) - stems(sentences[first])
    second = max((i for i in range(len(sentences)) if i != first), key=lambda i: len(left & stems(sentences[i])))
    if 2 * len(left & stems(sentences[second])) <= len(left):
        return list(sentences[first])
    return [*sentences[first], *sentences[second]]


def _turned(claim: Sequence[Word], sentence: Sequence[Word]) -> Turn:
    claim, sentence = _without_prefixes(claim, sentence), _without_prefixes(sentence, claim)
    said: dict[str, set[bool]] = {}
    for word in sentence:
        if word.content:
            said.setdefault(word.stem, set()).add(word.negated)
    shared = [word for word in claim if word.content and word.stem in said]
    conflicts = [word for word in shared if word.negated not in said[word.stem]]
    reached = [word for word in shared if word.negated or True in said[word.stem]]
    share = len(conflicts) / len(reached) if reached else 0.0
    return Turn(share, negations(claim) - negations(sentence), _opposed(claim, sentence))


def _without_prefixes(one: Sequence[Word], other: Sequence[Word]) -> list[Word]:
    """The words of one text, those that deny a word of the other by a prefix written out: undecided, not decided."""
    known = stems(other)
    found = []
    for word in one:
        rest = _PREFIX.match(word.text) if word.content and word.stem not in known else None
        bare = stem(word.text[rest.end() :].casefold()) if rest else ""
        if rest and bare in known:
            word = replace(word, stem=bare, negates=True, negated=not word.negated)
        found.append(word)
    return found


def _opposed(claim: Sequence[Word], sentence: Sequence[Word]) -> tuple[str, str] | None:
    """A word of the claim and the opposite word of the source that stands in its place, if there is one."""
    claimed, sourced = _poles(claim), _poles(sentence)
    for axis, sides in claimed.items():
        if axis in sourced and not set(sides) & set(sourced[axis]):
            one, other = next(iter(sides.values())), next(iter(sourced[axis].values()))
            if stem(one.casefold()) != stem(other.casefold()):
                return one, other
    return None


def negations(found: Sequence[Word]) -> int:
    """How many words negate."""
    return sum(word.negates for word in found[1:]) + sum(word.negates and word.text != "No" for word in found[:1])


def overstated(claim: str, premise: str) -> bool:
    """Whether the source only says that something may be, or is planned, and the claim that it is."""
    return bool(_MAY.search(premise)) and not _MAY.search(claim)


def _poles(found: Sequence[Word]) -> dict[int, dict[int, str]]:
    poles: dict[int, dict[int, str]] = {}
    for word in found:
        axis_sign = _WRITTEN.get(word.text.casefold()) or _AXES.get(word.stem)
        if axis_sign:
            axis, sign = axis_sign
            poles.setdefault(axis, {})[-sign if word.negated else sign] = word.text
    return poles
