"""What a conversation on the page holds: exchanges, each a question and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.library.conversations import KeptExchange
from rag.schema import Answer, Turn

SHOWN = 100
"""Exchanges shown of a conversation, the latest ones; all are kept."""

TOLD = 10
"""Earlier turns a follow-up question is read with."""


@dataclass(frozen=True)
class Exchange:
    """A question with its answer so far, or the sentence that says why there is none.

    `id` and `conversation_id` are those it is kept under, if it is; `history` is what it was asked with; `verdict`
    ("good" or "bad") and `reason` are what the asker said of it.
    """

    question: str
    id: str | None = None
    conversation_id: str | None = None
    answer: Answer | None = None
    error: str | None = None
    stopped: bool = False
    history: tuple[Turn, ...] = ()
    verdict: str | None = None
    reason: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether more of the answer is to come."""
        return not self.whole and self.error is None and not self.stopped

    @property
    def whole(self) -> bool:
        """Whether it has all of its answer."""
        return self.answer is not None and self.answer.complete


Conversation = tuple[Exchange, ...]


def restored(kept: Sequence[KeptExchange]) -> Conversation:
    """A conversation as it was kept; a question without an answer counts as stopped."""
    conversation: Conversation = ()
    for one in kept:
        exchange = Exchange(
            question=one.question,
            id=one.id,
            conversation_id=one.conversation_id,
            answer=one.answer,
            stopped=one.answer is None,
            history=turns(conversation),
            verdict=one.verdict,
            reason=one.reason,
        )
        conversation = (*conversation, exchange)
    return conversation[-SHOWN:]


def id_of(conversation: Conversation) -> str | None:
    """The id a conversation is kept under, if it is."""
    return next((e.conversation_id for e in reversed(conversation) if e.conversation_id), None)


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
