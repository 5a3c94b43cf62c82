"""Reading the three formats of question sets into records: a line number and the fields found there."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evaluation.csv_cells import from_cell
from evaluation.errors import QuestionSetError
from evaluation.questions import Problem

MAX_BYTES = 64 * 2**20
BROKEN = "isn't UTF-8 text; save the file as UTF-8"


@dataclass(frozen=True)
class Record:
    """The fields of one question as they stand in the file, before any check."""

    line: int
    fields: Mapping[str, Any]


Found = Record | Problem


def read_records(path: Path) -> list[Found]:
    """The records of a file in order, with a problem in place of what can't be read as one.

    Bytes that aren't UTF-8 come out as lone surrogates, so that the check names their field.

    Raises:
        QuestionSetError: There is no such file, its format isn't known, or it is far too large.
    """
    reader = _FORMATS.get(path.suffix.lower())
    if reader is None:
        raise QuestionSetError(
            f"{path.name} is not a question set that can be read.", f"Use one of {', '.join(_FORMATS)}."
        )
    try:
        if path.stat().st_size > MAX_BYTES:
            raise QuestionSetError(f"{path.name} is over {MAX_BYTES >> 20} MB.", "Split it into several sets.")
        data = path.read_bytes()
    except OSError as error:
        raise QuestionSetError(f"{path} can't be read: {error.strerror}.", "Check the name.") from None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return [Problem(1, "file", BROKEN + " (it is UTF-16)")]
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    found = list(reader(text)) if text.strip() else []
    return found or [Problem(1, "file", "is empty; `footnote eval template` writes one to start from")]


def _jsonl(text: str) -> Iterator[Found]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _json_record(number, line)


def _json_record(number: int, line: str) -> Found:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"the field '{twice}' is given twice")
        return dict(pairs)

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    try:
        fields = json.loads(line, object_pairs_hook=unique, parse_constant=refuse)
    except json.JSONDecodeError as error:
        return Problem(number, "file", f"is not valid JSON: {error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        return Problem(number, "file", f"is not valid JSON: {reason}")
    return _record(number, fields)


def _csv(text: str) -> Iterator[Found]:
    header, _, _ = text.partition("\n")
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names = [name.strip() for name in next(reader)]
    if twice := next((name for name in names if name and names.count(name) > 1), None):
        yield Problem(1, twice, "the column is given twice")
        return
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(line, "file", f"is not valid CSV: {error}")
            continue
        if any(cell.strip() for cell in row):
            yield from _csv_record(line, names, row)


def _csv_record(line: int, names: list[str], row: list[str]) -> Iterator[Found]:
    if len(row) > len(names):
        yield Problem(line, "file", f"has {len(row)} cells, but the header names {len(names)} columns")
        return
    fields: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, cell in zip(names, row, strict=False):
        if name and cell:
            try:
                fields[name] = from_cell(name, cell)
            except ValueError as error:
                problems.append(Problem(line, name, str(error)))
    yield from problems
    if not problems:
        yield Record(line, fields)


class _Loader(yaml.SafeLoader):
    """YAML without aliases (a few bytes could stand for gigabytes) and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None,
                None,
                "aliases (*name) can't be used here",
                self.get_event().start_mark,  # type: ignore[no-untyped-call]
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key.value, str)]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise yaml.constructor.ConstructorError(None, None, f"the field '{twice}' is given twice", node.start_mark)
        return super().construct_mapping(node, deep)


def _yaml(text: str) -> Iterator[Found]:
    if broken := re.search("[\udc80-\udcff]", text):
        yield Problem(text.count("\n", 0, broken.start()) + 1, "file", BROKEN)
        return
    try:
        loader = _Loader(text)
        tree = loader.get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        yield _yaml_problem(error, 1)
        return
    if not isinstance(tree, yaml.SequenceNode):
        yield Problem(1, "file", "must be a list: each question begins with '- id:'")
        return
    for node in tree.value:
        line = node.start_mark.line + 1
        try:
            yield _record(line, loader.construct_document(node))
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            yield _yaml_problem(error, line)


def _yaml_problem(error: Exception, line: int) -> Problem:
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
    return Problem(mark.line + 1 if mark else line, "file", f"is not valid YAML: {reason}")


def _record(line: int, fields: Any) -> Found:
    if not isinstance(fields, dict):
        return Problem(line, "file", f"must be an object with fields, but is {type(fields).__name__}")
    return Record(line, {str(name): value for name, value in fields.items()})


_FORMATS: dict[str, Callable[[str], Iterator[Found]]] = {
    ".jsonl": _jsonl,
    ".csv": _csv,
    ".yaml": _yaml,
    ".yml": _yaml,
}
