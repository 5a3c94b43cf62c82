"""A document, a title, a file name and a question set made to break out: text on every page, and no request leaves."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.settings import load_settings
from tests.browser.conftest import HOSTILE, OpenPage, ask, serving
from ui.web.runs import runs_folder, sets_folder
from ui.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGE = '<img src="http://foreign.example/t.png" onerror="window.stolen=3">'
TITLE = f"{IMAGE} </h3></mark><script>window.stolen=4</script> ![x](http://foreign.example/y.png)"
PAGE = f"""---
title: '{TITLE}'
url: "javascript:window.stolen=5"
author: '{IMAGE}'
---
{HOSTILE}

## {IMAGE} heading

[a link](javascript:window.stolen=6) leads the heron to Lake Vann, where the marsh heron sleeps on one leg.
"""
QUESTION = f"Where does the marsh heron nest {IMAGE}?"


@pytest.fixture(scope="module")
def den(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("den")
    (folder / "files").mkdir()
    (folder / "files" / "heron.md").write_text(PAGE, "utf-8")
    case = {"id": "<b>1</b>", "question": QUESTION, "answerable": True, "answer": IMAGE, "key_facts": [[IMAGE]]}
    with open_workspace(load_settings({"library": folder / "library"})) as workspace:
        assert not workspace.ingest([str(folder / "files")]).failed
        sets_folder(workspace).mkdir(parents=True)
        (sets_folder(workspace) / "den.jsonl").write_text(json.dumps({**case, "type": TITLE[:40]}), "utf-8")
        yield workspace


@pytest.fixture(scope="module")
def den_site(den: Workspace) -> Iterator[str]:
    with serving(den) as address:
        yield address


def assert_only_text(page: "Page", place: str) -> None:
    """The words are there to be read, and nothing of them is an element or has run."""
    assert "<img src=" in " ".join(page.locator(place).all_inner_texts()), place
    made = page.locator(f":is({place}) :is(img[src*=foreign], script, iframe, h1 h1, a[href^=javascript])")
    assert made.count() == 0, place
    assert page.evaluate("window.stolen") is None


def test_in_the_chat_the_panel_and_the_list_of_conversations(open_page: OpenPage, den_site: str) -> None:
    page = open_page(address=den_site)
    ask(page, QUESTION)
    assert_only_text(page, ".exchange")
    assert_only_text(page, ".talk-title")
    page.locator(".fn").first.hover()
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    assert_only_text(page, ".panel .source")
    page.click("[data-kept]")
    page.wait_for_selector(".kept-title")
    assert_only_text(page, ".kept-list")


def test_in_what_is_told_of_the_file_itself(open_page: OpenPage, den_site: str) -> None:
    page = open_page(address=den_site)
    ask(page, "Who is the author of this document?")
    assert_only_text(page, ".exchange")
    ask(page, "What is the title of this document?")
    assert page.locator(".exchange").last.inner_text().count("<img src=") >= 1
    assert_only_text(page, ".exchange")


def test_on_the_page_of_the_source(open_page: OpenPage, den_site: str) -> None:
    page = open_page(address=den_site)
    page.get_by_role("tab", name="Sources").click()
    page.wait_for_selector(".shelf-title")
    assert_only_text(page, ".shelf")
    page.click(".shelf-title")
    page.wait_for_selector(".about")
    page.wait_for_timeout(500)  # its questions come later
    assert_only_text(page, ".about")


def test_as_the_name_of_a_file_that_is_dropped_in(open_page: OpenPage, den_site: str, tmp_path: Path) -> None:
    file = tmp_path / "<img src=x onerror=window.stolen=7>.txt"
    file.write_text("The bittern booms at night in the reeds of Lake Vann.", "utf-8")
    page = open_page(address=den_site)
    page.get_by_role("tab", name="Sources").click()
    page.set_input_files("#drop input[type=file]", str(file))
    page.wait_for_selector(".adding.over li", timeout=30_000)
    assert page.locator(".adding img").count() == 0 and "img" in page.inner_text(".adding")
    page.wait_for_selector(".shelf-title >> nth=1")
    assert page.locator("#shelf :is(img[onerror], script)").count() == 0
    assert page.evaluate("window.stolen") is None


def test_in_the_evaluation_and_its_report(open_page: OpenPage, den: Workspace, den_site: str, browser: Any) -> None:
    page = open_page(address=den_site)
    page.get_by_role("tab", name="Evaluate").click()
    page.wait_for_function("document.querySelector('#set input')?.value")
    page.click("#go")
    page.wait_for_selector(".run .results", timeout=30_000)
    page.locator(".results summary").first.click()
    assert_only_text(page, ".run")

    requests: list[str] = []
    report = next(runs_folder(den).glob("*/report.html"))
    context = browser.new_context(offline=True)
    alone = context.new_page()
    alone.on("request", lambda request: requests.append(request.url))
    alone.goto(report.as_uri())
    for details in alone.locator("details").all():
        details.evaluate("one => { one.open = true; }")
    assert "<img src=" in alone.inner_text("body")
    assert alone.locator(":is(img[src*=foreign], iframe, a[href^=javascript])").count() == 0
    assert alone.evaluate("window.stolen") is None
    assert requests == [report.as_uri()]
    context.close()
