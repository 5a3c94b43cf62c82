"""Which answerer the settings ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.answering.answerer import Answerer
from rag.answering.extractive import ExtractiveAnswerer
from rag.errors import SettingsError
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


def load_answerer(
    library: Library,
    embedder: Embedder,
    settings: Settings,
    load_model: "Callable[[], BaseChatModel] | None" = None,
) -> Answerer:
    """The answerer of the settings: 'auto' is generative where a chat model is configured, else extractive.

    Args:
        library: What is asked.
        embedder: The embedder the library was built with.
        settings: Which answerer, and its own settings.
        load_model: Gives a chat model of one's own in place of the configured one.

    Raises:
        SettingsError: A generative answer is asked for, but no chat model is configured.
    """
    extractive = ExtractiveAnswerer(library, embedder, settings.answering)
    wanted = settings.answering.answerer
    has_model = load_model is not None or settings.chat.model is not None
    if wanted == "generative" and not has_model:
        raise SettingsError(
            "The generative answerer needs a chat model, and none is configured.",
            "Set chat.model to 'provider:model', or use the extractive answerer.",
        )
    if wanted == "extractive" or not has_model:
        return extractive
    from rag.answering.generative import GenerativeAnswerer

    return GenerativeAnswerer(library, embedder, settings, extractive, load_model)
