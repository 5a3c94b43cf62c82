"""Which part of a quote stands on which page."""

from rag.schema import Page, SourceText
from ui.web.paper import on_page

TEXT = SourceText(
    source_id="s",
    version=1,
    title="A book",
    text="One two three.\n\nFour five six seven.\n\nEight nine.",
    pages=(Page(start=0, number=1), Page(start=16, number=2), Page(start=38, number=3)),
)


def test_a_quote_over_a_page_break_is_cut_there() -> None:
    start, end = TEXT.text.index("three"), TEXT.text.index(" six")
    assert on_page(TEXT, 1, start, end)[0] == "three.\n\n"
    assert on_page(TEXT, 2, start, end) == ("Four five", 0.0)
    assert on_page(TEXT, 3, start, end) == ("", 0.0)


def test_it_is_told_how_much_of_the_page_comes_before() -> None:
    start = TEXT.text.index("six")
    words, before = on_page(TEXT, 2, start, start + 3)
    assert words == "six" and before == round((start - 16) / (38 - 16), 3)


def test_a_page_that_has_no_text_has_no_words() -> None:
    assert on_page(TEXT, 9, 0, 10) == ("", 0.0)
