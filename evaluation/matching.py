"""Whether two texts say the same words: the mechanical rules that answers and citations are judged by.

They forgive what typography changes (case, quotes, dashes, blanks) and nothing else, so that a
judgement can be repeated by anybody with a search box.
"""

import re
import unicodedata
from collections.abc import Sequence

_STRAIGHT = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "-": " ",
        "\u2212": " ",
        **{chr(dash): " " for dash in range(0x2010, 0x2016)},
    }
)
_MARKER = re.compile(r"\s*\[\d+\]")


def normalise(text: str) -> str:
    """The text in lower case, with straight quotes, dashes as blanks, and single blanks (after NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_STRAIGHT).split()).lower()


def without_markers(answer: str) -> str:
    """The answer without its ``[1]`` markers."""
    return _MARKER.sub("", answer)


def says(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words."""
    return _says(normalise(text), normalise(phrase))


def facts_met(text: str, key_facts: Sequence[Sequence[str]]) -> list[bool]:
    """For each group of key facts, whether the text says one of its alternatives."""
    spoken = normalise(text)
    return [any(_says(spoken, normalise(alternative)) for alternative in group) for group in key_facts]


def overlap(passage: str, quote: str) -> bool:
    """Whether one text holds the other, or both share a run of at least half of the shorter."""
    short, long = sorted((normalise(passage), normalise(quote)), key=len)
    if not short:
        return False
    if short in long:
        return True
    run = (len(short) + 1) // 2
    runs = {short[start : start + run] for start in range(len(short) - run + 1)}
    return any(long[start : start + run] in runs for start in range(len(long) - run + 1))


def polarity_of(text: str) -> str | None:
    """``"yes"`` or ``"no"`` if the text begins with that word, else None."""
    first = re.match(r"\W*(\w+)", normalise(text))
    return first[1] if first and first[1] in ("yes", "no") else None


def _says(spoken: str, phrase: str) -> bool:
    """`says` for texts that are normalised already."""
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", spoken) is not None
