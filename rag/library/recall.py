"""How much approximate dense search misses: measured against exact search, on the library's own sentences."""

import numpy as np
from numpy.typing import NDArray

from rag.library.library import Library

K = 20
_BLOCK = 10_000
_TIE = 1e-4
"""Cosines closer than this count as equal: Chroma computes in its own order, and repeated texts tie."""


def sampled_recall(library: Library, sample: int) -> NDArray[np.float64]:
    """Recall@20 of each of some sentences, evenly spread over the library."""
    embedder = library.embedder
    ids = sorted(library.catalogue.chunk_ids())
    if embedder is None or not ids:
        return np.zeros(0)
    queries = library.cache.some_sentence_vectors(embedder, sample)
    if not len(queries):
        return np.zeros(0)
    blocks = [library.cache.chunk_vectors(ids[at : at + _BLOCK], embedder) for at in range(0, len(ids), _BLOCK)]
    known = [i for found, _ in blocks for i in found]
    cosines = np.concatenate([queries @ _unit(vectors).T for found, vectors in blocks if found], axis=1)
    k = min(K, len(known))
    least = -np.partition(-cosines, k - 1, axis=1)[:, k - 1]
    recalls = []
    for row, bar, query in zip(cosines, least, queries, strict=True):
        by_id = dict(zip(known, row, strict=True))
        hits = [i for i, _ in library.index.search_dense(query, k)]
        recalls.append(sum(by_id.get(i, -1.0) >= bar - _TIE for i in set(hits)) / k)
    return np.asarray(recalls)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), np.float32)
