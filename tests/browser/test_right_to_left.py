"""Sources and questions in scripts that are written from right to left."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import FERRY, OpenPage, ask, library_of, serving

if TYPE_CHECKING:
    from playwright.sync_api import Locator

ARABIC = """# منارة الجزيرة

بُنيت منارة الجزيرة سنة 1871 على يد المهندسة سلمى الكاتب. يبلغ ارتفاع المنارة 43 مترا وهي من الحجر الرمادي.

كان أول حارس للمنارة يوسف النجار الذي خدم فيها 22 سنة. وكان يربي النحل على السفح الغربي.
"""
HEBREW = """# המגדלור בכף הסלע

המגדלור בכף הסלע נבנה בשנת 1904 בידי המהנדסת רות אלון. גובה המגדלור 43 מטרים והוא עשוי אבן אפורה.

השומר הראשון של המגדלור היה יוסף כהן, ששירת בו 22 שנים. הוא גידל דבורים במדרון המערבי.
"""
TEXTS = {"arabic.md": ARABIC, "hebrew.md": HEBREW, "ferry.md": FERRY}
ASKED = {
    "arabic": ("متى بُنيت منارة الجزيرة؟", "1871"),
    "hebrew": ("באיזו שנה נבנה המגדלור בכף הסלע?", "1904"),
}


@pytest.fixture(scope="module")
def rtl_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with library_of(tmp_path_factory.mktemp("rtl"), TEXTS) as workspace, serving(workspace) as address:
        yield address


def direction(words: "Locator") -> str:
    return str(words.evaluate("words => getComputedStyle(words).direction"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("script", ["arabic", "hebrew"])
def test_everything_of_a_source_runs_in_its_direction(
    open_page: OpenPage, rtl_site: str, script: str, width: int
) -> None:
    question, year = ASKED[script]
    page = open_page(width, 844, rtl_site)
    ask(page, question)
    said = page.locator(".said").first
    assert year in said.inner_text()
    assert direction(said) == direction(page.locator(".asked")) == "rtl"
    at = page.evaluate(
        """() => {
            const said = document.querySelector(".said").getBoundingClientRect();
            const chip = document.querySelector(".said .fn").getBoundingClientRect();
            const first = document.createRange();
            const text = document.createTreeWalker(document.querySelector(".said .statement"), 4).nextNode();
            first.setStart(text, 0);
            first.setEnd(text, 1);
            return { said: said.right, first: first.getBoundingClientRect().right, chip: chip.left, left: said.left };
        }"""
    )
    assert at["said"] - at["first"] < 12  # the first letter stands at the right edge
    assert at["chip"] >= at["left"]

    footnote = page.locator(".fn").first
    footnote.focus()
    assert direction(page.locator(".quote-card q")) == "rtl"
    footnote.click()
    page.wait_for_selector(".panel mark")
    assert year in page.locator(".panel mark").first.inner_text()
    assert direction(page.locator(".panel div.text")) == direction(page.locator(".panel h3")) == "rtl"
    page.wait_for_timeout(400)  # the sheet slides in
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    parts = "[...document.querySelectorAll('#transcript, .panel-body')]"
    assert page.evaluate(f"{parts}.every(one => one.scrollWidth <= one.clientWidth)")


def test_a_question_is_typed_in_its_direction_and_listed_so(open_page: OpenPage, rtl_site: str) -> None:
    page = open_page(390, 844, rtl_site)
    question = ASKED["arabic"][0]
    page.fill("#question textarea", question)
    assert direction(page.locator("#question textarea")) == "rtl"
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy]) .fn")
    assert direction(page.locator(".talk-title")) == "rtl"
    page.get_by_role("tab", name="Sources").click()
    assert direction(page.locator(".shelf-title", has_text="الجزيرة")) == "rtl"
