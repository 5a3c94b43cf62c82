"""A source's own page, search within it, and the pages of a PDF with the cited words boxed."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from rag.settings import load_settings
from tests.browser.conftest import OpenPage, ask, serving
from tests.integration.made import pdf, prose
from ui.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = "Who painted the ceiling of the chapel?"
LEFT = [f"Left column, line {n}: the wardens kept the roof in good repair" for n in range(24)]
RIGHT = [f"Right column, row {n}: the choir sang at noon every feast day" for n in range(24)]
GUIDE = """# The chapel of Saint Odo

## How it was built

The chapel of Saint Odo was built in 1388 by masons from the coast. The masons from the coast who built the chapel of
Saint Odo in 1388 were paid in salt. Its walls are of chalk and flint.

## The bells

The largest bell of the chapel is called Old Martin. It was cast twice, because the first one broke. <b>Nobody</b>
remembers who broke the first bell of the chapel, though many people have been suspected of it.
"""


def chronicle() -> bytes:
    """Three pages: prose, two columns, prose far down."""
    first = [
        "The chapel stands on a hill above the river and was long",
        "visited by pilgrims who came on foot from the west.",
    ]
    third = [
        "The ceiling of the chapel was painted by Dora Kessel, who",
        "worked on her back for three summers and one winter.",
    ]
    return pdf(
        [prose(first), prose(LEFT, left=40, size=8) + prose(RIGHT, left=330, size=8), prose(third, top=300)],
        {"Title": "A chronicle of the chapel", "Author": "Ines Moor"},
    )


@pytest.fixture(scope="module")
def chapel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A library of a PDF and a guide."""
    folder = tmp_path_factory.mktemp("chapel")
    (folder / "files").mkdir()
    (folder / "files" / "chronicle.pdf").write_bytes(chronicle())
    (folder / "files" / "guide.md").write_text(GUIDE)
    with open_workspace(load_settings({"library": folder / "library"})) as workspace:
        assert workspace.ingest([str(folder / "files")]).count("added") == 2
        yield workspace


@pytest.fixture(scope="module")
def chapel_site(chapel: Workspace) -> Iterator[str]:
    """An app over it."""
    with serving(chapel) as address:
        yield address


def about(page: "Page", title: str) -> None:
    page.get_by_role("tab", name="Sources").click()
    page.locator(".shelf-title", has_text=title).click()
    page.wait_for_selector(".panel .about >> visible=true")


def in_view(page: "Page", selector: str) -> bool:
    """Whether something lies within the part of its scroller that is seen, and nothing is over it."""
    return bool(
        page.evaluate(
            """selector => {
                const at = document.querySelector(selector).getClientRects()[0];
                const hit = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
                return Boolean(hit?.closest(selector) || hit?.closest(".page-drawn")?.querySelector(selector));
            }""",
            selector,
        )
    )


