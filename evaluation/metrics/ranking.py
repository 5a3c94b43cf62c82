"""Ranked lists against graded judgements, as trec_eval counts them.

A document above grade 0 is relevant. All values are in [0, 1]; a query without a relevant document scores 0.
"""

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """``DCG@k / ideal DCG@k`` with ``DCG@k = sum of grade_i / log2(i + 1)`` over ranks i.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (TOIS 2002), with linear gains.
    """
    ideal = dcg(sorted((max(grade, 0) for grade in grades.values()), reverse=True)[:k])
    return dcg([max(grades.get(document, 0), 0) for document in ranked[:k]]) / ideal if ideal else 0.0


def dcg(gains: Sequence[float]) -> float:
    """Gains discounted by the logarithm of their rank."""
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def recall(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Share of the relevant documents that are among the first k."""
    wanted = {document for document, grade in grades.items() if grade > 0}
    return len(wanted.intersection(ranked[:k])) / len(wanted) if wanted else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """``1 / rank`` of the first relevant document among the first k, else 0. Its mean is MRR@k."""
    return next((1 / rank for rank, document in enumerate(ranked[:k], 1) if grades.get(document, 0) > 0), 0.0)


def average_precision(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Precision at the rank of each relevant document among the first k, summed, over all that are relevant."""
    found, total = 0, 0.0
    for rank, document in enumerate(ranked[:k], 1):
        if grades.get(document, 0) > 0:
            found += 1
            total += found / rank
    wanted = sum(grade > 0 for grade in grades.values())
    return total / wanted if wanted else 0.0
