"""Rules that make a true sentence untrue: another figure, another name, a negation put in or taken out."""

import random
import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w])")
_SPELLED = "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty".split()
_SPELLED_RE = re.compile(rf"\b({'|'.join(_SPELLED)})\b", re.IGNORECASE)
_MONTHS = "January February March April June July August September October November December".split()
_MONTH_RE = re.compile(rf"\b({'|'.join(_MONTHS)})\b(?=,?\s+\d)")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)*\b|\b[A-Z]{2,}\b")
_AUX = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|must|does|did|do)\b(?!\s+not|n['’]t)", re.I
)
_NOT = re.compile(r"\s+(?:not|never)\b|(?<=[a-z])n['’]t\b", re.IGNORECASE)
_PAST = re.compile(r"\b([a-z]{3,}?)(ed)\b(?=\s+(?!by\b|in\b)[a-z\d])")
_FUNCTION = frozenset(_MONTHS) | frozenset(
    "The A An In On At It He She They We I This That These Those But And As If For From When".split()
)


def other_figure(text: str, chance: random.Random) -> str | None:
    """The text with one of its figures changed: a number, a number word or the month of a date."""
    ways = [
        *((m, _other_number(m[0], chance)) for m in _NUMBER.finditer(text)),
        *((m, _other_of(m[0].lower(), _SPELLED, chance)) for m in _SPELLED_RE.finditer(text)),
        *((m, _other_of(m[0], _MONTHS, chance)) for m in _MONTH_RE.finditer(text)),
    ]
    return _replaced(text, *chance.choice(ways)) if ways else None


def other_name(text: str, others: Sequence[str], chance: random.Random) -> str | None:
    """The text with one of its names changed for one of the others, which it doesn't hold yet."""
    ways = [m for m in _NAME.finditer(text) if m[0] not in _FUNCTION and (m.start() or " " in m[0] or m[0].isupper())]
    ways = [m for m in ways if m[0].split()[0] not in _FUNCTION]
    lower = text.lower()
    fitting = [
        name
        for name in others
        if not name.endswith(("an", "ese", "ish")) and not any(part.lower()[:4] in lower for part in name.split())
    ]
    return _replaced(text, chance.choice(ways), chance.choice(fitting)) if ways and fitting else None


def names_in(text: str) -> list[str]:
    """The names in a text that don't open a sentence."""
    return [
        m[0]
        for m in _NAME.finditer(text)
        if m.start() > 2 and m[0].split()[0] not in _FUNCTION and text[m.start() - 2] not in ".!?:" and len(m[0]) > 2
    ]


def negated(text: str, chance: random.Random) -> str | None:
    """The text with its statement denied: a negation taken out, or one put in."""
    if found := _NOT.search(text):
        return text[: found.start()] + text[found.end() :]
    if ways := list(_AUX.finditer(text)):
        return _replaced(text, ways[0], f"{ways[0][0]} not")
    if past := list(_PAST.finditer(text)):
        at = chance.choice(past)
        return _replaced(text, at, f"did not {at[1]}")
    return None


OPPOSITES = (
    ("increased", "decreased"), ("rose", "fell"), ("more", "less"), ("before", "after"), ("first", "last"),
    ("won", "lost"), ("largest", "smallest"), ("higher", "lower"), ("supported", "opposed"), ("joined", "left"),
    ("accepted", "rejected"), ("began", "ended"), ("most", "fewest"), ("allowed", "banned"), ("includes", "excludes"),
    ("strong", "weak"), ("public", "private"), ("older", "younger"), ("opened", "closed"), ("bought", "sold"),
)  # fmt: skip


def opposite(text: str, chance: random.Random) -> str | None:
    """The text with one word put for its opposite."""
    ways = []
    for pair in OPPOSITES:
        for one, other in (pair, pair[::-1]):
            ways += [(m, other) for m in re.finditer(rf"\b{one}\b", text)]
    return _replaced(text, *chance.choice(ways)) if ways else None


def _other_number(number: str, chance: random.Random) -> str:
    digits = [i for i, c in enumerate(number) if c.isdigit()]
    at = chance.choice(digits)
    choices = [c for c in "123456789" if c != number[at]]
    return number[:at] + chance.choice(choices) + number[at + 1 :]


def _other_of(one: str, among: Sequence[str], chance: random.Random) -> str:
    return chance.choice([other for other in among if other != one])


def _replaced(text: str, match: re.Match[str], by: str) -> str:
    return text[: match.start()] + by + text[match.end() :]
