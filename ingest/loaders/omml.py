"""Equations of Office files on one line: ``(a + b)/2``, ``x^2``, ``√(x)``, as Word's linear format has them."""

from collections.abc import Iterator
from typing import Any

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
EQUATION = _M + "oMath"
_ACCENTS = {"acc", "bar", "box", "borderBox", "groupChr", "phant"}


def linear(element: Any) -> str:
    """The words and signs of an equation, or of a part of one."""
    name = str(element.tag).rpartition("}")[2]
    if name == "t":
        return element.text or ""
    if name == "f":
        return f"{_one(element, 'num')}/{_one(element, 'den')}"
    if name in ("sSup", "sSub", "sSubSup", "sPre"):
        return _part(element, "e") + _scripts(element)
    if name == "rad":
        return f"{_part(element, 'deg')}√({_part(element, 'e')})"
    if name == "nary":
        return f"{_sign(element, 'chr', '∫')}{_scripts(element)} {_part(element, 'e')}"
    if name in ("limLow", "limUpp"):
        return f"{_part(element, 'e')}{'_' if name == 'limLow' else '^'}{_one(element, 'lim')}"
    if name == "func":
        return f"{_part(element, 'fName')} {_one(element, 'e')}"
    if name == "d":
        inner = _sign(element, "sepChr", "|").join(_parts(element, "e"))
        return f"{_sign(element, 'begChr', '(')}{inner}{_sign(element, 'endChr', ')')}"
    if name == "m":
        return "; ".join(", ".join(_parts(row, "e")) for row in element.iterchildren(_M + "mr"))
    if name == "eqArr":
        return "; ".join(_parts(element, "e"))
    if name in _ACCENTS:
        return _part(element, "e")
    return "".join(linear(child) for child in element if isinstance(child.tag, str) and not child.tag.endswith("Pr"))


def _parts(element: Any, name: str) -> Iterator[str]:
    for part in element.iterchildren(_M + name):
        yield linear(part).strip()


def _part(element: Any, name: str) -> str:
    return "".join(_parts(element, name))


def _one(element: Any, name: str) -> str:
    """A part that reads as one thing: in brackets unless it is a single word or number."""
    words = _part(element, name)
    return words if words.isalnum() or len(words) < 2 else f"({words})"


def _scripts(element: Any) -> str:
    below, above = _one(element, "sub"), _one(element, "sup")
    return (f"_{below}" if below else "") + (f"^{above}" if above else "")


def _sign(element: Any, name: str, usual: str) -> str:
    for found in element.iterfind(f"{element.tag}Pr/{_M}{name}"):
        return str(found.get(_M + "val") or "")
    return usual
