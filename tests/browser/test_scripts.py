"""The page's own JavaScript, on a page with nothing but the HTML that it works on."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ui.web.app import STATIC

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

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
TALKS = """<!doctype html><html><head>
<script src="/footnotes.js"></script><script src="/conversations.js"></script></head><body>
<div id="talks"><div class="talk-bar"><button data-kept aria-expanded="false">Conversations</button>
<p class="talk-title"></p>
<details class="menu"><summary>Export</summary><a data-export="md">Markdown</a></details></div>
<aside class="kept"><input class="kept-search"><div class="kept-list"></div></aside></div>
<div id="transcript"></div></body></html>"""
KEPT = """<ul><li class="kept-row" data-id="one"><a class="kept-open" href="/?c=one" data-open="one">
<span class="kept-title">About &lt;b&gt;lamps</span></a>
<button data-rename>Rename</button><button data-forget>Delete</button></li></ul>"""
ROW = """<tr data-id="{0}" data-title="{1}" data-kind="{2}" data-date="2020" data-size="{3}" data-collection="{4}"
data-chunks="1" data-health="1" data-tags="old"><td><input type="checkbox" data-pick="{0}"></td><th>{1}</th></tr>"""
SHELF = f"""<!doctype html><html><head>
<script src="/footnotes.js"></script><script src="/sources.js"></script></head><body>
<div class="shelf-tools" hidden><input id="shelf-filter"><select id="shelf-collection"></select>
<button id="ask-collection" hidden>Ask the collection</button></div><div id="notice"></div>
<div class="chosen-bar" hidden><span class="chosen-count"></span><button id="ask-chosen">Ask only these</button></div>
<div id="shelf"><table class="catalogue"><thead><tr>
<th scope="col"><button class="sort" data-sort="title">Title</button></th>
<th scope="col"><button class="sort" data-sort="size" data-first="descending">Size</button></th></tr></thead><tbody>
{ROW.format("a", "beacons", "PDF", 90, "sea")}{ROW.format("b", "anchors", "Web page", 1000, "")}
{ROW.format("c", "cables", "PDF", 200, "land")}</tbody></table><p class="none-left" hidden>No source fits.</p></div>
</body></html>"""


@pytest.fixture
def serve(browser: "Browser") -> "Iterator[Callable[[str], Page]]":
    """Serves a page from the test itself, with our scripts and nothing else behind it."""
    context = browser.new_context(viewport={"width": 400, "height": 500})
    faults: list[str] = []

    def served(html: str) -> "Page":
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.route(PLACE + "**", lambda route: route.fulfill(status=404, body="<p class='problem'>gone</p>"))
        page.route(PLACE + "?**", lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route(PLACE, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.route(PLACE + "*.js", _script)
        page.goto(PLACE)
        return page

    yield served
    context.close()
    assert not faults


def _script(route: "Route") -> None:
    script = STATIC / route.request.url.rpartition("/")[2]
    route.fulfill(body=script.read_text("utf-8"), content_type="text/javascript; charset=utf-8")


@pytest.fixture
def bare(serve: "Callable[[str], Page]") -> "Page":
    """A page with footnotes in it."""
    return serve(BARE)


@pytest.fixture
def talks(serve: "Callable[[str], Page]") -> "Page":
    """A page with the list of conversations in it; what is told to the server is in `told`."""
    page = serve(TALKS)
    page.route(PLACE + "view/conversations?**", lambda route: route.fulfill(body=KEPT))
    page.evaluate(
        """() => {
            window.told = [];
            footnotes.conversation(document.querySelector("#transcript"), {});
            footnotes.conversations(document.querySelector("#talks"), { open: where => told.push(where) });
        }"""
    )
    return page


@pytest.fixture
def shelf(serve: "Callable[[str], Page]") -> "Page":
    """A page with a table of three sources; what is told to the server is in `told`."""
    page = serve(SHELF)
    page.evaluate(
        """() => {
            window.told = [];
            const tell = new Proxy({}, { get: (_, what) => data => told.push([what, data]) });
            const shelf = document.querySelector("#shelf");
            const table = shelf.innerHTML;
            shelf.innerHTML = "";
            sources.shelf(shelf, tell);
            shelf.innerHTML = table;
        }"""
    )
    page.wait_for_selector(".shelf-tools", state="visible")
    return page


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


def test_the_address_and_the_title_follow_the_conversation_shown(talks: "Page") -> None:
    talks.evaluate(
        """document.querySelector("#transcript").innerHTML =
            '<i id="marker" data-conversation="one" data-title="On &lt;b&gt; lamps" data-answer=""></i>'"""
    )
    talks.wait_for_function("location.search === '?c=one'")
    assert talks.title() == "On <b> lamps · Footnote"
    assert talks.inner_text(".talk-title") == "On <b> lamps"
    assert talks.get_attribute("[data-export]", "href") == "/view/conversations/one/export.md"
    talks.evaluate(
        """document.querySelector("#marker").outerHTML = '<i id=marker data-conversation="" data-title=""></i>'"""
    )
    talks.wait_for_function("location.search === ''")
    talks.go_back()  # the way back through the history opens what was there
    talks.wait_for_function("told.length === 1")
    assert talks.evaluate("told") == [""]


def test_only_the_last_search_fills_the_list(talks: "Page") -> None:
    talks.evaluate(
        """() => {
            window.waiting = {};
            window.fetch = url => new Promise(found => {
                const words = new URLSearchParams(url.split("?")[1]).get("q");
                waiting[words] = () => found(new Response(words));
            });
        }"""
    )
    talks.click("[data-kept]")
    talks.fill(".kept-search", "lamp")
    talks.wait_for_function("'lamp' in waiting")
    talks.evaluate("waiting.lamp()")
    talks.wait_for_function("document.querySelector('.kept-list').textContent === 'lamp'")
    talks.evaluate("waiting['']()")
    talks.wait_for_timeout(50)
    assert talks.inner_text(".kept-list") == "lamp"


def test_a_list_that_cannot_be_fetched_is_said(talks: "Page") -> None:
    talks.route(PLACE + "view/conversations?**", lambda route: route.abort())
    talks.click("[data-kept]")
    talks.wait_for_selector("[role=alert]")
    assert "Is Footnote still running?" in talks.inner_text(".kept-list")


def test_a_conversation_is_renamed_by_enter_and_left_by_escape(talks: "Page") -> None:
    sent: list[tuple[str, str | None]] = []
    talks.route(
        PLACE + "view/conversations/one",
        lambda route: (sent.append((route.request.method, route.request.post_data)), route.fulfill(body=""))[1],
    )
    talks.click("[data-kept]")
    talks.click("[data-rename]")
    assert talks.input_value(".kept-name") == "About <b>lamps"
    talks.keyboard.press("Escape")
    talks.wait_for_selector(".kept-name", state="detached")
    assert sent == []
    talks.click("[data-rename]")
    talks.keyboard.type("Lamps")
    talks.keyboard.press("Enter")
    talks.wait_for_selector(".kept-title")
    assert sent == [("PATCH", '{"title":"Lamps"}')]


def test_deleting_takes_a_second_click_that_is_not_a_double_click(talks: "Page") -> None:
    sent: list[str] = []
    talks.route(
        PLACE + "view/conversations/one",
        lambda route: (sent.append(route.request.method), route.fulfill(body=""))[1],
    )
    talks.click("[data-kept]")
    talks.dblclick("[data-forget]")
    assert talks.inner_text("[data-forget]") == "Really delete?"
    talks.wait_for_selector("[data-forget][data-sure]")
    assert sent == []
    talks.click("[data-forget]")
    talks.wait_for_function("document.activeElement.className === 'kept-search'")
    assert sent == ["DELETE"]


def shown_rows(page: "Page") -> list[str]:
    return page.locator("tbody tr:visible th").all_inner_texts()


def test_the_table_is_sorted_by_words_and_by_numbers(shelf: "Page") -> None:
    assert shown_rows(shelf) == ["anchors", "beacons", "cables"]
    shelf.click("[data-sort=size]")
    assert shown_rows(shelf) == ["anchors", "cables", "beacons"]
    assert shelf.locator("th[aria-sort=descending]").inner_text() == "Size"
    shelf.click("[data-sort=size]")
    assert shown_rows(shelf) == ["beacons", "cables", "anchors"]
    assert shelf.locator("th[aria-sort]").count() == 1


def test_the_table_is_filtered_by_words_and_collection(shelf: "Page") -> None:
    shelf.fill("#shelf-filter", "pdf OLD")
    assert shown_rows(shelf) == ["beacons", "cables"]
    shelf.select_option("#shelf-collection", "land")
    assert shown_rows(shelf) == ["cables"]
    shelf.click("#ask-collection")
    assert shelf.evaluate("told") == [["scope", {"scope": ["collection:land"]}]]
    shelf.fill("#shelf-filter", "beacons")
    assert shown_rows(shelf) == [] and shelf.locator(".none-left").is_visible()


def test_what_is_chosen_stays_chosen_when_the_table_is_made_anew(shelf: "Page") -> None:
    shelf.check("[data-pick=a]")
    shelf.check("[data-pick=c]")
    assert shelf.inner_text(".chosen-count") == "2 chosen"
    shelf.evaluate("document.querySelector('[data-id=a]').remove()")
    shelf.wait_for_function("document.querySelector('.chosen-count').textContent === '1 chosen'")
    shelf.click("#ask-chosen")
    assert shelf.evaluate("told") == [["scope", {"scope": ["c"]}]]


@pytest.mark.parametrize("script", sorted(STATIC.glob("*.js")), ids=lambda script: script.name)
def test_no_script_makes_code_or_markup_of_words(script: Path) -> None:
    text = script.read_text("utf-8")
    assert "eval(" not in text and "new Function" not in text and "document.write" not in text
    assert "http://" not in text and "https://" not in text
    for line in text.splitlines():
        if "innerHTML =" in line or "insertAdjacentHTML" in line:
            assert re.search(r"innerHTML = (html|await response\.text\(\));", line), line  # what our templates escaped
