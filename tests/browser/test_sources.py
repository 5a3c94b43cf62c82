"""Adding, reading, choosing and removing sources on the page."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import FERRY, OpenPage, ask, library_of, serving
from ui.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

BRIDGE = "# The bridge at Lorn\n\nThe bridge at Lorn was finished in 1904 and carries trams on its upper deck.\n"


@pytest.fixture(scope="module")
def own_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A library that may be changed."""
    with library_of(tmp_path_factory.mktemp("own"), {"ferry.md": FERRY}) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def own_site(own_workspace: Workspace) -> Iterator[str]:
    """An app over it."""
    with serving(own_workspace) as address:
        yield address


def to_page(page: "Page", name: str) -> None:
    page.get_by_role("tab", name=name).click()
    if name == "Sources":
        page.wait_for_selector(".shelf-title")


def upload(page: "Page", *files: Path) -> str:
    page.evaluate("document.querySelectorAll('.adding li').forEach(item => item.setAttribute('data-old', ''))")
    page.set_input_files("#drop input[type=file]", [str(file) for file in files])
    page.wait_for_selector(".adding.over li:not([data-old])", timeout=30_000)
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
    page.get_by_role("button", name="Read the text").click()
    page.wait_for_selector(".panel div.text >> visible=true")
    assert "upper deck" in page.locator(".panel div.text >> visible=true").inner_text()

    to_page(page, "Ask")
    ask(page, "When was the bridge at Lorn finished?")
    assert "1904" in page.inner_text(".said")

    to_page(page, "Sources")
    file.write_text(BRIDGE.replace("1904", "1911"))
    assert "updated" in upload(page, file)
    assert len(titles(page)) == 2

    to_page(page, "Ask")
    page.locator(".exchange .fn").first.click()
    page.wait_for_selector(".panel mark >> visible=true")
    assert "1904" in page.locator(".panel mark >> visible=true").inner_text()  # the words as they were cited


def test_a_removed_source_is_gone_at_once_and_undo_brings_it_back(
    open_page: OpenPage, own_site: str, tmp_path: Path
) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    file = tmp_path / "mill.md"
    file.write_text("# The mill at Dunn\n\nThe mill at Dunn was bought by Ruth Abel for ninety crowns.\n")
    upload(page, file)
    question = "Who bought the mill at Dunn?"
    to_page(page, "Ask")
    ask(page, question)
    assert "Ruth Abel" in page.locator(".exchange .said").last.inner_text()

    to_page(page, "Sources")
    page.locator("tr", has_text="mill").locator(".remove").click()
    page.wait_for_selector(".notice.removed")
    assert not any("mill" in title for title in titles(page))
    assert page.evaluate("document.activeElement.matches('.undo')")  # a keyboard is where it is needed
    to_page(page, "Ask")
    ask(page, question)
    assert "Ruth Abel" not in page.locator(".exchange .said").last.inner_text()

    to_page(page, "Sources")
    page.click(".undo")
    page.wait_for_selector(".notice.restored")
    page.wait_for_function(
        "[...document.querySelectorAll('.shelf-title')].some(one => one.textContent.includes('mill'))"
    )
    to_page(page, "Ask")
    ask(page, question)
    assert "Ruth Abel" in page.locator(".exchange .said").last.inner_text()


def test_an_addition_can_be_cancelled_and_what_is_finished_stays(
    open_page: OpenPage, own_site: str, tmp_path: Path
) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    before = set(titles(page))
    files = []
    for number in range(200):  # more than one batch, so that some are finished and some aren't
        files.append(tmp_path / f"log {number:03}.txt")
        files[-1].write_text(f"On watch {number} the mate saw {number * 7} gulls.")
    page.set_input_files("#drop input[type=file]", [str(file) for file in files])
    page.wait_for_selector(".adding:not(.over) li.added", timeout=60_000)
    assert page.inner_text(".adding-count").split(",")[0].endswith(" of 200 sources")
    page.click("[data-cancel]")
    page.wait_for_selector(".adding.over", timeout=60_000)
    said = page.inner_text(".adding-count")
    assert said.startswith("Cancelled.") and "What is finished stays." in said
    added = int(said.split()[1])
    assert 0 < added < 200 and f"{200 - added} left out" in said
    assert len(set(titles(page)) - before) == added


