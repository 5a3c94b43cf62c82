"""Which answerer the settings ask for."""

from rag.answering.answerer import Answerer
from rag.answering.extractive import ExtractiveAnswerer
from rag.errors import SettingsError
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.settings import Settings


def load_answerer(library: Library, embedder: Embedder, settings: Settings) -> Answerer:
    """The answerer of the settings: 'auto' is generative where a chat model is configured, else extractive.

    Raises:
        SettingsError: A generative answer is asked for, but no chat model is configured.
    """
    extractive = ExtractiveAnswerer(library, embedder, settings.answering)
    if settings.answering.answerer == "generative":
        raise SettingsError(
            "The generative answerer needs a chat model, and none is configured.",
            "Set chat.model, or use the extractive answerer.",
        )
    return extractive
