"""Follow-up questions: whether one leans on what was said before, and what it then asks in full.

No model is needed. A question that stands alone is left as it is; one that leans on earlier turns gets the
words it lacks, and retrieval averages the scores of both wordings.
"""

import re
from collections.abc import Sequence

from rag.schema import Inquiry, Turn

_LEANS = re.compile(
    r"\b(it|its|he|him|his|she|her|hers|they|them|their|theirs|this|that|these|those|there|then|"
    r"such|former|latter|one|ones|same|else|other|another)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"^\W*(and|but|or|so|what about|how about|why not|also|then|why|how come|really|since when)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SHORT = 5  # words: a question this short with an earlier turn rarely says all it means
EMPTY = frozenset(
    """a about an and are as at be been but by can could did do does for from had has have how i if in into is it me
    more much of on or our please so tell than that the their them then there these they this those to was we were
    what when where which who whom whose why will with would you your""".split()
)


def leans_on_history(question: str, history: Sequence[Turn]) -> bool:
    """Whether a question can't be understood without the turns before it."""
    if not history:
        return False
    words = _WORD.findall(question)
    content = [word for word in words if word.casefold() not in EMPTY]
    return bool(_LEANS.search(question) or _OPENS.match(question) or len(content) < 2 or len(words) <= _SHORT)


def standalone_question(inquiry: Inquiry) -> str:
    """The question with the words of earlier turns that it leans on, or as it is if it stands alone."""
    question = inquiry.question
    if not leans_on_history(question, inquiry.history):
        return question
    return with_words_of(question, [turn.question for turn in inquiry.history[-2:]])


def with_words_of(question: str, said: Sequence[str]) -> str:
    """The question, and in brackets the words that say something in what was said before and aren't in it."""
    have = {word.casefold() for word in _WORD.findall(question)}
    topic: list[str] = []
    for text in said:
        for word in _WORD.findall(text):
            folded = word.casefold()
            if folded not in EMPTY and folded not in have:
                have.add(folded)
                topic.append(word)
    return f"{question} ({' '.join(topic)})" if topic else question
