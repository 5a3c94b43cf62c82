"""Whether an answer cites the evidence, by the quotes that are cited and the words they share with it."""

from collections.abc import Mapping, Sequence

from evaluation.matching import facts_met, overlap
from evaluation.questions import Question
from rag.schema import Citation


def evidence_cited(question: Question, quotes: Sequence[str]) -> list[str]:
    """The evidence that some cited quote overlaps: one holds the other, or they share half of the shorter in a run."""
    return [evidence for evidence in question.evidence if any(overlap(quote, evidence) for quote in quotes)]


def citation_correct(question: Question, quotes: Sequence[str], refused: bool) -> bool | None:
    """Whether any evidence is cited; None for a question that has none."""
    if not question.answerable or not question.evidence:
        return None
    return not refused and bool(evidence_cited(question, quotes))


def citation_complete(question: Question, quotes: Sequence[str], refused: bool) -> bool | None:
    """Whether the evidence that is cited says all key facts; None without evidence or key facts.

    The one to look at where an answer needs several places.
    """
    if not question.answerable or not question.evidence or not question.key_facts:
        return None
    return not refused and all(facts_met(" ".join(evidence_cited(question, quotes)), question.key_facts))


def citation_precision(question: Question, quotes: Sequence[str]) -> float | None:
    """Share of the cited quotes that overlap any evidence; None without quotes.

    Indicative: other places than the evidence may bear an answer too.
    """
    if not question.answerable or not question.evidence or not quotes:
        return None
    return sum(any(overlap(quote, evidence) for evidence in question.evidence) for quote in quotes) / len(quotes)


def quotes_verbatim(citations: Sequence[Citation], texts: Mapping[str, str]) -> float | None:
    """Share of the citations whose quote stands in its source, to the character, where it is said to stand.

    Anything below 1 is a fault of the product, not of the question. None without citations.

    Args:
        citations: Those of one answer.
        texts: Canonical texts by source id, in the versions that were cited.
    """
    exact = [texts.get(cited.source_id, "")[cited.start : cited.end] == cited.quote != "" for cited in citations]
    return sum(exact) / len(exact) if exact else None
