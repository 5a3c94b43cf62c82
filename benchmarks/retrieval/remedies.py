"""What might help with long questions, tried here before the product has it."""

import re

from rag.sentences import split_sentences

_ASKS = re.compile(
    r"^\W*(who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|has|have)\b",
    re.IGNORECASE,
)


def all_that_asks(text: str) -> str:
    """The sentences of a text that ask something, or all of it if none does."""
    parts = [text[start:end] for start, end in split_sentences(text)]
    asked = [part for part in parts if part.rstrip("\"'”’) ").endswith("?")]
    asked = asked or [part for part in parts if _ASKS.match(part)]
    return " ".join(asked) or text
