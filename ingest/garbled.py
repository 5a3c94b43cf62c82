"""Text that was read and yet is none: wrong encodings, and PDFs that name the wrong letters."""

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_LOST = re.compile(
    "[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]|\\(cid:\\d+\\)"
)  # replaced, private use, no Unicode known
# UTF-8 read as Windows-1252, as in CafÃ©: the usual first bytes, and what 0x80 to 0xBF are there.
_MOJIBAKE = re.compile("[ÃÂÅÄÐÑÎÏ][\u00a1-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€")  # noqa: RUF001
_VOWELS = frozenset("aeiouyæœøıαεηιουωаеиоуыэюяіє")  # noqa: RUF001
_FEW_VOWELS = 0.22
"""Share of vowels among the letters of a paragraph in an alphabet with vowels. Prose in European languages has 0.33 to
0.50; letters shifted or shuffled by a wrong map have the share of whatever letters took the vowels' places."""
_READ = 5_000_000  # characters looked at
_LETTERS = 120  # of a paragraph: in fewer, the share says little
_WHITE = 0.1  # share of white; and half must be letters: what has less isn't prose but a code, a key or a picture


@dataclass(frozen=True)
class Garbled:
    """The share of the words that look garbled, and one of them."""

    share: float
    example: str


def garbled(text: str) -> Garbled:
    """How much of a text looks garbled."""
    words = bad = 0
    example = ""
    for paragraph in text[:_READ].split("\n\n"):
        found = _WORD.findall(paragraph)
        words += len(found)
        wrong = found if _is_gibberish(paragraph) else [word for word in found if _is_wrong(word)]
        bad += len(wrong)
        if wrong and not example:
            example = " ".join(wrong[:4])
    return Garbled(bad / words if words else 0.0, example[:60])


def _is_wrong(word: str) -> bool:
    return _LOST.search(word) is not None or _MOJIBAKE.search(word) is not None


def _is_gibberish(paragraph: str) -> bool:
    if len(paragraph) < _LETTERS or " | " in paragraph or paragraph.count(" ") < _WHITE * len(paragraph):
        return False
    letters = unicodedata.normalize("NFD", paragraph.casefold())  # é is e and an accent, which is no letter
    voiced = [c for c in letters if c.isalpha() and c < "\u0590"]  # Latin, Greek, Cyrillic, Armenian
    return len(voiced) >= max(_LETTERS, len(paragraph) / 2) and sum(c in _VOWELS for c in voiced) < _FEW_VOWELS * len(
        voiced
    )
