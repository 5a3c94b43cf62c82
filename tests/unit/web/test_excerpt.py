"""What is shown of a source around a quote."""

import pytest

from rag.schema import Heading, Page, SourceText
from ui.web.excerpt import WHOLE, Excerpt, excerpt

TEXT = "Tides\n\nThe moon pulls the sea.\nTwice a day it comes.\n\nwhen | height\n6:00 | 2 m\n\nIt goes again."


def source(text: str, **more: object) -> SourceText:
    return SourceText.model_validate({"source_id": "s", "version": 1, "title": "t", "text": text, **more})


def marked(shown: Excerpt) -> str:
    return "".join(part.text for block in shown.blocks for part in block.parts if part.marked)


@pytest.mark.parametrize("quote", ["The moon pulls the sea.", "Tides", "It goes again.", "6:00 | 2 m", TEXT[0:1]])
def test_the_marked_words_are_the_quote(quote: str) -> None:
    start = TEXT.index(quote)
    assert marked(excerpt(source(TEXT), start, start + len(quote))) == quote


def test_a_quote_over_paragraphs_is_marked_in_each() -> None:
    start, end = TEXT.index("Twice"), TEXT.index("6:00")
    shown = excerpt(source(TEXT), start, end)
    assert "".join(marked(shown).split()) == "".join(TEXT[start:end].split())


def test_nothing_of_a_source_is_lost() -> None:
    shown = excerpt(source(TEXT, headings=[Heading(start=0, level=1, title="Tides")]))
    assert "".join("".join(b.text for b in shown.blocks).split()) == "".join(TEXT.split())
    assert [block.kind for block in shown.blocks] == ["heading", "lines", "table", "text"]
    assert marked(shown) == ""


def test_a_page_is_named_at_the_block_it_begins_in() -> None:
    shown = excerpt(source(TEXT, pages=[Page(start=0, number=7), Page(start=TEXT.index("when"), number=8)]))
    assert [block.page for block in shown.blocks] == [7, None, 8, None]


def test_a_long_source_is_shown_around_the_quote_in_whole_paragraphs() -> None:
    text = "\n\n".join(f"Paragraph {n} of a long report." for n in range(10_000))
    assert len(text) > WHOLE
    quote = "Paragraph 5000 of a long report."
    start = text.index(quote)
    shown = excerpt(source(text), start, start + len(quote), around=2_000)
    assert marked(shown) == quote
    assert all(block.text.startswith("Paragraph ") and block.text.endswith("report.") for block in shown.blocks)
    assert shown.before + shown.after + sum(len(b.text) + 2 for b in shown.blocks) == pytest.approx(len(text), abs=4)
    assert sum(len(block.text) for block in shown.blocks) < 9_000


def test_one_endless_line_is_cut() -> None:
    shown = excerpt(source("x" * 10_000_000), 5_000_000, 5_000_010)
    assert marked(shown) == "x" * 10
    assert sum(len(block.text) for block in shown.blocks) < 40_000
