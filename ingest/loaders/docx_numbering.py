"""The numbers that Word counts by itself: before the items of lists, and before headings."""

import re
from dataclasses import dataclass
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9  # ECMA-376, 17.9.6
_PLACE = re.compile(r"%([1-9])")
_ROMAN = tuple(
    zip((1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1), "m cm d cd c xc l xl x ix v iv i".split(), strict=True)
)


@dataclass(frozen=True)
class _Level:
    form: str  # such as "decimal" or "bullet"
    text: str  # such as "%1.%2."
    start: int
    style: str | None


class Numbering:
    """Counts the numbered paragraphs of a document, which are to be asked for in order.

    Args:
        root: The ``w:numbering`` element; None if the document has none.
    """

    def __init__(self, root: Any) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}  # of an abstract numbering
        self._abstract: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}  # what a numbering begins with, until it has begun
        self._counts: dict[str, dict[int, int]] = {}
        for each in root.iterchildren(_W + "abstractNum") if root is not None else ():
            found = {_integer(level.get(_W + "ilvl")): _level(level) for level in each.iterchildren(_W + "lvl")}
            self._levels[each.get(_W + "abstractNumId")] = found
        for each in root.iterchildren(_W + "num") if root is not None else ():
            name = each.get(_W + "numId")
            self._abstract[name] = _value(each, "abstractNumId") or ""
            for change in each.iterchildren(_W + "lvlOverride"):
                if (start := _value(change, "startOverride")) is not None:
                    self._starts[name, _integer(change.get(_W + "ilvl"))] = _integer(start)

    def level_of(self, name: str, style: str | None) -> int:
        """The level at which a numbering numbers the paragraphs of a style."""
        levels = self._levels.get(self._abstract.get(name, ""), {})
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def next(self, name: str, at: int) -> str:
        """What stands before the next paragraph at this level of a numbering; "-" for a bullet."""
        key = self._abstract.get(name, "")
        levels = self._levels.get(key, {})
        level = levels.get(at)
        if level is None or level.form == "bullet":
            return "-"
        counts = self._counts.setdefault(key, {})
        begun = self._starts.pop((name, at), None)
        counts[at] = begun if begun is not None else counts.get(at, level.start - 1) + 1
        for deeper in range(at + 1, _LEVELS):
            counts.pop(deeper, None)

        def number(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            of = levels.get(place, level)
            return _shown(counts.setdefault(place, of.start), of.form)

        return _PLACE.sub(number, level.text).strip()


def _level(element: Any) -> _Level:
    form, start = _value(element, "numFmt") or "decimal", _value(element, "start")
    return _Level(form, _value(element, "lvlText") or "", _integer(start or "1"), _value(element, "pStyle"))


def _value(element: Any, name: str) -> str | None:
    found = element.find(_W + name)
    return found.get(_W + "val") if found is not None else None


def _integer(value: str | None) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 7 else 0


def _shown(number: int, form: str) -> str:
    if form == "none":
        return ""
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 8)
        return letters.upper() if form == "upperLetter" else letters
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN:
            roman += sign * (number // value)
            number %= value
        return roman.upper() if form == "upperRoman" else roman
    return f"{number:02}" if form == "decimalZero" else str(number)
