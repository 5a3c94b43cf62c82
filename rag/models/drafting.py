"""A chat model's reply, piece by piece, with time-outs, retries before the first piece, and its token counts."""

import queue
import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.models.chat import reason
from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 20.0
_TRANSIENT_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_TRANSIENT_NAMES = ("timeout", "connect", "ratelimit", "overloaded", "unavailable", "remoteprotocol", "readerror")
_CUT = frozenset({"length", "max_tokens", "MAX_TOKENS"})


class NoReplyError(ModelError):
    """The chat model said nothing: it can't be reached, or it refused."""


class BrokenReplyError(ModelError):
    """The chat model broke off after it had begun."""


@dataclass
class Draft:
    """A reply as it comes in. `usage` and `cut` are known when it is over."""

    text: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    cut: bool = False


def stream_draft(model: "BaseChatModel", messages: "Sequence[BaseMessage]", settings: ChatSettings) -> Iterator[Draft]:
    """The same draft after each piece that has been added to it.

    Closing the iterator stops the model. The reply is read in a thread of its own, so that nobody waits longer
    than `settings.timeout` for the next piece, whatever the provider's own limits are.

    Raises:
        NoReplyError: It said nothing, in all of the tries.
        BrokenReplyError: It began and broke off.
    """
    draft = Draft()
    for attempt in range(settings.retries + 1):
        try:
            for chunk in _chunks(model, messages, settings.timeout):
                _add(draft, chunk)
                yield draft
            return
        except Exception as error:  # every provider raises its own kinds
            why = reason(error, settings)
            if draft.text:
                raise BrokenReplyError(f"The chat model '{settings.model}' broke off: {why}", "Ask again.") from None
            if attempt == settings.retries or not _transient(error):
                raise NoReplyError(f"The chat model '{settings.model}' can't be used: {why}", _hint(error)) from None
            time.sleep(_wait(attempt, error))


def _chunks(model: "BaseChatModel", messages: "Sequence[BaseMessage]", timeout: float) -> Iterator[Any]:
    pieces: queue.Queue[tuple[str, Any]] = queue.Queue()
    stopped = threading.Event()

    def read() -> None:
        try:
            for chunk in model.stream(list(messages)):
                pieces.put(("chunk", chunk))
                if stopped.is_set():
                    return
            pieces.put(("end", None))
        except Exception as error:
            pieces.put(("error", error))

    threading.Thread(target=read, name="chat-model", daemon=True).start()
    try:
        while True:
            try:
                kind, value = pieces.get(timeout=timeout)
            except queue.Empty:
                raise TimeoutError(f"nothing came for {timeout:g} seconds") from None
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        stopped.set()


def _add(draft: Draft, chunk: Any) -> None:
    draft.text += str(chunk.text)
    usage: Mapping[str, Any] = getattr(chunk, "usage_metadata", None) or {}
    for name in ("input_tokens", "output_tokens"):
        if usage.get(name):
            draft.usage[name] = draft.usage.get(name, 0) + int(usage[name])
    said = chunk.response_metadata or {}
    if {said.get("finish_reason"), said.get("stop_reason"), said.get("done_reason")} & _CUT:
        draft.cut = True


def _transient(error: BaseException) -> bool:
    status = _status(error)
    if status is not None:
        return status in _TRANSIENT_STATUS
    kinds = " ".join(kind.__name__.casefold() for kind in type(error).__mro__)
    return isinstance(error, OSError) or any(name in kinds for name in _TRANSIENT_NAMES)


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _wait(attempt: int, error: BaseException) -> float:
    """Seconds before the next try: what the server asks for, else doubling with some chance in it."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        asked = float(headers.get("retry-after", ""))
    except (TypeError, ValueError):
        asked = 0.0
    own = float(_FIRST_WAIT * 2**attempt * (1 + random.random() / 2))  # noqa: S311
    return min(max(asked, own), _LONGEST_WAIT)


def _hint(error: BaseException) -> str:
    match _status(error):
        case 401 | 403:
            return "Check chat.api_key."
        case 404:
            return "Check chat.model and chat.base_url."
        case 429:
            return "It has too much to do, or your quota is used up; ask again later."
        case _:
            return "Check that it runs, and chat.base_url."
