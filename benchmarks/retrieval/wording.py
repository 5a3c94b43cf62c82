"""Questions made harder, with a fixed seed: too short, buried in a long text, misspelt."""

import random
import re
from collections.abc import Callable, Sequence

from rag.sentences import split_sentences

_LETTERS = re.compile(r"[a-z]+")
_FILLER_WORDS = 300
_SLIPS = ("swap", "drop", "double")


def shortened(question: str, rarity: Callable[[str], float], words: int) -> str:
    """Its rarest words, in their order: what one types into a search box."""
    said = re.findall(r"[^\W_]+(?:[-'’.][^\W_]+)*", question)
    rare = sorted(range(len(said)), key=lambda i: -rarity(said[i]))[:words]
    return " ".join(said[i] for i in sorted(rare))


def buried(question: str, fillers: Sequence[str], random_: random.Random) -> str:
    """The question somewhere between the sentences of other texts, 300 words in all."""
    sentences: list[str] = []
    while sum(len(sentence.split()) for sentence in sentences) < _FILLER_WORDS:
        text = random_.choice(fillers)
        sentences += [" ".join(text[start:end].split()) for start, end in split_sentences(text)]
    sentences.insert(random_.randint(0, len(sentences)), question if question[-1:] in ".?!" else question + "?")
    return " ".join(sentences)


def misspelt(question: str, rarity: Callable[[str], float], random_: random.Random) -> str:
    """One or two of its rarer words of five letters or more with two letters swapped, one dropped or one doubled."""
    words = question.split()
    long = [i for i, word in enumerate(words) if len(_core(word)) >= 5]
    likely = sorted(long, key=lambda i: -rarity(_core(words[i])))[:4]
    for i in random_.sample(likely, min(len(likely), random_.choice((1, 2)))):
        words[i] = _slipped(words[i], random_)
    return " ".join(words)


def _core(word: str) -> str:
    found = _LETTERS.search(word.casefold())
    return found[0] if found else ""


def _slipped(word: str, random_: random.Random) -> str:
    core = _core(word)
    first = word.casefold().index(core)
    at = first + random_.randrange(1, len(core) - 1)
    slip = random_.choice(_SLIPS)
    if slip == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if slip == "drop":
        return word[:at] + word[at + 1 :]
    return word[: at + 1] + word[at] + word[at + 1 :]
