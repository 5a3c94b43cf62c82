"""A chat model's reply as it grows: its sentences, each with the numbers it cites, and what is still unfinished."""

import re
from dataclasses import dataclass

from rag.answering.refusal import REFUSAL
from rag.sentences import split_sentences

_SQUARE = re.compile(r"\s*[\[【]\s*(?:passages?\s*)?(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*[\]】]", re.IGNORECASE)
_OPEN = re.compile(r"\s*[\[【][^\]】]{0,20}$")
_LEADING = re.compile(r"\s*(?:[\[【]\s*(?:passages?\s*)?\d[\d\s,;–-]*[\]】][\s.,;]*)+", re.IGNORECASE)
_LINE_START = re.compile(r"(?m)^[ \t]*(?:[-*•]|#{1,6}|\d{1,2}[.)])[ \t]+")
_MARKUP = re.compile(r"\*\*|__|`")
_THINKING = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_FENCE_LINE = re.compile(r"(?m)^\s*--- passage \[.*$\n?")
_LINK = re.compile(r"!?\[([^\]]*)\]\((?:[^)\s]*)(?:\s+\"[^\"]*\")?\)")
_TAG = re.compile(r"</?[a-zA-Z][^>]{0,200}>")
_GAP = re.compile(
    r"^(?:sorry,?\s*|unfortunately,?\s*)?(?:but\s+)?(?:the|these|this|no)?\s*(?:given |provided |available )?"
    r"(?:sources?|passages?|documents?|texts?|context|information|articles?|op-eds?|briefs?)\b[^.]{0,40}?"
    r"\b(?:do(?:es)?(?:n['’]t| not)|no(?:t|ne)?|lacks?)\b[^.]{0,30}"
    r"\b(?:say|state|mention|contain|provide|give|answer|include|specify|tell|information)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """A sentence of a reply without its markers, and the passage numbers it cites, in order, each once."""

    text: str
    numbers: tuple[int, ...]


def read_reply(text: str, given: int, *, finished: bool) -> tuple[list[Said], str]:
    """The finished sentences of a reply, and the words of the one still being written.

    Numbers that weren't given to the model are dropped, and so are links, markup and tags: nothing of a reply is
    shown but plain words.

    Args:
        text: The reply so far.
        given: Passages are numbered from 1 to this.
        finished: Whether the reply is over, so that its last sentence is finished as well.
    """
    text = _plain(text)
    spans = split_sentences(text)
    sentences: list[str] = []
    for start, end in spans:
        piece = text[start:end]
        leading = _LEADING.match(piece)
        if leading and sentences:  # "It is 31 metres high. [1] It was ..." - the marker belongs to what it follows
            sentences[-1] += " " + leading[0].strip()
            piece = piece[leading.end() :]
        if piece.strip():
            sentences.append(piece)
    growing = ""
    if not finished and sentences:
        growing = sentences.pop()
        if sentences and _OPEN.fullmatch(growing):  # a number may follow a full stop: wait for it
            growing = f"{sentences.pop()} {growing}"
        growing = _OPEN.sub("", _SQUARE.sub("", growing))
    said = [_said(sentence, given) for sentence in sentences]
    return [s for s in said if re.search(r"\w", s.text)], " ".join(growing.split())


def is_refusal(said: list[Said]) -> bool:
    """Whether a reply says no more than that the sources don't say."""
    return bool(said) and all(_folded(s.text) == _folded(REFUSAL) or is_gap(s.text) for s in said)


def is_gap(sentence: str) -> bool:
    """Whether a sentence says that the sources lack something."""
    return _folded(REFUSAL) in _folded(sentence) or _GAP.match(sentence) is not None


def _plain(text: str) -> str:
    text = _FENCE_LINE.sub("", _THINKING.sub("", text))
    text = _TAG.sub("", _LINK.sub(r"\1", text))
    return _MARKUP.sub("", _LINE_START.sub("", text))


def _said(sentence: str, given: int) -> Said:
    numbers: dict[int, None] = {}
    for match in _SQUARE.finditer(sentence):
        for number in re.findall(r"\d+", match[1]):
            if 1 <= int(number) <= given:
                numbers[int(number)] = None
    text = " ".join(_OPEN.sub("", _SQUARE.sub("", sentence)).split())
    return Said(re.sub(r"\s+([.,;:!?])", r"\1", text), tuple(numbers))


def _folded(text: str) -> str:
    return re.sub(r"[^\w ]", "", text.replace("’", "'")).casefold().strip()
