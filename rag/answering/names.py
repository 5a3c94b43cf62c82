"""Names in text (people, places, bodies, acronyms), and whether a source has them in some form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.wording import EMPTY, Word, stem

_NAME = re.compile(
    r"(?<![\w'’])(?:[A-Z][\w’'.&]*\w|[A-Z])"
    r"(?:(?:[-–\s]|\s(?:of|of the|the|de|van|von|al|bin|for)\s)(?:[A-Z][\w’'.&]*\w|[A-Z]\b))*"
)
_JOINS = re.compile(r"\s(?:of|for)\s")
_PART = re.compile(r"[^\W_]+")
_OPENS = re.compile(r"(?:^|[.!?:;]\s+|[\"“‘'(\[])\s*$")
_QUOTED_NAME = re.compile(r"[^.!?:;\s]\s+[\"“‘'(\[]$")
"""Before a quote within a sentence: its first word has a capital of its own."""
_NOT_NAMES = frozenset(
    """i according additionally also although another as at because before both but by despite during each early every
    finally first following for former from further he her here his however i if in instead it its later like many
    meanwhile more moreover most no not on once one only other others our out over overall people several she similarly
    since so some still such that the their then there therefore these they this those though through thus to today
    two under unlike until we what when where whether which while who why with within yes yet you your
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday mr mrs ms dr sir lord lady prime minister president
    chairman secretary general king queen prince princess professor captain senator governor mayor
    united indeed perhaps sure yes well please sorry thus hence then today tomorrow yesterday now""".split()
)
_SAME = (
    "us usa america american americans states washington",
    "uk britain british england kingdom brits briton britons london",
    "eu europe european europeans brussels",
    "un nations",
    "france french paris",
    "germany german germans berlin",
    "china chinese beijing",
    "japan japanese tokyo",
    "korea korean koreans seoul",
    "india indian indians delhi",
    "russia russian russians moscow",
    "australia australian australians canberra",
    "canada canadian canadians ottawa",
    "netherlands dutch holland",
    "spain spanish spaniards madrid",
    "greece greek greeks athens",
    "denmark danish danes",
    "wales welsh",
    "ireland irish",
    "turkey turkish turks türkiye ankara",
    "poland polish poles warsaw",
    "sweden swedish swedes",
    "switzerland swiss",
    "scotland scottish scots",
    "norway norwegian norwegians",
    "thailand thai thais",
    "philippines philippine filipino filipinos manila",
)
"""Names of one country: a capital often stands for its government."""
_GROUP = {word: group for group in _SAME for word in group.split()}
_KINDS = frozenset(
    """academy act agency airport army assembly association award awards bank battle bay bill board bridge bureau
    cathedral championship championships church city club coast college commission committee company conference
    congress convention corporation council county court department district division empire federation festival
    foundation government group high hospital house initiative institute institution island islands kingdom lake law
    league library ministry mountain movement museum navy office order organisation organization palace park parliament
    partnership party port prefecture prize program programme province region republic river road school sea series
    service society square state states station stadium street summit system team theatre tournament town tower
    tribunal trophy union university valley village""".split()
)
"""What a name may say that it is the name of, and a source leave out: Shizuoka (Prefecture)."""
_LONG_NAME = 4
"""Parts from which a name counts as there if most of its parts are."""
_ACTS = re.compile(
    r"(?:\s?['’]s\b|\s*[,;.](?:\s|$)|,?\s+(?:is|was|are|were|has|had|have|will|would|can|could|may|might|must|should|did|does|do|and|also|"
    r"said|says|made|took|led|won|met|left|became|began|held|gave|told|wrote|[a-z]{3,}(?:ed|s))\b)"
)
_PLAIN_WORD = re.compile(r"(?:ly|ing|ed|s|able|ible|ive|ous|ness|ment|tion|sion|men|ity)$")
_NEXT_TO = 3
"""Words with meaning on each side of a name that tell in whose place it stands."""
_CLEARLY = 1
"""Words by which another name must fit better."""
_LONGEST_ACRONYM = 12
_DEMONYM = 4
"""Letters that two forms of one name share at least: Japan, Japanese."""


@dataclass(frozen=True)
class Name:
    """A name in a text: its parts in lower case, as written, and whether it may only be a sentence's first word."""

    parts: tuple[str, ...]
    text: str
    start: int
    initial: bool


@lru_cache(maxsize=2_000)
def names(text: str) -> tuple[Name, ...]:
    """The names in a text, in order."""
    found = []
    lower = {w for w in _PART.findall(text) if w.islower()}
    for match in _NAME.finditer(text.replace("’s", "  ").replace("'s", "  ")):
        parts = [
            p
            for p in _PART.findall(match[0])
            if (p.casefold() not in EMPTY | _NOT_NAMES and not p.isdigit()) or (p.isupper() and len(p) > 1)
        ]
        parts = [p for p in parts if p[0].isupper()]
        opens = bool(_OPENS.search(text[: match.start()])) and not _QUOTED_NAME.search(text[: match.start()])
        initial = opens and len(parts) == 1 and parts[0][1:].islower() and match[0].startswith(parts[0])
        if initial and parts[0].casefold() in lower:
            continue
        initial = initial and not _named_actor(parts[0], text[match.end() :])
        if parts:
            at = match[0].index(parts[0])
            found.append(Name(tuple(p.casefold() for p in parts), match[0][at:].strip(), match.start() + at, initial))
    return tuple(found)


