"""An optional cross-encoder that reads question and passage together and orders the candidates again."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.settings import Settings


class Reranker(Protocol):
    """Scores how well passages answer a question."""

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One score a passage, higher is better: shape ``(len(passages),)``."""
        ...


def load_reranker(settings: Settings) -> Reranker | None:
    """The reranker of the settings, or None where none is configured.

    Raises:
        ModelError: The model isn't there or can't be loaded.
    """
    return CrossEncoderReranker(settings.reranker.model) if settings.reranker.model else None


class CrossEncoderReranker:
    """Any cross-encoder that sentence-transformers loads: a folder, or a name on a hub that can be reached."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import CrossEncoder

            self._model = CrossEncoder(name, device="cpu")
        except Exception as error:  # the library raises many kinds, down to plain Exception
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise ModelError(
                f"The reranker '{name}' can't be loaded: {reason}",
                "Check the name or folder under reranker.model, or leave it out.",
            ) from error

    def score(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One score a passage, higher is better."""
        if not passages:
            return np.zeros(0, np.float32)
        scores = self._model.predict([(question, passage) for passage in passages], show_progress_bar=False)
        return np.asarray(scores, np.float32).reshape(len(passages))
