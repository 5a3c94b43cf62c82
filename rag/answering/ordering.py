"""In which order an answer's sentences are shown."""

import re
from collections.abc import Sequence

from rag.answering.candidates import Candidate
from rag.answering.referents import leans

_YES_OR_NO = re.compile(
    r"^\W*(?:(?:and|but|so|or|then|well|ok|okay)\W+)*(?:(?:in|on|at|by|after|before|during|since|under|for)\s[^,?]{1,60},\s+)?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would"
    r"|should|may|might|must|am|isn['’]t|aren['’]t|wasn['’]t|weren['’]t|don['’]t|doesn['’]t|didn['’]t|hasn['’]t|haven['’]t"
    r"|hadn['’]t|can['’]t|couldn['’]t|won['’]t|wouldn['’]t|shouldn['’]t)\s",
    re.IGNORECASE,
)


def asks_yes_or_no(question: str) -> bool:
    """Whether a question could be answered by yes or no."""
    return _YES_OR_NO.match(question) is not None


def in_order(question: str, chosen: Sequence[Candidate], strengths: Sequence[float]) -> list[int]:
    """Where each chosen sentence goes: as they come; for a yes/no question the strongest leads.

    No "Yes" or "No" is put before it: whether its words amount to one is the reader's to judge. A sentence that points
    back to the one chosen before it stays behind that.
    """
    order = list(range(len(chosen)))
    if not order or not asks_yes_or_no(question):
        return order
    best = max(order, key=lambda i: strengths[i])
    if best and leans(chosen[best].text) and chosen[best - 1].version == chosen[best].version:
        return order
    return [best, *(i for i in order if i != best)]
