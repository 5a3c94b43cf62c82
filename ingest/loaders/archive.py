"""ZIP archives: the readable files in them, each under its name. Nothing is written to disk."""

from pathlib import PurePosixPath

from ingest.loaders.file import File
from ingest.loaders.package import opened
from ingest.loaders.parts import add_part
from ingest.parsed import Parsed, TextBuilder, one_line
from rag.errors import SourceError

_NOTES = 50


def load(file: File) -> Parsed:
    """Read an archive.

    Raises:
        SourceError: It is damaged or too large, or nothing in it can be read.
    """
    builder = TextBuilder()
    notes: list[str] = []
    with opened(file) as package:
        members = sorted(package.members, key=lambda info: info.filename)
        wanted = [info for info in members if not _is_clutter(info.filename)]
        for info in wanted:
            try:
                part = file.inner(package.read(info), info.filename)
            except SourceError as error:
                notes.append(f"{one_line(info.filename)}: {error.what}")
                continue
            add_part(builder, part, one_line(info.filename), notes)
    if not builder.text:
        why = notes[0] if notes else "It is empty."
        raise SourceError(f"{file.shown} holds nothing that can be read. {why}", "Unpack it and look at the files.")
    shown = notes[:_NOTES] + ([f"And {len(notes) - _NOTES} more."] if len(notes) > _NOTES else [])
    return builder.build(title=file.title, media_type="application/zip", notes=shown)


def _is_clutter(name: str) -> bool:
    """Whether this is something that a system left there: hidden files, thumbnails."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") and part != ".." for part in path.parts)
    return "__MACOSX" in path.parts or hidden or path.name in ("Thumbs.db", "desktop.ini")