def test_title_collection_and_tags_can_be_edited(open_page: OpenPage, own_site: str, tmp_path: Path) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    file = tmp_path / "scan7.txt"
    file.write_text("The council of Brenn voted to pave the market square with grey setts.")
    upload(page, file)
    page.locator(".shelf-title", has_text="scan7").click()
    page.get_by_role("button", name="Edit").click()
    page.fill(".describe [name=title]", " ")
    page.click(".describe [type=submit]")
    page.wait_for_selector(".describe-problem:not([hidden])")
    assert "needs a title" in page.inner_text(".describe-problem")
    page.fill(".describe [name=title]", "Minutes of <b>Brenn</b>")
    page.fill(".describe [name=collection]", "Councils")
    page.fill(".describe [name=tags]", "paving, 1912")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice.described")
    page.wait_for_selector(".about[data-name='Minutes of <b>Brenn</b>']")
    row = page.locator("tr", has_text="Minutes of <b>Brenn</b>")
    assert row.locator(".tag").all_inner_texts() == ["Councils", "paving", "1912"]
    upload(page, file)
    assert row.count() == 1  # the same file again doesn't undo that

    page.select_option("#shelf-collection", "Councils")
    page.click("#ask-collection")
    page.wait_for_selector("#scope .token")
    assert "Councils" in page.inner_text("#scope .token")
    ask(page, "What does a ticket for the ferry cost?")
    assert "four shillings" not in page.inner_text(".exchange .said")


def test_the_table_is_sorted_filtered_and_chosen_from(open_page: OpenPage, own_site: str, tmp_path: Path) -> None:
    page = open_page(address=own_site)
    to_page(page, "Sources")
    long, short = tmp_path / "aardvark.txt", tmp_path / "zebra.txt"
    long.write_text("\n\n".join(f"The aardvark dug {number} holes in one night." for number in range(200)))
    short.write_text("The zebra slept.")
    upload(page, long, short)
    page.fill("#shelf-filter", "ZEBRA text")
    shown = page.locator(".catalogue tbody tr:visible .shelf-title")
    assert shown.all_inner_texts() == ["zebra"]
    page.fill("#shelf-filter", "nothing like that")
    page.get_by_role("button", name="Show all").click()
    page.get_by_role("button", name="Size").click()
    names = shown.all_inner_texts()
    assert names.index("aardvark") < names.index("zebra")
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Size").click()
    names = shown.all_inner_texts()
    assert names.index("zebra") < names.index("aardvark")

    page.get_by_role("checkbox", name="Choose zebra").check()
    page.get_by_role("checkbox", name="Choose aardvark").check()
    assert page.inner_text(".chosen-count") == "2 chosen"
    page.click("#remove-chosen")
    page.wait_for_selector(".notice.removed")
    assert "2 sources are removed." in page.inner_text(".notice") and "zebra" not in titles(page)
    page.wait_for_selector(".chosen-bar", state="hidden")


def test_a_source_is_read_again_from_where_it_came_or_it_is_said_why_not(
    open_page: OpenPage, own_workspace: Workspace, own_site: str, tmp_path: Path
) -> None:
    file = tmp_path / "quarry.txt"
    file.write_text("The quarry at Harrow employed forty men.")
    own_workspace.ingest([str(file)])
    page = open_page(address=own_site)
    to_page(page, "Sources")
    page.locator(".shelf-title", has_text="quarry").click()
    file.write_text("The quarry at Harrow employed sixty men.")
    page.get_by_role("button", name="Update").click()
    page.wait_for_selector(".adding.over li.updated")
    file.unlink()
    page.get_by_role("button", name="Update").click()
    page.wait_for_selector(".adding.over li.failed")
    assert "can't be read: No such file" in page.inner_text(".adding li.failed")

    upload(page, _written(tmp_path / "note.txt", "The note says that the bell was cast in Brenn."))
    page.locator(".shelf-title", has_text="note").click()
    page.wait_for_selector(".about[data-name=note]")
    page.get_by_role("button", name="Update").click()
    page.wait_for_selector(".notice.problem")
    assert "Drop it here again" in page.inner_text(".notice")


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


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
    assert said.count("\nfailed") == 2 and said.count("\nadded") == 1
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