def test_a_footnote_opens_the_page_with_the_words_boxed_and_the_text_lit(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    ask(page, QUESTION)
    page.locator(".exchange .fn[data-quote*='Dora Kessel']").first.click()
    page.wait_for_selector(".panel .text mark")
    reserved = page.locator(".paper").bounding_box()
    page.wait_for_function("document.querySelector('.page-drawn img')?.complete")
    assert page.locator(".paper").bounding_box() == reserved  # the picture moves nothing when it comes
    assert "Dora Kessel" in page.inner_text(".panel .text mark")
    assert page.inner_text(".paper-number") == "Page 3 of 3"
    assert page.locator(".word-box").count() == 2  # two lines
    box = page.locator(".word-box").first.bounding_box()
    assert (
        box and box["width"] > 4 * box["height"] and in_view(page, ".word-box") and in_view(page, ".panel .text mark")
    )
    assert page.evaluate("document.querySelector('.page-drawn img').naturalWidth") > 900

    page.click("[data-turn='-1']")
    page.wait_for_selector(".page-drawn[data-number='2']")
    assert page.locator(".word-box").count() == 0 and page.locator("[data-turn='1']").is_enabled()


def test_words_of_the_right_column_are_boxed_there(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    about(page, "chronicle")
    page.fill(".within input", "row 9: the choir sang")
    page.click(".hit")
    page.wait_for_selector(".word-box")
    whole, box = page.locator(".page-drawn").bounding_box(), page.locator(".word-box").first.bounding_box()
    assert whole and box and page.locator(".word-box").count() == 1
    assert box["x"] > whole["x"] + whole["width"] / 2


def test_the_page_can_be_hidden_and_stays_so(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    about(page, "chronicle")
    page.get_by_role("button", name="Read the text").click()
    page.wait_for_selector(".page-drawn[data-number='1']")
    page.get_by_role("button", name="Hide the page").click()
    page.wait_for_selector(".paper-view", state="hidden")
    page.click(".to-about")
    page.get_by_role("button", name="Read the text").click()
    page.wait_for_selector(".paper.folded")
    page.get_by_role("button", name="Show the page").click()
    page.wait_for_selector(".page-drawn >> visible=true")
    assert page.locator(".paper.folded").count() == 0


def test_a_source_tells_what_is_in_it(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    about(page, "Saint Odo")
    assert page.locator(".contents button").all_inner_texts() == ["How it was built", "The bells"]
    sentences = page.locator(".key-sentences li").all_inner_texts()
    assert len(sentences) >= 1 and sum("1388" in sentence for sentence in sentences) <= 1  # no two say the same
    assert "sample searches bring it back" in page.inner_text(".about")
    assert "guide.md" in page.inner_text(".source-facts") and page.locator(".versions li").count() == 1
    page.locator(".key-sentences .fn").first.click()
    page.wait_for_selector(".panel .text mark")
    assert " ".join(page.inner_text(".panel .text mark").split())[:40] == sentences[0][:40] and in_view(
        page, ".panel .text mark"
    )
    page.click(".to-about")
    page.get_by_role("button", name="The bells").click()
    page.wait_for_selector(".panel .text mark")
    assert page.inner_text(".panel .text mark") == "The bells"


def test_its_questions_are_answered_and_answers_are_listed(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    about(page, "Saint Odo")
    page.locator(".asks button", has_text="built").click()
    assert page.input_value("#question textarea") == "When was the chapel of Saint Odo built?"
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    ask(page, page.input_value("#question textarea"))
    assert "1388" in page.inner_text(".exchange .said")
    about(page, "Saint Odo")
    assert "When was the chapel" in page.inner_text(".mentions")


def test_search_within_finds_the_words_and_what_is_near_to_them(open_page: OpenPage, chapel_site: str) -> None:
    page = open_page(address=chapel_site)
    about(page, "Saint Odo")
    page.fill(".within input", "FIRST bell")
    page.wait_for_selector(".hit mark")
    assert page.locator(".hit mark").first.inner_text() == "first bell"
    assert page.locator(".hits b").count() == 0  # a document's markup is text
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel .text mark")
    assert page.input_value(".within input") == "FIRST bell" and page.inner_text(".step-count").startswith("1 of ")
    page.fill(".within input", "money for the workers")
    page.wait_for_function("document.querySelector('.within-found')?.textContent.includes('near to them in meaning')")
    assert "salt" in page.inner_text(".hits")


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_a_source_page_fits_the_window(open_page: OpenPage, chapel_site: str, width: int) -> None:
    page = open_page(width, 844, address=chapel_site)
    about(page, "chronicle")
    page.get_by_role("button", name="Edit").click()
    body = ".panel-body >> visible=true"
    assert page.locator(body).evaluate("body => body.scrollWidth <= body.clientWidth")
    page.get_by_role("button", name="Read the text").click()
    page.wait_for_selector(".page-drawn")
    assert page.locator(body).evaluate("body => body.scrollWidth <= body.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_original_is_kept_no_longer_than_its_source(chapel: Workspace) -> None:
    source = next(source for source in chapel.library.sources() if "chronicle" in source.title)
    assert chapel.library.originals.read(source.content_hash) == chronicle()
    taken = chapel.take(source.id)
    assert not chapel.library.originals.any
    chapel.put_back(taken)
    assert chapel.library.originals.read(source.content_hash) == chronicle()
