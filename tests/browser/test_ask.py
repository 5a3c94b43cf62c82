"""Asking, and following a footnote to the words it rests on."""

import time
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import OpenPage, ask

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

KEEPER = "Who was the first keeper of the lighthouse?"


def in_view(words: "Locator") -> bool:
    """Whether words are inside both the window and the part of the panel that is scrolled into view."""
    return bool(
        words.evaluate(
            """mark => {
                const at = mark.getBoundingClientRect();
                const body = mark.closest('.panel-body').getBoundingClientRect();
                return at.height > 0 && at.top >= body.top && at.bottom <= body.bottom && at.left >= body.left
                    && at.right <= body.right && at.bottom <= innerHeight && at.top >= 0;
            }"""
        )
    )


def highlighted(page: "Page") -> str:
    page.wait_for_selector(".panel mark")
    return "".join(page.locator(".panel mark").all_text_contents())


def test_a_footnote_opens_the_source_at_the_quoted_words(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, KEEPER)
    footnote = page.locator(".fn", has_text="1").first
    quote = footnote.get_attribute("data-quote")
    footnote.click()
    assert " ".join(highlighted(page).split()) == quote
    assert quote and "Josiah Penn" in quote
    assert in_view(page.locator(".panel mark").first)
    assert "Skerry Point" in page.inner_text(".panel h3")
    link = page.locator(".panel a.original")
    assert link.get_attribute("href") == "https://lighthouse.example/skerry"
    assert "noopener" in (link.get_attribute("rel") or "")


def test_hovering_and_focusing_a_footnote_show_its_quote(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, KEEPER)
    footnote = page.locator(".fn").first
    quote = footnote.get_attribute("data-quote") or ""
    footnote.hover()
    card = page.locator(".quote-card")
    assert card.is_visible() and quote in card.inner_text()
    page.mouse.move(5, 500)
    assert card.is_hidden()
    footnote.focus()
    assert card.is_visible() and footnote.get_attribute("aria-describedby") == "quote-card"
    page.keyboard.press("Escape")
    assert card.is_hidden()


def test_a_question_without_an_answer_shows_the_closest_passages(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "Who won the chess championship in Buenos Aires?")
    assert "don't say" in page.inner_text(".refusal .said")
    passage = page.locator(".passage").first
    passage.click()
    assert highlighted(page).strip()
    assert in_view(page.locator(".panel .text mark").first)


def test_a_follow_up_is_read_with_the_question_before_it(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, KEEPER)
    ask(page, "And who came after him?")
    assert page.locator(".exchange").count() == 2
    assert "Miriam Penn" in page.locator(".exchange").nth(1).inner_text()


def test_what_stands_in_a_document_is_shown_as_text(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "Where does the marsh heron nest, and what does it feed on?")
    said = page.inner_text(".said")
    assert "<img src=" in said or "<button" in said or "<script>" in said
    footnotes = page.locator(".exchange .fn")
    assert all(number.isdigit() and int(number) < 7 for number in footnotes.all_inner_texts())
    footnotes.first.click()
    page.wait_for_selector(".panel mark")
    text = page.inner_text(".panel .text")
    for raw in ("<script>window.stolen = 1</script>", "</mark></p><h1>Forged</h1>", "![a picture](http://foreign"):
        assert raw in " ".join(text.split())
    assert page.locator(".panel .text :is(script, img, h1, button)").count() == 0
    assert page.evaluate("window.stolen") is None


def test_a_source_of_200_pages_opens_at_once(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "What colour was the tail of the comet the clerk saw above the granary?")
    page.locator(".fn").first.click()  # once, so that nothing is loaded for the first time
    page.wait_for_selector(".panel mark")
    page.click("[data-list]")
    page.wait_for_selector(".source-row")
    took = []
    for _ in range(3):
        began = time.perf_counter()
        page.locator(".fn").first.evaluate("button => button.click()")
        page.wait_for_selector(".panel mark")
        took.append(time.perf_counter() - began)
        assert in_view(page.locator(".panel mark").first)
        page.click("[data-list]")
        page.wait_for_selector(".source-row")
    assert min(took) < 0.2, took


def test_more_of_a_long_source_can_be_shown(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, "What colour was the tail of the comet the clerk saw above the granary?")
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    before = len(page.inner_text(".panel .text"))
    page.locator(".more").first.click()
    page.wait_for_function("n => document.querySelector('.panel .text').innerText.length > 2 * n", arg=before)
    assert in_view(page.locator(".panel mark").first)


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_is_wider_than_the_window(open_page: OpenPage, width: int) -> None:
    page = open_page(width, 844)
    ask(page, KEEPER)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    page.wait_for_timeout(400)  # the sheet slides in
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert in_view(page.locator(".panel mark").first)


def test_on_a_phone_the_source_is_a_sheet_that_closes(open_page: OpenPage) -> None:
    page = open_page(390, 844)
    ask(page, KEEPER)
    assert page.locator(".panel").is_hidden()
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    assert page.locator(".panel").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_selector(".panel", state="hidden")
    assert page.evaluate("document.activeElement.classList.contains('fn')")


def test_dark_follows_the_system_until_it_is_switched(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(background) == "rgb(21, 21, 24)"
    page.click("#theme-switch")
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.reload()
    page.wait_for_selector("#transcript .empty h1")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_suggested_questions_come_from_the_library_and_are_answered(open_page: OpenPage) -> None:
    page = open_page()
    suggestion = page.locator(".suggestion").first
    question = suggestion.inner_text()
    assert question == "When was the lighthouse at Skerry Point built?"
    suggestion.click()
    page.wait_for_selector(".exchange:not([aria-busy])")
    assert page.inner_text(".asked") == question
    assert page.locator(".exchange .fn").count() > 0


def test_the_list_shows_every_source_and_opens_it(open_page: OpenPage) -> None:
    page = open_page()
    page.wait_for_selector(".source-row")
    assert page.locator(".source-row").count() == 4
    page.locator(".source-row", has_text="ferry").click()
    page.wait_for_selector(".panel .source")
    assert "four shillings" in page.inner_text(".panel .text")


def test_it_can_be_used_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type(KEEPER)
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy])")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.classList.contains('fn')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert "Penn" in highlighted(page)


def test_a_question_that_is_too_long_is_refused_in_one_sentence(open_page: OpenPage) -> None:
    page = open_page()
    page.evaluate("document.querySelector('#question textarea').removeAttribute('maxlength')")
    ask(page, "why " * 1200)
    assert "at most 4,000 are read" in page.inner_text(".failed")


def test_a_new_conversation_begins_empty(open_page: OpenPage) -> None:
    page = open_page()
    ask(page, KEEPER)
    page.click("#again")
    page.wait_for_selector("#transcript .empty h1")
    assert page.locator(".exchange").count() == 0
