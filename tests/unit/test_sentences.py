import itertools
import random
import time

import pytest

from rag.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ships left. They came back.", ["The ships left.", "They came back."]),
        ("Dr. Mori met Lt. Gen. Park at 5 p.m. on Monday.", ["Dr. Mori met Lt. Gen. Park at 5 p.m. on Monday."]),
        ("It is in the U.S. The law is old.", ["It is in the U.S.", "The law is old."]),
        ("The U.S. Navy left.", ["The U.S. Navy left."]),
        ("J. K. Mori, Ph.D., wrote it. See Fig. 2.", ["J. K. Mori, Ph.D., wrote it.", "See Fig. 2."]),
        ("It rose by 3.5 points. Then it fell.", ["It rose by 3.5 points.", "Then it fell."]),
        ("“Why?” she asked. “Because!” Nobody spoke.", ["“Why?” she asked.", "“Because!”", "Nobody spoke."]),
        ("He left (in May.) She stayed.", ["He left (in May.)", "She stayed."]),
        ("Well... yes. No …", ["Well... yes.", "No …"]),
        ("1. Open the lid. 2. Pour.", ["1. Open the lid.", "2. Pour."]),
        ("- salt\n- pepper. More pepper\n\nStir", ["- salt", "- pepper.", "More pepper", "Stir"]),
        ("| a | 1. B |\n|---|---|\n| c | d |", ["| a | 1. B |", "|---|---|", "| c | d |"]),
        ("A line that\nis wrapped. The next.", ["A line that\nis wrapped.", "The next."]),
        ("船が出た。「いつ?」と聞いた。戻った", ["船が出た。", "「いつ?」と聞いた。", "戻った"]),
        ("「船が出た。」彼は言った。", ["「船が出た。」", "彼は言った。"]),
        ("Он ушёл. Потом пришёл и т. д. или нет.", ["Он ушёл.", "Потом пришёл и т. д. или нет."]),
        (" \n\t ", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize("seed", range(200))
def test_every_character_is_in_exactly_one_sentence(seed: int) -> None:
    rng = random.Random(seed)
    parts = [" ", "\n", "\n\n", "\t", ".", "...", "!", "?", "。", "」", '"', "(", ")", "|", "- ", "1. ", "e.g.", "U.S."]
    parts += ["word", "Word", "海", "é", "🐋", "\u200b", "\u00a0", "…", "№"]
    text = "".join(rng.choices(parts, k=rng.randint(0, 300)))
    breaks = [rng.randint(0, len(text)) for _ in range(rng.randint(0, 6))]
    spans = split_sentences(text, breaks)

    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert not any(a < at < b for at in breaks for a, b in spans)


@pytest.mark.parametrize(
    "text",
    ["." * 10**6 + "x", "e.g. " * 10**5, '."' + '"' * 10**6, "\n   " * 10**5, "a\n" + " " * 10**6 + "x", ".)" * 10**5],
    ids=["dots", "abbreviations", "quotes", "blank lines", "spaces", "brackets"],
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.process_time()
    split_sentences(text)
    assert time.process_time() - began < 5
