"""Words that an answer shares with the reference answer.

A proxy that is blind to meaning: it ranks systems on one set, and says little about one answer. Tokens are
SQuAD's (Rajpurkar et al., arXiv 1606.05250): lower case, without punctuation and the articles a, an, the.
"""

import re
from collections import Counter

from evaluation.matching import normalise, without_markers

_NOT_WORD = re.compile(r"[^\w\s]")
_ARTICLES = frozenset(("a", "an", "the"))


def tokens(text: str) -> list[str]:
    """The words that are compared."""
    return [word for word in _NOT_WORD.sub("", normalise(text)).split() if word not in _ARTICLES]


def token_f1(answer: str, reference: str) -> float | None:
    """``2 P R / (P + R)`` of the words shared, counted as often as they occur in both; None without a reference."""
    given, wanted = Counter(tokens(without_markers(answer))), Counter(tokens(reference))
    if not wanted:
        return None
    shared = (given & wanted).total()
    return 2 * shared / (given.total() + wanted.total())


def containment(answer: str, reference: str) -> float | None:
    """Share of the reference's words that the answer says: ``|answer ∩ reference| / |reference|``.

    A long answer isn't punished, so look at it beside `token_f1` and the length. Adlakha et al., "Evaluating
    Correctness and Faithfulness of Instruction-Following Models" (arXiv 2307.16877), call it recall.
    """
    given, wanted = Counter(tokens(without_markers(answer))), Counter(tokens(reference))
    return (given & wanted).total() / wanted.total() if wanted else None
