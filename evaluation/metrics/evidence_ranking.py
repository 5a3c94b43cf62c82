"""How high the evidence stands among the passages that were retrieved, judged by spans and not by chunks.

A passage finds a quote if they share at least half of the shorter of the two. A quote may stand at several
places of the sources; any of them will do.
"""

import math
from collections.abc import Sequence

from evaluation.evidence import Places, Span
from evaluation.metrics.ranking import dcg


def finds(passage: Span, places: Places) -> bool:
    """Whether a passage holds a quote, lies within it, or shares half of the shorter with it."""
    return any(
        passage.source_id == place.source_id
        and 2 * (min(passage.end, place.end) - max(passage.start, place.start))
        >= min(passage.end - passage.start, place.end - place.start)
        > 0
        for place in places
    )


def ranks(passages: Sequence[Span], evidence: Sequence[Places]) -> list[int | None]:
    """For each quote, the rank of the first passage that finds it, from 1; None if none does."""
    return [
        next((rank for rank, passage in enumerate(passages, 1) if finds(passage, places)), None) for places in evidence
    ]


def recall(found: Sequence[int | None], k: int) -> float:
    """Share of the quotes found among the first k passages."""
    return sum(rank is not None and rank <= k for rank in found) / len(found)


def reciprocal_rank(found: Sequence[int | None], k: int = 10) -> float:
    """``1 / rank`` of the first passage that finds a quote, if among the first k, else 0. Its mean is MRR@k."""
    first = min((rank for rank in found if rank is not None), default=math.inf)
    return 1 / first if first <= k else 0.0


def ndcg(found: Sequence[int | None], k: int = 10) -> float:
    """``DCG@k / ideal DCG@k``, each quote one gain at the rank of the passage that finds it.

    A passage that finds several quotes counts as that many passages in a row. So the ideal, quotes at ranks
    1, 2, ..., can be reached however the sources are cut, and no cut can pass it.
    """
    gains = [0.0] * k
    for place, rank in enumerate(sorted(rank for rank in found if rank is not None), 1):
        if max(place, rank) <= k:
            gains[max(place, rank) - 1] += 1
    return dcg(gains) / dcg([1.0] * min(len(found), k))
