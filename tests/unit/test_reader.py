"""The packaged reader, on passages written for these tests."""

import numpy as np
import pytest

from rag.models.reader import LONGEST, Read, Reader, load_reader

LIGHTHOUSE = (
    "The lighthouse at Skerry Point was built in 1871 by the engineer Agnes Tolland.",
    "It stands 43 metres high and is made of grey granite from the Harrow quarry.",
    "The first keeper was Josiah Penn, who served for 22 years and kept bees on the western slope.",
    "In winter the path to the door is closed because falling ice has hurt two visitors.",
)
FERRY = ("The ferry to Orran leaves the harbour twice a day.", "A ticket costs four shillings.")
ASKED = {
    "When was the lighthouse built?": 0,
    "What is the lighthouse made of?": 1,
    "Who was the first keeper?": 2,
    "Why is the path closed in winter?": 3,
}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


def test_the_sentence_that_answers_scores_highest(reader: Reader) -> None:
    best = {q: int(reader.read(q, [("", LIGHTHOUSE)])[0].sentences.argmax()) for q in ASKED}
    assert best == ASKED


def test_a_passage_that_answers_scores_above_one_that_does_not(reader: Reader) -> None:
    for question in ASKED:
        answering, other = reader.read(question, [("", LIGHTHOUSE), ("", FERRY)])
        assert answering.answers > other.answers
        assert answering.sentences.max() > other.sentences.max()


def test_a_score_does_not_depend_on_what_else_is_read(reader: Reader) -> None:
    question = "When was the lighthouse built?"
    alone = reader.read(question, [("", LIGHTHOUSE)])[0]
    among = reader.read(question, [("", FERRY), ("A title", LIGHTHOUSE), ("", LIGHTHOUSE)])[2]
    assert alone.answers == among.answers and (alone.sentences == among.sentences).all()


def test_what_lies_beyond_its_reach_scores_lowest(reader: Reader) -> None:
    far = [f"The clerk noted the weather of day {n} in the blue ledger with care." for n in range(LONGEST // 5)]
    read = reader.read("When was the lighthouse built?", [("", [*LIGHTHOUSE, *far])])[0]
    assert len(read.sentences) == len(LIGHTHOUSE) + len(far)
    assert read.sentences.argmax() == 0 and read.sentences[-1] == read.sentences.min()


@pytest.mark.parametrize("question", ["", "?", "[SEP] [CLS]", "\ud800", "😀 " * 50, "when " * 2000])
def test_strange_questions_are_read_like_any_other(reader: Reader, question: str) -> None:
    read = reader.read(question, [("", LIGHTHOUSE), ("Title " * 500, ["[SEP]", "\ud800", ""])])
    assert all(_finite(one) for one in read)


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read("When?", []) == []


def _finite(read: Read) -> bool:
    return bool(np.isfinite([*read.sentences, read.answers, read.supports]).all())
