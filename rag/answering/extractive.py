"""Answers with the sources' own sentences, verbatim, each with its footnote. Needs no chat model."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from rag.answering.answerer import Task
from rag.answering.candidates import Candidate, candidates
from rag.answering.disagreement import with_disagreement
from rag.answering.emphasis import emphasis
from rag.answering.ordering import in_order
from rag.answering.precision import least_confidence
from rag.answering.premises import correction
from rag.answering.referents import Shown, with_what_they_lean_on
from rag.answering.refusal import OTHERWISE, REFUSAL, refusal
from rag.answering.selection import Choice, choose, telling
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.models.reader import load_reader
from rag.retrieval import Hit, Retrieved
from rag.schema import Answer, Citation, Statement
from rag.settings import AnsweringSettings

MODEL = "extractive"

_BULLET = re.compile(r"^[-*•]\s+")
"""What marks the item of a list; it stays in the quote."""


class ExtractiveAnswerer:
    """Chooses the sentences that answer, in reading order; declines when it isn't confident enough."""

    def __init__(self, library: Library, embedder: Embedder, settings: AnsweringSettings) -> None:
        self._library = library
        self._embedder = embedder
        self._settings = settings
        self._least = least_confidence(settings)

    def stream(self, task: Task) -> Iterator[Answer]:
        """One snapshot a sentence, the last of them complete; or a refusal."""
        sentences = candidates(task.retrieved, self._library.cache, self._embedder.fingerprint)
        choice = telling(task.whole, sentences) if task.whole else self._chosen(task, sentences)
        corrected = None if task.whole else correction(task, sentences)
        if not corrected and (not choice.sentences or choice.confidence < self._least):
            yield refusal(task, choice.confidence, MODEL)
            return
        shown = _arranged(task, choice.sentences, sentences, corrected)
        shown, notes = (
            (shown, task.whole.notes) if task.whole else with_disagreement(task.inquiry.question, shown, sentences)
        )
        notes += tuple(f"{REFUSAL[:-1]}: “{part}”" for part in choice.unanswered)
        answer = Answer(
            question=task.inquiry.question,
            standalone_question=task.standalone,
            contradicts_premise=corrected is not None,
            confidence=choice.confidence,
            passages=task.retrieved.passages,
            model=MODEL,
        )
        for count in range(1, len(shown) + 1):
            whole = {"complete": count == len(shown), "notes": notes if count == len(shown) else ()}
            yield _said(answer, task, shown[:count]).model_copy(update=whole)

    def _chosen(self, task: Task, sentences: Sequence[Candidate]) -> Choice:
        reader = load_reader() if self._settings.scorer == "reader" else None
        return choose(task, sentences, self._library.index, self._settings.max_sentences, self._least, reader)


def _said(answer: Answer, task: Task, shown: Sequence[Shown]) -> Answer:
    """The answer with as much as is shown so far."""
    statements = [_statement(task, s, number) for number, one in enumerate(shown, start=1) for s in one.sentences]
    lead = [OTHERWISE] if answer.contradicts_premise else []
    return answer.model_copy(
        update={
            "answer": " ".join([*lead, *(f"{said.text} [{said.citations[0]}]" for said in statements)]),
            "statements": tuple(statements),
            "citations": tuple(citation(number, one, task.retrieved) for number, one in enumerate(shown, start=1)),
        }
    )


def _arranged(
    task: Task, chosen: Sequence[Candidate], read: Sequence[Candidate], corrected: Candidate | None
) -> list[Shown]:
    """The chosen sentences in the order they are shown, with those that they lean on; a correction leads."""
    chosen = [s for s in chosen if corrected is None or (s.version, s.start) != (corrected.version, corrected.start)]
    strengths = [float((task.retrieved.vectors @ s.vector).max()) for s in chosen]
    order = in_order(task.inquiry.question, chosen, strengths)
    chosen, strengths = [chosen[i] for i in order], [strengths[i] for i in order]
    if corrected:
        chosen, strengths = [corrected, *chosen], [np.inf, *strengths]
    return with_what_they_lean_on(chosen, strengths, read, task.retrieved)


def _statement(task: Task, sentence: Candidate, number: int) -> Statement:
    text = _BULLET.sub("", " ".join(sentence.text.split()))
    # A sentence quoted word for word is supported by what it quotes, by construction.
    return Statement(
        text=text,
        citations=(number,),
        support=1.0,
        supported=True,
        emphasis=emphasis(_answered_by(sentence, task), text),
    )


def _answered_by(sentence: Candidate, task: Task) -> str:
    """What a sentence answers: the question, or of one that asks several things the part that it is nearest to."""
    if not task.parts:
        return task.inquiry.question
    nearest = max(
        range(len(task.parts)), key=lambda i: float((np.atleast_2d(task.retrieved.parts[i]) @ sentence.vector).max())
    )
    return task.parts[nearest].standalone


def citation(number: int, shown: Shown, retrieved: Retrieved) -> Citation:
    """The footnote of what is shown: its words and where they stand."""
    first, last = shown.sentences[0], shown.sentences[-1]
    hit: Hit = retrieved.hits[last.hit]
    source = retrieved.texts[last.version]
    passage = next(
        (p for p in retrieved.passages if p.version == last.version and p.start <= first.start and last.end <= p.end),
        None,
    )
    return Citation(
        number=number,
        source_id=source.source_id,
        version=last.version,
        title=source.title,
        url=source.url,
        page=hit.chunk.page,
        heading=hit.chunk.heading,
        start=first.start,
        end=last.end,
        quote=source.text[first.start : last.end],
        passage=passage.text if passage else hit.text,
    )
