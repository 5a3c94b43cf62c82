"""Writes the reference pages out of the program itself: ``python -m ui.reference``. A test keeps them up to date."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rag.settings import Settings

DOCS = Path(__file__).parents[1] / "docs"
_PLACES = {"library": "your data folder", "cache": "your cache folder"}


def settings_page() -> str:
    """All settings with type, default and meaning, as Markdown."""
    lines = [
        "# Settings",
        "",
        "Written in `footnote.toml` in the folder where Footnote is started (`[retrieval]`, below it `top_k = 10`), or",
        "as variables (`FOOTNOTE_RETRIEVAL__TOP_K=10`), which win over the file. An unknown setting is an error.",
        "",
        "This page is written by `python -m ui.reference`.",
        "",
        "| setting | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in _fields(Settings):
        default = _PLACES.get(name, f"`{_shown(field.get_default(call_default_factory=True))}`")
        lines.append(f"| `{name}` | {default} | {field.description or ''} |")
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """All commands with their arguments and options, as Markdown."""
    from ui.cli import app

    lines = ["# Commands", "", "This page is written by `python -m ui.reference`.", ""]
    for path, command in _commands("footnote", typer.main.get_command(app)):
        lines += [f"## {path}", "", command.help or "", "", "| | |", "|---|---|"]
        for parameter in command.params:
            names = "`" + "`, `".join(parameter.opts or [parameter.name or ""]) + "`"
            if getattr(parameter, "param_type_name", "") == "argument":
                names = f"`{(parameter.metavar or parameter.name or '').upper()}`"
            names = names.replace("|", "\\|")
            lines.append(f"| {names} | {getattr(parameter, 'help', '') or ''} |")
        lines.append("")
    return "\n".join(lines)


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name, child in children.items():
        yield from _commands(f"{path} {name}", child)


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _shown(value: object) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def main() -> None:
    """Writes both pages."""
    (DOCS / "settings.md").write_text(settings_page(), encoding="utf-8")
    (DOCS / "commands.md").write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
