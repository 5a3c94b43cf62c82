"""Two rankings into one: a convex combination of normalised scores, or reciprocal ranks.

Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (arXiv 2210.11934).
"""

from collections.abc import Sequence

Hits = Sequence[tuple[int, float]]


def convex(dense: Hits, bm25: Hits, dense_weight: float) -> list[tuple[int, float]]:
    """``w * d + (1 - w) * b`` with both scores brought to [0, 1], best first.

    Cosines are scaled from 0 to the best of the list, BM25 scores likewise: both have a natural zero, and so
    a list of equally poor hits isn't spread over the whole range as min-max scaling would. A chunk that is
    missing from a list has 0 there.
    """
    scores: dict[int, float] = {}
    for hits, weight in ((dense, dense_weight), (bm25, 1 - dense_weight)):
        best = max((score for _, score in hits), default=0.0)
        for key, score in hits:
            scores[key] = scores.get(key, 0.0) + (weight * max(score, 0.0) / best if best > 0 else 0.0)
    return _ordered(scores)


def rrf(dense: Hits, bm25: Hits, k: int = 60) -> list[tuple[int, float]]:
    """Sum of ``1 / (k + rank)``, scaled so that first in both is 1, best first.

    Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009).
    """
    scores: dict[int, float] = {}
    for hits in (dense, bm25):
        for rank, (key, _) in enumerate(hits, start=1):
            scores[key] = scores.get(key, 0.0) + (k + 1) / (k + rank) / 2
    return _ordered(scores)


def _ordered(scores: dict[int, float]) -> list[tuple[int, float]]:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
