"""What every answerer does: passages in, a growing answer out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from rag.parts import Part
from rag.questioning import Call
from rag.retrieval import Retrieved
from rag.schema import Answer, Inquiry
from rag.whole.finding import Whole


@dataclass(frozen=True)
class Task:
    """A question ready to be answered.

    Attributes:
        inquiry: The question as asked, with its conversation.
        standalone: What it asks in full.
        retrieved: What was found for it.
        calls: What a chat model was asked until here.
        parts: The things that it asks, if they are several.
        whole: What it is answered from, if it asks about a source as a whole.
    """

    inquiry: Inquiry
    standalone: str
    retrieved: Retrieved
    calls: tuple[Call, ...] = ()
    parts: tuple[Part, ...] = ()
    whole: Whole | None = None


class Answerer(Protocol):
    """Writes an answer out of what was retrieved."""

    def stream(self, task: Task) -> Iterator[Answer]:
        """Growing snapshots of one answer, the last of them complete.

        The chain fills in what isn't the answerer's to know: timings, settings and library revision.
        """
        ...
