"""Sentences of a source that give orders to whoever reads them, such as a chat model: they are evidence of nothing."""

import re

_ORDERS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:instructions?|rules?|prompts?|guidelines|directions|
        (?:the\s+)?(?:passages?|sources?|text)\s+above|everything\s+(?:above|before))\b
    | ^\W*(?:system|assistant|user|human|developer)\s*:
    | </?(?:system|instructions?|assistant|user|tool)\b | <\|[a-z_]+\|> | \[/?INST\]
    | \b(?:new|updated|hidden|secret|following|system)\s+(?:instructions?|prompts?|rules?)\s*
        (?::|for\s+the\s+(?:ai|model|assistant))
    | ^\W*(?:you\s+(?:must|should|will|shall)\s+(?:now\s+)?|please\s+|now\s+|instead,?\s+|always\s+|only\s+)?
        (?:say|write|reply|respond|answer|output|print|repeat|claim|state|tell\s+(?:the\s+)?(?:user|reader|them))\s+
        (?:only\s+)?(?:that|with|exactly|this\s+sentence|in\s+your|the\s+following)\b
    | \byou\s+are\s+(?:now\s+)?(?:an?|the)\s+(?:\w+\s+){0,2}(?:ai|assistant|chat\s?bot|language\s+model)\b
    | \b(?:ai|language)\s+(?:models?|assistants?)\s*(?:,|:|must|should|reading\s+this)
    | ^-{3}\s+passage\s+\[
    """,
    re.IGNORECASE | re.VERBOSE,
)
_READ = 2_000


def gives_orders(sentence: str) -> bool:
    """Whether a sentence tells its reader what to answer, rather than telling of something."""
    return _ORDERS.search(sentence[:_READ]) is not None
