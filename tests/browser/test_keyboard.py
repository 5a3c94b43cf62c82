"""The app without a mouse: everything can be reached, is seen to have the focus, and gives it back."""

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEEPER = "Who was the first keeper of the lighthouse?"
FOCUS = """() => {
    const at = document.activeElement;
    const around = [at.closest("label"), at.closest(".wrap, .input-container, #drop")];
    const rings = [at, at.parentElement, ...around].filter(Boolean);
    const box = at.getBoundingClientRect();
    return {
        name: `${at.outerHTML.slice(0, 120)} in #${at.closest("[id]")?.id}`,
        page: at === document.body,
        inPanel: Boolean(at.closest(".panel")),
        footnote: at.matches(".fn"),
        seen: box.width > 0 && rings.some(one => {
            const style = getComputedStyle(one);
            return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== "none";
        }),
    };
}"""


def tab_to(page: "Page", wanted: str, key: str = "Tab", steps: int = 60) -> None:
    """Presses Tab until what has the focus matches."""
    for _ in range(steps):
        page.keyboard.press(key)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{key} never leads to {wanted}")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_footnote_is_read_opened_and_left_by_keys(open_page: OpenPage, width: int) -> None:
    page = open_page(width, 844)
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.keyboard.type(KEEPER)
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy]) .fn")
    tab_to(page, ".exchange .fn", "Shift+Tab")
    quote = page.evaluate("document.activeElement.dataset.quote")
    assert page.inner_text(".quote-card q") == quote
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel mark")
    assert page.evaluate(FOCUS)["inPanel"]
    assert page.locator(".quote-card").is_hidden()
    tab_to(page, ".panel-body")
    page.keyboard.press("Escape")
    assert page.evaluate(FOCUS)["footnote"]
    assert page.evaluate("document.activeElement.dataset.quote") == quote
    if width == 390:
        page.wait_for_selector(".panel", state="hidden")


@pytest.mark.parametrize(
    ("name", "there"),
    [("Sources", ".shelf-title"), ("Evaluate", "#go"), ("Library", "#check"), ("Ask", "#question textarea")],
)
def test_every_page_is_reached_and_the_focus_is_always_seen(open_page: OpenPage, name: str, there: str) -> None:
    page = open_page()
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "[role=tab]")
    for _ in range(4):
        if page.evaluate("document.activeElement.innerText.trim()") == name:
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(there)
    unseen = []
    for _ in range(16):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["page"]:
            break
        if not focus["seen"]:
            unseen.append(focus["name"])
    assert not unseen, "\n".join(unseen)


def test_the_first_stop_leads_straight_to_the_question(open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#check")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#question textarea')")
