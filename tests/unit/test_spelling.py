import pytest

from rag.models.embedder import Embedder
from rag.spelling import one_slip_away, respelt

HELD = {"harbour": 12, "breakwater": 3, "ferry": 9, "marrow": 5, "narrow": 7, "accommodation": 2, "the": None}


def mended(question: str, embedder: Embedder) -> str:
    return respelt(question, lambda word: HELD.get(word, 0), embedder.count_tokens)


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("How long is the breakwaetr?", "How long is the breakwater?"),
        ("When does the ferrry leave?", "When does the ferry leave?"),
        ("Where is acommodation?", "Where is accommodation?"),
        ("Who built Harbuor's wall?", "Who built Harbour's wall?"),
    ],
)
def test_a_slip_is_mended_with_a_word_of_the_library(asked: str, read: str, embedder: Embedder) -> None:
    assert mended(asked, embedder) == read


@pytest.mark.parametrize(
    "question",
    [
        "How long is the breakwater?",
        "Was the berry of the ferry merry?",  # common words that the library doesn't hold
        "What does FERYY mean, and dFerry, and ferry2x?",  # abbreviations and codes
        "Who is Xanthippe of Zaragoza?",  # nothing is near
        "feryr 港 ﷽ naïveté ''' \x00",
        "",
    ],
)
def test_what_is_not_likely_a_slip_is_left_alone(question: str, embedder: Embedder) -> None:
    assert mended(question, embedder) == question.replace("feryr", "ferry")


def test_a_word_that_more_chunks_hold_is_taken_before_a_rarer_one(embedder: Embedder) -> None:
    held = {"marrow": 1, "narrow": 4}
    assert respelt("parrow", lambda word: held.get(word, 0), embedder.count_tokens) == "narrow"


def test_a_slip_is_not_replaced_by_what_looks_no_more_like_a_word(embedder: Embedder) -> None:
    held = {"sincing": 4}  # the stem of "since"
    assert respelt("syncing", lambda word: held.get(word, 0), embedder.count_tokens) == "syncing"


def test_slips_are_one_letter_swapped_dropped_added_or_replaced() -> None:
    assert {"cta", "act", "at", "cart", "cut"} <= set(one_slip_away("cat"))
    assert not {"tac", "c", "carts"} & set(one_slip_away("cat"))
