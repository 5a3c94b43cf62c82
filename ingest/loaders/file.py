"""What a loader is given."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from ingest.encodings import Decoded, decode
from ingest.limits import Limits
from ingest.parsed import Parsed, one_line
from rag.errors import SourceError

_SEPARATORS = re.compile(r"[_\s]+|(?<=[^\W\d_])-(?=[^\W\d_])")
_NAME_SHOWN = 120


@dataclass
class Budget:
    """What is left of the limits that a file and all the files within it share."""

    members: int
    bytes: int


@dataclass(frozen=True)
class File:
    """Bytes with a name; possibly a member of an archive or an attachment, `depth` levels down.

    `alive` is called after each page that took long by its nature, and earns more time.
    """

    data: bytes = field(repr=False)
    name: str
    hint: str | None = None
    limits: Limits = field(default_factory=Limits)
    depth: int = 0
    budget: Budget | None = None
    alive: Callable[[], None] = field(default=lambda: None, repr=False)

    @property
    def shown(self) -> str:
        """The name fit to be shown: last part only, without control characters, not too long."""
        return shown_name(self.name)

    @property
    def suffix(self) -> str:
        """The suffix in lower case, with its dot."""
        return PurePosixPath(self.name.replace("\\", "/")).suffix.lower()

    @property
    def title(self) -> str:
        """The name made readable: ``annual-report_2018.txt`` is "annual report 2018"."""
        named = self.suffix and self.shown.lower().endswith(self.suffix)
        stem = self.shown[: -len(self.suffix)] if named else self.shown
        return _SEPARATORS.sub(" ", stem).strip() or self.shown or "Untitled"

    @property
    def charset(self) -> str | None:
        """The character set that the hint declares."""
        match = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", self.hint or "", re.IGNORECASE)
        return match[1] if match else None

    def decode(self) -> Decoded:
        """The text of a text file.

        Raises:
            SourceError: It isn't text.
        """
        decoded = decode(self.data, self.charset)
        if decoded is None:
            raise SourceError(f"{self.shown} is not text in any known encoding.", "Save it as UTF-8.")
        return decoded

    def inner(self, data: bytes, name: str, hint: str | None = None) -> "File":
        """A file found within this one, one level deeper, on the same budget."""
        budget = self.budget or Budget(self.limits.members, self.limits.unpacked_bytes)
        return replace(self, data=data, name=name, hint=hint, depth=self.depth + 1, budget=budget)


def shown_name(name: str) -> str:
    """A name fit to be shown: its last part only, on one line, not too long."""
    shown = one_line(name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]) or "The file"
    return shown if len(shown) <= _NAME_SHOWN else shown[: _NAME_SHOWN - 1] + "…"


Loader = Callable[[File], Parsed]
