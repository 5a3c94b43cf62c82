"""JSON and JSON lines: every value under the path that leads to it, a paragraph a record."""

import json
from collections.abc import Iterator
from typing import Any

from ingest.loaders.file import File
from ingest.parsed import Parsed, TextBuilder, canonical, one_line
from rag.errors import SourceError

_TITLE_KEYS = ("title", "name", "headline", "subject")
_LONG = 200  # characters: a longer text is a paragraph of its own


def load(file: File) -> Parsed:
    """Read a JSON file.

    Raises:
        SourceError: It isn't valid JSON.
    """
    decoded = file.decode()
    try:
        value = json.loads(decoded.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        raise SourceError(f"{file.shown} is not valid JSON: {error.msg} in line {error.lineno}.", "Mend it.") from None
    builder = TextBuilder()
    records = value if isinstance(value, list) else [value]
    for record in records:
        _add_record(builder, record)
    return builder.build(
        title=_title(value) or file.title,
        media_type="application/json",
        metadata=decoded.metadata,
        notes=decoded.notes,
    )


def load_lines(file: File) -> Parsed:
    """Read a file with one JSON value a line. Lines that aren't valid are left out and counted."""
    decoded = file.decode()
    builder = TextBuilder()
    bad: list[int] = []
    for number, line in enumerate(decoded.text.lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            _add_record(builder, json.loads(line))
        except json.JSONDecodeError:
            bad.append(number)
    note = f"{len(bad):,} lines are not valid JSON and were left out, the first of them line {bad[0]}." if bad else ""
    return builder.build(
        title=file.title,
        media_type="application/jsonl",
        metadata=decoded.metadata,
        notes=[*decoded.notes, *([note] if note else [])],
    )


def _add_record(builder: TextBuilder, value: Any) -> None:
    lines: list[str] = []
    for path, text in _leaves(value, ""):
        if len(text) > _LONG:
            builder.add("\n".join(lines))
            lines = []
            builder.add(f"{path}: {text}" if path else text)
        else:
            lines.append(f"{path}: {one_line(text)}" if path else text)
    builder.add("\n".join(lines))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Each scalar with its path; a list of scalars counts as one."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = one_line(str(key))
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(each, dict | list) for each in value):
        for i, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}[{i}]")
    elif isinstance(value, list):
        if value:
            yield path, ", ".join(_shown(each) for each in value)
    elif value is not None and value != "":
        yield path, _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return canonical(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _title(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    lowered = {str(key).lower(): each for key, each in value.items()}
    found = next((lowered[key] for key in _TITLE_KEYS if isinstance(lowered.get(key), str)), "")
    return one_line(found) if len(found) <= _LONG else ""
