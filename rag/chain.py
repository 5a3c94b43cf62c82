"""The way of a question: inquiry -> standalone question -> passages -> a growing answer, as a LangChain runnable."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda

from rag.answering.answerer import Answerer, Task
from rag.errors import QuestionError
from rag.library.library import Library
from rag.questioning import Wording, worded_by_rules
from rag.retrieval import HybridRetriever, Retrieved
from rag.schema import Answer, Inquiry
from rag.settings import Settings
from rag.whole.finding import Whole, whole_source

LONGEST_QUESTION = 4_000
"""Characters in a question, at most. People ask in 20 words; longer texts are pasted by mistake."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class _Asked:
    """A question on its way, as it was asked and as it is read, with the time each step took, in milliseconds."""

    question: str
    task: Task
    began: float
    revision: int
    timings: dict[str, float] = field(default_factory=dict)


def build_chain(
    library: Library,
    retriever: HybridRetriever,
    answerer: Answerer,
    settings: Settings,
    wording: Wording = worded_by_rules,
) -> Runnable[Inquiry, Answer]:
    """A runnable from inquiries to answers. `invoke` gives the answer, `stream` growing snapshots of it.

    Raises:
        QuestionError: (when run) The question is empty or far too long.
    """
    fingerprint = settings.fingerprint()

    def retrieve(inquiry: Inquiry) -> _Asked:
        began = time.perf_counter()
        inquiry = checked(inquiry)
        revision = library.revision
        if whole := whole_source(inquiry, retriever):
            task = Task(inquiry, inquiry.question, _telling(whole, inquiry, retriever), whole=whole)
            return _Asked(inquiry.question, task, began, revision, {"condense": 0.0, "retrieve": _ms(began)})
        asked, read = inquiry.question, retriever.as_read(inquiry.question)
        inquiry = inquiry.model_copy(update={"question": read})
        worded = wording(inquiry)
        condensed = time.perf_counter()
        found = retriever.retrieve(worded.ways, inquiry.sources, [part.standalone for part in worded.parts])
        task = Task(inquiry, worded.standalone, found, worded.calls, worded.parts)
        timings = {"condense": _ms(began, condensed), "retrieve": _ms(condensed)}
        return _Asked(asked, task, began, revision, timings)

    def answer(inputs: Iterator[_Asked]) -> Iterator[Answer]:
        for asked in inputs:
            began = time.perf_counter()
            for snapshot in answerer.stream(asked.task):
                timings = {**asked.timings, "answer": _ms(began), "total": _ms(asked.began)}
                yield snapshot.model_copy(
                    update={
                        "question": asked.question,
                        "notes": (*_reading(asked), *snapshot.notes),
                        "timings_ms": timings,
                        "settings_fingerprint": fingerprint,
                        "library_revision": asked.revision,
                    }
                )

    return RunnableLambda(retrieve) | RunnableGenerator(answer)


def _telling(whole: Whole, inquiry: Inquiry, retriever: HybridRetriever) -> Retrieved:
    """The passages that tell of a source, or else those that come closest to the question."""
    if whole.places:
        return retriever.holding(inquiry.question, [(p.version, p.start, p.end) for p in whole.places])
    if whole.instead:
        return Retrieved((), (), {}, np.empty((0, 0), np.float32))
    return retriever.retrieve([inquiry.question], inquiry.sources)


def checked(inquiry: Inquiry) -> Inquiry:
    """The inquiry with control characters taken out of its question.

    Raises:
        QuestionError: The question is empty or far too long.
    """
    question = _CONTROL.sub(" ", inquiry.question).strip()
    if not question:
        raise QuestionError("The question is empty.", "Ask something about the sources.")
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are read.",
            "Ask in a sentence or two, and add long texts as sources.",
        )
    return inquiry.model_copy(update={"question": question})


def _reading(asked: _Asked) -> tuple[str, ...]:
    """What is said of a question whose spelling was mended."""
    read = asked.task.inquiry.question
    return (f"Read as: {read}",) if read != asked.question else ()


def _ms(began: float, until: float | None = None) -> float:
    return round(((until or time.perf_counter()) - began) * 1000, 1)
