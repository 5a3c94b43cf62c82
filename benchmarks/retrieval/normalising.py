"""Other ways to bring cosines and BM25 scores to one scale than `rag.fusion.convex`."""

from collections.abc import Callable

import numpy as np

from benchmarks.retrieval.search import Fuse, Hits

Scale = Callable[[Hits], dict[int, float]]


def summed(scale_dense: Scale, scale_bm25: Scale, weight: float = 0.5) -> Fuse:
    """A convex combination of scores scaled so; what is missing from a list has 0 there."""

    def fuse(dense: Hits, bm25: Hits) -> Hits:
        near, words = scale_dense(dense), scale_bm25(bm25)
        scores = {i: weight * near.get(i, 0.0) + (1 - weight) * words.get(i, 0.0) for i in {*near, *words}}
        return sorted(scores.items(), key=lambda hit: (-hit[1], hit[0]))

    return fuse


def min_max(hits: Hits) -> dict[int, float]:
    """From the worst candidate to the best."""
    scores = [score for _, score in hits]
    low, width = min(scores, default=0.0), (max(scores, default=0.0) - min(scores, default=0.0)) or 1.0
    return {i: (score - low) / width for i, score in hits}


def from_lowest(lowest: float) -> Scale:
    """From the lowest score there can be to the best candidate (Bruch et al., arXiv 2210.11934, "theoretical")."""

    def scale(hits: Hits) -> dict[int, float]:
        width = max((score for _, score in hits), default=lowest) - lowest or 1.0
        return {i: (score - lowest) / width for i, score in hits}

    return scale


def standard(hits: Hits) -> dict[int, float]:
    """In standard deviations from the candidates' mean, 3 added so that what is missing stands at the end."""
    scores = np.array([score for _, score in hits])
    return {i: float((score - scores.mean()) / (scores.std() or 1.0)) + 3.0 for i, score in hits}
