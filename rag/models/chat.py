"""The chat model of the settings, through LangChain's `init_chat_model`, and the servers found on this host."""

import http.client
import json
import re
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.models import gguf
from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

EXTRAS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google_genai": "google",
    "mistralai": "mistral",
    "ollama": "ollama",
}
"""LangChain's name of a provider, and the extra of Footnote that installs it."""

_PROBE_SECONDS = 0.2
_DRAFTS_TEMPERATURE = 0.7
_HIDDEN = "[key]"
_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|key)[-_][\w-]{8,}|\bAIza[\w-]{20,}"
    r"|(?i:(?<=bearer )|(?<=api_key=)|(?<=api-key: )|(?<=x-api-key: ))[\w.~+/-]{8,}=*"
)


@dataclass(frozen=True)
class Offer:
    """A chat model that was found on this host and may be used: the value for `chat.model`, and where it runs."""

    model: str
    base_url: str


def load_chat_model(settings: ChatSettings) -> "BaseChatModel":
    """The chat model of the settings. Nothing is sent before the first question.

    Raises:
        ModelError: No model is set, its provider isn't known or installed, or it refuses its settings.
    """
    if not settings.model:
        raise ModelError(
            "No chat model is configured.", "Set chat.model to 'provider:model', such as 'ollama:llama3.2'."
        )
    provider, _, name = settings.model.partition(":")
    if not name:
        raise ModelError(
            f"The chat model '{settings.model}' doesn't name its provider.",
            f"Write it as 'provider:model', with one of {', '.join(EXTRAS)} or another of LangChain's providers.",
        )
    if provider == gguf.PROVIDER:
        base_url = gguf.serve(name, settings.context_tokens).base_url
        settings = settings.model_copy(update={"base_url": base_url, "api_key": None})
        provider, name = "openai", Path(name).stem
    try:
        from langchain.chat_models import init_chat_model
    except ImportError:
        raise ModelError("LangChain is not installed.", "Run 'make install', or 'pip install langchain'.") from None
    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **_arguments(provider, settings))
    except ImportError as error:
        raise ModelError(
            f"The chat model '{settings.model}' needs a package that isn't installed.", _install(provider, error)
        ) from None
    except Exception as error:  # each provider raises its own kinds, many of them plain
        raise ModelError(
            f"The chat model '{settings.model}' can't be set up: {reason(error, settings)}",
            "Check chat.model, chat.base_url and chat.api_key.",
        ) from None
    return model


def reason(error: BaseException, settings: ChatSettings) -> str:
    """What an error says, in one line and without any key."""
    said = str(error).strip().splitlines()
    text = said[0][:300] if said else type(error).__name__
    return scrubbed(text, settings)


def scrubbed(text: str, settings: ChatSettings) -> str:
    """The text without the configured key and without anything that looks like one."""
    if settings.api_key is not None and settings.api_key.get_secret_value():
        text = text.replace(settings.api_key.get_secret_value(), _HIDDEN)
    return _KEY.sub(_HIDDEN, text)


def offered_models(base_url: str) -> list[Offer]:
    """The chat models of an Ollama that runs at this address, to be offered to the user; none if there isn't one.

    It is asked directly, not through a proxy, and waited for 0.2 seconds at most.
    """
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            f"{base_url}/api/tags", timeout=_PROBE_SECONDS
        ) as response:
            listed = json.loads(response.read(1_000_000)).get("models", [])
        return [Offer(f"ollama:{model['name']}", base_url) for model in listed if "embed" not in model["name"]]
    except (OSError, http.client.HTTPException, ValueError, AttributeError, KeyError, TypeError):
        return []


def _arguments(provider: str, settings: ChatSettings) -> dict[str, Any]:
    """What the providers understand of the settings. They retry by our rules, not by their own."""
    # Drafts that are all the same needn't be drawn.
    given: dict[str, Any] = {
        "temperature": settings.temperature or (_DRAFTS_TEMPERATURE if settings.best_of > 1 else 0)
    }
    key = settings.api_key.get_secret_value() if settings.api_key else None
    if provider == "ollama":
        given |= {"num_predict": settings.max_tokens, "num_ctx": settings.context_tokens}
        given |= {"client_kwargs": {"timeout": settings.timeout}}
    elif provider == "google_genai":
        given |= {"max_output_tokens": settings.max_tokens, "timeout": settings.timeout, "max_retries": 1}
    else:
        given |= {"max_tokens": settings.max_tokens, "timeout": settings.timeout, "max_retries": 0}
    if settings.base_url:
        given["base_url"] = settings.base_url
    if provider == "openai" and settings.base_url:
        # Servers of one's own often want no key, but the client wants one.
        given |= {"api_key": key or "none", "stream_usage": True}
    elif key:
        given["api_key"] = key
    return given


def _install(provider: str, error: ImportError) -> str:
    if extra := EXTRAS.get(provider):
        return f"Run: pip install 'footnote[{extra}]'"
    package = re.search(r"langchain[-_][\w-]+", str(error))
    return f"Run: pip install {package[0].replace('_', '-') if package else 'langchain-' + provider}"
