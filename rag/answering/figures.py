"""Numbers in text, brought to one form so that they can be compared: 1,000 = 1000 = one thousand."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

PERCENT, MONEY, YEAR, MONTH, ORDINAL, PLAIN = "percent", "money", "year", "month", "ordinal", "plain"

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
_TENS = {word: 10 * (i + 2) for i, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12, "trn": 1e12}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
}
_FRACTIONS = {"half": 50.0, "third": 100 / 3, "thirds": 100 / 3, "quarter": 25.0, "quarters": 25.0, "fifths": 20.0}
_MONTHS = {
    name: number
    for number, names in enumerate(
        "january,jan february,feb march,mar april,apr may june,jun july,jul august,aug september,sept,sep "
        "october,oct november,nov december,dec".split(),
        start=1,
    )
    for name in names.split(",")
}
_WORDS = "|".join([*_UNITS, *_TENS, *_SCALES])
_SAID = re.compile(rf"\b(?:a\s+(?={'|'.join(_SCALES)}))?(?:{_WORDS})s?(?:(?:\s+|-|\s+and\s+)(?:{_WORDS})s?)*\b", re.I)
_DIGITS = re.compile(
    r"""(?<![\w.])
    (?P<currency>(?:US|A|C|NZ|HK|S)?[$]|[€£¥₹₩])?\s?
    (?P<number>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?!\d)|\d+)(?P<decimals>[.]\d+)?
    (?:\s?(?P<scale>thousand|million|billion|trillion|dozen|hundred)\b|\s?(?P<short>k|mn|m|bn|b|tn|trn)\b)?
    (?P<ordinal>(?:st|nd|rd|th)\b)?(?P<decade>['’]?s\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\b)")
_VAGUE = re.compile(r"(?:hundreds|thousands|millions|billions|trillions|dozens|tens)\b", re.IGNORECASE)
"""Said of any large number, not of one."""
_SPAN = re.compile(r"\b((?:1\d|20)\d\d)\s?[-–—/]\s?(\d{2})\b(?![-–\d])")
_MONTH = re.compile(rf"\b({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?", re.IGNORECASE)
_BEFORE_MONTH = re.compile(r"\b(?:by|in|since|until|till|from|of|early|late|mid|last|next)[\s-]$", re.IGNORECASE)
_ORDINAL = re.compile(rf"\b(?:(?:{'|'.join(_TENS)})-)?(?:{'|'.join(_ORDINALS)})\b", re.IGNORECASE)
_FRACTION = re.compile(
    rf"\b(?:(?P<of>a|an|one|two|three|four)[\s-](?P<part>{'|'.join(_FRACTIONS)})\b(?![\s-](?!of\b|the\b|as\b|and\b)\w)"
    r"|(?P<half>half)(?=\s+(?:of|the|as)\b)"
    r"|(?P<n>one|two|three|four|1|2|3|4)\s(?:in|out\sof)\s(?P<m>two|three|four|five|six|eight|ten|\d+)\b)",
    re.IGNORECASE,
)
_PERCENT_NEXT = re.compile(r"\s*(?:%|per\s?cent\b|percent(?:age)?\b|pct\b)", re.IGNORECASE)
_MONEY_NEXT = re.compile(
    r"\s*(?:US\s|Australian\s|Canadian\s)?(?:dollars?|euros?|pounds?|yen|yuan|won|rupees?|USD|EUR|GBP)\b", re.I
)
_NEXT_WORD = re.compile(r"[\s-]*(?:of\s+|the\s+|new\s+|other\s+|more\s+)*([^\W\d_]{2,})")
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,})\s$")
_LIST_NUMBER = re.compile(r"(?:(?<=^)|(?<=\n)|(?<=[.:;]\s))\d{1,2}[.)](?=\s|$)")
_HEDGE = re.compile(
    r"\b(?:about|around|roughly|approximately|approx|nearly|almost|some|over|under|than|least|most|to|circa|close to|"
    r"up to|estimated|just)\s*$",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r",\s+(?:and\s+)?|\s+and\s+")
_MOST = 100
"""Figures read in a text: no passage has more, but for tables and attacks."""
_HEDGED_WITHIN = 0.05
"""How far "about 400" may be from what the source says, as a share."""


