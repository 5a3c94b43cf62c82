"""The cells of CSV files: lists written for people, and nothing a spreadsheet would run as a formula.

Formula injection: https://owasp.org/www-community/attacks/CSV_Injection. A cell that begins with one
of ``= + - @``, a tab or a line's end is written with ``'`` before it; read back, the ``'`` is taken off.
"""

import json
import re
from typing import Any

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")
_NUMBER = re.compile(r"[+-]?[\d.,]+\s*%?")


def safe_cell(value: Any) -> str:
    """A value as a cell that no spreadsheet takes for a formula. None is empty; true and false as in JSON.

    A number stays a number, also a negative one; text is guarded.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    return f"'{text}" if _FORMULA.match(text) or _GUARDED.match(text) else text


def to_cell(name: str, value: Any) -> str:
    """A question's field as a cell that `from_cell` reads back as it was."""
    if name == "key_facts" and value:
        flat = "\n".join(" | ".join(group) for group in value)
        return safe_cell(flat if _from_lines(name, flat) == value else json.dumps(value, ensure_ascii=False))
    if name in ("evidence", "source") and value:
        flat = "\n".join(value)
        return safe_cell(flat if _from_lines(name, flat) == value else json.dumps(value, ensure_ascii=False))
    if name == "history" and value:
        return json.dumps(value, ensure_ascii=False)
    return safe_cell(None if value in ([], ()) else value)


def from_cell(name: str, cell: str) -> Any:
    """The value of a field that a cell stands for.

    Raises:
        ValueError: The cell looks like a formula, or isn't what its field takes.
    """
    if _GUARDED.match(cell):
        cell = cell[1:]
    elif _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        raise ValueError(f"looks like a spreadsheet formula ({cell[:20]!r}); if it is meant as text, put ' before it")
    if name == "answerable":
        truth = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return truth.get(cell.strip().lower(), cell)
    if name in ("key_facts", "evidence", "source", "history"):
        return _json(cell) if cell.lstrip().startswith("[") else _from_lines(name, cell)
    return cell


def _json(cell: str) -> Any:
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"begins like a JSON list, but isn't one: {error}") from None


def _from_lines(name: str, cell: str) -> Any:
    lines = [line.strip() for line in cell.split("\n") if line.strip()]
    if name == "key_facts":
        return [[alternative.strip() for alternative in line.split("|")] for line in lines]
    if name == "history":
        return _turns(lines)
    return lines


def _turns(lines: list[str]) -> list[dict[str, str]]:
    turns: list[dict[str, str]] = []
    for line in lines:
        who, _, said = line.partition(":")
        if who.strip().upper() == "Q":
            turns.append({"question": said.strip(), "answer": ""})
        elif who.strip().upper() == "A" and turns:
            turns[-1]["answer"] = f"{turns[-1]['answer']} {said.strip()}".strip()
        else:
            raise ValueError("must be JSON, or lines that begin with Q: and A: in turn")
    return turns
