"""Splits text into sentences with exact offsets.

Rules, not a model: line structure first (a heading, a list item or a table row is a sentence of its own),
then closing punctuation, with the usual exceptions (abbreviations, initials, numbers, ellipses).
"""

import re

# A full stop after one of these does not end a sentence (compared in lower case, without the stop).
ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof sr jr st rev hon gen col maj capt lt sgt gov sen rep pres sec amb min adm
    vs etc al ed eds vol fig figs eq no nos pp p ch art arts para sect approx est dept inc ltd co corp bros
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun
    e.g i.e cf viz ca c resp u.s u.k u.n e.u d.c a.m p.m b.c a.d ph.d m.d""".split()
)

_END = re.compile(
    r"""
    (?P<stop> [.!?…]+ | [。！？｡]+ )
    (?P<close> [\]\)"'”’»›】」』]* )
    (?P<gap> \s+ | (?<=[。！？｡]) | $ )
    """,
    re.VERBOSE,
)
_LINE_BREAK = re.compile(r"\n[ \t]*\n\s*|\n(?=[ \t]*(?:[-*•·‣–]\s|\d{1,3}[.)]\s|[|#>]))|(?<=\|)\n")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘]+$")
_INITIAL = re.compile(r"^(?:[^\W\d_]\.)*[^\W\d_]$")
_LIST_NUMBER = re.compile(r"^\d{1,3}$")
_OPENS_LOW = re.compile(r"[\"'“‘(\[]*[a-zà-öø-ÿ]")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Sentences as ``(start, end)`` character offsets, in order, without surrounding white space.

    Every character that isn't white space belongs to exactly one sentence.
    """
    spans: list[tuple[int, int]] = []
    begin = 0
    for line_break in [*_LINE_BREAK.finditer(text), None]:
        end = line_break.start() if line_break else len(text)
        spans += _split_block(text, begin, end)
        begin = line_break.end() if line_break else end
    return spans


def _split_block(text: str, begin: int, end: int) -> list[tuple[int, int]]:
    spans = []
    start = begin
    for match in _END.finditer(text, begin, end):
        if _ends_sentence(text, start, match, end):
            spans.append(_trim(text, start, match.end("close")))
            start = match.end()
    spans.append(_trim(text, start, end))
    return [(a, b) for a, b in spans if a < b]


def _ends_sentence(text: str, start: int, match: re.Match[str], end: int) -> bool:
    stop = match["stop"]
    if stop[0] in "。！？｡":
        return True
    following = text[match.end() : min(end, match.end() + 3)]
    if not following:
        return True
    if stop.startswith(("!", "?")):
        # "Yahoo! announced", "'Why?' she asked"
        return not _OPENS_LOW.match(following)
    if _OPENS_LOW.match(following):
        return False
    if stop != ".":
        return True
    word_match = _LAST_WORD.search(text, start, match.start())
    word = word_match[0] if word_match else ""
    if _LIST_NUMBER.match(word) and word_match and not text[start : word_match.start()].strip():
        return False
    if match["close"]:
        return True
    lowered = word.lower()
    if lowered in {"u.s", "u.k", "u.n", "e.u", "d.c", "a.m", "p.m", "etc", "inc", "ltd", "co", "corp", "al", "no"}:
        # These often end a sentence: a new one begins with a word that only begins sentences.
        return bool(re.match(r"[\"'“‘(]*(?:The|A|An|In|On|But|And|It|He|She|They|We|This|That|If|As|At)\b", text[match.end() :][:8]))
    return lowered not in ABBREVIATIONS and not _INITIAL.match(word)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
