"""A sentence that announces what comes next ("Three accounts stand side by side.") says little without it."""

import re

LONGEST = 700
"""Characters up to which an answer may grow by what is announced."""

_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "several": 3}
_KNOWN = "".join(
    rf"(?<!\b{word} )"
    for word in ["the", "these", "those", "all", "its", "their", "other", "of", "his", "her", "one in"]
)
_NO_ITEMS = (
    r"(?:of|or|and|to|in|years?|months?|weeks?|days?|hours?|minutes?|decades?|centuries|times|percent|per|million|billion"
    r"|thousand|hundred|people|persons|men|women|points?|miles?|metres?|meters?|kilometres?|kilometers?|feet|tons?"
    r"|tonnes?)\b"
)
_ANNOUNCES = re.compile(
    rf"{_KNOWN}(?<![\w-])\b(?P<number>{'|'.join(_NUMBERS)})\b(?! {_NO_ITEMS})(?:\s+[\w'’-]+){{0,3}}?\s+[\w'’-]+s\b",
    re.IGNORECASE,
)
_THERE_ARE = re.compile(
    r"(?:\s+(?:of|for|on|in)(?:\s+[\w'’-]+){1,4})?"
    r"\s+(?:stand|exist|are|were|remain|compete|apply|differ|have been|had been)\b"
)
"""After what a sentence begins with: "Five envoys flew north" announces nothing, "Three accounts stand" does."""
_GIVEN = re.compile(r":\s|\bnamely\b|\bsuch as\b|\(|,.*,", re.DOTALL)
_ASKS_ONE_THING = re.compile(
    r"\b(?:how (?:many|much|long|old|far|tall|high|large|big|often)|when|what (?:year|date))\b", re.IGNORECASE
)


def announced(question: str, sentence: str) -> int:
    """How many things a sentence announces without naming them; none to a question for a figure or a date."""
    found = _ANNOUNCES.search(sentence)
    if found is None or (not found.start() and not _THERE_ARE.match(sentence, found.end())):
        return 0
    if _GIVEN.search(sentence, found.end()) or _ASKS_ONE_THING.search(question):
        return 0
    return _NUMBERS[found["number"].lower()]
