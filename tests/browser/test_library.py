"""The Library page: figures, the doctor, the settings."""

import re
from pathlib import Path

import pytest

from rag.settings import load_settings
from tests.browser.conftest import FERRY, OpenPage, ask, library_of, serving
from ui.web.pages.library import overview
from ui.workspace import open_workspace


def test_the_library_is_described_and_found_sound(open_page: OpenPage) -> None:
    page = open_page(390, 844)
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".facts")
    assert page.inner_text(".figures dd >> nth=0") == "4"
    page.get_by_text("Settings in force").click()
    assert "retrieval.top_k" in page.inner_text(".settings")
    page.click("#check")
    page.wait_for_selector("#health .verdict", timeout=20_000)
    assert "Nothing is wrong" in page.inner_text("#health")
    assert page.locator("#repair").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_damaged_is_found_and_repaired(open_page: OpenPage, tmp_path_factory: pytest.TempPathFactory) -> None:
    texts = {"ferry.md": FERRY}
    with library_of(tmp_path_factory.mktemp("damaged"), texts) as workspace, serving(workspace) as address:
        workspace.library.index.remove(sorted(workspace.library.catalogue.chunk_ids())[:1])
        page = open_page(address=address)
        page.get_by_role("tab", name="Library").click()
        page.click("#check")
        page.wait_for_selector("#health .verdict.worse", timeout=20_000)
        assert "is missing" in page.inner_text("#health")
        page.click("#repair")
        page.wait_for_selector("#health .verdict:not(.worse)", timeout=20_000)
        assert "Mended" in page.inner_text("#health")
        assert page.locator("#repair").is_hidden()
        page.get_by_role("tab", name="Ask").click()
        ask(page, "What does a ticket to Orran cost?")
        assert "four shillings" in page.inner_text(".said")
        page.close()  # before its server goes


def test_keys_are_hidden_and_what_was_set_is_marked(tmp_path: Path) -> None:
    chat = {"api_key": "sk-verysecret", "base_url": "http://me:hidden@models.example/v1", "ollama": ""}
    with open_workspace(load_settings({"library": tmp_path, "chat": chat})) as workspace:
        shown = overview(workspace)
    assert "verysecret" not in shown and "hidden@" not in shown and "models.example/v1" in shown
    row = re.search(r"<tr>(?:(?!</tr>).)*chat\.base_url.*?</tr>", shown, re.DOTALL)
    assert row and ">set<" in row[0]
    row = re.search(r"<tr>(?:(?!</tr>).)*retrieval\.top_k.*?</tr>", shown, re.DOTALL)
    assert row and ">set<" not in row[0]
