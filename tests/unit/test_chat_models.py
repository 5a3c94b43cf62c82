import socket
import time

import pytest

from rag.errors import ModelError
from rag.models.chat import load_chat_model, offered_models, scrubbed
from rag.settings import ChatSettings
from tests.fake_ollama import running_ollama
from ui.offering import offer


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


def test_a_running_ollama_is_found_and_offers_its_chat_models() -> None:
    with running_ollama("llama3.2:3b", "nomic-embed-text") as address:
        assert [offered.model for offered in offered_models(address)] == ["ollama:llama3.2:3b"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://127.0.0.1:notaport", "nonsense", ""])
def test_where_no_ollama_runs_nothing_is_offered(address: str) -> None:
    assert offered_models(address) == []


@pytest.mark.parametrize("body", ["[]", "{}", "not json", '{"models": [{}]}', '{"models": "x"}'])
def test_what_answers_like_no_ollama_offers_nothing(body: str) -> None:
    with running_ollama(body=body) as address:
        assert offered_models(address) == []


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.perf_counter()
        assert offered_models(f"http://127.0.0.1:{silent.getsockname()[1]}") == []
    assert time.perf_counter() - began < 2


def test_what_is_found_is_said_with_the_setting_that_uses_it() -> None:
    with running_ollama("llama3.2", "qwen3", "phi4", "gemma3", "mistral") as address:
        said = offer(ChatSettings(ollama=address))
        assert said == (
            "Ollama is running with llama3.2, qwen3, phi4, gemma3 and 1 more: "
            'set chat.model = "ollama:llama3.2" to use it.'
        )
        assert offer(ChatSettings(ollama=address, model="openai:x")) == ""  # one is chosen already
        assert offer(ChatSettings(ollama="")) == ""
