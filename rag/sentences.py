"""Splits text into sentences with exact offsets.

Rules, not a model: line structure first (a heading, a list item or a table row is a sentence of its own),
then closing punctuation, with the usual exceptions (abbreviations, initials, numbers, ellipses).
"""

import re
from collections.abc import Iterable
from itertools import pairwise

# A full stop after one of these does not end a sentence (compared in lower case, without the stop).
ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof sr jr st rev hon gen col maj capt lt sgt gov sen rep pres sec amb min adm
    vs etc al ed eds vol fig figs eq no nos pp p ch art arts para sect approx est dept inc ltd co corp bros
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    e.g i.e cf viz ca c resp u.s u.k u.n e.u d.c a.m p.m b.c a.d ph.d m.d""".split()
)
_CLOSERS = r"""[\])"'”’»›】」』]"""
_WIDE_STOPS = "\u3002\uff01\uff1f\uff61"  # full stop, exclamation and question mark of Chinese and Japanese

# Possessive (++) and anchored to the first stop of a run: a million dots must not take a million steps each.
_END = re.compile(
    rf"""
    (?: (?<! [.!?…] ) (?P<stop> [.!?…]++ ) (?P<close> {_CLOSERS}*+ ) (?: \s++ | $ )
      | [{_WIDE_STOPS}]++ {_CLOSERS}*+ \s*+
    )
    """,
    re.VERBOSE,
)
_LINE_BREAK = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*+(?:[-*•·‣–]\s|\d{1,3}[.)]\s|[|#>]|[^\n|]* \| ))|(?<=\|)\n")
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“‘]+$")
_LONGEST_WORD = 20  # characters looked at before a stop: no abbreviation is longer
_INITIAL = re.compile(r"^(?:[^\W\d_]\.)*[^\W\d_]$")
_LIST_NUMBER = re.compile(r"^\d{1,3}$")
# These often end a sentence, if the next word is one that hardly ever stands there within a sentence.
_AT_EITHER_PLACE = frozenset("u.s u.k u.n e.u d.c a.m p.m etc inc ltd co corp al no".split())
_OPENING_WORD = re.compile(r"[\"'“‘(]*(?:The|A|An|In|On|But|And|It|He|She|They|We|This|That|If|As|At)\b")


def split_sentences(text: str, breaks: Iterable[int] = ()) -> list[tuple[int, int]]:
    """Sentences as ``(start, end)`` character offsets, in order, without surrounding white space.

    Every character that isn't white space belongs to exactly one sentence.

    Args:
        text: What to split.
        breaks: Offsets where a sentence ends in any case, such as where chunks begin and end.
    """
    edges = {0: 0, len(text): len(text), **{at: at for at in breaks}}  # where a block ends: where the next begins
    edges.update((line_break.start(), line_break.end()) for line_break in _LINE_BREAK.finditer(text))
    ends = sorted(edges)
    spans: list[tuple[int, int]] = []
    for last, end in pairwise(ends):
        spans += _split_block(text, min(edges[last], end), end)
    return spans


def _split_block(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    begin, end = _trim(text, begin, end)
    if text.startswith("|", begin):  # a table row
        return [(begin, end)] if begin < end else []
    spans = []
    start = begin
    for match in _END.finditer(text, begin, end):
        if _ends_sentence(text, start, match, end):
            spans.append(_trim(text, start, match.end()))
            start = match.end()
    spans.append(_trim(text, start, end))
    return [(a, b) for a, b in spans if a < b]


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    stop = match["stop"]
    following = text[match.end() : min(end, match.end() + 10)]
    if stop is None or not following:
        return True
    if following.lstrip("\"'“‘([")[:1].islower():
        return False  # "Yahoo! announced", "'Why?' she asked", "approx. ten"
    if stop != ".":
        return True
    found = _WORD_BEFORE.search(text, max(start, match.start() - _LONGEST_WORD), match.start())
    word = found[0].lower() if found else ""
    if found and _LIST_NUMBER.match(word) and not text[start : found.start()].strip():
        return False
    if match["close"]:
        return True
    if word in _AT_EITHER_PLACE:
        return _OPENING_WORD.match(following) is not None
    return word not in ABBREVIATIONS and not _INITIAL.match(word)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
