import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.errors import QuestionSetError
from evaluation.from_chat import question_from_answer
from evaluation.question_writing import TEMPLATE, append_question, write_questions
from evaluation.questions import Question, load_questions
from rag.schema import Answer, Turn

NASTY = Question(
    id="=1+1",
    question='@SUM("a";1)\nwith "quotes", commas; and a second line',
    answerable=True,
    answer="-5 degrees",
    key_facts=(("a | b", "=c"), ("+49",)),
    evidence=("line one\nline two", "'already quoted"),
    type="follow-up",
    history=(Turn(question="Q: what?", answer="A: that"),),
    source=("mill.md",),
)


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".yaml", ".yml"])
def test_a_set_is_read_back_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    write_questions(tmp_path / f"set{suffix}", [NASTY, *TEMPLATE])
    assert load_questions(tmp_path / f"set{suffix}").questions == (NASTY, *TEMPLATE)


def test_no_cell_of_a_csv_is_a_formula(tmp_path: Path) -> None:
    write_questions(tmp_path / "set.csv", [NASTY])
    with (tmp_path / "set.csv").open(newline="", encoding="utf-8") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_template_has_no_problems(tmp_path: Path) -> None:
    write_questions(tmp_path / "t.jsonl", TEMPLATE)
    assert load_questions(tmp_path / "t.jsonl").problems == ()


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".yaml"])
def test_questions_are_added_one_by_one_and_an_id_only_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / "deep" / f"set{suffix}"
    for question in TEMPLATE:
        append_question(path, question)
    assert load_questions(path).questions == TEMPLATE
    with pytest.raises(QuestionSetError, match="is taken by line"):
        append_question(path, TEMPLATE[0])


def test_adding_leaves_the_lines_before_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id":"a",  "question":"Why?","answerable":false}', "utf-8")
    append_question(path, TEMPLATE[0])
    assert path.read_text("utf-8").splitlines()[0] == '{"id":"a",  "question":"Why?","answerable":false}'
    assert [question.id for question in load_questions(path).questions] == ["a", TEMPLATE[0].id]


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"\.docx"):
        write_questions(tmp_path / "set.docx", TEMPLATE)


def test_an_answer_becomes_a_test_case_that_it_would_pass(quote: Callable[..., Answer]) -> None:
    answer = quote("It ground rye and oats.", "The mill was built in 1804.")
    case = question_from_answer(answer.model_copy(update={"question": "What did the mill do?"}))
    assert case.evidence == ("It ground rye and oats.", "The mill was built in 1804.")
    assert case.answer == "It ground rye and oats. The mill was built in 1804."
    assert (case.type, case.answerable, case.source) == ("fact", True, ("mill",))
    assert case.id.startswith("what-did-the-mill-do-")


def test_a_refusal_becomes_an_unanswerable_test_case_and_history_a_follow_up() -> None:
    refusal = Answer(question="Who dug it?", standalone_question="Who dug the well?", answer="Not said.", refused=True)
    assert question_from_answer(refusal).answerable is False
    case = question_from_answer(refusal, [Turn(question="How deep is the well?", answer="Nine metres.")])
    assert (case.type, case.history[0].answer) == ("follow-up", "Nine metres.")
    assert case.id != question_from_answer(refusal).id


@pytest.mark.parametrize("refused", [True, False])
def test_a_test_case_from_the_chat_is_a_valid_question(
    tmp_path: Path, quote: Callable[..., Answer], refused: bool
) -> None:
    answer = quote("It ground rye and oats.").model_copy(update={"question": "What did it grind?", "refused": refused})
    append_question(tmp_path / "set.jsonl", question_from_answer(answer))
    assert load_questions(tmp_path / "set.jsonl").problems == ()
