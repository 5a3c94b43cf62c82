"""A chat model that knows the answers to our questions and errs at a known rate, to measure what is drawn again.

What it writes is the reference answer, each sentence of it spoilt with some probability by the rules of
`benchmarks.support.alter`: another figure, another name, or its statement denied.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from benchmarks.support import alter
from rag.sentences import split_sentences


class ErringModel(BaseChatModel):
    """Answers from a table of references, spoiling each sentence with probability `errs`."""

    references: dict[str, str]
    names: list[str]
    errs: float = 0.3
    _chance: random.Random = PrivateAttr(default_factory=lambda: random.Random(5))
    _spoilt: set[str] = PrivateAttr(default_factory=set)

    @property
    def spoilt(self) -> set[str]:
        """The sentences that were spoilt."""
        return self._spoilt

    @property
    def _llm_type(self) -> str:
        return "erring"

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
        question = str(messages[-1].content).rpartition("Question: ")[2]
        reference = self.references[question]
        sentences = [reference[a:b] for a, b in split_sentences(reference)]
        said = " ".join(self._maybe_spoilt(sentence) for sentence in sentences)
        yield ChatGenerationChunk(message=AIMessageChunk(content=said))

    def _maybe_spoilt(self, sentence: str) -> str:
        if self._chance.random() >= self.errs:
            return sentence
        ways: Sequence[str | None] = (
            alter.other_figure(sentence, self._chance),
            alter.other_name(sentence, self.names, self._chance),
            alter.negated(sentence, self._chance),
        )
        found = [way for way in ways if way and way != sentence]
        if not found:
            return sentence
        chosen = self._chance.choice(found)
        self._spoilt.add(" ".join(chosen.split()))
        return chosen