def _named_actor(word: str, following: str) -> bool:
    """Whether a sentence's first word looks like a name: something that acts, and no usual ending of plain words."""
    return bool(_ACTS.match(following)) and not _PLAIN_WORD.search(word)


class NameIndex:
    """The words of a source text, ready to be asked for names."""

    def __init__(self, text: str) -> None:
        self._words = [w.casefold() for w in _PART.findall(text.replace("’s", "  ").replace("'s", "  "))]
        self._text = set(self._words) | {a + b for a, b in zip(self._words, self._words[1:], strict=False)}
        self._stems = {stem(w) for w in self._words}
        self._groups = {_GROUP[w] for w in self._words if w in _GROUP}
        self._acronyms = _acronyms(text)
        self._starts = {w[:n] for w in self._text for n in (_DEMONYM, 5, 6) if len(w) >= n}

    def has(self, part: str) -> bool:
        """Whether one part of a name stands in the text, in this or a related form."""
        if part in self._text or stem(part) in self._stems or part in self._acronyms:
            return True
        if part in _GROUP and _GROUP[part] in self._groups:
            return True
        cut = max(_DEMONYM, len(part) - 4)
        return len(part) > _DEMONYM and any(
            len(w) > _DEMONYM and w[:cut] == part[:cut] and abs(len(w) - len(part)) <= 4 for w in self._text
        )

    def missing(self, name: Name, beside: "NameIndex | None" = None) -> tuple[str, ...]:
        """The parts of a name that neither text has; none if the text has the name's initials."""
        initials = "".join(part[0] for part in name.parts)
        if len(name.parts) > 1 and (initials in self._text or initials + "s" in self._text):
            return ()
        return tuple(part for part in name.parts if not self.has(part) and not (beside and beside.has(part)))


def is_mostly_there(name: Name, gone: Sequence[str], others: Sequence[Name]) -> bool:
    """Whether a source has the name in a shorter form, or all but its kind, and not another name like it.

    Args:
        name: A name of the claim.
        gone: The parts of it that the source doesn't have.
        others: The names in the source.
    """
    if set(gone) <= _KINDS:
        return len(gone) < len(name.parts)
    pieces = [{p.casefold() for p in _PART.findall(piece)} - EMPTY for piece in _JOINS.split(name.text)]
    if any(piece - _KINDS <= set(gone) for piece in pieces if piece - _KINDS):
        return False  # "Tressel of Sandmouth" isn't there because Sandmouth is
    if len(name.parts) >= _LONG_NAME and 2 * len(gone) <= len(name.parts):
        return True
    kept = set(name.parts) - set(gone)
    another = any(kept & set(other.parts) and set(other.parts) - set(name.parts) for other in others)
    return gone[-1] != name.parts[-1] and not another  # another Abe


def rival(name: Name, claim: Sequence[Word], sourced: Sequence[Name], source: Sequence[Word]) -> Name | None:
    """The name, of those the claim doesn't have, that stands in the source where the claim has this one."""
    around = _around(name, claim)
    own = max((len(around & _around(n, source)) for n in sourced if set(n.parts) & set(name.parts)), default=0)
    others = [(len(around & _around(other, source)), other) for other in sourced if not other.initial]
    best = max((score for score, _ in others), default=0)
    return next((other for score, other in others if score == best), None) if best > own + _CLEARLY else None


def _around(name: Name, found: Sequence[Word]) -> set[str]:
    """The stems of the words with meaning next to a name."""
    before = [w.stem for w in found if w.content and w.start < name.start]
    after = [w.stem for w in found if w.content and w.start >= name.start + len(name.text)]
    return {*before[-_NEXT_TO:], *after[:_NEXT_TO]}


def _acronyms(text: str) -> set[str]:
    """Initials of each run of capitalised words: 'Trans-Pacific Partnership' gives tpp, tp and pp."""
    found: set[str] = set()
    for match in _NAME.finditer(text):
        parts = _PART.findall(match[0])
        for kept in (parts, [p for p in parts if p[0].isupper()]):
            letters = "".join(p[0].casefold() for p in kept[:_LONGEST_ACRONYM])
            found |= {letters[i:j] for i in range(len(letters)) for j in range(i + 2, len(letters) + 1)}
    return found


@lru_cache(maxsize=500)
def name_index(text: str) -> NameIndex:
    """The index of a text, kept for the next claim about it."""
    return NameIndex(text)
