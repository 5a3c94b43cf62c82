"""Files within files: attachments, and the members of archives."""

from ingest.loaders.file import File
from ingest.parsed import TextBuilder
from rag.errors import SourceError


def add_part(builder: TextBuilder, part: File, heading: str, notes: list[str]) -> bool:
    """Add a file's text under a heading. If it can't be read, a note says why and the rest goes on."""
    from ingest.loaders import load_file

    if part.depth > part.limits.depth:
        notes.append(f"{part.shown} was not read: it lies more than {part.limits.depth} levels deep.")
        return False
    try:
        parsed = load_file(part)
    except SourceError as error:
        notes.append(error.what)
        return False
    builder.heading(heading, 1)
    builder.append(parsed, level=1)
    notes.extend(f"{part.shown}: {note}" for note in parsed.notes)
    return True
