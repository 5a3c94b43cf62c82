"""Declining: right where the sources don't answer, wrong where they do."""

from collections.abc import Sequence
from typing import NamedTuple

from evaluation.matching import facts_met, without_markers
from evaluation.questions import Question


def declined_rightly(question: Question, answer: str, refused: bool, strict: bool = False) -> bool | None:
    """Whether an unanswerable question is met as it should be; None for an answerable one.

    Strict: by declining. Lenient: by declining or, for a false premise, by saying the key facts that correct it.
    """
    if question.answerable:
        return None
    corrects = (
        question.type == "false-premise"
        and bool(question.key_facts)
        and all(facts_met(without_markers(answer), question.key_facts))
    )
    return refused or (corrects and not strict)


class Abstention(NamedTuple):
    """Declining as a classifier of unanswerable questions. None: nothing to divide by."""

    precision: float | None
    recall: float | None
    f1: float | None


def abstention(answerable: Sequence[bool], refused: Sequence[bool]) -> Abstention:
    """Precision: declined rightly of all declined. Recall: declined of all unanswerable. F1: their harmonic mean."""
    rightly = sum(no and not yes for yes, no in zip(answerable, refused, strict=True))
    declined, unanswerable = sum(refused), len(answerable) - sum(answerable)
    return Abstention(
        precision=rightly / declined if declined else None,
        recall=rightly / unanswerable if unanswerable else None,
        f1=2 * rightly / (declined + unanswerable) if declined + unanswerable else None,
    )
