"""What kind of thing a question asks for."""

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


def kind_of(question: str) -> str:
    """One of `KINDS`: the first whose wording the question has."""
    return next((kind for kind, pattern in _KIND_PATTERNS.items() if pattern.search(question)), "other")
