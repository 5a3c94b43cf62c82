"""A text as words with stems, and which of them are negated: what claims and sources are compared by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

EMPTY = frozenset(
    """a about above according after again all also although am among an and any are as at be because been before
    being below between both but by can could did do does doing down during each either even ever few first for
    from further had has have having he her here hers herself him himself his how however i if in into is it its
    itself just like many may me meanwhile might more most moreover much must my no nor not of off on once one
    only or other our out over own per rather same several shall she should since so some still such than that
    the their theirs them then there therefore these they this those though through thus to together too two
    under unless until up upon us very was we were what when where whether which while who whom whose why will
    with within without would yes yet you your""".split()
)
"""Words that carry too little to be missed."""

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_CLAUSE_END = re.compile(r"[.;:!?()—–]|,\s|\b(?:but|although|though|while|whereas|because|since|which|who)\b", re.I)
_NEGATES = re.compile(
    r"^(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|hardly|barely|fail(?:ed|s|ing)?|refus(?:ed|es|ing|e)"
    r"|declin(?:ed|es|ing|e)|den(?:y|ied|ies|ying)|lack(?:ed|s|ing)?|unable|reject(?:ed|s|ing)?|avoid(?:ed|s|ing)?"
    r"|prevent(?:ed|s|ing)?|\w+n['’]t)$",
    re.IGNORECASE,
)
_NO_NEGATION = re.compile(r"(?:\b(?:whether or|why|if)\s+not\b)|\bnot\s+(?:only|just|merely|least)\b", re.IGNORECASE)
"""Where "not" denies nothing."""
_PHRASES = re.compile(
    r"\b(?:turn(?:ed|s|ing)?\s+(down)|rul(?:ed?|es|ing)\s+(out)|yet\s+(to)|free\s+(of|from)|far\s+(from))\b",
    re.IGNORECASE,
)
"""Phrases that deny what follows, by the word that they end on."""
_SCOPE = 4
"""Words with meaning that a negation reaches, within its clause."""


@dataclass(frozen=True)
class Word:
    """A word of a text: as written, its stem, where it starts, whether it carries meaning and is negated."""

    text: str
    stem: str
    start: int
    content: bool
    negates: bool
    negated: bool


@lru_cache(maxsize=2_000)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text, in order."""
    found: list[Word] = []
    idle = [match.span() for match in _NO_NEGATION.finditer(text)]
    denying = {match.start(match.lastindex or 0) for match in _PHRASES.finditer(text)}
    reach = 0
    last_end = 0
    for match in _TOKEN.finditer(text):
        if _CLAUSE_END.search(text[last_end : match.start()]) or _CLAUSE_END.fullmatch(match[0]):
            reach = 0
        last_end = match.end()
        written = match[0]
        folded = written.casefold().replace("’", "'")
        negates = bool(_NEGATES.match(folded)) and not any(a <= match.start() < b for a, b in idle)
        negates = negates or match.start() in denying
        base = re.sub(r"'(?:s|re|ve|ll|d|m)$", "", folded)
        content = not negates and base not in EMPTY and not base.isdigit() and not folded.endswith("n't")
        found.append(Word(written, stem(base), match.start(), content, negates, content and reach > 0))
        if negates:
            reach = _SCOPE if folded not in {"nor"} or reach == 0 else reach
        elif content and reach:
            reach -= 1
    return tuple(found)


def stems(found: Sequence[Word]) -> set[str]:
    """The stems of the words that carry meaning."""
    return {word.stem for word in found if word.content}


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The English (Snowball) stem of a word in lower case."""
    cut = _analyser().analyze(word)
    return cut[0] if len(cut) == 1 else word


@lru_cache(maxsize=1)
def _analyser() -> Any:
    import tantivy

    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )
