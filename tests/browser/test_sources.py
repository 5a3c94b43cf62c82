"""Adding, reading, choosing and removing sources on the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import FERRY, OpenPage, ask, library_of, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

BRIDGE = "# The bridge at Lorn\n\nThe bridge at Lorn was finished in 1904 and carries trams on its upper deck.\n"


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app over a library that may be changed."""
    with library_of(tmp_path_factory.mktemp("own"), {"ferry.md": FERRY}) as workspace, serving(workspace) as address:
        yield address


def to_page(page: "Page", name: str) -> None:
    page.get_by_role("tab", name=name).click()


def upload(page: "Page", *files: Path) -> str:
    page.evaluate("document.querySelectorAll('.adding li').forEach(item => item.setAttribute('data-old', ''))")
    page.set_input_files("#drop input[type=file]", [str(file) for file in files])
    page.wait_for_selector(".adding li:not(.waiting):not([data-old])", timeout=20_000)
    page.wait_for_function("!document.querySelector('.adding li.waiting')", timeout=20_000)
    return page.inner_text(".adding")


def titles(page: "Page") -> list[str]:
    return page.locator(".shelf-title").all_inner_texts()


def test_a_file_can_be_added_asked_about_replaced_and_removed(
    open_page: OpenPage, own_site: str, tmp_path: Path
) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    file = tmp_path / "bridge.md"
    file.write_text(BRIDGE)
    assert "added" in upload(page, file)
    page.wait_for_function("document.querySelectorAll('.shelf-title').length === 2")

    page.locator(".shelf-title", has_text="bridge").click()
    page.wait_for_selector(".panel .source >> visible=true")
    assert "upper deck" in page.locator(".panel div.text >> visible=true").inner_text()

    to_page(page, "Ask")
    ask(page, "When was the bridge at Lorn finished?")
    assert "1904" in page.inner_text(".said")

    to_page(page, "Sources")
    file.write_text(BRIDGE.replace("1904", "1911"))
    assert "updated" in upload(page, file)
    assert len(titles(page)) == 2

    to_page(page, "Ask")
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel .problem >> visible=true")
    assert "1904" in page.locator(".panel .problem blockquote").inner_text()  # the words as they were cited

    to_page(page, "Sources")
    remove = page.locator("tr", has_text="bridge").locator(".remove")
    remove.dblclick()
    assert remove.inner_text() == "Really remove?" and len(titles(page)) == 2
    page.wait_for_selector(".remove[data-sure]")
    remove.click()
    page.wait_for_function("document.querySelectorAll('.shelf-title').length === 1")
    assert "ferry" in titles(page)[0]


def test_what_cannot_be_read_is_named_with_its_reason_and_the_rest_is_added(
    open_page: OpenPage, own_site: str, tmp_path: Path
) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    good, bad, hostile = tmp_path / "tides.txt", tmp_path / "noise.pdf", tmp_path / "<img src=x onerror=alert(1)>.txt"
    good.write_text("The tide at Lorn rises four metres at the new moon.")
    bad.write_bytes(b"\x00\x01 this is no PDF")
    hostile.write_text("")
    said = upload(page, good, bad, hostile)
    assert said.count("failed") == 2 and said.count("added") == 1
    assert "noise.pdf" in said and page.locator(".adding img").count() == 0


def test_an_address_that_cannot_be_fetched_is_explained(open_page: OpenPage, own_site: str) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    page.fill("#address textarea", "http://169.254.169.254/latest/meta-data")
    page.click("#address .submit-button")
    page.wait_for_selector(".adding li.failed")
    assert "169.254.169.254" in page.inner_text(".adding .failed")


def test_a_question_can_be_limited_to_chosen_sources(open_page: OpenPage) -> None:
    page = open_page()
    page.click("#scope input")
    page.get_by_role("option", name="The ferry to Orran").click()
    page.keyboard.press("Escape")
    ask(page, "Who was the first keeper of the lighthouse?")
    assert "Josiah Penn" not in page.inner_text(".exchange .said")
    ask(page, "What does a ticket for the ferry cost?")
    assert "four shillings" in page.locator(".exchange").nth(1).inner_text()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_page_fits_the_window(open_page: OpenPage, width: int) -> None:
    page = open_page(width, 844)
    to_page(page, "Sources")
    page.wait_for_selector(".shelf-title")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#shelf').scrollWidth <= document.querySelector('#shelf').clientWidth")
