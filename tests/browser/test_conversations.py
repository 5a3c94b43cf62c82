"""Conversations that are kept: found again, renamed, deleted, linked to, taken away, asked anew."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.answering.choice import load_answerer
from rag.chain import build_chain
from rag.retrieval import HybridRetriever
from rag.schema import Answer
from rag.settings import load_settings
from tests.browser.conftest import FERRY, HOSTILE, LIGHTHOUSE, OpenPage, ask, library_of, serving
from tests.integration.scripted import ScriptedModel, Wait
from ui.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEEPER = "Who was the first keeper of the lighthouse?"
TICKET = "How much does a ticket of the ferry to Orran cost?"
TIDES = "# The tide mill of Brack\n\nThe tide mill of Brack was built in 1802. Its wheel is nine metres wide.\n"
PIER = "# The pier at Holm\n\nThe pier at Holm is 210 metres long. It was finished in 1833 by Ruth Casson.\n"
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
SEARCH_FOCUSED = ".kept-search:focus"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    texts = {"lighthouse.md": LIGHTHOUSE, "ferry.md": FERRY, "heron.txt": HOSTILE, "mill.md": TIDES, "pier.md": PIER}
    with library_of(tmp_path_factory.mktemp("desk"), texts) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def desk_site(desk: Workspace) -> Iterator[str]:
    with serving(desk) as address:
        yield address


@pytest.fixture
def at_desk(desk: Workspace, desk_site: str, open_page: OpenPage) -> OpenPage:
    """Opens the app with no conversation kept."""
    for conversation in desk.library.conversations.list():
        desk.library.conversations.delete(conversation.id)
    return lambda *size, **context: open_page(*size, address=desk_site, **context)


def come_back(page: "Page", address: str) -> None:
    page.goto(address)
    page.wait_for_selector(".exchange")


def titles(page: "Page", count: int) -> list[str]:
    page.wait_for_function("n => document.querySelectorAll('.kept-row').length === n", arg=count)
    return page.locator(".kept-title").all_inner_texts()


def questions(page: "Page") -> list[str]:
    return page.locator(".asked").all_inner_texts()


def replace_file(desk: Workspace, name: str, text: str) -> None:
    file = Path(desk.library.sources()[0].locations[0]).parent / name
    file.write_text(text, "utf-8")
    assert desk.ingest([str(file)]).count("updated") == 1


def test_a_reload_and_another_window_come_back_to_the_conversation(at_desk: OpenPage) -> None:
    page = at_desk()
    ask(page, KEEPER)
    assert "?c=" in page.url
    page.reload()
    page.wait_for_selector(".exchange")
    assert "Josiah Penn" in page.inner_text(".said")
    assert page.locator(".exchange .fn").count() == 1
    other = page.context.new_page()
    come_back(other, page.url)
    ask(other, "And who came after him?")
    ask(page, TICKET)  # this window learns what was asked in the other one meanwhile
    assert questions(page) == [KEEPER, "And who came after him?", TICKET]


def test_windows_do_not_mix(at_desk: OpenPage) -> None:
    page = at_desk()
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#transcript .empty h1")
    ask(page, KEEPER)
    ask(other, TICKET)
    assert (questions(page), questions(other)) == ([KEEPER], [TICKET])
    assert page.url != other.url


def test_conversations_are_listed_found_opened_renamed_and_deleted(desk: Workspace, at_desk: OpenPage) -> None:
    page = at_desk()
    ask(page, KEEPER)
    first = page.url
    page.click("#again")
    page.wait_for_selector("#transcript .empty h1")
    assert "?c=" not in page.url
    ask(page, TICKET)
    page.click("[data-kept]")
    assert titles(page, 2) == [TICKET, KEEPER]
    page.keyboard.type("josiah")  # in an answer; the search has the focus
    assert titles(page, 1) == [KEEPER]
    page.click("[data-rename]")
    page.keyboard.type("Keepers <b>")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.kept-title')?.textContent === 'Keepers <b>'")
    page.fill(".kept-search", "")
    assert titles(page, 2) == [TICKET, "Keepers <b>"]
    page.locator("[data-open]", has_text="Keepers").click()
    page.wait_for_function("document.querySelector('.asked').textContent.includes('keeper')")
    assert page.url == first and page.inner_text(".talk-title") == "Keepers <b>"
    page.go_back()
    page.wait_for_function("document.querySelector('.asked').textContent.includes('ferry')")

    page.click("[data-kept]")
    row = page.locator(".kept-row", has_text="ferry")
    row.locator("[data-forget]").dblclick()  # a double click is not yet a yes
    page.wait_for_timeout(600)
    assert len(desk.library.conversations.list()) == 2
    row.locator("[data-forget]").click()
    assert titles(page, 1) == ["Keepers <b>"]
    page.wait_for_selector("#transcript .empty h1")  # it was open
    assert [c.title for c in desk.library.conversations.list()] == ["Keepers <b>"]
    page.reload()
    page.wait_for_selector("#transcript .empty h1")


def test_the_list_can_be_used_with_the_keyboard_alone_and_is_a_sheet_on_a_phone(at_desk: OpenPage) -> None:
    page = at_desk(390, 844)
    ask(page, KEEPER)
    page.click("#again")
    page.wait_for_selector("#transcript .empty h1")
    page.focus("[data-kept]")
    page.keyboard.press("Enter")
    page.wait_for_selector(SEARCH_FOCUSED)
    titles(page, 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    page.wait_for_selector(".kept", state="hidden")
    assert page.evaluate("'kept' in document.activeElement.dataset")
    page.keyboard.press("Enter")
    page.wait_for_selector(SEARCH_FOCUSED)
    titles(page, 1)
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange")
    page.wait_for_selector(".kept", state="hidden")


def test_a_link_to_an_answer_opens_the_version_that_was_cited(desk: Workspace, at_desk: OpenPage) -> None:
    page = at_desk(**CLIPBOARD)
    ask(page, "When was the tide mill of Brack built?")
    ask(page, TICKET)
    page.locator("[data-link]").first.click()
    page.wait_for_selector("text=Copied")
    link = page.evaluate("navigator.clipboard.readText()")
    replace_file(
        desk, "mill.md", TIDES.replace("1802", "1790").replace("The tide mill of Brack was", "Long ago it was")
    )

    come_back(page, link)
    assert "1802" in page.locator(".linked .said").inner_text()
    assert page.locator(".linked").count() == 1 and page.locator(".exchange").count() == 2
    page.locator(".linked .fn").first.click()
    page.wait_for_selector(".panel mark")
    assert page.inner_text(".panel mark") == "The tide mill of Brack was built in 1802."
    assert "You see the version that was cited" in page.inner_text(".panel .changed")
    page.click(".panel .changed button")
    page.wait_for_selector(".panel .text >> text=Long ago it was built in 1790")
    assert page.locator(".panel .changed").count() == 0


def test_the_words_kept_in_an_answer_are_shown_when_its_source_is_gone(desk: Workspace, at_desk: OpenPage) -> None:
    page = at_desk()
    ask(page, "How long is the pier at Holm?")
    (source,) = [source for source in desk.library.sources() if "pier" in source.title]
    desk.remove([source.id])
    come_back(page, page.url)
    page.locator(".fn").first.click()
    page.wait_for_selector(".panel mark")
    assert page.inner_text(".panel mark") == "The pier at Holm is 210 metres long."
    assert "It was finished in 1833" in page.inner_text(".panel .text")
    assert "was removed from the library" in page.inner_text(".panel .changed")


def test_a_link_to_a_deleted_answer_says_so(desk: Workspace, at_desk: OpenPage) -> None:
    page = at_desk()
    page.goto(page.url + "?a=nothing")
    page.wait_for_selector("text=This answer was deleted.")
    page.goto(page.url + "?c=nothing")
    page.wait_for_selector("text=This conversation was deleted.")
    assert "?" not in page.url


def test_an_answer_is_copied_with_its_footnotes(at_desk: OpenPage) -> None:
    page = at_desk(**CLIPBOARD)
    ask(page, KEEPER)
    page.click("[data-copy]")
    page.wait_for_selector("text=Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"## {KEEPER}\n\nThe first keeper was ")
    assert "who served for 22 years.[^1]\n\n[^1]: “The first keeper was Josiah Penn" in copied
    assert copied.endswith("The keepers of the light <https://lighthouse.example/skerry>\n")


def test_a_conversation_is_taken_away_with_hostile_words_as_text(at_desk: OpenPage, tmp_path: Path) -> None:
    page = at_desk()
    ask(page, "Where does the marsh heron nest <img src=x onerror=alert(1)>, and what does it feed on?")
    ask(page, KEEPER)
    texts = {}
    for form in ("md", "html", "json"):
        page.click(".menu summary")
        with page.expect_download() as download:
            page.click(f"[data-export={form}]")
        assert download.value.suggested_filename.endswith(f".{form}")
        download.value.save_as(tmp_path / f"kept.{form}")
        texts[form] = (tmp_path / f"kept.{form}").read_text("utf-8")
    assert "Josiah Penn" in texts["md"] and "<img" not in texts["md"].replace("\\<img", "")
    exchanges = json.loads(texts["json"])["exchanges"]
    assert Answer.model_validate(exchanges[1]["answer"]).question == KEEPER
    assert "/view/static" not in texts["html"]  # it needs nothing from here

    requests: list[str] = []
    away = page.context.new_page()
    away.on("request", lambda request: requests.append(request.url))
    away.goto((tmp_path / "kept.html").as_uri())
    assert "<img src=x onerror=alert(1)>" in away.inner_text("h1")
    assert away.locator("script, img, button, mark, h1 + h1").count() == 0
    assert away.inner_text(".notes >> nth=-1").startswith("1\nThe first keeper was Josiah Penn")
    assert len(requests) == 1 and "stolen" not in away.evaluate("Object.keys(window).join()")


def test_a_question_is_edited_and_the_conversation_goes_on_from_there(desk: Workspace, at_desk: OpenPage) -> None:
    page = at_desk()
    ask(page, "Who built the lighthouse?")
    ask(page, TICKET)
    page.locator("[data-anew]").first.click()
    assert "goes" in page.inner_text(".edit-form")
    page.keyboard.press("Escape")
    assert questions(page) == ["Who built the lighthouse?", TICKET]
    page.locator("[data-anew]").first.click()
    page.fill(".edit-form textarea", KEEPER)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.exchange:not([aria-busy]) .fn').length === 1")
    assert questions(page) == [KEEPER]
    (conversation,) = desk.library.conversations.list()
    assert (conversation.title, conversation.questions) == (KEEPER, 1)
    before = desk.library.conversations.exchanges(conversation.id)[0].id
    page.click("[data-retry]")
    page.wait_for_selector(f".exchange:not([aria-busy]):not([data-answer='{before}'])")
    assert questions(page) == [KEEPER] and "Josiah Penn" in page.inner_text(".said")


def test_what_is_suggested_after_an_answer_is_answered_with_new_words(at_desk: OpenPage) -> None:
    page = at_desk()
    ask(page, KEEPER)
    suggested = page.locator(".follow-ups .suggestion")
    suggested.first.wait_for()
    question = suggested.first.inner_text()
    suggested.first.click()
    page.wait_for_function("document.querySelectorAll('.exchange:not([aria-busy])').length === 2")
    said = page.locator(".exchange").nth(1)
    assert said.locator(".asked").inner_text() == question
    assert said.locator(".refusal").count() == 0
    assert said.locator(".fn").first.get_attribute("data-quote") not in page.inner_text(".exchange >> nth=0")


def answer_with(workspace: Workspace, model: ScriptedModel) -> None:
    """Lets a workspace answer with a chat model from now on."""
    workspace.settings = load_settings({"library": workspace.settings.library, "chat": {"model": "test:scripted"}})
    parts: dict[str, Any] = {
        "library": workspace.library,
        "embedder": workspace.embedder,
        "settings": workspace.settings,
    }
    answerer = load_answerer(**parts, load_model=lambda: model)
    retriever = HybridRetriever(**parts)
    workspace.__dict__["_chain"] = build_chain(workspace.library, retriever, answerer, workspace.settings)


def test_a_stopped_answer_is_not_kept_and_can_be_tried_again(
    open_page: OpenPage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    slow: list[Any] = ["The first keeper was ", Wait(0.3), "Josiah Penn [1]. He ", Wait(4), "kept bees [1]."]
    model = ScriptedModel(replies=[slow, "The first keeper was Josiah Penn [1]."])
    texts = {"lighthouse.md": LIGHTHOUSE}
    with library_of(tmp_path_factory.mktemp("slow"), texts) as workspace, serving(workspace) as address:
        answer_with(workspace, model)
        kept = workspace.library.conversations
        page = open_page(address=address)
        page.fill("#question textarea", KEEPER)
        page.keyboard.press("Enter")
        page.wait_for_selector(".said:has-text('The first keeper was')")
        page.click("#question .stop-button")
        page.wait_for_selector("text=Stopped. This part is not kept.")
        assert "The first keeper" in page.inner_text(".said")
        (conversation,) = kept.list()
        page.wait_for_timeout(4500)  # the model has said all it had to say
        assert kept.exchanges(conversation.id)[0].answer is None
        page.reload()
        page.wait_for_selector("text=Not answered.")
        assert page.locator(".said").count() == 0
        page.click("[data-retry]")
        page.wait_for_selector(".exchange:not([aria-busy]) .fn")
        (exchange,) = kept.exchanges(conversation.id)
        assert exchange.answer and exchange.answer.complete and exchange.answer.model == "test:scripted"
        page.wait_for_selector(".follow-ups .suggestion")
        assert model.replies == []  # what is suggested costs the model nothing
