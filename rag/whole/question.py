"""Questions about a source as a whole: what it is about, who wrote it, when it was published, what it is called.

No passage that resembles such a question answers it, so it is known by its wording.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rag.conversation import EMPTY
from rag.schema import Source


class Wanted(StrEnum):
    """What is to be told of a source; of `TALK`, nothing: it is a greeting."""

    GIST = "gist"
    AUTHOR = "author"
    DATE = "date"
    PUBLISHER = "publisher"
    TITLE = "title"
    TALK = "talk"


@dataclass(frozen=True)
class About:
    """A question about sources, not about what one of them tells.

    Attributes:
        wanted: What is asked of them.
        named: The words that name the source; none for "this article".
        points: Whether the source is only pointed at ("this"), which in a conversation may mean anything.
        every: Whether all of the sources are meant.
        surely: Whether nothing else can be meant. "Who wrote the report?" may be about a report in the text.
    """

    wanted: Wanted
    named: str = ""
    points: bool = False
    every: bool = False
    surely: bool = True


THE_TEXT_ITSELF = (
    r"article|document|doc|text|file|pdf|page|web ?page|web ?site|piece|op-?ed|(?:blog |news )?post|source|column|paper"
    r"|essay|brief"
)
_MAYBE_ANOTHER = (
    r"story|report|book|study|memo|contract|letter|manual|guide|presentation|(?:slide )?deck|spreadsheet|e-?mail"
    r"|transcript|interview|speech|thesis|white ?paper|newsletter|press release|briefing|chapter|notes|slides|agreement"
    r"|policy|review|statement"
)
_ADDED = {"article", "document", "doc", "source", "file", "pdf"}  # a paper or a page may be one that the text tells of
_KIND = rf"(?:{THE_TEXT_ITSELF}|{_MAYBE_ANOTHER})"
_ITS_KIND = rf"(?:(?P<itself>{THE_TEXT_ITSELF})|{_MAYBE_ANOTHER})"
_KINDS = r"(?:articles|documents|docs|texts|files|pdfs|pages|pieces|sources|papers|essays|briefs|reports|books|notes)"
_ADJECTIVE = r"(?:(?:whole|entire|full|attached|uploaded|above|given|provided|current|present|original)\s+)?"

_ONE = re.compile(rf"(?:(?P<this>this|that|my|our)|the|your)?\s*{_ADJECTIVE}(?P<kind>{_KIND})", re.I)
_BARE = re.compile(r"(?:this|that|it|this one|that one)(?:\s+all)?", re.I)
_EVERY = re.compile(
    rf"(?:all\s+)?(?:of\s+)?(?:the|these|those|my|our|your)?\s*(?:uploaded\s+)?(?:{_KINDS}|library|collection)|everything"
    r"(?:\s+here)?|all of (?:it|this|them)|here|there|them|these|those",
    re.I,
)
_NAMED = re.compile(
    rf"(?:(?:the|this|that|my|our|your)\s+)?(?:{_ITS_KIND}\s+(?:on|about|called|titled|named|entitled|from|regarding)\s+"
    rf"(?P<after>.+)|(?P<before>.+?)\s+{_ITS_KIND.replace('itself', 'itself_after')})",
    re.I,
)

_PLEASE = re.compile(
    r"^(?:(?:please|pls|ok|okay|so|and|now|hi|hello|hey|well|then|(?:can|could|would|will) you"
    r"|i (?:want|need)(?: you to)?|i'd like(?: you to)?|tell me|give me|show me|write(?: me)?|provide(?: me with)?|make"
    r"|let me know|do you know)\b[\s,!:]*)+",
    re.I,
)
_EXTENT = re.compile(
    r"[\s,]*(?:\b(?:please|pls|(?:for|to) me|briefly|again|in short|in brief|in general|thanks|thank you|exactly|in (?:"
    r"an?|one|two|three|four|five|a few|\d+|simple|plain|your own|a single|a couple of)\b[^,?.]{0,30})[\s.!?]*)$",
    re.I,
)
_X = r"(?P<x>.+?)"
_OF_X = rf"(?:\s+(?:of|for|from|in|on|made (?:in|by))\s+{_X})?"
_IS = r"(?:['’]s|s|\s+is|\s+are|\s+was|\s+were)?"
_SUMMARY = (
    r"(?:(?:short|brief|quick|concise|executive|general|high-level|rough|bullet-point)\s+)*(?:summary|overview|synopsis"
    r"|gist|outline|recap|tl;?dr|digest|rundown|key points|main points|key takeaways|takeaways|highlights)"
)
_MAIN = r"(?:main|key|central|most important|overall|core|principal|major|primary|basic)"
_POINT = r"(?:point|idea|argument|message|takeaway|thesis|claim|topic|theme|subject|conclusion|finding|lesson)s?"
_SAYS = r"(?:say|discuss|cover|argue|claim|describe|talk about|deal with|contain)"
_AVAILABLE = (
    r"(?:do you (?:have|know)|are (?:there|here|available|loaded)|(?:have|do|did) (?:i|we) (?:added?|uploaded?|have)"
    r"|can you (?:read|see|access))(?:\b.{0,20})?"
)
_HIS_NAME = r"(?:names? of the (?:authors?|writers?)|(?:author|writer)['’]?s? names?)"
_WROTE = r"(?:wrote|has written|written|authored|penned)"
_PUBLISHED = r"(?:first |originally )*(?:published|posted|released|issued|printed)"
_APPEARED = r"(?:first |originally )*(?:published|posted|printed|appear)"

_WORDINGS: tuple[tuple[Wanted, bool, str], ...] = (
    # what is wanted, whether any words may name the source, and the wording
    (Wanted.GIST, False, rf"what{_IS}\s+{_X}\s+(?:all |mainly |mostly |really |actually |basically )?about"),
    (Wanted.GIST, False, rf"what (?:does|do|did) {_X} {_SAYS}"),
    (Wanted.GIST, True, rf"(?:summari[sz]e|sum up|recap|tl;?dr)\s+{_X}"),
    (Wanted.GIST, False, rf"(?:outline|condense|explain|describe|introduce)\s+{_X}"),
    (Wanted.GIST, True, rf"(?:what{_IS}\s+)?(?:an? |the )?{_SUMMARY}{_OF_X}"),
    (Wanted.GIST, False, rf"(?:what{_IS}\s+)?(?:the |your )?{_MAIN}\s+{_POINT}{_OF_X}"),
    (Wanted.GIST, False, rf"(?:what{_IS}\s+)?(?:the )?(?:topic|subject|theme|thesis)"),
    (Wanted.GIST, False, rf"what(?:['’]?s| is| do (?:you|we) have| can i (?:find|read))\s+in\s+{_X}"),
    (Wanted.GIST, False, rf"(?:what|which)\s+(?P<x>{_KINDS})\s+{_AVAILABLE}"),
    (Wanted.AUTHOR, False, rf"(?:who{_IS}\s+{_WROTE}|by whom (?:is|was))\s+{_X}(?:\s+(?:written|authored))?"),
    (Wanted.AUTHOR, False, rf"(?:who{_IS}\s+)?(?:the\s+)?(?:authors?|writers?|byline){_OF_X}"),
    (Wanted.AUTHOR, False, rf"(?:what{_IS}\s+)?(?:the\s+)?{_HIS_NAME}{_OF_X}"),
    (Wanted.DATE, False, rf"when\s+(?:was|were|is)\s+{_X}\s+(?:written|dated|created|{_PUBLISHED})"),
    (Wanted.DATE, False, rf"(?:what{_IS}\s+)?(?:the\s+)?(?:publication |publishing |release )?date of {_X}"),
    (Wanted.DATE, False, rf"(?:what{_IS}\s+)?(?:the\s+)?(?:publication|publishing) date"),
    (Wanted.DATE, False, rf"how old is {_X}"),
    (Wanted.PUBLISHER, False, rf"where\s+(?:was|were|is|did)\s+{_X}\s+{_APPEARED}"),
    (Wanted.PUBLISHER, False, rf"(?:who|what|which \w+)\s+{_PUBLISHED}\s+{_X}"),
    (Wanted.PUBLISHER, False, rf"(?:(?:who|what){_IS}\s+)?(?:the\s+)?(?:original\s+|first\s+)?publisher{_OF_X}"),
    (Wanted.TITLE, False, rf"(?:what{_IS}\s+)?(?:the\s+)?(?:title|headline|name) of {_X}"),
    (Wanted.TITLE, False, rf"what{_IS}\s+{_X}\s+(?:called|titled)"),
)  # fmt: skip
_READ = [(wanted, free, re.compile(wording, re.I)) for wanted, free, wording in _WORDINGS]
_TALK = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)|thanks?(?: a lot| so much)?|thank you"
    r"(?: very much| so much)?|thx|cheers|ok(?:ay)?|great|cool|nice|bye|goodbye|test|testing|help"
    r"|how are you(?: doing)?(?: today)?|who are you|what are you|what(?:['’]s| is) your name"
    r"|what can (?:you do|i ask(?: you)?)"
    r"|how (?:do|can) (?:you|i) (?:work|use (?:this|you)))(?:\s+(?:there|all|footnote|everyone))?",
    re.I,
)
_WORD = re.compile(r"\w+")
_LONGEST = 200  # characters


def about_sources(question: str) -> About | None:
    """What a question asks of sources as such, or None if it asks what they tell."""
    said = " ".join(question.split()).strip(' .?!"“”')
    if _TALK.fullmatch(said):
        return About(Wanted.TALK)
    said = _PLEASE.sub("", said)
    while (shorter := _EXTENT.sub("", said).strip(" .?!,")) != said:
        said = shorter
    for wanted, free, wording in _READ:
        found = wording.fullmatch(said)
        if found and (about := _of(wanted, free, found.groupdict().get("x"))):
            return about
    return None


def _of(wanted: Wanted, free: bool, x: str | None) -> About | None:
    """What is asked, with the words that say of which source; None if it may as well be asked of something else."""
    if x is None:
        return About(wanted)
    if _BARE.fullmatch(x):
        return About(wanted, points=True)
    if one := _ONE.fullmatch(x):
        surely = bool(free or one["this"] or re.fullmatch(THE_TEXT_ITSELF, one["kind"], re.I))
        return About(wanted, surely=surely) if surely or wanted is not Wanted.GIST else None
    if wanted is Wanted.GIST and _EVERY.fullmatch(x):
        return About(wanted, every=True)
    if named := _NAMED.fullmatch(x):
        kind = named["itself"] or named["itself_after"] or ""
        surely = wanted is Wanted.GIST and ((free and bool(kind)) or kind.casefold() in _ADDED)
        return About(wanted, named=named["after"] or named["before"], surely=surely)
    return About(wanted, named=x, surely=False) if free else None


def titled(named: str, sources: Sequence[Source]) -> Source | None:
    """The one source whose title has all the words that name it; None if there is none, or several."""
    wanted = {word for word in _WORD.findall(named.casefold()) if word not in EMPTY}
    if not wanted:
        return None
    having = [s for s in sources if wanted <= set(_WORD.findall(s.title.casefold()))]
    exact = [s for s in having if len(set(_WORD.findall(s.title.casefold())) - EMPTY) == len(wanted)]
    having = exact or having
    return having[0] if len(having) == 1 else None
