"""What a conversation on the page holds: exchanges, each a question and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.schema import Answer, Turn

KEPT = 100
"""Exchanges kept on a page; the oldest go first."""

TOLD = 10
"""Earlier turns a follow-up question is read with."""


@dataclass(frozen=True)
class Exchange:
    """A question with its answer so far, or the sentence that says why there is none.

    `history` is what it was asked with; `verdict` ("good" or "bad") and `reason` are what the asker said of it.
    """

    question: str
    answer: Answer | None = None
    error: str | None = None
    stopped: bool = False
    history: tuple[Turn, ...] = ()
    verdict: str | None = None
    reason: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether more of the answer is to come."""
        unfinished = self.answer is None or not self.answer.complete
        return unfinished and self.error is None and not self.stopped


Conversation = tuple[Exchange, ...]


def asked(conversation: Conversation, question: str) -> Conversation:
    """The conversation with a new question at its end."""
    return (*conversation, Exchange(question, history=turns(conversation)))[-KEPT:]


def last(conversation: Conversation, **changes: object) -> Conversation:
    """The conversation with its last exchange changed."""
    return (*conversation[:-1], replace(conversation[-1], **changes))  # type: ignore[arg-type]


def judged(conversation: Conversation, index: int, verdict: str, reason: str | None) -> Conversation:
    """The conversation with a verdict on one of its answers."""
    changed = replace(conversation[index], verdict=verdict, reason=reason)
    return (*conversation[:index], changed, *conversation[index + 1 :])


def turns(conversation: Sequence[Exchange]) -> tuple[Turn, ...]:
    """What was asked and answered, for a follow-up question."""
    done = [e for e in conversation if e.answer is not None]
    return tuple(Turn(question=e.question, answer=e.answer.answer if e.answer else "") for e in done[-TOLD:])
