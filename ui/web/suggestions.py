"""First questions, taken from the library itself: from question sets beside the sources, or from headings.

Only questions that the library answers are shown, so each is asked once before it is suggested.
"""

import json
import logging
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from rag.schema import Heading, Inquiry, Source

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

QUESTIONS = "questions.jsonl"
_SHORTEST, _LONGEST = 18, 90  # characters of a question that reads well on a card
_READ = 12  # sources whose headings are looked at
_TRIED = 4  # questions asked for each one shown, at most
_READS_WELL = re.compile(r"[A-Z].*\?")
_SAYS_LITTLE = re.compile(
    r"(?:contents?|introduction|summary|conclusions?|references|sources|notes?|appendix|abstract|overview|background|"
    r"about.*|see also|further reading|acknowledge?ments?|untitled|page \d+|chapter \d+|\d[\d.]*)",
    re.IGNORECASE,
)


class Suggestions:
    """The first questions of a library, made anew when it changes. Thread-safe."""

    def __init__(self, workspace: "Workspace", count: int = 4) -> None:
        self._workspace = workspace
        self._count = count
        self._making = threading.Lock()
        self._made: tuple[int, tuple[str, ...]] | None = None

    def get(self) -> tuple[str, ...]:
        """Questions the library answers; none while it is empty."""
        with self._making:
            revision = self._workspace.library.revision
            if self._made is None or self._made[0] != revision:
                self._made = (revision, tuple(self._answered()))
            return self._made[1]

    def _answered(self) -> Iterator[str]:
        found = candidates(self._workspace)
        left = self._count
        for question in _spread(found, _TRIED * self._count):
            if not left:
                return
            try:
                refused = self._workspace.ask(Inquiry(question=question)).refused
            except FootnoteError:
                return
            except Exception:  # whoever asks is told; the page opens without suggestions
                _log.exception("No questions can be suggested")
                return
            if not refused:
                left -= 1
                yield question


def candidates(workspace: "Workspace") -> list[str]:
    """Questions that may be suggested: those of people first, then those made of headings."""
    sources = workspace.library.sources()
    asked = list(dict.fromkeys(_from_question_sets(sources)))
    return asked or list(dict.fromkeys(_from_headings(workspace, sources)))


def _spread(questions: list[str], most: int) -> list[str]:
    """All of them or `most`, far ones first, so that the first few aren't all about one source."""
    stride = max(1, len(questions) // 4)
    ordered = [q for first in range(stride) for q in questions[first::stride]]
    return ordered[:most]


def _from_question_sets(sources: Iterable[Source]) -> Iterator[str]:
    """Answerable questions of the sets that lie beside sources."""
    for path in question_sets_beside(sources):
        try:
            lines = path.read_text("utf-8").splitlines()
        except (OSError, ValueError):
            continue
        for line in lines:
            question = _answerable(line)
            if question:
                yield question


def question_sets_beside(sources: Iterable[Source]) -> list[Path]:
    """The question sets that lie beside sources or one folder above them."""
    folders = {folder for source in sources for place in source.locations for folder in _folders(place)}
    return sorted(path for folder in folders if (path := folder / QUESTIONS).is_file())


def _folders(location: str) -> tuple[Path, ...]:
    path = Path(location)
    return (path.parent, path.parent.parent) if path.is_absolute() else ()


def _answerable(line: str) -> str | None:
    try:
        item = json.loads(line)
        wanted = item["answerable"] and not item.get("history")
        question = str(item["question"])
    except (ValueError, KeyError, TypeError):
        return None
    reads_well = _SHORTEST <= len(question) <= _LONGEST and _READS_WELL.fullmatch(question)
    return question if wanted and reads_well else None


def _from_headings(workspace: "Workspace", sources: Iterable[Source]) -> Iterator[str]:
    """A question for the first telling heading of each source, then for the second, and so on."""
    columns = []
    for source in list(sources)[:_READ]:
        headings = [h for h in workspace.library.text(source.id).headings if _tells(h, source.title)]
        columns.append([f"What do the sources say about {_named(h.title)}?" for h in headings])
    for row in range(max(map(len, columns), default=0)):
        yield from (column[row] for column in columns if row < len(column))


def _tells(heading: Heading, title: str) -> bool:
    words = heading.title.split()
    return 1 < len(words) <= 8 and heading.title != title and not _SAYS_LITTLE.fullmatch(heading.title)


def _named(heading: str) -> str:
    return "“" + re.sub(r"^\d[\d.]*\s+", "", heading).rstrip(".:?") + "”"
