"""Whether the figure or date that a question asks for is given."""

import pytest

from rag.answering.untold import untold


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many keepers lived on Orran?", "Seven keepers lived on the island of Orran."),
        ("How many people live there?", "Orran has a population of 340."),
        ("How many employees does the yard have?", "The yard took on 52 workers in spring."),
        ("How much salt does the ferry carry?", "It carries 40 tonnes of salt."),
        ("How much did the bell cost?", "The bell was bought for 400 crowns."),
        ("What percentage of the catch is herring?", "Herring makes up 60% of the catch."),
        ("How high is the lighthouse?", "The lighthouse stands 31 metres above the rock."),
        ("When was the harbour dug?", "The harbour was dug in 1811."),
        ("In which month does the ice come?", "The ice comes in January."),
        ("Who commands the ferry?", "The ferry leaves at noon."),  # no figure is asked for
        ("Why is the bridge late?", "The bridge is late."),
    ],
)
def test_it_is_given(question: str, sentence: str) -> None:
    assert untold(question, ["The weather was fine.", sentence]) is None


@pytest.mark.parametrize(
    ("question", "sentence", "asked"),
    [
        ("How many workers did the yard take on?", "The yard sold 24% of its shares in 1911.", "how many workers"),
        ("how many keepers were there", "Keepers lived on the island.", "how many keepers"),
        ("What percentage of the catch is herring?", "Herring is most of the catch, 900 tonnes.", "what percentage"),
        ("How much did the bell cost?", "The bell was dear.", "how much"),
        ("How high is the lighthouse?", "The lighthouse was built in 1871.", "how high"),
        ("How many ferries came?", "The ferries came on 15 September 2021, or March 16.", "how many ferries came"),
        ("When was the harbour dug?", "The harbour was dug by hand.", "when"),
        ("What year was it?", "It was a cold one.", "what year"),
    ],
)
def test_it_is_missing(question: str, sentence: str, asked: str) -> None:
    assert untold(question, [sentence]) == asked


def test_of_nothing_nothing_is_told() -> None:
    assert untold("How many keepers?", []) == "how many keepers"
    assert untold("", []) is None
