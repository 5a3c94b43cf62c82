"""What can be connected: a running Ollama on this host, said in one line and never used unasked."""

from rag.models.chat import offered_models
from rag.settings import ChatSettings

_NAMED = 4


def offer(chat: ChatSettings) -> str:
    """How to use the models that were found; empty if there are none, or a chat model is set already."""
    if chat.model or not chat.ollama:
        return ""
    found = [offered.model for offered in offered_models(chat.ollama)]
    if not found:
        return ""
    names = ", ".join(model.partition(":")[2] for model in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f'Ollama is running with {names}{more}: set chat.model = "{found[0]}" to use it.'
