"""Plain text."""

import re
import statistics

from ingest.loaders.file import File
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_TITLE_LENGTH = 120
_LONG_LINE = 120  # characters; nobody wraps text by hand at more, so such lines are whole paragraphs
_BYLINE = re.compile(r"(?:[Ww]ritten )?[Bb]y(?: [A-Z][\w.'’-]+){2,4}")
_CLOSING = (".", ",", ";", ":", "!", "…")


def load(file: File) -> Parsed:
    """Read a text file. Its words stay as they are, character for character."""
    decoded = file.decode()
    text = _part_paragraphs(canonical(decoded.text))
    builder = TextBuilder()
    builder.add(text)
    return builder.build(
        title=title_line(text) or file.title,
        media_type="text/plain",
        metadata=decoded.metadata,
        notes=decoded.notes,
    )


def title_line(text: str) -> str | None:
    """The first line, if it reads like a title: short, without a closing stop, and set off from what follows."""
    first, _, rest = text.lstrip().partition("\n")
    title = one_line(first[: 2 * _TITLE_LENGTH])
    if not 2 <= len(title) <= _TITLE_LENGTH or title.endswith(_CLOSING) or _BYLINE.fullmatch(title):
        return None
    if not re.search(r"[^\W\d_]", title):
        return None
    following = rest.partition("\n")[0]
    set_off = rest.startswith("\n") or len(following) > max(_LONG_LINE, 2 * len(title))
    return title if rest.strip() and set_off else None


def _part_paragraphs(text: str) -> str:
    """A blank line between the paragraphs of a text that has one paragraph a line and none between them."""
    lengths = [len(line) for line in text.split("\n") if line]
    if lengths and statistics.median(lengths) > _LONG_LINE:
        return re.sub(r"\n+", "\n\n", text)
    return text
