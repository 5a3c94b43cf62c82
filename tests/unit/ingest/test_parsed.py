"""Canonical text, and the builder whose maps every loader relies on."""

import random
import unicodedata

import pytest

from ingest.parsed import TextBuilder, canonical, one_line

ALPHABET = "ab .,\n\r\t\f\v\0\x85\u2028\u00a0e\u0301\u00e9\u200b\u202e\ufeff\ud800\u1100\u1161\u11a8\U000e0041😀\u0627–"


def text_of(seed: int) -> str:
    choose = random.Random(seed)
    return "".join(choose.choices(ALPHABET, k=choose.randrange(60)))


def test_canonical_text_is_nfc_without_controls_and_stays_as_it_is() -> None:
    for text in (canonical(text_of(seed)) for seed in range(500)):
        assert canonical(text) == text
        assert unicodedata.is_normalized("NFC", text)
        assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in text)
        assert all(line == line.rstrip() for line in text.split("\n"))
        assert "\n\n\n" not in text and text == text.strip("\n")


def test_words_quotes_and_dashes_stay_as_written() -> None:
    text = "“It’s – so – 1\u00a0000 m², naïve”…"
    assert canonical(text) == text


def test_one_line_joins_what_was_broken() -> None:
    assert one_line("  On\n the\ttides\r\n") == "On the tides"


@pytest.mark.parametrize("seed", range(40))
def test_maps_point_at_what_was_added(seed: int) -> None:
    choose = random.Random(seed)
    builder = TextBuilder()
    expected: list[tuple[str, object]] = []
    for number in range(1, 25):
        words = text_of(seed * 100 + number)
        kind = choose.choice(["heading", "page", "add", "join", "table"])
        if kind == "heading":
            builder.heading(words, choose.randrange(1, 4))
            expected += [("heading", one_line(words))] if canonical(words).strip() and one_line(words) else []
        elif kind == "page":
            builder.page(number)
        elif kind == "join":
            builder.join(f"joined{number}", choose.choice([" ", ""]))
        elif kind == "table":
            builder.table([[words, "b"], ["", ""], ["c", words]])
        else:
            builder.add(words)
    parsed = builder.build(title="t", media_type="text/plain")
    assert canonical(parsed.text) == parsed.text
    assert [heading.title for heading in parsed.headings] == [title for _, title in expected]
    for heading in parsed.headings:
        assert parsed.text[heading.start : heading.start + len(heading.title)] == heading.title
    assert [page.start for page in parsed.pages] == sorted(page.start for page in parsed.pages)
    assert all(page.start < len(parsed.text) for page in parsed.pages)
    assert builder.text_length == len(builder.text)


def test_a_page_without_text_is_not_in_the_map() -> None:
    builder = TextBuilder()
    for number, words in enumerate(["one", "", "three"], start=1):
        builder.page(number)
        builder.add(words)
    pages = builder.build(title="", media_type="text/plain").pages
    assert [(page.number, page.start) for page in pages] == [(1, 0), (3, 5)]


def test_a_sentence_over_a_page_break_is_one_paragraph_with_the_page_inside() -> None:
    builder = TextBuilder()
    builder.page(1)
    builder.add("The moon pulls the sea to-")
    builder.page(2)
    builder.join("wards it.", "", cut=1)
    parsed = builder.build(title="", media_type="text/plain")
    assert parsed.text == "The moon pulls the sea towards it."
    assert parsed.text[parsed.pages[1].start :] == "wards it."


def test_a_file_within_a_file_keeps_its_headings() -> None:
    inner, outer = TextBuilder(), TextBuilder()
    inner.heading("Inner", 1)
    outer.add("Before.")
    outer.append(inner.build(title="", media_type="text/plain"), level=1)
    (heading,) = outer.build(title="", media_type="text/plain").headings
    assert (heading.title, heading.level, outer.text[heading.start :]) == ("Inner", 2, "Inner")
