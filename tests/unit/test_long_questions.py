import pytest

from rag.questioning import asking, worded_by_rules
from rag.schema import Inquiry, Turn

LETTER = (
    "We moved to the island in spring and have a boat of six metres. The weather was good and the people were kind. "
    "My wife works at the school and I repair engines for the fishing fleet. In winter we want to leave the boat in "
    "the water, but the wind from the north worries us a great deal since a storm took the roof off our shed."
)
QUESTION = "How many metres long is the breakwater of Marrow harbour?"


@pytest.mark.parametrize("text", [f"{LETTER} {QUESTION}", f"{QUESTION} {LETTER}"])
def test_of_a_long_text_what_it_asks_is_searched_for(text: str) -> None:
    assert asking(text) == QUESTION
    worded = worded_by_rules(Inquiry(question=text))
    assert worded.standalone == QUESTION
    assert worded.ways == (QUESTION,)


@pytest.mark.parametrize(
    "text",
    [
        f"{LETTER} Is that a good idea?",  # leans on the letter
        LETTER,  # asks nothing
        f"The wind worries us. {QUESTION}",  # short enough to be read whole
    ],
)
def test_a_text_is_read_whole_where_its_question_needs_the_rest(text: str) -> None:
    assert asking(text) == text


def test_a_long_question_leans_on_earlier_turns_with_what_it_asks() -> None:
    turns = (Turn(question="How long is the breakwater?"),)
    asked = "What does it cost the council to keep it in good repair?"
    worded = worded_by_rules(Inquiry(question=f"{LETTER} {asked}", history=turns))
    assert "breakwater" in worded.standalone
