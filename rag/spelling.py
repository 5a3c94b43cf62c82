"""Misspelt words of a question, mended with words that the library holds."""

import re
from collections.abc import Callable

_WORD = re.compile(r"\b[^\W\d_]+\b")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 5  # of shorter words, too many others are a slip away


def respelt(question: str, held: Callable[[str], int | None], pieces: Callable[[str], int]) -> str:
    """The question with each word that is likely misspelt replaced by one a slip away that the library holds.

    A word is likely misspelt if the library doesn't hold it, the embedder's tokenizer, whose vocabulary is of common
    words and parts of words, has to break it up, and there is a word a slip away that the library holds and that
    breaks up less. Of several, the one that breaks up least is taken, then the one most chunks hold. Abbreviations
    and names with inner capitals are left alone.

    Args:
        question: What is asked.
        held: How many chunks hold a word; None for a stop word.
        pieces: The word pieces in a word.
    """

    def mended(match: "re.Match[str]") -> str:
        word = match[0].casefold()
        if len(word) < _SHORTEST or not word.isascii() or match[0][1:] != word[1:]:
            return match[0]
        broken = pieces(word)
        if broken < 2 or held(word) != 0:
            return match[0]
        near = [(-pieces(other), count, other) for other in one_slip_away(word) if (count := held(other))]
        fewest, _, best = max(near, default=(-broken, 0, word))
        if -fewest >= broken:
            return match[0]
        return best.capitalize() if match[0][0].isupper() else best

    return _WORD.sub(mended, question)


def one_slip_away(word: str) -> list[str]:
    """Words with two neighbouring letters swapped, or one dropped, added or replaced.

    Four in five misspellings are one such slip (Damerau, "A technique for computer detection and correction of
    spelling errors", 1964).
    """
    cuts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    swapped = [a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1]
    dropped = [a + b[1:] for a, b in cuts if b]
    added = [a + letter + b for a, b in cuts for letter in _LETTERS]
    replaced = [a + letter + b[1:] for a, b in cuts if b for letter in _LETTERS]
    return list(dict.fromkeys([*swapped, *dropped, *added, *replaced]))
