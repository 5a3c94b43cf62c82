"""An answer that grows as one reads: nothing jumps, nothing is unstyled, nothing moves for who wants calm."""

import re
from typing import Any

import httpx
import pytest

from tests.browser.conftest import LIGHTHOUSE, OpenPage, library_of, serving
from tests.browser.test_conversations import answer_with
from tests.integration.scripted import ScriptedModel, Wait

WATCH = """() => {
    window.shifted = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            const moved = entry.sources.map(one => one.node?.className ?? one.node?.nodeName);
            if (!entry.hadRecentInput) window.shifted.push([entry.value, moved]);
        }
    }).observe({ type: "layout-shift", buffered: false });
}"""
SLOW: list[Any] = [
    "The first keeper was ",
    Wait(0.7),  # what moves within half a second of a key counts as the reader's doing
    "Josiah Penn, who served for 22 years [1]. ",
    Wait(0.3),
    "He kept bees on the western slope [1]. ",
    Wait(0.3),
    "After him came his daughter Miriam Penn, who recorded every ship that passed in a blue ledger [1].",
]


def test_nothing_jumps_while_an_answer_grows(open_page: OpenPage, tmp_path_factory: pytest.TempPathFactory) -> None:
    model = ScriptedModel(replies=[SLOW])
    texts = {"lighthouse.md": LIGHTHOUSE}
    with library_of(tmp_path_factory.mktemp("slow"), texts) as workspace, serving(workspace) as address:
        answer_with(workspace, model)
        page = open_page(address=address)
        page.wait_for_selector(".source-row")
        page.fill("#question textarea", "Who was the first keeper of the lighthouse?")
        page.evaluate(WATCH)
        page.keyboard.press("Enter")
        page.wait_for_selector(".exchange:not([aria-busy]) .fn", timeout=30_000)
        page.wait_for_timeout(500)
        shifted = page.evaluate("window.shifted")
        page.close()  # before its server goes
    assert sum(value for value, _ in shifted) < 0.1, shifted


def test_the_looks_come_before_the_page(site: str) -> None:
    head = httpx.get(site).text.split("<body", 1)[0]
    sheets = re.findall(r'<link rel="stylesheet" href="(/view/static/[^"]+)"', head)
    assert sheets and all("gradio" not in head[: head.index(sheet)] for sheet in sheets)
    theme = head.index("/view/static/footnotes.js")
    assert "async" not in head[theme - 60 : theme + 60] and "defer" not in head[theme - 60 : theme + 60]


def test_a_dark_page_is_never_light(open_page: OpenPage) -> None:
    page = open_page(color_scheme="dark")
    page.add_init_script(
        """window.seen = new Set();
        const look = () => {
            if (document.body) window.seen.add(getComputedStyle(document.body).backgroundColor);
            requestAnimationFrame(look);
        };
        look();"""
    )
    page.reload()
    page.wait_for_selector("#transcript .empty h1")
    assert page.evaluate("[...window.seen]") == ["rgb(21, 21, 24)"]


def test_nothing_moves_for_who_wants_calm(open_page: OpenPage) -> None:
    page = open_page(390, 844, reduced_motion="reduce")
    page.fill("#question textarea", "Who was the first keeper of the lighthouse?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy]) .fn")
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    assert page.evaluate("document.getAnimations().filter(one => one.playState === 'running').length") == 0
    assert page.locator("mark.lit").count() == 0
