"""What a run amounts to: shares and means over its questions, for people and for gates."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from evaluation.metrics import confidence, latency
from evaluation.metrics.abstention import abstention
from evaluation.metrics.meanings import MEANINGS
from evaluation.questions import Question
from evaluation.results import Result
from evaluation.statistics import wilson_interval

ANSWERABLE = (
    "answer_correct",
    "citation_correct",
    "citation_complete",
    "correct_and_cited",
    "citation_precision",
    "false_abstention",
    "facts",
    "polarity",
    "token_f1",
    "containment",
)
UNANSWERABLE = ("abstention_strict", "abstention_lenient")
RETRIEVAL = (
    "recall@1",
    "recall@3",
    "recall@5",
    "recall@10",
    "mrr@10",
    "ndcg@10",
    "token_recall",
    "token_precision",
    "token_iou",
)
CITING = ("quotes_verbatim", "uncited_statements", "alce_recall", "alce_precision", "quote_chars")
JUDGED = ("judged_correct", "judged_faithful")

HEADLINES = ("right", *ANSWERABLE[:4], "false_abstention", "abstention_lenient")
"""Shares of questions that get a 95% interval in the summary."""

LIMITABLE = tuple(MEANINGS)
"""The metrics of a summary that limits can be set for."""

Summary = dict[str, Any]


def summarise(questions: Sequence[Question], results: Sequence[Result]) -> Summary:
    """All metrics of a run; None where nothing could be measured.

    Shares and means are rounded to four places, milliseconds to one.
    """
    yes = [result for question, result in zip(questions, results, strict=True) if question.answerable]
    no = [result for question, result in zip(questions, results, strict=True) if not question.answerable]
    summary: Summary = {
        "n": len(results),
        "answerable": len(yes),
        "unanswerable": len(no),
        "errors": sum(result.error is not None for result in results),
        "right": _mean(results, "right"),
        **{name: _mean(results, name) for name in (*ANSWERABLE, *UNANSWERABLE)},
        "balanced": None,
        **_confidence(questions, results),
        **{name: _mean(results, name) for name in (*RETRIEVAL, *CITING)},
        "median_answer_chars": _over(statistics.median, _values(results, "answer_chars")),
        "p50_ms": _rounded(latency.p50([result.latency_ms for result in results]), 1),
        "p95_ms": _rounded(latency.p95([result.latency_ms for result in results]), 1),
        **_spent(results),
        "intervals": {name: _interval(results, name) for name in HEADLINES},
        "failures": dict(Counter(result.failure for result in results if result.failure)),
        "by_type": {kind: _of_type(some) for kind, some in _by_type(yes)},
        "by_type_unanswerable": {
            kind: {"n": len(some), **{name: _mean(some, name) for name in UNANSWERABLE}} for kind, some in _by_type(no)
        },
    }
    if yes and no and summary["correct_and_cited"] is not None:
        summary["balanced"] = round((summary["correct_and_cited"] + summary["abstention_lenient"]) / 2, 4)
    summary |= {name: _mean(results, name) for name in JUDGED if _values(results, name)}
    return summary


def _spent(results: Sequence[Result]) -> Summary:
    """Tokens of the chat model, all questions together, and their price; nothing if none was asked."""
    asked = [result for result in results if result.usage]
    if not asked:
        return {}
    prices = [result.cost for result in asked if result.cost is not None]
    return {
        "tokens_read": sum(result.usage.get("input_tokens", 0) for result in asked),
        "tokens_written": sum(result.usage.get("output_tokens", 0) for result in asked),
        "tokens_estimated": any(result.usage_estimated for result in asked),
        "cost": round(sum(prices), 6) if prices else None,
    }


def answered(results: Iterable[Result]) -> list[Result]:
    """The results that give an answer which can be told right or wrong."""
    return [result for result in results if not result.refused and result.scores.get("right") is not None]


def _confidence(questions: Sequence[Question], results: Sequence[Result]) -> Summary:
    """How well declining and confidence fit what could be answered."""
    answerable = [question.answerable for question in questions]
    declining = abstention(answerable, [result.refused for result in results])
    given = answered(results)
    sure, right = [result.confidence for result in given], [bool(result.scores["right"]) for result in given]
    return {
        "abstention_precision": _rounded(declining.precision),
        "abstention_recall": _rounded(declining.recall),
        "abstention_f1": _rounded(declining.f1),
        "aurc": _rounded(confidence.aurc(confidence.risk_coverage(sure, right, len(results)))),
        "auroc_answerable": _rounded(confidence.auroc([result.confidence for result in results], answerable)),
        "auroc_right": _rounded(confidence.auroc(sure, right)),
        "calibration_error": _rounded(confidence.calibration_error(sure, right)),
    }


def _of_type(results: Sequence[Result]) -> Mapping[str, float | int | None]:
    return {
        "n": len(results),
        "both": _mean(results, "correct_and_cited"),
        **{name: _mean(results, name) for name in ANSWERABLE[:3]},
        "facts": _mean(results, "facts"),
        "false_abstention": _mean(results, "false_abstention"),
        "recall@5": _mean(results, "recall@5"),
    }


def _by_type(results: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    kinds = sorted({result.type for result in results})
    return [(kind, [result for result in results if result.type == kind]) for kind in kinds]


def _values(results: Iterable[Result], name: str) -> list[float]:
    return [float(value) for result in results if (value := result.scores.get(name)) is not None]


def _mean(results: Iterable[Result], name: str) -> float | None:
    return _rounded(_over(lambda values: sum(values) / len(values), _values(results, name)))


def _interval(results: Iterable[Result], name: str) -> list[float] | None:
    values = _values(results, name)
    return [round(end, 4) for end in wilson_interval(int(sum(values)), len(values))] if values else None


def _over(what: Callable[[Sequence[float]], float], values: Sequence[float]) -> float | None:
    return what(values) if values else None


def _rounded(value: float | None, places: int = 4) -> float | None:
    return None if value is None else round(value, places)
