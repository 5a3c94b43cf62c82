"""What kind of thing a question asks for, and whether a sentence has something of that kind."""

import re

_KINDS = {
    "reason": (
        r"\bwhy\b|how come|what (?:caused?|led|made)\b"
        r"|what (?:is|was|are|were) the (?:main )?(?:reason|cause|purpose)"
    ),
    "time": r"\bwhen\b|how long ago|(?:what|which) (?:year|date|day|month|century|decade|time|era|season)\b",
    "number": (
        r"how (?:many|much|old|far|long|tall|high|large|big|often|deep|wide|fast|heavy)\b"
        r"|what (?:percent\w*|number|amount|population|share|proportion|size|age|rate)\b"
        r"|what (?:is|was) the (?:population|number|total|cost|price|percentage)"
    ),
    "place": (
        r"\bwhere\b|(?:what|which) (?:country|city|state|town|place|region|continent|county|province|island|location"
        r"|area|river|nation)\b"
    ),
    "person": (
        r"\bwho(?:m|se|'s|’s)?\b|(?:what|which) (?:person|people|man|woman|president|king|queen|author|actor|player"
        r"|leader|singer|scientist)\b"
    ),
    "manner": r"\bhow\b|in what way|by what means",
    "meaning": r"^what (?:is|are|was|were) (?:an? |the )?[\w'’ -]{1,30}\?*$|\bmean(?:ing|t)?\b|\bdefin|stand for",
    "thing": r"\bwhat\b|\bwhich\b",
    "polarity": r"^(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|am)\b",
}
KINDS = (*_KINDS, "other")
_KIND_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _KINDS.items()}

_FOUND = {
    "reason": re.compile(
        r"\b(?:because|since|due to|owing to|thanks to|so that|in order to|as a result|result(?:ed|s|ing)? (?:in|from)"
        r"|therefore|thus|hence|reasons?|caus\w+|led to|leads? to|purpose|so as to|intended|aim\w*"
        r"|to (?:avoid|prevent|make|keep|help|protect|gain|ensure|reduce|increase))\b",
        re.IGNORECASE,
    ),
    "time": re.compile(
        r"\b1[0-9]{3}\b|\b20[0-9]{2}\b|\b(?:january|february|march|april|may|june|july|august|september|october|november"
        r"|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|century|centuries|decade|years? ago|today"
        r"|yesterday|bc|ad)\b",
        re.IGNORECASE,
    ),
    "number": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred"
        r"|thousand|million|billion|trillion|dozen|half|third|quarter|twice|once|several|percent|few)s?\b",
        re.IGNORECASE,
    ),
    "manner": re.compile(r"\b(?:by|through|using|via|with|means?|method|process|way)\b", re.IGNORECASE),
}
# A capital that doesn't merely begin a sentence.
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)(?<![“\"'‘])\b[A-Z][\w'’-]+")


def kind_of(question: str) -> str:
    """One of `KINDS`: the first whose wording the question has."""
    return next((kind for kind, pattern in _KIND_PATTERNS.items() if pattern.search(question)), "other")


def found(kind: str, sentence: str, *, cased: bool = True) -> float:
    """Whether a sentence has something of a kind: 1 or 0, or 0.5 where that can't be told.

    Args:
        kind: One of `KINDS`.
        sentence: The sentence.
        cased: Whether its text uses capitals at all; people and places are told by them.
    """
    if kind in ("person", "place"):
        return float(bool(_NAME.search(sentence))) if cased else 0.5
    pattern = _FOUND.get(kind)
    return float(bool(pattern.search(sentence))) if pattern else 0.5
