"""Both sides of a comparison."""

import pytest

from rag.answering.sides import Side, covers, sides, with_every_side


def shown(question: str) -> list[str]:
    return [side.text.strip() for side in sides(question)]


@pytest.mark.parametrize(
    ("question", "compared"),
    [
        ("Which ship is older, the Grey Heron or the Little Gull?", ["Grey Heron", "Little Gull"]),
        ("Are Orran and Skerry both islands?", ["Orran", "Skerry"]),
        ("How did the fares change from 1974 to 1981?", ["1974", "1981"]),
        ("What do Ines Mora and Ruth Pellworm have in common?", ["Ines Mora", "Ruth Pellworm"]),
        ("Is the breakwater of Orran longer than that of Skerry?", ["Orran", "Skerry"]),
    ],
)
def test_a_comparison_has_sides(question: str, compared: list[str]) -> None:
    assert shown(question) == compared


@pytest.mark.parametrize(
    "question",
    [
        "Which captain of the Grey Heron married Ruth Pellworm?",  # two names, and nothing is compared
        "How much does the council of Orran pay each year to Skerry?",
        "Is the breakwater longer than the pier?",  # what is compared has no name
        "Did Ines Mora, Ruth Pellworm, Nils Aker, Ida Holm or Edda Brandt own the ferry?",
        "",
    ],
)
def test_a_question_that_compares_nothing_has_none(question: str) -> None:
    assert shown(question) == []


def test_a_sentence_or_the_title_of_its_source_names_a_side() -> None:
    heron, gull = sides("Which ship is older, the Grey Heron or the Little Gull?")
    assert covers("", "The Grey Heron was built in 1931.", heron)
    assert covers("The Little Gull", "She was built in 1902.", gull)
    assert not covers("Ferries", "She was built in 1902.", gull)


def test_the_best_sentence_about_the_other_side_is_added_and_the_weakest_makes_room() -> None:
    texts = ["The Heron has a bell.", "The Heron is fast.", "The Gull is old.", "The Gull is slow.", "It rains."]
    scores = [0.9, 0.8, 0.3, 0.5, 0.7]

    def about(i: int, side: Side) -> bool:
        return covers("", texts[i], side)

    question = "Which is older, the Heron or the Gull?"
    assert with_every_side(question, [0, 1], scores, about, 5) == [0, 1, 3]
    assert with_every_side(question, [0, 1], scores, about, 2) == [0, 3]
    assert with_every_side(question, [0, 3], scores, about, 5) == [0, 3]
    assert with_every_side("Which is older?", [0, 1], scores, about, 5) == [0, 1]
