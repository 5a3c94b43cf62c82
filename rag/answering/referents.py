"""A sentence that points back ("He ...", "This ...") brings along the one before it, which says to what.

Quotes stay verbatim, so nothing is put in a pronoun's place: the sentence before comes along, under the same
footnote, where it stands in the same paragraph and is short. Where that is in doubt, nothing is done.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.candidates import Candidate
from rag.answering.names import names
from rag.retrieval import Retrieved

LONGEST_BEFORE = 220
"""Characters of a sentence that is brought along, at most."""
LONGEST = 450
"""Characters up to which an answer may grow by it; beyond, a weaker sentence has to go."""

_OPENING = re.compile(
    r"^[\"“'‘(]?(?:(?:But|And|So|Yet|Still|Then|Thus|Hence|Also|However|Therefore|Instead|Later|Moreover|Furthermore"
    r"|Nevertheless|Afterwards|Meanwhile|Similarly|Consequently),?\s+)?"
    r"(?P<points>He|She|It|They|This|These|Those|That|Such|His|Her|Their|Its|Both|The\s+latter"
    r"|The\s+former(?=['’,]|\s+(?:is|was|are|were|has|had|have|will|would|can|could|became|took|made|did|does)\b))\b"
    r"(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_AFTER_A_PHRASE = re.compile(
    r"^(?P<phrase>(?:In|On|By|At|From|After|Before|During|Since|Until|Under|For|As|With|Despite)\b[^,.;:]{1,60}),\s+"
    r"(?P<points>he|she|it|they)\b(?P<rest>.*)",
    re.DOTALL,
)
_SAYS_NOTHING_YET = re.compile(
    r"\s+(?:(?:is|was|has\s+been|had\s+been|will\s+be|would\s+be|may\s+be|might\s+be|remains|seems|seemed|appears|appeared"
    r"|became|becomes|turned\s+out|follows|happened)\b(?:(?:\s+\w+){0,3}\s+(?:that|whether|who|why|how)"
    r"|(?:\s+(?!\w+(?:ed|en|lt)\b)\w+){1,3}\s+to)"
    r"|(?:is|was)\s+(?:not\s+until|only\s+(?:when|after|in|by|since))|(?:takes?|took)\b.{0,40}?\bto)\b",
    re.IGNORECASE,
)
"""It is true that ..., It takes time to ...: this "it" stands for what follows."""
_POINTS_ELSEWHERE = re.compile(
    r"\s+(?:year|month|week|day|century|decade|time|spring|summer|autumn|winter|article|brief|paper|report|page|section"
    r"|chapter|book|study|guide|document|essay|digest|site|website|table|figure|who|whom|whose|that|which|with|in|of|from|as"
    r"|is\s+to\s+say|said|days)\b",
    re.IGNORECASE,
)
"""This year ..., Those who ..., Such as ...: nothing before is meant."""
_THOSE_WHO = re.compile(r"(?:\s+\w+){1,3}?,?\s+(?:who|whom|whose|that|which)\b", re.IGNORECASE)
_BOTH_OF_THEM = re.compile(
    r"\s+(?:were|are|have|had|will|would|could|sides|countries|men|women|parties|of\s+(?:them|these))\b"
)
_MONTHS = "january february march april may june july august september october november december".split()


@dataclass(frozen=True)
class Shown:
    """What one footnote quotes: a sentence, after the one that it leans on if that comes along."""

    sentences: tuple[Candidate, ...]

    @property
    def length(self) -> int:
        """Characters shown."""
        return sum(len(" ".join(s.text.split())) + 1 for s in self.sentences)


def leans(sentence: str) -> bool:
    """Whether a sentence's subject points back to something said before it."""
    if match := _AFTER_A_PHRASE.match(sentence):
        named = [n for n in names(match["phrase"]) if not set(n.parts) <= {*_MONTHS}]
        return not named and not _expletive(match)
    match = _OPENING.match(sentence)
    if not match or _expletive(match):
        return False
    points = match["points"].lower()
    if points == "both":
        return _BOTH_OF_THEM.match(match["rest"]) is not None
    if points == "those" and _THOSE_WHO.match(match["rest"]):
        return False
    return points in ("he", "she", "it", "they") or not _POINTS_ELSEWHERE.match(match["rest"])


def with_what_they_lean_on(
    chosen: Sequence[Candidate], strengths: Sequence[float], read: Sequence[Candidate], retrieved: Retrieved
) -> list[Shown]:
    """The chosen sentences, in their order, with those that they lean on and that aren't shown anyway.

    Where the answer would grow beyond `LONGEST`, weaker sentences make room; a sentence that none can make room
    for stays alone.

    Args:
        chosen: The answer's sentences, in the order they are shown.
        strengths: How well each answers the question.
        read: All sentences of the retrieved passages.
        retrieved: The passages they stand in.
    """
    shown = [Shown((sentence,)) for sentence in chosen]
    strength = {id(one): value for one, value in zip(shown, strengths, strict=True)}
    limit = max(LONGEST, sum(one.length for one in shown))
    for one in sorted(shown, key=lambda one: -strength[id(one)]):
        if one not in shown or not leans(one.sentences[0].text):
            continue
        before = _before(one.sentences[0], read, retrieved)
        if before is None or any(
            before.start == s.start and before.version == s.version for o in shown for s in o.sentences
        ):
            continue
        grown = Shown((before, *one.sentences))
        weaker = sorted((o for o in shown if strength[id(o)] < strength[id(one)]), key=lambda o: strength[id(o)])
        excess = sum(o.length for o in shown) - one.length + grown.length - limit
        dropped = []
        while excess > 0 and weaker:
            dropped.append(weaker.pop(0))
            excess -= dropped[-1].length
        if excess > 0:
            continue
        strength[id(grown)] = strength[id(one)]
        shown = [grown if o is one else o for o in shown if not any(o is gone for gone in dropped)]
    return shown


def _expletive(match: re.Match[str]) -> bool:
    return match["points"].lower() == "it" and _SAYS_NOTHING_YET.match(match["rest"]) is not None


def _before(sentence: Candidate, read: Sequence[Candidate], retrieved: Retrieved) -> Candidate | None:
    """The sentence before, if it is short, stands on its own, and is in the same paragraph and passage."""
    text = retrieved.texts[sentence.version].text
    earlier = [s for s in read if s.version == sentence.version and s.end <= sentence.start]
    before = max(earlier, key=lambda s: s.start, default=None)
    if before is None or before.is_heading or len(before.text) > LONGEST_BEFORE or leans(before.text):
        return None
    if text[before.end : sentence.start].strip() or "\n\n" in text[before.end : sentence.start]:
        return None
    together = any(
        p.version == sentence.version and p.start <= before.start and sentence.end <= p.end for p in retrieved.passages
    )
    return before if together else None
