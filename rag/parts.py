"""What a question asks for, one thing after the other: "How long has it been so, and who began it?" asks two.

No model is needed: a part begins with a question word of its own. Each is then looked for and answered for itself, so
that the better answered one doesn't crowd out the other.
"""

import re
from dataclasses import dataclass

from rag.conversation import EMPTY, leans_on_history, with_words_of
from rag.schema import Turn
from rag.sentences import split_sentences

MOST = 4
_FEW = 3  # words that say something: a part with no more of them takes its subject from what stands before it

_ASKS = r"(?:what|which|who|whom|whose|when|where|why|how)\b(?!ever)"
_BEFORE = r"(?:(?:in|on|at|to|from|for|by|with|of|about|under|until|since)\s+)?"
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\s+"
    r"(?:the|a|an|it|he|she|they|[A-Z])"
)
_BREAK = re.compile(
    rf"(?:\s*[,;])?\s*\b(?:and|but|or)\s+(?={_BEFORE}{_ASKS})|\s*[,;]\s*(?:and|but)\s+(?={_AUXILIARY})"
    rf"|\s*;\s*(?={_BEFORE}{_ASKS})|\s+[–—-]\s+(?={_ASKS})",
)  # fmt: skip
_ASKING = re.compile(rf"(?:^|[,;:–—-]\s*|\b){_BEFORE}{_ASKS}|^(?:{_AUXILIARY})", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Part:
    """One of the things that a question asks: in its own words, and in words that can be understood alone."""

    asked: str
    standalone: str


def parts(question: str) -> tuple[Part, ...]:
    """The things that a question asks, if they are several; none if it asks one thing or very many."""
    said = ""
    asked: list[Part] = []
    for start, end in split_sentences(question):
        sentence = question[start:end].strip()
        asks = sentence.endswith("?")
        for piece in _joined(_BREAK.split(sentence)) if asks else [sentence]:
            if asks and _ASKING.search(piece):
                part = piece.rstrip("?").strip() + "?"
                asked.append(Part(part, _alone(part, said)))
            said = f"{said} {piece}".strip()
    return tuple(asked) if 1 < len(asked) <= MOST else ()


def _joined(pieces: list[str]) -> list[str]:
    """Pieces that ask nothing by themselves joined to the next ("When he came to power, what did he do?")."""
    joined: list[str] = []
    for piece in pieces:
        if joined and not _asks_something(joined[-1]):
            joined[-1] = f"{joined[-1]}, {piece}"
        else:
            joined.append(piece)
    return joined


def _asks_something(piece: str) -> bool:
    """Whether a piece is a question, not a clause or a bare question word ("When and where was it built?")."""
    dangling = re.search(rf"{_ASKS}$", piece, re.IGNORECASE)  # "only when" before "and where it is needed"
    return not dangling and bool(_ASKING.search(piece)) and (len(_content(piece)) > 1 or len(piece.split()) > 2)


def _alone(part: str, before: str) -> str:
    if before and (len(_content(part)) <= _FEW or leans_on_history(part, (Turn(question=before),))):
        return with_words_of(part, [before])
    return part


def _content(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.casefold() not in EMPTY]
