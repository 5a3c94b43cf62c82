"""What asking a chat model took: tokens as it reports them, else counted here, and their price."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from rag.models.drafting import Draft

TOKENS_PER_PIECE = 1.35
"""Tokens of a chat model per word piece of the embedder, at most: docs/chat-models.md has the measurement."""
_PER_OTHER_LETTER = 0.7
_INPUT, _OUTPUT = "input_tokens", "output_tokens"
_PER = 1_000_000


@dataclass
class Spent:
    """Tokens of one answer, all its calls together; `estimated` if the model didn't report some of them."""

    usage: dict[str, int] = field(default_factory=dict)
    estimated: bool = False

    def add(self, draft: "Draft", asked: "Iterable[BaseMessage]", count_pieces: Callable[[str], int]) -> None:
        """Adds a call: its draft, whole or broken off, and what was asked."""
        told = dict(draft.usage)
        if not told.get(_OUTPUT):
            sent = "\n".join(str(message.content) for message in asked)
            told = {_INPUT: tokens(sent, count_pieces), _OUTPUT: tokens(draft.text, count_pieces)}
            self.estimated = True
        for name, number in told.items():
            self.usage[name] = self.usage.get(name, 0) + number


def tokens(text: str, count_pieces: Callable[[str], int]) -> int:
    """A chat model's tokens in a text, rather too many than too few."""
    others = sum(character > "\u02ff" for character in text)  # Chinese, Japanese, ... take more tokens than pieces
    return int(count_pieces(text) * TOKENS_PER_PIECE + others * _PER_OTHER_LETTER) + 1


def cost(usage: Mapping[str, int], settings: ChatSettings) -> float | None:
    """What so many tokens cost at the prices of the settings, in their currency; None if no price is set."""
    if settings.price_in is None and settings.price_out is None:
        return None
    price = usage.get(_INPUT, 0) * (settings.price_in or 0) + usage.get(_OUTPUT, 0) * (settings.price_out or 0)
    return price / _PER
