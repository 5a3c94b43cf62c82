"""Rich Text Format."""

import re

from ingest.loaders.file import File
from ingest.loaders.plain import title_line
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_TITLE = re.compile(r"\{\\title ([^{}\\]{1,300})\}")
_AUTHOR = re.compile(r"\{\\author ([^{}\\]{1,300})\}")
_CELL_ENDS = re.compile(r"\|[ \t]*$", re.MULTILINE)
_ROW = re.compile(r"^[^\n]*\|[^\n]*$")


def load(file: File) -> Parsed:
    """Read an RTF document."""
    from striprtf.striprtf import rtf_to_text

    source = file.data.decode("latin-1")
    plain: str = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]
    text = canonical(plain)
    builder = TextBuilder()
    for line in _paragraphs(text):
        builder.add(line)
    title, author = _TITLE.search(source), _AUTHOR.search(source)
    return builder.build(
        title=(one_line(title[1]) if title else "") or title_line(builder.text) or file.title,
        media_type="application/rtf",
        metadata={"author": one_line(author[1]) if author else None},
    )


def _paragraphs(text: str) -> list[str]:
    """Each line is a paragraph; the rows of a table, which end in a bar, stay together."""
    paragraphs: list[str] = []
    table = False
    for line in text.split("\n"):
        row = _ROW.match(line) is not None
        cleaned = " | ".join(cell.strip() for cell in _CELL_ENDS.sub("", line).split("|")) if row else line
        if row and table and paragraphs:
            paragraphs[-1] += "\n" + cleaned
        else:
            paragraphs.append(cleaned)
        table = row
    return paragraphs
