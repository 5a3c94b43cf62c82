"""A question of a set, made from an answer of the chat: what it said and cited, prefilled for a person to edit."""

import hashlib
import re
from collections.abc import Sequence

from evaluation.matching import without_markers
from evaluation.questions import Question
from rag.schema import Answer, Turn

_NOT_WORD = re.compile(r"\W+")


def question_from_answer(answer: Answer, history: Sequence[Turn] = (), id: str | None = None) -> Question:
    """A test case that this very answer would pass.

    A refusal becomes an unanswerable question. The key facts are whole cited quotes: shorten them to the words
    that an answer can't do without.

    Args:
        answer: The complete answer.
        history: The turns before it.
        id: The question's id; by default made from its words, the same for the same question and history.
    """
    quotes = tuple(dict.fromkeys(citation.quote for citation in answer.citations))
    said = without_markers(answer.answer).strip()
    if answer.refused:
        kind = "follow-up" if history else "unanswerable"
        return Question(
            id=id or _id(answer, history),
            question=answer.question,
            answerable=False,
            answer=said or None,
            type=kind,
            history=tuple(history),
        )
    return Question(
        id=id or _id(answer, history),
        question=answer.question,
        answerable=True,
        answer=said or None,
        key_facts=tuple((quote,) for quote in quotes if quote in said),
        evidence=quotes,
        type="follow-up" if history else "fact",
        history=tuple(history),
        source=tuple(dict.fromkeys(citation.title for citation in answer.citations)),
    )


def _id(answer: Answer, history: Sequence[Turn]) -> str:
    words = _NOT_WORD.sub("-", answer.question.lower()).strip("-")[:40].rstrip("-")
    asked = "\n".join([*(turn.question for turn in history), answer.question])
    return f"{words or 'question'}-{hashlib.sha256(asked.encode()).hexdigest()[:6]}"
