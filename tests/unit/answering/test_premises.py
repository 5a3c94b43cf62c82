"""Questions that take for granted what the text contradicts, and others that only look like it."""

import numpy as np
import pytest

from rag.answering.candidates import Candidate
from rag.answering.premises import contradiction
from rag.retrieval import Retrieved


def found(question: str, *sentences: str) -> str | None:
    vector = np.array([1.0, 0.0], np.float32)
    read = [Candidate(1, 100 * i, 100 * i + len(s), s, vector, 0) for i, s in enumerate(sentences)]
    told = contradiction(question, read, Retrieved((), (), {}, np.array([[1.0, 0.0]], np.float32)))
    return told.sentence.text if told else None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("What did the 14 members of the harbour board sign?", "The 12 members of the harbour board signed a treaty."),
        ("Who opened the north pier in 1962?", "The north pier was opened in 1926 by Ines Mora."),
        ("Why did ferry exports rise after the harbour closed?", "Ferry exports fell after the harbour closed."),
        (
            "Who owns the smallest slate quarry on the island?",
            "Bright Lines owns the largest slate quarry on the island.",
        ),
        ("Why did Japan leave the fishing pact?", "The decision of Norway to leave the fishing pact was sudden."),
        ("Why did the council not ban garden watering?", "The council banned garden watering in May."),
    ],
)
def test_what_differs_in_one_thing_is_corrected(question: str, sentence: str) -> None:
    assert found(question, sentence, "The weather was fine.") == sentence


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        # nothing is taken for granted
        ("Did ferry exports rise after the harbour closed?", ["Ferry exports fell after the harbour closed."]),
        ("In 1962, was the north pier opened?", ["The north pier was opened in 1926 by Ines Mora."]),
        ("Which garden watering did the council not ban?", ["The council banned garden watering in May."]),
        # another sentence bears it out
        (
            "Who opened the north pier in 1962?",
            ["The north pier was opened in 1926 by Ines Mora.", "In 1962 the north pier was opened anew."],
        ),
        # the same in another form, or about so much
        ("Who paid the 10,000 crowns for the harbour light?", ["About ten thousand crowns for the light were paid."]),
        # a figure of something else
        ("What did the 14 members of the harbour board sign?", ["The harbour board of 12 villages signed."]),
        # a name misspelt, or behind a pronoun
        ("When did Ines Morra command the Marrow ferry?", ["Ines Mora has commanded the Marrow ferry since 2015."]),
        ("How much fish land did Tolland control in March?", ["As of March, it had control of fish land in Aldine."]),
        # "not until"
        ("When did the harbour lace trade develop?", ["The harbour lace trade did not develop until 1850."]),
        # too much else is missing
        ("Why did exports rise?", ["Exports fell."]),
        ("Why did ferry exports rise after the harbour closed?", ["Bread sales fell after a hard winter."]),
    ],
)  # fmt: skip
def test_what_may_differ_for_another_reason_is_not(question: str, sentences: list[str]) -> None:
    assert found(question, *sentences) is None
