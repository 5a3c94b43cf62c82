"""The files that pages are drawn from, kept beside the catalogue by the hash of what they hold.

A file is written before its version is committed, and goes when no version has its content any more; whatever a killed
process left behind is swept away when the library is opened.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from rag.errors import LibraryError

_PARTIAL = ".partial"


class Originals:
    """One folder of originals."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content_hash: str, data: bytes) -> None:
        """Stores an original.

        Raises:
            LibraryError: It can't be written.
        """
        path = self.path(content_hash)
        partial = path.with_suffix(_PARTIAL)
        try:
            self._folder.mkdir(exist_ok=True)
            partial.write_bytes(data)
            os.replace(partial, path)
        except OSError as error:
            raise LibraryError(
                f"The original of a source can't be kept at {path}: {error.strerror or error}.",
                "Make room on the disk, or set ingest.keep_originals to false.",
            ) from error

    def has(self, content_hash: str) -> bool:
        """Whether the original with this content is kept."""
        return self.path(content_hash).is_file()

    def read(self, content_hash: str) -> bytes | None:
        """An original, or None if it isn't kept."""
        try:
            return self.path(content_hash).read_bytes()
        except OSError:
            return None

    @property
    def any(self) -> bool:
        """Whether any original is kept."""
        return self._folder.is_dir() and next(self._folder.iterdir(), None) is not None

    def left_over(self, wanted: Iterable[str]) -> list[Path]:
        """The files that belong to none of these contents."""
        if not self._folder.is_dir():
            return []
        kept = {self.path(content_hash) for content_hash in wanted}
        return sorted(path for path in self._folder.iterdir() if path not in kept)

    def sweep(self, wanted: Iterable[str]) -> None:
        """Removes the files that belong to none of these contents."""
        for path in self.left_over(wanted):
            path.unlink(missing_ok=True)

    def path(self, content_hash: str) -> Path:
        """Where the original with this content is kept, if it is."""
        return self._folder / f"{content_hash}.pdf"
