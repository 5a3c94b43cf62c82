"""Which language a text is in."""

from functools import cache
from typing import Any

_PART, _PARTS = 1_000, 3  # characters read at the beginning, in the middle and at the end
_LETTERS = 40  # in fewer, a guess would be one
_SURE = 0.9


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the language that most of a text is in; None if that can't be told.

    By py3langid, whose model of 97 languages comes inside its package (Lui and Baldwin, ACL 2012).
    """
    step = max(1, (len(text) - _PART) // (_PARTS - 1))
    sample = (
        text if len(text) <= _PART * _PARTS else " ".join(text[at : at + _PART] for at in range(0, len(text), step))
    )
    if sum(map(str.isalpha, sample)) < _LETTERS:
        return None
    code, sure = _identifier().classify(sample[: 2 * _PART * _PARTS])
    return str(code) if sure >= _SURE and len(code) == 2 else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
