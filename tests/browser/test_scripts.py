"""The page's own JavaScript, on a page with nothing but the HTML that it works on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ui.web.app import STATIC

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PLACE = "http://bare.example/"
BARE = """<!doctype html><html><head><script src="/footnotes.js"></script></head><body>
<button id="theme-switch">Theme</button>
<div id="said"><button data-tell="resume" data-name="<b>one</b>">Go on</button> <button>Other</button></div>
<button class="fn" style="position: fixed; left: 2px; top: 2px"
  data-source="a" data-quote="<i>words</i>" data-place="P">1</button>
<button class="fn" style="position: fixed; right: 2px; bottom: 2px"
  data-source="b" data-quote="more" data-place="Q">2</button>
<div class="tabitem"><aside class="panel" tabindex="-1">
  <h2 class="panel-name"></h2><button data-list hidden>All</button><div class="panel-body"></div>
</aside></div></body></html>"""


@pytest.fixture
def bare(browser: "Browser") -> "Iterator[Page]":
    """A page served by the test itself: footnotes.js and what it fetches."""
    context = browser.new_context(viewport={"width": 400, "height": 500})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.route(PLACE + "**", lambda route: route.fulfill(status=404, body="<p class='problem'>gone</p>"))
    page.route(PLACE, lambda route: route.fulfill(body=BARE, content_type="text/html"))
    script = (STATIC / "footnotes.js").read_text("utf-8")
    page.route(PLACE + "footnotes.js", lambda route: route.fulfill(body=script, content_type="text/javascript"))
    page.goto(PLACE)
    yield page
    context.close()
    assert not faults


def test_a_quote_is_text_and_stays_inside_the_window(bare: "Page") -> None:
    for n in (0, 1):
        bare.locator(".fn").nth(n).focus()
        card = bare.locator(".quote-card")
        assert card.is_visible() and card.locator("i").count() == 0
        box = card.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 400 and box["y"] >= 0
    assert bare.get_attribute(".fn >> nth=1", "aria-describedby") == "quote-card"
    assert bare.get_attribute(".fn >> nth=0", "aria-describedby") is None


def test_only_the_last_source_that_was_asked_for_is_shown(bare: "Page") -> None:
    bare.route(PLACE + "view/source/a?**", lambda route: route.fulfill(body="<p>first</p>"))
    found = bare.evaluate(
        """async () => {
            const waiting = {};
            window.fetch = url => new Promise(found => { waiting[url] = () => found(new Response(url)); });
            const [slow, fast] = [footnotes.fill("/slow"), footnotes.fill("/fast")];
            waiting["/fast"]();
            await fast;
            waiting["/slow"]();
            return [await slow, await fast, document.querySelector(".panel-body").textContent];
        }"""
    )
    assert found == [False, True, "/fast"]


def test_a_server_that_is_gone_is_said_and_the_quote_is_kept(bare: "Page") -> None:
    bare.route(PLACE + "view/**", lambda route: route.abort())
    bare.locator(".fn").first.click()
    bare.wait_for_selector(".panel-body .problem blockquote")
    assert "Is Footnote still running?" in bare.inner_text(".problem")
    assert bare.inner_text(".problem blockquote") == "<i>words</i>"


def test_a_source_that_is_gone_shows_what_was_cited(bare: "Page") -> None:
    bare.locator(".fn").first.click()
    bare.wait_for_selector(".panel-body .problem blockquote")
    assert bare.inner_text(".problem").startswith("gone")


def test_a_button_tells_its_event_and_its_data(bare: "Page") -> None:
    bare.evaluate("window.told = null")
    bare.evaluate(
        "footnotes.telling(document.querySelector('#said'), { resume: said => { told = JSON.stringify(said); } })"
    )
    bare.get_by_text("Other").click()
    assert bare.evaluate("window.told") is None
    bare.get_by_text("Go on").click()
    assert json.loads(bare.evaluate("window.told")) == {"name": "<b>one</b>"}


def test_the_theme_is_remembered_even_where_nothing_can_be_stored(bare: "Page") -> None:
    dark = "document.documentElement.classList.contains('dark')"
    bare.click("#theme-switch")
    assert bare.evaluate(dark)
    bare.reload()
    assert bare.evaluate(dark)
    bare.add_init_script("Object.defineProperty(window, 'localStorage', { get() { throw new Error('private'); } })")
    bare.reload()
    assert not bare.evaluate(dark)
    bare.click("#theme-switch")
    assert bare.evaluate(dark)


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda script: script.name)
def test_no_script_makes_code_or_markup_of_words(script: Path) -> None:
    text = script.read_text("utf-8")
    assert "eval(" not in text and "new Function" not in text and "document.write" not in text
    assert "http://" not in text and "https://" not in text
    for line in text.splitlines():
        if "innerHTML =" in line or "insertAdjacentHTML" in line:
            assert re.search(r"innerHTML = (html|await response\.text\(\));", line), line  # what our templates escaped
