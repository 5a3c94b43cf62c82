"""What a question asks, if it asks several things."""

import pytest

from rag.parts import parts


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        (
            "When was the harbour dug, and who paid for it?",
            ["When was the harbour dug?", "who paid for it? (harbour dug)"],
        ),
        (
            "How many ships call at Orran in winter and in which month does the ice come?",
            [
                "How many ships call at Orran in winter?",
                "in which month does the ice come? (many ships call Orran winter)",
            ],
        ),
        (
            "The council met in May. What was decided, and how did the fishermen of Skerry answer the council?",
            [
                "What was decided? (council met May)",
                "how did the fishermen of Skerry answer the council?",
            ],
        ),
        (
            "Who was the first keeper? What did he keep on the western slope?",
            ["Who was the first keeper?", "What did he keep on the western slope? (first keeper)"],
        ),
        (
            "Which quarry gave the granite, and did the Harrow company own it?",
            ["Which quarry gave the granite?", "did the Harrow company own it? (quarry gave granite)"],
        ),
    ],
)
def test_each_thing_asked_is_put_so_that_it_can_be_understood_alone(question: str, asked: list[str]) -> None:
    assert [part.standalone for part in parts(question)] == asked


@pytest.mark.parametrize(
    "question",
    [
        "When was the lighthouse built?",
        "When and where was the lighthouse built?",
        "Who built the lighthouse and the pier?",
        "When the harbour froze, what did the ferry do?",
        "What did the man who built the pier say?",
        "Is the ferry that leaves at noon the one which calls at Orran?",
        "The ferry is late. Why?",
        "Which lamp gives light only when and where it is needed?",
        "and South Korea?",
        "What is known of whatever and however?",
        "",
    ],
)
def test_one_thing_asked_is_left_as_it_is(question: str) -> None:
    assert parts(question) == ()


def test_a_list_of_very_many_questions_is_read_as_one() -> None:
    assert parts(" ".join(f"Who was keeper number {n} of Skerry Point?" for n in range(9))) == ()
