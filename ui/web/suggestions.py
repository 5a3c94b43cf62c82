"""First questions, taken from the library itself: from question sets beside the sources, or from their sentences.

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
from rag.schema import Inquiry, Source
from rag.sentences import split_sentences

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

QUESTIONS = "questions.jsonl"
_SHORTEST, _LONGEST = 18, 90  # characters of a question that reads well on a card
_READ = 12  # sources that are looked at
_BEGINNING = 20_000  # characters of each
_TRIED = 4  # questions asked for each one shown, at most
_READS_WELL = re.compile(r"[A-Z].*\?")
_CLAUSE = (
    r"(?:is|are|was|were|that|who|whom|whose|which|when|where|while|because|if|says?|said|argues?|argued|calls?|called|finds?"
    r"|found|thinks?|thought|shows?|showed|notes?|noted|writes?|wrote|reports?|reported|claims?|claimed|believes?|believed)"
)
"""Words that no subject has: a clause begins with them."""
_SUBJECT = r"(?P<subject>(?:The |An? )?[A-Z0-9][\w'’-]*(?: (?!" + _CLAUSE + r"\b)[\w'’-]+){0,6})"
_DEFINED = re.compile(_SUBJECT + r" (?P<verb>is|are|was|were) (?:an?|the|one of) \w")
_MADE = re.compile(
    _SUBJECT + r" (?P<verb>was|were) (?P<done>built|founded|signed|finished|opened|created|established|launched|"
    r"written|published|born|formed|completed)\b[^.;]*\b(?:in|on)\b[^.;]*\b[12]\d{3}\b"
)
_NAME = r"[A-Z][\w'’-]*[a-z][\w'’-]*"
_OF_MANY = re.compile(r"[^\W\d_]+s['’]\s")  # "Officials' level": of whom is not said
_VAGUE = re.compile(r"(?:The|An?) [a-z][\w'’-]*")  # "An alternative", "The risk": of what is not said
_PERSON = re.compile(rf"(?!The |An? ){_NAME}(?: {_NAME}){{1,2}}")
_ONE_NAME = re.compile(_NAME)  # of a person, a place or a thing: there is no telling how to ask about it
POINTING = frozenset(
    "It This That These Those He She They There Here One We You I What Who Such All Both Another".split()
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
                refused = self._workspace.without_model.ask(Inquiry(question=question)).refused
            except FootnoteError:
                return
            except Exception:  # whoever asks is told; the page opens without suggestions
                _log.exception("No questions can be suggested")
                return
            if not refused:
                left -= 1
                yield question


def candidates(workspace: "Workspace") -> list[str]:
    """Questions that may be suggested: those that people wrote, or else those made of the sources' sentences."""
    sources = workspace.library.sources()
    asked = list(dict.fromkeys(_from_question_sets(sources)))
    return asked or list(dict.fromkeys(_from_texts(workspace, sources)))


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


def _from_texts(workspace: "Workspace", sources: Iterable[Source]) -> Iterator[str]:
    """A question for the first telling sentence of each source, then for the second, and so on."""
    columns = []
    for source in list(sources)[:_READ]:
        text = workspace.library.text(source.id).text[:_BEGINNING]
        found = (question_from(text[start:end]) for start, end in split_sentences(text))
        columns.append(list(dict.fromkeys(question for question in found if question)))
    for row in range(max(map(len, columns), default=0)):
        yield from (column[row] for column in columns if row < len(column))


def question_from(sentence: str) -> str | None:
    """The question that a sentence of a plain form answers: what something is, who someone was, when it was made."""
    sentence = " ".join(sentence.split())
    made = _MADE.match(sentence)
    if made:
        return f"When {made['verb']} {_inside(made['subject'])} {made['done']}?"
    defined = _DEFINED.match(sentence)
    if not defined or defined["subject"].split()[0] in POINTING or _ONE_NAME.fullmatch(defined["subject"]):
        return None
    if _OF_MANY.match(defined["subject"]) or _VAGUE.fullmatch(defined["subject"]):
        return None
    asking = "Who" if _PERSON.fullmatch(defined["subject"]) else "What"
    return f"{asking} {defined['verb']} {_inside(defined['subject'])}?"


def _inside(subject: str) -> str:
    """A subject as it stands within a sentence."""
    article, _, rest = subject.partition(" ")
    return f"{article.lower()} {rest}" if article in ("The", "A", "An") else subject
