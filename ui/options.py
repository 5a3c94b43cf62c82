"""What all commands share: their common options, the settings these make, and JSON on stdout."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.settings import Settings, load_settings

LibraryOption = Annotated[
    Path | None,
    typer.Option("--library", help="Folder of the library (default: FOOTNOTE_LIBRARY, or your data folder)."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
DebugOption = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


def settings_for(library: Path | None, **overrides: Any) -> Settings:
    """The settings in force, with the library that was named and other values that win."""
    return load_settings({**({"library": library} if library else {}), **overrides})


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
