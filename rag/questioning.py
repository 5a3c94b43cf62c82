"""How a question is put to the retriever: by rules, and where it is asked for, by the chat model.

With `chat.rewrite` the model writes a follow-up out in full; with `chat.decompose` it splits a question that asks
several things. Both are off by default: each costs a call before the first word of the answer. Where the model
fails, or its wording can't be trusted, the rules' wording is used.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rag.conversation import leans_on_history, standalone_question
from rag.errors import ModelError
from rag.models.chat import load_chat_model
from rag.models.drafting import Draft, stream_draft
from rag.parts import Part, parts
from rag.schema import Inquiry, Turn
from rag.sentences import split_sentences
from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

MOST_PARTS = 4
_LONGEST = 300
_READ_WHOLE = 60  # words of a question: beyond, a text has been pasted around it
_TURNS = 3
_REWRITE = (
    "Rewrite the last question so that it can be understood without the conversation. Keep its meaning and its "
    "language, add nothing, don't answer it. Reply with the question alone."
)
_SPLIT = (
    "If the question asks several things, write each of them as a short question of its own that can be understood "
    f"alone, one a line, at most {MOST_PARTS}. If it asks one thing, repeat it. Don't answer. Write nothing else."
)


@dataclass(frozen=True)
class Call:
    """A call of the chat model on the way to an answer: what it was told, and what it said."""

    messages: "tuple[BaseMessage, ...]"
    draft: Draft


@dataclass(frozen=True)
class Worded:
    """What a question asks in full, and the ways to put it to the retriever, the one to rerank by first.

    `parts` are the things that it asks, if they are several.
    """

    standalone: str
    ways: tuple[str, ...]
    calls: tuple[Call, ...] = ()
    parts: tuple[Part, ...] = ()


Wording = Callable[[Inquiry], Worded]


def worded_by_rules(inquiry: Inquiry) -> Worded:
    """The question with the words it lacks taken from earlier turns; of a long one, what it asks."""
    asked = asking(inquiry.question)
    standalone = standalone_question(inquiry.model_copy(update={"question": asked}))
    return Worded(standalone, tuple(dict.fromkeys((standalone, asked))), parts=parts(asked))


def asking(text: str) -> str:
    """The sentences of a long text that ask something; all of it, if none does or if they lean on the others.

    The embedder reads the beginning of a long text alone, and BM25 finds what the rest of it is about.
    """
    if len(text.split()) <= _READ_WHOLE:
        return text
    sentences = [text[start:end].strip() for start, end in split_sentences(text)]
    asked = " ".join(sentence for sentence in sentences if sentence.endswith("?"))
    return asked if asked and not leans_on_history(asked, (Turn(question=text),)) else text


def load_wording(settings: ChatSettings, load_model: "Callable[[], BaseChatModel] | None" = None) -> Wording:
    """How the settings want questions to be worded."""
    load = load_model or (lambda: load_chat_model(settings))
    if not (settings.rewrite or settings.decompose) or not (settings.model or load_model):
        return worded_by_rules

    def worded(inquiry: Inquiry) -> Worded:
        by_rules = worded_by_rules(inquiry)
        calls: list[Call] = []
        try:
            model = load()
            standalone, ways = by_rules.standalone, list(by_rules.ways)
            if settings.rewrite and leans_on_history(inquiry.question, inquiry.history):
                lines = _lines(model, settings, _REWRITE, _conversation(inquiry), calls)
                standalone = lines[0] if len(lines) == 1 else standalone
                ways = [standalone, inquiry.question]
            if settings.decompose:
                split = _lines(model, settings, _SPLIT, standalone, calls)
                ways += split if 1 < len(split) <= MOST_PARTS else []
        except ModelError:
            return replace(by_rules, calls=tuple(calls))
        return replace(by_rules, standalone=standalone, ways=tuple(dict.fromkeys(ways)), calls=tuple(calls))

    return worded


def _lines(model: "BaseChatModel", settings: ChatSettings, task: str, text: str, calls: list[Call]) -> Sequence[str]:
    """The questions in the model's reply; none if it wrote anything else. The call is added to the others."""
    from langchain_core.messages import HumanMessage, SystemMessage

    messages = (SystemMessage(task), HumanMessage(text))
    draft = Draft()
    try:
        for draft in stream_draft(model, messages, settings):
            if len(draft.text) > MOST_PARTS * _LONGEST:
                return []
    finally:
        if draft.text:
            calls.append(Call(messages, draft))
    lines = [re.sub(r"^\s*(?:[-*•]|\d+[.)])\s*", "", line).strip() for line in draft.text.splitlines()]
    lines = [line for line in lines if line]
    return lines if all(len(line) <= _LONGEST and line.endswith(("?", "\uff1f")) for line in lines) else []


def _conversation(inquiry: Inquiry) -> str:
    turns = [f"Asked: {t.question}\nAnswered: {t.answer[:_LONGEST]}" for t in inquiry.history[-_TURNS:]]
    return "\n".join([*turns, f"Last question: {inquiry.question}"])
