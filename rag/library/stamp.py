"""How far the index has come: a small file beside it, away while a change is under way."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stamp:
    """The embedder an index was built with, the catalogue revision it has reached, and its dead weight.

    `removed` counts the vectors deleted since the index was last empty: HNSW marks them and never lets go.
    """

    embedder: str
    revision: int
    removed: int = 0


class DamagedIndexError(Exception):
    """Files of the index were cut, deleted or exchanged since it was stamped."""


class StampFile:
    """Keeps the stamp, with the sizes of the files it vouches for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "stamp.json"

    def read(self) -> Stamp | None:
        """The stamp, or None if there is none that can be read.

        Raises:
            DamagedIndexError: The index's files aren't those it was written for.
        """
        try:
            noted = json.loads(self._path.read_text())
            files = noted.pop("files")
            stamp = Stamp(**noted)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        if files != self._sizes():
            raise DamagedIndexError
        return stamp

    def write(self, stamp: Stamp) -> None:
        """Vouches for the files as they are now."""
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps({**asdict(stamp), "files": self._sizes()}))
        os.replace(partial, self._path)

    def remove(self) -> None:
        """Takes the stamp away, before a change, and notes when that was."""
        self._path.with_suffix(".begun").touch()
        self._path.unlink(missing_ok=True)

    def written_since(self, files: Iterable[Path]) -> bool:
        """Whether any of these files was written after the last change had begun."""
        try:
            begun = self._path.with_suffix(".begun").stat().st_mtime_ns
        except OSError:
            return False
        return any(file.is_file() and file.stat().st_mtime_ns >= begun for file in files)

    def _sizes(self) -> dict[str, int]:
        """By relative path. SQLite's side files come and go, as do locks."""
        passing = ("-wal", "-shm", "-journal", ".lock")
        return {
            str(path.relative_to(self._folder)): path.stat().st_size
            for path in self._folder.rglob("*")
            if path.is_file() and not path.name.startswith("stamp.") and not path.name.endswith(passing)
        }
