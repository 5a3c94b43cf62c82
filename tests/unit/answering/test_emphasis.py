import pytest

from rag.answering.emphasis import emphasis


@pytest.mark.parametrize(
    ("question", "sentence", "shown"),
    [
        ("When was the pier opened?", "The pier was opened on 6 July 2018 by 300 people.", ["6 July 2018"]),
        ("What year did it burn?", "It burnt in 1904 and again in early 1911.", ["1904", "early 1911"]),
        ("When was it written?", "It dates from the 10th century.", ["10th century"]),
        ("How many people live there?", "In 2016 it had 590 million people in 12 states.", ["590 million"]),
        ("How much did it cost?", "It cost $1.4 billion in 2004, 15 per cent more.", ["$1.4 billion", "15 per cent"]),
        ("How many came?", "On 15 September 2021 some 40 came.", ["40"]),
        ("How long is it?", "It is 412 metres long and 3 deep.", ["412 metres", "3 deep"]),
        ("How much did the 12 states pay?", "The 12 states paid 40 pounds.", ["40 pounds"]),
        ("Who lit the lamp?", "The lamp was lit by Greta Holm in 1887.", ["Greta Holm"]),
        ("Where was Mora born?", "Mora was born in Port Ansel.", ["Port Ansel"]),
        (
            "Which countries signed?",
            "It was signed by Brunei, Chile and the United States on 6 July.",
            ["Brunei", "Chile", "United States"],
        ),
        (
            "When was it signed, and how many members has it?",
            "Signed in 1999, it has 11 members.",
            ["1999", "11"],
        ),
    ],
)
def test_what_is_asked_for_is_emphasised(question: str, sentence: str, shown: list[str]) -> None:
    assert [sentence[a:b] for a, b in emphasis(question, sentence)] == shown


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the ferry stop?", "The ferry stopped in 1999 after Ines Mora left."),
        ("What office does the man who built it hold?", "Ines Mora built it in Port Ansel."),
        ("Who is Ines Mora?", "The ferry is commanded by Ines Mora."),
        ("How many members has it?", "It was founded in 1999."),
        ("When did it open?", "It opened after a delay of 1,999 days and 2018.5 hours."),
    ],
)
def test_nothing_else_is(question: str, sentence: str) -> None:
    assert emphasis(question, sentence) == ()
