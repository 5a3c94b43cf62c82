"""Sentences that announce what comes next."""

import pytest

from rag.answering.announcing import announced

WHY = "Why did the ferry stop?"


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Three accounts of the wreck stand side by side.", 3),
        ("The keeper finds meaning in two small events.", 2),
        ("The plan had four strands, as the mayor said in March.", 4),
        ("In the end, four explanations of it remain.", 4),
        ("There were several reasons for that.", 3),
    ],
)
def test_so_many_things_are_announced(sentence: str, count: int) -> None:
    assert announced(WHY, sentence) == count


@pytest.mark.parametrize(
    "sentence",
    [
        "The three ferries met at noon.",
        "Five envoys from Orran flew north.",
        "It took two years.",
        "She named three ships: the Heron, the Gull and the Tern.",
        "Two ships sailed, the Heron and the Gull, before dawn.",
        "One in five sailings was cancelled.",
        "Their two daughters keep the light.",
        "The ferry stopped because of the ice.",
    ],
)
def test_nothing_is_announced(sentence: str) -> None:
    assert announced(WHY, sentence) == 0


def test_to_a_question_for_a_figure_the_number_is_the_answer() -> None:
    assert announced("How many accounts are there?", "Three accounts of the wreck stand side by side.") == 0
