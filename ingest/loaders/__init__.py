"""From a file's bytes to its text: one loader a format, chosen by what the file is, not by what it is called."""

from collections.abc import Callable

from ingest.limits import Limits
from ingest.loaders.file import File, Loader
from ingest.loaders.names import hint_for, what_is
from ingest.loaders.sniff import sniff
from ingest.loaders.table import LOADERS
from ingest.parsed import Parsed, one_line
from rag.errors import FootnoteError, SourceError

__all__ = ["LOADERS", "File", "Loader", "Parsed", "load", "sniff"]


def load(
    data: bytes,
    name: str,
    hint: str | None = None,
    *,
    limits: Limits | None = None,
    alive: Callable[[], None] = lambda: None,
) -> Parsed:
    """Read a file.

    Args:
        data: All of it.
        name: Its name. Tells apart formats that look alike (Markdown and text), and is the title of last resort.
        hint: The ``Content-Type`` that came with it, if one did.
        limits: What it may cost.
        alive: Called after each page read by OCR, which takes seconds.

    Raises:
        SourceError: It is empty, of no known format, damaged, encrypted or too large.
    """
    return load_file(File(data, name, hint, limits or Limits(), alive=alive))


def load_file(file: File) -> Parsed:
    """Read a file that may be a part of another; see `load`."""
    if len(file.data) > file.limits.file_bytes:
        raise SourceError(
            f"{file.shown} has {len(file.data):,} bytes; more than {file.limits.file_bytes:,} are not read.",
            "Split it, or raise the limit.",
        )
    media_type = sniff(file.data, file.name, file.hint)
    loader = LOADERS.get(media_type)
    if loader is None:
        raise SourceError(f"{file.shown} is {what_is(media_type)}, which can't be read.", hint_for(media_type))
    parsed = _guarded(loader, file, media_type)
    if not parsed.text.strip():
        why = " ".join(parsed.notes)
        raise SourceError(f"{file.shown} has no text.", why or "Check that it is the file you meant.")
    if len(parsed.text) > file.limits.text_characters:
        raise SourceError(
            f"{file.shown} has {len(parsed.text):,} characters of text; {file.limits.text_characters:,} are the limit.",
            "Split it into several files.",
        )
    return parsed


def _guarded(loader: Loader, file: File, media_type: str) -> Parsed:
    """What the loader makes of the file, with whatever its library throws at damaged files told in one sentence."""
    try:
        return loader(file)
    except (FootnoteError, MemoryError):
        raise
    except RecursionError:
        raise SourceError(f"{file.shown} is nested too deeply to be read.", "Check where it comes from.") from None
    except Exception as error:  # parsers of damaged files raise nearly everything
        reason = one_line(str(error))[:200] or type(error).__name__
        raise SourceError(
            f"{file.shown} can't be read as {what_is(media_type)}: {reason.rstrip('.')}.",
            "It may be damaged: open it in its own program and save it again.",
        ) from error