@dataclass(frozen=True)
class Figure:
    """A number in a text.

    Attributes:
        value: Its value; percent as 0 to 100, months as 1 to 12.
        kind: What it counts: percent, money, year, month, ordinal or plain.
        text: How it is written.
        start, end: Where.
        unit: The word after it, lower case, or nothing.
        after: The word before it, lower case, or nothing.
        hedged: Whether it is said to be about so much.
        digits: Significant digits it is given with.
        or_else: What else it may mean: "412 m" may be metres or millions.
    """

    value: float
    kind: str
    text: str
    start: int
    end: int
    unit: str = ""
    hedged: bool = False
    digits: int = 9
    or_else: float | None = None
    after: str = ""

    @property
    def is_amount(self) -> bool:
        """Whether it says how many or how much, and is no year, month, day of one or rank."""
        return self.kind not in (YEAR, MONTH, ORDINAL) and self.unit not in _MONTHS and self.after not in _MONTHS

    @property
    def _values(self) -> tuple[float, ...]:
        return (self.value,) if self.or_else is None else (self.value, self.or_else)

    def agrees(self, other: "Figure") -> bool:
        """Whether a source that says `other` says this, too: the same, rounded from it, or about it."""
        if not _comparable(self.kind, other.kind):
            return False
        if self.kind != other.kind and ORDINAL in (self.kind, other.kind):
            day, ordinal = (other, self) if self.kind == ORDINAL else (self, other)
            counted = day.unit in _MONTHS or bool(day.after and day.after == ordinal.unit)
            return self.value == other.value and counted  # "the 23rd" and "23 May", "fourth season" and "season 4"
        if any(math.isclose(a, b, rel_tol=1e-6) for a in self._values for b in other._values):
            return True
        if YEAR in (self.kind, other.kind) or MONTH in (self.kind, other.kind) or ORDINAL in (self.kind, other.kind):
            return _same_decade(self, other)
        if self.hedged and self.digits < other.digits:
            return abs(self.value - other.value) <= _HEDGED_WITHIN * abs(other.value)
        return 2 <= self.digits < other.digits and math.isclose(_rounded(other.value, self.digits), self.value)


@lru_cache(maxsize=2_000)
def figures(text: str) -> tuple[Figure, ...]:
    """The numbers in a text, in the order they stand there, each once."""
    found: list[Figure] = []
    taken: dict[int, tuple[int, int]] = {}  # by character: the figure that has it
    for figure in _found(text):
        place = (figure.start, figure.end)
        if all(taken.setdefault(at, place) == place for at in range(*place)):
            found.append(figure)
        if len(found) == _MOST:
            break
    return tuple(sorted(found, key=lambda f: f.start))


def derivable(figure: Figure, claim: str, premise: str) -> bool:
    """Whether a count or duration can be worked out: years between two years, or as many items as a list has."""
    if figure.kind != PLAIN or figure.value != int(figure.value) or not 2 <= figure.value <= 100:
        return False
    years = [f.value for f in figures(premise) if f.kind == YEAR]
    if figure.unit.startswith("year") and any(
        abs(a - b) in (figure.value, figure.value - 1) for a in years for b in years if a != b
    ):
        return True
    runs = re.split(r"[.;:()]\s+", f"{premise}. {claim}")
    return figure.value <= 12 and any(
        len(_LIST_ITEM.split(run)) == figure.value for run in runs if "," in run or " and " in run
    )


def _found(text: str) -> Iterator[Figure]:
    for match in _ISO.finditer(text):
        for group, kind in ((1, YEAR), (2, MONTH), (3, PLAIN)):
            yield Figure(float(match[group]), kind, match[0][:10], match.start(), match.end())
    for match in _SPAN.finditer(text):
        first = int(match[1])
        yield Figure(float(first), YEAR, match[0], match.start(), match.end())
        yield Figure(float(first - first % 100 + int(match[2])), YEAR, match[0], match.start(), match.end())
    for match in _FRACTION.finditer(text):
        yield _fraction(match)
    for match in _DIGITS.finditer(text):
        if not _LIST_NUMBER.match(text, match.start("number")):
            yield _written(match, text)
    for match in _MONTH.finditer(text):
        beside_digit = re.match(r"\s*,?\s*\d", text[match.end() :]) or re.search(
            r"\d(?:st|nd|rd|th)?(?: of)?\s*$", text[: match.start()]
        )
        dated = beside_digit or _BEFORE_MONTH.search(text[: match.start()])
        if match[1][0].isupper() and (dated or len(match[1]) > 4):
            yield Figure(float(_MONTHS[match[1].lower()]), MONTH, match[0], match.start(), match.end())
    for match in _ORDINAL.finditer(text):
        if match[0].lower() not in {"second", "first"} or not re.match(r"\s*(?:,|ly)", text[match.end() :]):
            *tens, last = match[0].lower().split("-")
            value = float(_ORDINALS[last] + sum(_TENS[ten] for ten in tens))
            yield Figure(value, ORDINAL, match[0], match.start(), match.end(), _unit(text, match.end()))
    for match in _SAID.finditer(text):
        said = _spoken(match[0])
        vague = _VAGUE.fullmatch(match[0])
        if said is not None and not vague and match[0].lower() not in ("one", "ones"):  # "one" is mostly a pronoun
            yield _with_kind(said, match.start(), match.end(), text, digits=1 if said < 13 else 2)


