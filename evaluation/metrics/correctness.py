"""Whether an answer says what it must, by key facts and by polarity. No judge, only words."""

from evaluation.matching import facts_met, polarity_of, without_markers
from evaluation.questions import Question


def facts_share(question: Question, answer: str) -> float | None:
    """Share of the groups of key facts of which the answer says one alternative; None without key facts.

    For a list or a question of several parts this is the partial credit.
    """
    met = facts_met(without_markers(answer), question.key_facts)
    return sum(met) / len(met) if met else None


def polarity_right(question: Question, answer: str) -> bool | None:
    """Whether a yes-no answer's leading Yes or No is the reference's; None if either has none."""
    if question.type != "yes-no":
        return None
    said, wanted = polarity_of(without_markers(answer)), polarity_of(question.answer or "")
    return said == wanted if said and wanted else None


def answer_correct(question: Question, answer: str, refused: bool) -> bool | None:
    """Whether an answerable question is answered right; None where that can't be told.

    Right: it isn't declined, says one alternative of every group of key facts, and doesn't begin with the
    wrong one of Yes and No.
    """
    if not question.answerable or not question.key_facts:
        return None
    return not refused and polarity_right(question, answer) is not False and facts_share(question, answer) == 1
