"""What the page shows of each question, worked out before it is laid out."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup, escape

from evaluation.evidence import Texts, locate
from evaluation.matching import facts_met, overlap, without_markers
from evaluation.questions import Question
from evaluation.results import FAILURES, Result
from rag.schema import Citation, Passage

_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Evidence:
    """A gold quote, the rank of the passage that holds it, and whether it is cited."""

    quote: str
    rank: int | None
    cited: bool


@dataclass(frozen=True)
class Shown:
    """One question on the page.

    Attributes:
        outcome: ``right``, ``wrong``, ``declined`` (wrongly) or ``unjudged``.
        verdict: The outcome in words.
        facts: Each group of key facts, and whether the answer says it.
        passages: Retrieved passages, evidence and cited words marked.
        citations: Each with its passage, the quote marked, and whether it is evidence.
    """

    question: Question
    result: Result
    outcome: str
    verdict: str
    answer: Markup
    facts: Sequence[tuple[str, bool]]
    evidence: Sequence[Evidence]
    passages: Sequence[tuple[Passage, Markup, bool]]
    citations: Sequence[tuple[Citation, bool]]


def shown(question: Question, result: Result) -> Shown:
    """A question as the page shows it."""
    text = without_markers(result.answer)
    met = facts_met(text, question.key_facts)
    numbers = {citation.number for citation in result.citations}
    marked = [(passage, *_marked(passage, question, result.citations)) for passage in result.passages]
    return Shown(
        question=question,
        result=result,
        outcome=outcome(question, result),
        verdict=_verdict(question, result),
        answer=_with_links(result.answer, question.id, numbers),
        facts=[(" / ".join(group), said) for group, said in zip(question.key_facts, met, strict=True)],
        evidence=[_evidence(gold, result) for gold in question.evidence],
        passages=marked,
        citations=[
            (cited, any(overlap(cited.quote, gold) for gold in question.evidence)) for cited in result.citations
        ],
    )


def outcome(question: Question, result: Result) -> str:
    """``right``, ``wrong``, ``declined`` (though answerable), or ``unjudged``."""
    right = result.scores.get("right")
    if right is None:
        return "unjudged"
    if right:
        return "right"
    return "declined" if question.answerable and result.refused else "wrong"


def _verdict(question: Question, result: Result) -> str:
    if result.failure:
        return FAILURES[result.failure]
    if result.scores.get("right") is None:
        return "can't be judged"
    if question.answerable:
        return "right"
    return "rightly declined" if result.refused else "premise put right"


def _with_links(answer: str, id: str, numbers: set[int]) -> Markup:
    """The answer, its markers linked to the citations below it."""

    def link(match: re.Match[str]) -> str:
        if int(match[1]) not in numbers:
            return match[0]
        return str(Markup('<a class="marker" href="#{}:{}">{}</a>').format(quote(id, safe=""), match[1], match[1]))

    return Markup(_MARKER.sub(link, str(escape(answer))))  # noqa: S704 - escaped before


def _evidence(gold: str, result: Result) -> Evidence:
    holding = (rank for rank, passage in enumerate(result.passages, 1) if overlap(passage.text, gold))
    return Evidence(
        quote=gold,
        rank=None if gold in result.missed else next(holding, None),
        cited=any(overlap(citation.quote, gold) for citation in result.citations),
    )


def _marked(passage: Passage, question: Question, citations: Sequence[Citation]) -> tuple[Markup, bool]:
    """A passage with its evidence and its cited words marked, and whether it holds evidence."""
    text = passage.text
    itself = Texts({"": text})
    gold = [span for evidence in question.evidence for span in locate(evidence, itself)]
    cited = [
        (max(0, citation.start - passage.start), min(len(text), citation.end - passage.start))
        for citation in citations
        if citation.source_id == passage.source_id and citation.version == passage.version
    ]
    classes: list[tuple[int, int, str]] = [(span.start, span.end, "gold") for span in gold]
    classes += [(start, end, "cited") for start, end in cited if start < end]
    edges = sorted({0, len(text), *(edge for start, end, _ in classes for edge in (start, end))})
    pieces = []
    for start, end in itertools.pairwise(edges):
        kinds = sorted({kind for begins, ends, kind in classes if begins <= start and end <= ends})
        piece = escape(text[start:end])
        pieces.append(Markup('<mark class="{}">{}</mark>').format(" ".join(kinds), piece) if kinds else piece)
    return Markup("").join(pieces), bool(gold)