def _written(match: re.Match[str], text: str) -> Figure:
    whole = re.sub(r"\D", "", match["number"])
    value = float(whole + (match["decimals"] or ""))
    digits = len((whole + (match["decimals"] or "")[1:]).strip("0")) or 1
    scale = _SCALES.get((match["scale"] or "").lower(), 1.0) * _SHORT_SCALES.get((match["short"] or "").lower(), 1.0)
    plain = not (match["decimals"] or match["scale"] or match["short"] or match["currency"])
    start, end = match.start("currency") if match["currency"] else match.start("number"), match.end()
    if match["ordinal"]:
        beside_month = _MONTH.match(text[end:].lstrip(" of")) or _MONTH.search(text[max(0, start - 12) : start])
        return Figure(value, PLAIN if beside_month else ORDINAL, match[0].strip(), start, end, _unit(text, end))
    is_year = plain and len(match["number"]) == 4 and 1000 <= value <= 2100
    if is_year and not _PERCENT_NEXT.match(text[end:]) and not _MONEY_NEXT.match(text[end:]):
        return Figure(value, YEAR, match[0].strip(), start, end, digits=3 if match["decade"] else 4)
    figure = _with_kind(value * scale, start, end, text, digits)
    if match["currency"]:
        return replace(figure, kind=MONEY)
    return replace(figure, or_else=value) if match["short"] else figure


def _with_kind(value: float, start: int, end: int, text: str, digits: int) -> Figure:
    hedged = bool(_HEDGE.search(text[max(0, start - 20) : start]))
    for pattern, kind in ((_PERCENT_NEXT, PERCENT), (_MONEY_NEXT, MONEY)):
        if suffix := pattern.match(text[end:]):
            return Figure(value, kind, text[start : end + suffix.end()], start, end + suffix.end(), "", hedged, digits)
    before = _WORD_BEFORE.search(text[max(0, start - 30) : start])
    after = before[1].lower() if before else ""
    return Figure(value, PLAIN, text[start:end], start, end, _unit(text, end), hedged, digits, after=after)


def _fraction(match: re.Match[str]) -> Figure:
    if match["half"]:
        value = 50.0
    elif match["part"]:
        value = _FRACTIONS[match["part"].lower()] * _UNITS.get((match["of"] or "one").lower(), 1)
    else:
        of = match["m"].lower()
        above = match["n"].lower()
        whole = float(of) if of.isdigit() else float(_UNITS[of])
        value = 100 * (float(above) if above.isdigit() else float(_UNITS[above])) / (whole or 1.0)
    return Figure(value, PERCENT, match[0], match.start(), match.end(), hedged=True, digits=1)


def _spoken(words: str) -> float | None:
    total = current = 0.0
    seen = False
    for word in re.split(r"[\s-]+", words.lower()):
        word = word.rstrip("s") if word not in _UNITS else word
        if word in _UNITS or word in _TENS:
            value = float(_UNITS.get(word, 0) or _TENS.get(word, 0))
            if seen and current % 10 and value < 100:
                return None  # "five six": two numbers, not one
            current, seen = current + value, True
        elif word in _SCALES:
            current, seen = max(current, 1.0) * _SCALES[word], True
            if _SCALES[word] >= 1e3:
                total, current = total + current, 0.0
    return total + current if seen else None


def _unit(text: str, at: int) -> str:
    match = _NEXT_WORD.match(text[at : at + 40])
    return match[1].lower() if match else ""


def is_month(word: str) -> bool:
    """Whether a word in lower case is a month's name."""
    return word in _MONTHS


def _comparable(one: str, other: str) -> bool:
    return one == other or {one, other} in ({PLAIN, MONEY}, {PLAIN, YEAR}, {PLAIN, ORDINAL})


def _same_decade(one: Figure, other: Figure) -> bool:
    if one.kind != YEAR or other.kind != YEAR or 3 not in (one.digits, other.digits):
        return False
    return one.value // 10 == other.value // 10


def _rounded(value: float, digits: int) -> float:
    return round(value, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0.0
