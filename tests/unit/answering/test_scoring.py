"""How sentences are scored, on small texts of our own: the sum by hand, and with the packaged reader."""

import math

import numpy as np
import pytest

from rag.answering.scoring import Judged, Reading, Words, judge
from rag.models.reader import Reader, load_reader

STOP = {"the", "a", "of", "in", "is", "was", "to", "and", "at", "it", "for", "when", "what", "who"}


def stems(text: str) -> list[str]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return [word.removesuffix("s") for word in words if word not in STOP]


WORDS = Words(stems, lambda stem: 3.0)
ASKING = np.array([[1.0, 0.0]], np.float32)


def reading(sentences: list[str], cosines: list[float], found: float = 0.8) -> Reading:
    vectors = np.array([[c, math.sqrt(1 - c * c)] for c in cosines], np.float32)
    return Reading("", sentences, vectors, found)


def judged(question: str, *readings: Reading, reader: Reader | None = None) -> Judged:
    return judge(question, ASKING, readings, WORDS, reader)


def test_the_words_of_the_question_decide_where_similarity_is_the_same() -> None:
    scores = judged(
        "When was the harbour of Varna built?",
        reading(["The harbour of Varna was built in 1906.", "The mill of Varna was painted."], [0.5, 0.5]),
    ).scores
    assert scores[0] > scores[1]


def test_similarity_decides_where_words_are_the_same() -> None:
    scores = judged("Who kept bees?", reading(["He kept bees.", "She kept bees."], [0.4, 0.6])).scores
    assert scores[1] > scores[0]


def test_a_passage_that_was_found_better_lends_its_sentences_weight() -> None:
    scores = judged("Who?", reading(["He kept bees."], [0.4], 0.9), reading(["She kept bees."], [0.4], 0.2)).scores
    assert scores[0] > scores[1]


def test_confidence_rises_with_similarity() -> None:
    low, high = (judged("Who kept bees?", reading(["He kept bees."], [c])).confidence for c in (0.2, 0.7))
    assert 0 < low < 0.5 < high < 1


@pytest.mark.parametrize("question", ["", "?", "the of a", "😀"])
def test_any_question_gives_finite_scores(question: str) -> None:
    for reader in (None, load_reader()):
        found = judged(question, reading(["He kept bees.", ""], [0.4, 0.1]), reader=reader)
        assert np.isfinite(found.scores).all() and 0 <= found.confidence <= 1


def test_the_reader_lifts_the_sentence_that_answers_over_one_that_only_sounds_alike() -> None:
    texts = [
        "When the lighthouse was built is asked by many visitors.",
        "The lighthouse was raised in 1871 by Agnes Tolland.",
    ]
    alike = reading(texts, [0.6, 0.6])
    without, with_reader = (judged("When was the lighthouse built?", alike, reader=r) for r in (None, load_reader()))
    lead = without.scores[0] - without.scores[1]
    assert lead > 0 and with_reader.scores[0] - with_reader.scores[1] < lead


def test_with_the_reader_a_passage_that_does_not_answer_lowers_confidence() -> None:
    question = "When was the lighthouse built?"
    answering, other = (
        judged(question, reading([text], [0.6]), reader=load_reader()).confidence
        for text in (
            "The lighthouse was built in 1871 by Agnes Tolland.",
            "The lighthouse is white, and so is the inn.",
        )
    )
    assert answering > other


def test_the_sentence_after_the_best_one_comes_nearer_to_it_but_not_above() -> None:
    texts = ["She kept bees.", "There were two kinds.", "The inn was white."]
    apart = judged("Who kept bees?", reading(texts[:1], [0.6]), reading(texts[1:2], [0.3]), reading(texts[2:], [0.3]))
    beside = judged("Who kept bees?", reading(texts, [0.6, 0.3, 0.3]))
    assert beside.together[1] - beside.together[2] > apart.together[1] - apart.together[2] + 0.05
    alike = judged("Who kept bees?", reading(texts, [0.6, 0.6, 0.6])).together
    assert alike.argmax() == 0


def test_a_figure_that_is_asked_for_and_not_given_lowers_confidence() -> None:
    question = "How many bees did she keep?"
    given, missing = (
        judged(question, reading([text], [0.6])).confidence
        for text in ("She kept 900 bees in the garden.", "She kept her bees in the garden.")
    )
    assert given > missing + 0.02
