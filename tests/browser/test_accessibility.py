"""Every page as axe-core sees it: nothing serious or critical, in light and dark, on a desktop and a phone."""

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.conftest import FERRY, HOSTILE, LIGHTHOUSE, OpenPage, ask, library_of, serving
from ui.web.runs import sets_folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = {
    "id": "keeper",
    "question": "Who was the first keeper of the lighthouse?",
    "answerable": True,
    "key_facts": [["Josiah Penn"]],
    "evidence": ["The first keeper was Josiah Penn, who served for 22 years."],
}


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app with everything that its pages can show: sources, a question set, and later a kept conversation."""
    texts = {"lighthouse.md": LIGHTHOUSE, "ferry.md": FERRY, "heron.txt": HOSTILE}
    with library_of(tmp_path_factory.mktemp("whole"), texts) as workspace:
        sets_folder(workspace).mkdir(parents=True)
        (sets_folder(workspace) / "keeper.jsonl").write_text(json.dumps(QUESTION), "utf-8")
        with serving(workspace) as address:
            yield address


def at_home(page: "Page") -> None:
    page.wait_for_selector(".source-row", state="attached")


def at_an_answer(page: "Page") -> None:
    ask(page, QUESTION["question"])  # type: ignore[arg-type]
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")


def at_a_refusal(page: "Page") -> None:
    ask(page, "Who won the chess championship in Buenos Aires?")


def at_the_conversations(page: "Page") -> None:
    ask(page, QUESTION["question"])  # type: ignore[arg-type]
    page.click("[data-anew]")
    page.click("[data-kept]")
    page.wait_for_selector(".kept-row")
    page.locator("[data-forget]").first.click()


def at_the_sources(page: "Page") -> None:
    page.get_by_role("tab", name="Sources").click()
    page.wait_for_selector(".shelf-title")


def at_a_source(page: "Page") -> None:
    at_the_sources(page)
    page.locator(".shelf-title").last.click()
    page.wait_for_selector(".panel .about >> visible=true")
    page.get_by_role("button", name="Edit", exact=True).click()


def at_a_report(page: "Page") -> None:
    page.get_by_role("tab", name="Evaluate").click()
    page.wait_for_function("document.querySelector('#set input')?.value")
    if not page.locator(".run").count():
        page.click("#go")
    page.wait_for_selector(".run .results", timeout=30_000)
    page.locator(".results summary").first.click()
    page.click("#add-set .label-wrap")


def at_the_library(page: "Page") -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".facts")
    page.get_by_text("Settings in force").click()
    page.click("#check")
    page.wait_for_selector("#health .verdict", timeout=20_000)


PAGES: list[Callable[["Page"], None]] = [
    at_home,
    at_an_answer,
    at_a_refusal,
    at_the_conversations,
    at_the_sources,
    at_a_source,
    at_a_report,
    at_the_library,
]


@pytest.mark.parametrize("prepare", PAGES, ids=lambda prepare: prepare.__name__)
def test_nothing_serious_is_wrong(open_page: OpenPage, whole_site: str, prepare: Callable[["Page"], None]) -> None:
    page = open_page(1280, 844, whole_site, reduced_motion="reduce")
    prepare(page)
    found: list[str] = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        found += [f"{width}, {theme}: {fault}" for theme in ("light", "dark") for fault in faults(page, theme)]
    assert not found, "\n".join(found)


def faults(page: "Page", theme: str) -> list[str]:
    """What axe-core calls serious or critical on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    dark = "dark => document.body.classList.contains('dark') === dark"
    page.wait_for_function(dark, arg=theme == "dark")
    found: dict[str, Any] = Axe().run(page).response
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]
