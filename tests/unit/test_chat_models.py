import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from rag.errors import ModelError
from rag.models.chat import load_chat_model, offered_models, scrubbed
from rag.settings import ChatSettings


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (None, "No chat model"),
        ("gpt-4o", "doesn't name its provider"),
        ("nobody:model", "can't be set up"),
        ("gguf:/nowhere/model.gguf", "no GGUF file"),
    ],
)
def test_a_model_that_cannot_be_is_told_in_one_sentence(model: str | None, says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_chat_model(ChatSettings(model=model))


def test_a_missing_provider_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "langchain_mistralai", None)
    with pytest.raises(ModelError, match=r"pip install 'footnote\[mistral\]'"):
        load_chat_model(ChatSettings(model="mistralai:small"))


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: my-secret-value",
        "Authorization: Bearer abcdef123456",
        "key sk-proj-abc123def456 was refused",
        "https://api.example/?api_key=abcdef123456",
    ],
)
def test_no_key_is_left_in_a_text(text: str) -> None:
    settings = ChatSettings.model_validate({"api_key": "my-secret-value"})
    shown = scrubbed(text, settings)
    assert "[key]" in shown
    assert not any(key in shown for key in ("my-secret-value", "abcdef123456", "abc123def456"))


class Tags(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"models": [{"name": "llama3.2:3b"}, {"name": "nomic-embed-text"}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def ollama() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Tags) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_running_ollama_is_found_and_offers_its_chat_models(ollama: str) -> None:
    assert [offer.model for offer in offered_models(ollama)] == ["ollama:llama3.2:3b"]


def test_where_no_ollama_runs_nothing_is_offered() -> None:
    assert offered_models("http://127.0.0.1:9") == []
