"""One process owns a library at a time; a second one is told who has it and how to talk to it."""

import json
import os
import sys
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryError, LibraryInUseError


class LibraryLock:
    """Held from opening to closing a library. The operating system lets go of it when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / "lock")
        self._owner = folder / "owner.json"
        try:
            self._lock.acquire(timeout=0)
            self.announce(None)
        except Timeout:
            raise LibraryInUseError(
                f"The library at {folder} is in use by {self._describe_owner()}.",
                "Stop that process, wait for it to end, or name another folder with --library.",
            ) from None
        except OSError as error:
            self._lock.release()
            raise LibraryError(
                f"The library at {folder} can't be locked: {error.strerror}.", "Check that the folder is writable."
            ) from error

    def announce(self, address: str | None) -> None:
        """Notes who holds the library, and under which address it can be asked."""
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        self._owner.write_text(json.dumps({"pid": os.getpid(), "command": command, "address": address}))

    def release(self) -> None:
        """Lets go of the library."""
        self._owner.unlink(missing_ok=True)
        self._lock.release()

    def _describe_owner(self) -> str:
        try:
            owner = json.loads(self._owner.read_text())
            name = f"'{owner['command']}' (process {owner['pid']})"
            return f"{name}, which answers at {owner['address']}" if owner["address"] else name
        except (OSError, ValueError, KeyError):
            return "another process"
