"""A chat model that says what a test tells it to: a queue of replies, and of errors to raise instead."""

import re
import time
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field


class Wait(float):
    """Seconds to say nothing."""


class ScriptedModel(BaseChatModel):
    """Each reply is a text (streamed in small pieces), an error, or a list of texts, errors and waits."""

    replies: list[Any]
    asked: list[list[BaseMessage]] = Field(default_factory=list)
    tells_usage: bool = True

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        text = "".join(str(chunk.text) for chunk in self._stream(messages))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(text))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.asked.append(messages)
        reply = self.replies.pop(0)
        for part in reply if isinstance(reply, list) else [reply]:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, Wait):
                time.sleep(part)
                continue
            for piece in re.findall(r".{1,7}", part, re.DOTALL):
                yield ChatGenerationChunk(message=AIMessageChunk(piece))
        if not self.tells_usage:
            return
        usage = {"input_tokens": 900, "output_tokens": 40, "total_tokens": 940}
        yield ChatGenerationChunk(message=AIMessageChunk("", usage_metadata=usage))

    def passage_with(self, words: str) -> int:
        """The number under which the model was last shown the passage that has these words."""
        shown = str(self.asked[-1][-1].content)
        for number, text in re.findall(r"--- passage \[(\d+)\] \w+ begins: (.*?)\n--- passage", shown, re.DOTALL):
            if words in text:
                return int(number)
        raise AssertionError(f"not shown: {words}")


class RateLimitError(Exception):
    """As a provider's client raises it."""

    status_code = 429
