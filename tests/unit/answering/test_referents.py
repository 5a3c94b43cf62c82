"""Sentences that point back, and the order of a yes/no answer."""

import numpy as np
import pytest

from rag.answering.candidates import Candidate
from rag.answering.ordering import asks_yes_or_no, in_order
from rag.answering.referents import LONGEST, leans, with_what_they_lean_on
from rag.retrieval import Retrieved
from rag.schema import Passage, SourceText
from rag.sentences import split_sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "He signed it in March.",
        "But they refused to pay.",
        "This made the crossing shorter.",
        "These cost twice as much.",
        "Its roof is to be replaced.",
        "The latter was never built.",
        "The former was torn down.",
        "In 1974, it was rebuilt.",
        "Both were lost in the storm.",
        "Such ships are rare.",
        "It was dug in 1908 by a firm which needed a quay.",
        "It was designed to last.",
    ],
)
def test_a_subject_that_points_back_is_seen(sentence: str) -> None:
    assert leans(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It is true that the pier leaks.",
        "It is not yet clear whether the pier leaks.",
        "It was hard to cross.",
        "It was not until 1974 that it was rebuilt.",
        "It is believed that the pier leaks.",
        "It takes two hours to cross.",
        "This year the pier is closed.",
        "Those who live there travel free.",
        "Those islanders who own a boat pay nothing.",
        "Such as it is, the pier holds.",
        "The former county treasurer opposed it.",
        "Both Mora and Reedy voted.",
        "After Mora left, she was missed.",
        "The pier lost its roof, and this was costly.",
        "That is to say, nothing was done.",
    ],
)
def test_one_that_does_not_is_left_alone(sentence: str) -> None:
    assert not leans(sentence)


def read(text: str) -> tuple[list[Candidate], Retrieved]:
    """A text as retrieved in one passage."""
    vector = np.zeros(2, np.float32)
    sentences = [Candidate(1, a, b, text[a:b], vector, 0) for a, b in split_sentences(text)]
    source = SourceText(source_id="s", version=1, title="t", text=text)
    passage = Passage(source_id="s", version=1, title="t", start=0, end=len(text), text=text)
    return sentences, Retrieved((), (passage,), {1: source}, np.zeros((1, 2), np.float32))


def test_the_sentence_before_comes_along() -> None:
    sentences, retrieved = read("Mora commands the ferry. She asked for another. Nothing came of it.")
    [shown] = with_what_they_lean_on(sentences[1:2], [1.0], sentences, retrieved)
    assert [s.text for s in shown.sentences] == ["Mora commands the ferry.", "She asked for another."]


@pytest.mark.parametrize(
    "text",
    [
        "Mora commands the ferry.\n\nShe asked for another.",  # another paragraph
        "They came. She asked for another.",  # the one before says no more
        f"Mora {'very ' * 60}often commands the ferry. She asked for another.",  # too long
    ],
)
def test_it_stays_where_it_would_not_help(text: str) -> None:
    sentences, retrieved = read(text)
    [shown] = with_what_they_lean_on(sentences[1:], [1.0], sentences, retrieved)
    assert [s.text for s in shown.sentences] == ["She asked for another."]


def test_nothing_comes_along_that_is_shown_anyway() -> None:
    sentences, retrieved = read("Mora commands the ferry. She asked for another.")
    assert [len(one.sentences) for one in with_what_they_lean_on(sentences, [1, 2], sentences, retrieved)] == [1, 1]


def test_a_weaker_sentence_makes_room_and_a_stronger_one_does_not() -> None:
    long = f"A pier {'of stone ' * 45}stands there."
    sentences, retrieved = read(f"{long} Mora commands the ferry. She asked for another.")
    assert len(long) < LONGEST < sum(len(s.text) for s in sentences)
    chosen = [sentences[0], sentences[2]]
    told = with_what_they_lean_on(chosen, [0.1, 0.9], sentences, retrieved)
    assert [[s.text for s in one.sentences] for one in told] == [["Mora commands the ferry.", "She asked for another."]]
    kept = with_what_they_lean_on(chosen, [0.9, 0.1], sentences, retrieved)
    assert [[s.text for s in one.sentences] for one in kept] == [[long], ["She asked for another."]]


def test_the_evidence_leads_in_answer_to_a_yes_no_question() -> None:
    sentences, _ = read("The pier is old. The pier leaks. The pier is long.")
    assert in_order("Does the pier leak?", sentences, [0.2, 0.9, 0.3]) == [1, 0, 2]
    assert in_order("Why does the pier leak?", sentences, [0.2, 0.9, 0.3]) == [0, 1, 2]


def test_but_not_before_the_sentence_it_points_to() -> None:
    sentences, _ = read("The pier is old. It leaks.")
    assert in_order("Does the pier leak?", sentences, [0.2, 0.9]) == [0, 1]


@pytest.mark.parametrize("question", ["Is it open?", "and did they pay?", "Didn't he sign?", "Can one swim?"])
def test_yes_no_questions_are_told(question: str) -> None:
    assert asks_yes_or_no(question)


@pytest.mark.parametrize("question", ["Isthmus?", "What is open?", "When did they pay?", "Why can't one swim?"])
def test_from_others(question: str) -> None:
    assert not asks_yes_or_no(question)
