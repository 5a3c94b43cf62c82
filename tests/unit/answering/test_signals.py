"""The signals and the fitted scorer, on small texts of our own."""

import math

import numpy as np
import pytest

from rag.answering.nearness import load_nearness
from rag.answering.scorer import load_scorer
from rag.answering.signals import Query, Reading, Words, question_signals, sentence_signals

STOP = {"the", "a", "of", "in", "is", "was", "to", "and", "at", "it", "for"}


def stems(text: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [word.removesuffix("s") for word in words if word not in STOP]


WORDS = Words(stems, lambda stem: 3.0)


def unit(*values: float) -> np.ndarray:
    vector = np.array(values, np.float32)
    return vector / np.linalg.norm(vector)


def reading(sentences: list[str], cosines: list[float], header: str = "", **scores: float) -> Reading:
    vectors = np.stack([unit(c, math.sqrt(1 - c * c)) for c in cosines])
    return Reading(header, sentences, vectors, **{"dense": 0.5, "fused": 0.8, **scores})


def query(text: str) -> Query:
    return Query(text, unit(1, 0), WORDS, lambda stem: 3.0, load_nearness())


def row(text: str, sentence: str, header: str = "") -> dict[str, float]:
    signals = sentence_signals(query(text), [reading([sentence], [0.5], header)])
    return dict(zip(signals.names, signals.rows[0], strict=True))


def test_a_sentence_that_has_the_words_of_the_question_is_covered_in_full() -> None:
    assert (
        row("When was the harbour of Varna built?", "The harbour of Varna was built in 1906.")["coverage_with_header"]
        == 1
    )


def test_words_in_the_header_count_as_said() -> None:
    without = row("When was the harbour of Varna built?", "It was built in 1906.")
    with_header = row(
        "When was the harbour of Varna built?", "It was built in 1906.", header="The harbour of Varna\n\n"
    )
    assert without["coverage_with_header"] < 0.5 < with_header["coverage_with_header"] == 1


def test_a_synonym_is_nearer_than_an_unrelated_word() -> None:
    synonym = row("Who founded the bank?", "The bank was established by two brothers.")
    unrelated = row("Who founded the bank?", "The bank was painted by two brothers.")
    assert synonym["coverage_with_header"] == unrelated["coverage_with_header"]
    assert synonym["near"] > unrelated["near"]


@pytest.mark.parametrize(
    ("question", "tells", "silent"),
    [
        ("When did the talks end?", "The talks ended in May 1994.", "The talks ended without a deal."),
        ("How many ships were sold?", "Forty ships were sold.", "All of the ships were sold."),
        ("Why did the price fall?", "The price fell because demand was weak.", "The price fell and fell."),
        ("Who led the party?", "The party was led by Maria Ortega.", "The party was led by a teacher."),
    ],
)
def test_the_kind_of_thing_asked_for_is_found_where_it_stands(question: str, tells: str, silent: str) -> None:
    assert row(question, tells)["kind_found"] == 1
    assert row(question, silent)["kind_found"] == 0


def test_text_without_capitals_says_nothing_about_names() -> None:
    assert row("Who led the party?", "the party was led by maria ortega.")["kind_found"] == 0.5


def test_a_number_of_the_question_that_is_missing_is_noticed() -> None:
    assert row("What happened in 1998?", "In 1997 the firm was sold.")["numbers_missing"] == 1


def test_a_negation_on_one_side_is_noticed() -> None:
    assert row("Which states did not sign?", "Four states signed.")["negation_differs"] == 1
    assert row("Which states did not sign?", "Four states never signed.")["negation_differs"] == 0


@pytest.mark.parametrize("text", ["", "?", "the of", "what is it", "日本はどこ", "x" * 3000, "€ 5.000,00 — 3½"])
def test_any_question_gives_finite_signals(text: str) -> None:
    signals = sentence_signals(
        query(text), [reading(["One.", "", "—", "日本"], [0.1, 0.0, -0.2, 0.3], dense=0.0, fused=0.0)]
    )
    _, whole = question_signals(signals, np.zeros(4, np.float32))
    assert np.isfinite(signals.rows).all()
    assert np.isfinite(whole).all()


def test_the_scorer_prefers_the_sentence_that_answers() -> None:
    passages = [
        reading(["Varna lies on the Black Sea.", "Its harbour was built in 1906 by Dutch engineers."], [0.45, 0.6]),
        reading(
            ["The railway reached Ruse in 1866.", "Many towns grew along it."],
            [0.3, 0.2],
            dense=0.3,
            fused=0.4,
        ),
    ]
    judged = load_scorer().score("When was the harbour of Varna built?", unit(1, 0), passages, WORDS)
    assert [len(some) for some in judged.sentences] == [2, 2]
    assert judged.sentences[0][1] == max(score for some in judged.sentences for score in some)


def test_the_scorer_is_surer_where_the_words_are_there() -> None:
    there = [reading(["The harbour of Varna was built in 1906."], [0.8], dense=0.7)]
    absent = [reading(["The railway reached Ruse in 1866."], [0.2], dense=0.2)]
    scorer, question = load_scorer(), "When was the harbour of Varna built?"
    sure = scorer.score(question, unit(1, 0), there, WORDS).answerable
    unsure = scorer.score(question, unit(1, 0), absent, WORDS).answerable
    assert 0 <= unsure < 0.5 < sure <= 1


def test_nothing_retrieved_answers_nothing() -> None:
    judged = load_scorer().score("When?", unit(1, 0), [], WORDS)
    assert judged.sentences == []
    assert judged.answerable == 0


def test_the_words_of_the_turn_before_count_less_than_those_asked() -> None:
    readings = [reading(["Mora commands the ferry.", "She asked for a ship."], [0.5, 0.5])]
    asked = Query(
        "Which ship?", unit(1, 0), WORDS, lambda stem: 3.0, load_nearness(), "Which ship? (Mora commands ferry)"
    )
    before, itself = sentence_signals(asked, readings).column("coverage_with_header")
    assert 0 < before < itself
