"""Our own questions about the starter library: sound, varied, and true to the documents they are about."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.matching import facts_met, polarity_of
from evaluation.questions import TYPES, Question, load_questions

SOURCES = Path(__file__).parents[2] / "sources"
FILE = SOURCES / "questions.jsonl"
DOCUMENTS = {
    path.name: path.read_text(encoding="utf-8").partition("\n---\n")[2]
    for path in [SOURCES / "digest.md", *sorted((SOURCES / "briefs").glob("*.md"))]
}
MARKUP = re.compile(r"\*\*|__|`|\]\(|\[\^|\n")


@pytest.fixture(scope="module")
def questions() -> tuple[Question, ...]:
    return load_questions(FILE).questions


def offenders(questions: tuple[Question, ...], wrong: Callable[[Question], object]) -> list[str]:
    return [question.id for question in questions if wrong(question)]


def rests_on_two_sources(question: Question) -> bool:
    """No single document's quotes say all that the answer must say."""
    return bool(question.key_facts) and not any(
        all(facts_met(" ".join(quote for quote in question.evidence if quote in text), question.key_facts))
        for text in DOCUMENTS.values()
    )


def test_every_line_is_a_question_and_none_has_a_mistake_or_a_warning(questions: tuple[Question, ...]) -> None:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert load_questions(FILE).problems == ()
    assert len(questions) == len(lines) >= 80


def test_ids_and_questions_are_not_repeated(questions: tuple[Question, ...]) -> None:
    asked = Counter((question.question.casefold(), question.history) for question in questions)
    assert len({question.id for question in questions}) == len(questions)
    assert asked.most_common(1)[0][1] == 1


def test_every_type_is_asked_and_a_quarter_cannot_be_answered(questions: tuple[Question, ...]) -> None:
    counts = Counter(question.type for question in questions)
    assert set(counts) == set(TYPES)
    assert min(counts.values()) >= 5
    assert sum(not question.answerable for question in questions) >= len(questions) / 4


def test_there_are_follow_ups_of_one_and_of_two_turns_and_some_cannot_be_answered(
    questions: tuple[Question, ...],
) -> None:
    follow_ups = [question for question in questions if question.type == "follow-up"]
    assert len(follow_ups) >= 6
    assert {len(question.history) for question in follow_ups} == {1, 2}
    assert {question.answerable for question in follow_ups} == {True, False}
    assert not [question.id for question in questions if question.history and question.type != "follow-up"]


def test_some_answers_need_two_documents(questions: tuple[Question, ...]) -> None:
    pairs = [question for question in questions if rests_on_two_sources(question)]
    assert len(pairs) >= 6
    assert offenders(tuple(pairs), lambda question: len(question.source) < 2) == []


def test_the_evidence_is_spread_over_all_documents(questions: tuple[Question, ...]) -> None:
    assert len(DOCUMENTS) == 13
    counts = Counter(name for question in questions for name in question.source)
    assert set(counts) == set(DOCUMENTS)
    assert min(counts.values()) >= 6


def test_every_quote_stands_exactly_once_in_a_source_that_is_named(questions: tuple[Question, ...]) -> None:
    def misplaced(question: Question) -> bool:
        named = [DOCUMENTS[name] for name in question.source]
        return any(sum(text.count(quote) for text in named) != 1 for quote in question.evidence)

    assert offenders(questions, misplaced) == []


def test_every_source_named_holds_a_quote(questions: tuple[Question, ...]) -> None:
    def idle(question: Question) -> bool:
        return any(not any(quote in DOCUMENTS[name] for quote in question.evidence) for name in question.source)

    assert offenders(questions, idle) == []


def test_quotes_are_plain_text_that_a_markdown_reader_leaves_as_it_is(questions: tuple[Question, ...]) -> None:
    assert offenders(questions, lambda question: any(MARKUP.search(quote) for quote in question.evidence)) == []


def test_the_evidence_says_every_key_fact(questions: tuple[Question, ...]) -> None:
    def unproved(question: Question) -> bool:
        return not all(facts_met(" ".join(question.evidence), question.key_facts))

    assert offenders(questions, unproved) == []


def test_what_can_be_answered_or_corrected_has_facts_and_evidence_and_the_rest_has_none(
    questions: tuple[Question, ...],
) -> None:
    def inconsistent(question: Question) -> bool:
        wanted = question.answerable or question.type == "false-premise"
        return {bool(question.key_facts), bool(question.evidence), bool(question.source)} != {wanted}

    assert offenders(questions, inconsistent) == []
    assert offenders(questions, lambda question: not question.answer) == []


def test_no_question_gives_its_own_answer_away(questions: tuple[Question, ...]) -> None:
    def leaks(question: Question) -> bool:
        return bool(question.key_facts) and all(facts_met(question.question, question.key_facts))

    assert offenders(questions, leaks) == []


def test_every_reference_answer_would_be_judged_right(questions: tuple[Question, ...]) -> None:
    assert offenders(questions, lambda question: not all(facts_met(question.answer or "", question.key_facts))) == []


def test_reference_answers_to_yes_no_questions_begin_with_yes_or_no(questions: tuple[Question, ...]) -> None:
    yes_no = tuple(question for question in questions if question.type == "yes-no")
    assert {polarity_of(question.answer or "") for question in yes_no} == {"yes", "no"}
