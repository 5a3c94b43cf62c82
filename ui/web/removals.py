"""Removed sources, for as long as their removal can be undone: in memory only, and only for some minutes."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.errors import FootnoteError, SourceError
from rag.library.taken import Taken

if TYPE_CHECKING:
    from ui.workspace import Workspace

SECONDS = 600
_MOST = 5


class Removals:
    """Removes sources and undoes that. Thread-safe."""

    def __init__(self, workspace: "Workspace", seconds: float = SECONDS) -> None:
        self._workspace = workspace
        self._seconds = seconds
        self._held: OrderedDict[str, list[Taken]] = OrderedDict()
        self._holding = threading.Lock()

    def remove(self, source_ids: Sequence[str]) -> tuple[str, list[str]]:
        """Removes sources; returns what names this removal to `undo`, and their titles.

        Raises:
            SourceError: One of them isn't there.
        """
        for source_id in source_ids:
            self._workspace.library.source(source_id)
        taken = [self._workspace.take(source_id) for source_id in source_ids]
        token = secrets.token_urlsafe(12)
        with self._holding:
            self._held[token] = taken
            while len(self._held) > _MOST:
                self._held.popitem(last=False)
        forget = threading.Timer(self._seconds, self._forget, [token])
        forget.daemon = True
        forget.start()
        return token, [source.title for source in taken]

    def undo(self, token: str) -> list[str]:
        """Puts the sources of a removal back; returns their titles.

        Raises:
            SourceError: It is too late, or they were added again meanwhile.
        """
        with self._holding:
            taken = self._held.pop(token, None)
        if taken is None:
            raise SourceError("This removal can't be undone any more.", "Add the source again.")
        problems = []
        for source in taken:
            try:
                self._workspace.put_back(source)
            except FootnoteError as error:  # the others come back all the same
                problems.append(error)
        if problems:
            raise problems[0]
        return [source.title for source in taken]

    def _forget(self, token: str) -> None:
        with self._holding:
            self._held.pop(token, None)
