import pytest
from pydantic import ValidationError

from rag.schema import Answer, Citation, Passage, Scores, Statement

CITATION = Citation(number=1, source_id="s", version=2, title="T", start=3, end=7, quote="ship", passage="a ship")


def test_an_answer_goes_through_json_unchanged() -> None:
    answer = Answer(
        question="Why?",
        standalone_question="Why?",
        answer="Because. [1]",
        statements=(Statement(text="Because.", citations=(1,), support=0.9, supported=True),),
        citations=(CITATION,),
        passages=(
            Passage(source_id="s", version=2, title="T", start=0, end=6, text="a ship", scores=Scores(dense=0.5)),
        ),
        timings_ms={"total": 3.5},
    )
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_nouns_cannot_be_changed_or_given_unknown_fields() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        CITATION.number = 2  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        Statement(text="x", colour="red")  # type: ignore[call-arg]


def test_a_citation_is_found_by_its_number() -> None:
    answer = Answer(question="q", standalone_question="q", citations=(CITATION,))
    assert answer.citation(1) == CITATION
    assert answer.citation(2) is None


def test_a_later_snapshot_replaces_the_one_before() -> None:
    first = Answer(question="q", standalone_question="q", complete=False)
    last = first.model_copy(update={"answer": "done", "complete": True})
    assert first + last == last
