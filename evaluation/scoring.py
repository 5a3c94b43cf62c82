"""From a question and its answer to a result: every metric, and the step that went wrong."""

from collections.abc import Mapping, Sequence

from evaluation.evidence import Places, Span, Texts, locate
from evaluation.matching import facts_met, without_markers
from evaluation.metrics import abstention, attribution, citations, correctness, evidence_ranking, reference
from evaluation.metrics.attribution import Support
from evaluation.metrics.evidence_tokens import token_scores
from evaluation.questions import Question
from evaluation.results import Failure, Result
from rag.schema import Answer

CUTOFFS = (1, 3, 5, 10)

Marks = dict[str, float | bool | None]


class Scorer:
    """Scores the answers to a set. Where its evidence stands is looked up once. Thread-safe."""

    def __init__(self, texts: Texts, support: Support | None = None) -> None:
        """Takes the sources' texts, and what bears claims out for ALCE's metrics (None: they are left out)."""
        self._texts = texts
        self._support = support

    def score(self, question: Question, answer: Answer, latency_ms: float) -> Result:
        """The result of a question that was answered or declined."""
        evidence = [locate(quote, self._texts, question.source) for quote in question.evidence]
        passages = [Span(passage.source_id, passage.start, passage.end) for passage in answer.passages]
        found = evidence_ranking.ranks(passages, evidence)
        scores = self._scores(question, answer)
        if evidence and all(evidence):
            scores |= _retrieval(found, passages, evidence, self._texts.texts)
        return Result(
            id=question.id,
            question=question.question,
            type=question.type,
            standalone_question=answer.standalone_question,
            answer=answer.answer,
            refused=answer.refused,
            confidence=answer.confidence,
            statements=answer.statements,
            citations=answer.citations,
            passages=answer.passages,
            latency_ms=round(latency_ms, 1),
            model=answer.model,
            usage=answer.usage,
            usage_estimated=answer.usage_estimated,
            cost=answer.cost,
            failure=_failure(question, answer, scores, evidence, found),
            missed=tuple(quote for quote, rank in zip(question.evidence, found, strict=True) if rank is None),
            scores=scores,
        )

    def failed(self, question: Question, reason: str, latency_ms: float) -> Result:
        """The result of a question that ended in an error: scored as an empty answer."""
        nothing = Answer(question=question.question, standalone_question=question.question)
        scored = self.score(question, nothing, latency_ms)
        return scored.model_copy(update={"error": reason, "failure": "error"})

    def _scores(self, question: Question, answer: Answer) -> Marks:
        text, quotes = without_markers(answer.answer), [citation.quote for citation in answer.citations]
        correct = correctness.answer_correct(question, text, answer.refused)
        cited = citations.citation_correct(question, quotes, answer.refused)
        lenient = abstention.declined_rightly(question, text, answer.refused)
        both = None if correct is None or cited is None else correct and cited
        judged = question.answerable and not answer.refused
        marks: Marks = {
            "right": lenient if lenient is not None else _first(both, correct, cited),
            "answer_correct": correct,
            "citation_correct": cited,
            "citation_complete": citations.citation_complete(question, quotes, answer.refused),
            "correct_and_cited": both,
            "citation_precision": _rounded(citations.citation_precision(question, quotes)),
            "false_abstention": answer.refused if question.answerable else None,
            "abstention_strict": abstention.declined_rightly(question, text, answer.refused, strict=True),
            "abstention_lenient": lenient,
            "facts": _credit(correctness.facts_share(question, text), question, answer),
            "polarity": correctness.polarity_right(question, text) if judged else None,
            "token_f1": _credit(reference.token_f1(text, question.answer or ""), question, answer),
            "containment": _credit(reference.containment(text, question.answer or ""), question, answer),
            "quotes_verbatim": citations.quotes_verbatim(answer.citations, self._texts.texts),
            "uncited_statements": None if answer.refused else attribution.uncited_statements(answer.statements),
            "answer_chars": None if answer.refused else len(text),
            "quote_chars": sum(map(len, quotes)) / len(quotes) if quotes else None,
        }
        if self._support is not None and not answer.refused:
            marks["alce_recall"] = attribution.citation_recall(answer, self._support)
            marks["alce_precision"] = attribution.citation_precision(answer, self._support)
        return marks


def _retrieval(
    found: Sequence[int | None], passages: Sequence[Span], evidence: Sequence[Places], texts: Mapping[str, str]
) -> Marks:
    tokens = token_scores(passages, evidence, texts)
    return {
        **{f"recall@{k}": evidence_ranking.recall(found, k) for k in CUTOFFS},
        "mrr@10": evidence_ranking.reciprocal_rank(found),
        "ndcg@10": evidence_ranking.ndcg(found),
        "token_recall": tokens.recall,
        "token_precision": tokens.precision,
        "token_iou": tokens.iou,
    }


def _failure(
    question: Question,
    answer: Answer,
    scores: Mapping[str, float | bool | None],
    evidence: Sequence[Places],
    found: Sequence[int | None],
) -> Failure | None:
    """The first step that failed on the way to the answer; None if the question is right, or can't be judged."""
    if scores["right"] is not False:
        return None
    if not question.answerable:
        return "answered-unanswerable"
    if not question.evidence:
        return "refused" if answer.refused else "wrong-answer"
    if not all(evidence):
        return "not-in-library"
    retrieved = [quote for quote, rank in zip(question.evidence, found, strict=True) if rank is not None]
    if not _enough(question, retrieved):
        return "not-retrieved"
    if answer.refused:
        return "refused"
    cited = citations.evidence_cited(question, [citation.quote for citation in answer.citations])
    return "wrong-answer" if _enough(question, cited) else "not-chosen"


def _enough(question: Question, quotes: Sequence[str]) -> bool:
    """Whether some of the evidence would do for the answer: it says the key facts, as far as all of it does."""
    if not quotes:
        return False
    with_all = facts_met(" ".join(question.evidence), question.key_facts)
    with_some = facts_met(" ".join(quotes), question.key_facts)
    return all(some for some, whole in zip(with_some, with_all, strict=True) if whole)


def _credit(share: float | None, question: Question, answer: Answer) -> float | None:
    """A share of an answerable question's answer; declining earns nothing, whatever its words."""
    if share is None or not question.answerable:
        return None
    return 0.0 if answer.refused else share


def _first(*marks: bool | None) -> bool | None:
    return next((mark for mark in marks if mark is not None), None)


def _rounded(share: float | None) -> float | None:
    """To four places, as the mean of such shares is published."""
    return None if share is None else round(share, 4)
