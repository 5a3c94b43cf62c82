"""A small world for evaluations: two sources, questions about them, and answers that quote them."""

import json
from collections.abc import Callable

import pytest

from evaluation.evidence import Texts
from evaluation.questions import Question
from rag.schema import Answer, Citation, Passage, Statement

TEXTS = {
    "mill": "The mill was built in 1804. It ground rye and oats. A flood broke its wheel in 1911.",
    "well": "The well is nine metres deep. Nobody knows who dug it.",
}


@pytest.fixture
def texts() -> Texts:
    return Texts(TEXTS, {"mill": ["The mill", "mill.md"], "well": ["The well"]})


@pytest.fixture
def quote() -> Callable[..., Answer]:
    """Makes an answer out of verbatim quotes, each a statement with its citation and its passage."""

    def answer(*quotes: str, text: str | None = None, confidence: float = 0.8) -> Answer:
        citations, passages, statements = [], [], []
        for number, said in enumerate(quotes, 1):
            source = next(name for name, whole in TEXTS.items() if said in whole)
            start = TEXTS[source].index(said)
            place = {"source_id": source, "version": 1, "title": source, "start": start, "end": start + len(said)}
            citations.append(Citation(number=number, quote=said, passage=said, **place))
            passages.append(Passage(text=said, **place))
            statements.append(Statement(text=said, citations=(number,), support=1, supported=True))
        written = " ".join(f"{said} [{number}]" for number, said in enumerate(quotes, 1))
        return Answer(
            question="?",
            standalone_question="?",
            answer=written if text is None else text,
            confidence=confidence,
            citations=tuple(citations),
            passages=tuple(passages),
            statements=tuple(statements),
        )

    return answer


def ask_for(id: str = "q", **fields: object) -> Question:
    """A question about the mill, with some fields otherwise."""
    given = {
        "id": id,
        "question": "When was the mill built?",
        "answerable": True,
        "answer": "It was built in 1804.",
        "key_facts": [["1804"]],
        "evidence": ["The mill was built in 1804."],
        "type": "fact",
    }
    return Question.model_validate_json(json.dumps(given | fields))


@pytest.fixture
def question() -> Callable[..., Question]:
    return ask_for
