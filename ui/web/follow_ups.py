"""Questions to go on with after an answer, made of what stands near the words it cites.

Each is asked on the side before it is shown, without a chat model: only what the library answers, and with words
that the conversation hasn't shown yet, is suggested.
"""

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.errors import FootnoteError
from rag.library.conversations import KeptExchange
from rag.schema import Answer, Inquiry, SourceText
from rag.sentences import split_sentences
from ui.web.suggestions import question_from

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

_SHOWN = 3
_TRIED = 8  # questions asked to find them
_NEAR = 3_000  # characters on either side of a quote that are read
_LONGEST = 90  # characters of a question that reads well
_HELD = 100
_HEADING = re.compile(r"[^\W\d_]\w*(?:[ -][\w'’]+){1,6}")
_NO_SUBJECT = re.compile(
    r"(?i)\b(?:introduction|contents|conclusions?|references|appendix|chapter|notes|summary|overview)\b"
)


class FollowUps:
    """Makes follow-up questions and holds the latest ones. Thread-safe."""

    def __init__(self, workspace: "Workspace") -> None:
        self._workspace = workspace
        self._making = threading.Lock()
        self._held: OrderedDict[tuple[str, int], tuple[str, ...]] = OrderedDict()

    def of(self, answer_id: str) -> tuple[str, ...]:
        """Two or three questions to ask after a kept answer; none if nothing near it makes a good one."""
        with self._making:
            key = (answer_id, self._workspace.library.revision)
            if key not in self._held:
                try:
                    self._held[key] = tuple(self._answered(answer_id))
                except FootnoteError:
                    return ()
                except Exception:  # the answer is there; what comes after it is a kindness
                    _log.exception("No questions can be suggested to go on with")
                    return ()
                while len(self._held) > _HELD:
                    self._held.popitem(last=False)
            return self._held[key]

    def _answered(self, answer_id: str) -> Iterator[str]:
        kept = self._workspace.library.conversations
        exchange = kept.exchange(answer_id)
        if exchange is None or exchange.answer is None:
            return
        so_far = kept.exchanges(exchange.conversation_id)
        asked = {_plain(one.question) for one in so_far}
        shown = {quote for one in so_far if one.answer for quote in _quotes(one.answer)}
        left = _SHOWN
        for tried, question in enumerate(self._candidates(exchange)):
            if not left or tried == _TRIED:
                return
            if _plain(question) in asked:
                continue
            answer = self._workspace.without_model.ask(Inquiry(question=question))
            quotes = _quotes(answer)
            if not answer.refused and not quotes <= shown:
                left -= 1
                shown |= quotes
                yield question

    def _candidates(self, exchange: KeptExchange) -> Iterator[str]:
        """Questions made of sentences, the nearest to the quotes first, then of headings."""
        answer = exchange.answer
        if answer is None:
            return
        places: dict[str, tuple[SourceText, int]] = {}
        for source_id, words in [(c.source_id, c.quote) for c in answer.citations] + [
            (p.source_id, p.text) for p in answer.passages
        ]:
            if source_id not in places and self._workspace.library.catalogue.source(source_id):
                text = self._workspace.library.text(source_id)
                at = text.text.find(words)
                if at >= 0:
                    places[source_id] = (text, at)
        seen: set[str] = set()
        for make in (_from_sentences, _from_headings):
            for text, at in places.values():
                for question in make(text, at):
                    if len(question) <= _LONGEST and question not in seen:
                        seen.add(question)
                        yield question


def _from_sentences(source: SourceText, at: int) -> Iterator[str]:
    begin = max(0, at - _NEAR)
    near = source.text[begin : at + _NEAR]
    spans = sorted(split_sentences(near), key=lambda span: abs(begin + span[0] - at))
    yield from (question for start, end in spans if (question := question_from(near[start:end])))


def _from_headings(source: SourceText, at: int) -> Iterator[str]:
    for heading in sorted(source.headings, key=lambda heading: abs(heading.start - at)):
        title = " ".join(heading.title.split())
        if title.endswith("?"):
            yield title
        elif title != source.title and _HEADING.fullmatch(title) and not _NO_SUBJECT.search(title):
            subject = title[0].lower() + title[1:] if title.startswith(("The ", "A ", "An ")) else title
            yield f"What is known of {subject}?"


def _quotes(answer: Answer) -> set[str]:
    return {cited.quote for cited in answer.citations}


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))
