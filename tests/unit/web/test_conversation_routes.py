from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.library import Library
from tests.stored import answer_citing, store
from ui.web.conversation_routes import conversation_routes

SHIPS = "The navy sent three ships. They left in May."


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(conversation_routes(SimpleNamespace(library=library)))  # type: ignore[arg-type]
    with TestClient(app) as opened:
        yield opened


def test_a_conversation_is_listed_renamed_and_deleted(client: TestClient, library: Library) -> None:
    kept = library.conversations.ask("How <b>many</b>?").conversation_id
    page = client.get("/view/conversations", params={"opened": kept}).text
    assert "How &lt;b&gt;many&lt;/b&gt;?" in page and 'aria-current="page"' in page and "1 question" in page
    assert client.patch(f"/view/conversations/{kept}", json={"title": "Ships"}).status_code == 204
    assert "Ships" in client.get("/view/conversations", params={"q": "MANY"}).text
    assert "No conversation has these words" in client.get("/view/conversations", params={"q": "boats"}).text
    assert client.delete(f"/view/conversations/{kept}").status_code == 204
    assert "No conversations yet" in client.get("/view/conversations").text


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_another_site_gets_no_leave_to_change_a_conversation(client: TestClient, method: str) -> None:
    asked = {"origin": "http://evil.example", "access-control-request-method": method}
    answer = client.options("/view/conversations/x", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert answer.status_code == 405


@pytest.mark.parametrize("title", ["", "x" * 1000])
def test_a_title_that_is_none_is_refused(client: TestClient, library: Library, title: str) -> None:
    kept = library.conversations.ask("How many?").conversation_id
    assert client.patch(f"/view/conversations/{kept}", json={"title": title}).status_code == 422
    assert library.conversations.list()[0].title == "How many?"


def test_an_export_is_a_download_whose_name_is_harmless(client: TestClient, library: Library) -> None:
    store(library, ships=SHIPS)
    exchange = library.conversations.ask('../"How many\r\nships"; été?')
    library.conversations.answered(exchange.id, answer_citing(library, "ships"))
    for form, kind in (("md", "text/markdown"), ("html", "text/html"), ("json", "application/json")):
        answer = client.get(f"/view/conversations/{exchange.conversation_id}/export.{form}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"] == f'attachment; filename="how-many-ships-t.{form}"'
        assert "The navy sent three ships." in answer.text
    assert client.get(f"/view/conversations/{exchange.conversation_id}/export.exe").status_code == 422


def test_what_was_deleted_is_told_in_a_sentence(client: TestClient) -> None:
    for path in ("conversations/gone/export.md", "answers/gone.md"):
        answer = client.get(f"/view/{path}")
        assert answer.status_code == 404 and "was deleted" in answer.text
    assert client.get("/view/answers/gone/follow-ups").text.strip() == ""
