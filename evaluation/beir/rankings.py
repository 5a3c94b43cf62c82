"""Rankings of a benchmark's documents by the same parts that answer questions: BM25, dense, fused, reranked."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluation.beir.folder import Benchmark
from rag import fusion
from rag.library.lexical import LexicalIndex
from rag.models.reranker import Reranker
from rag.settings import RetrievalSettings

DEPTH = 100
"""Documents ranked for a query: what recall@100 and map@100 look at."""

Hits = list[tuple[int, float]]
"""Row of a document and its score, best first."""


def bm25(benchmark: Benchmark) -> list[Hits]:
    """For each query, the best documents by BM25."""
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder))
        index.add((row, "", text) for row, text in enumerate(benchmark.documents.values()))
        hits = [index.search(query, DEPTH) for query in benchmark.queries.values()]
        index.close()
    return hits


def dense(queries: NDArray[np.float32], documents: NDArray[np.float32]) -> list[Hits]:
    """For each query, the best documents by cosine, searched exactly.

    Args:
        queries: Unit vectors, shape ``(n, dimension)``.
        documents: Unit vectors, shape ``(m, dimension)``.
    """
    hits: list[Hits] = []
    for query in queries:
        cosines = documents @ query
        some = np.argpartition(-cosines, min(DEPTH, len(cosines)) - 1)[:DEPTH]
        best = some[np.lexsort((some, -cosines[some]))]
        hits.append([(int(row), float(cosines[row])) for row in best])
    return hits


def hybrid(
    by_bm25: Sequence[Hits],
    by_cosine: Sequence[Hits],
    queries: NDArray[np.float32],
    documents: NDArray[np.float32],
    settings: RetrievalSettings,
) -> list[Hits]:
    """For each query, both rankings fused as the settings say.

    As in answering, what only BM25 found gets its cosine too before scores are fused.
    """
    fused: list[Hits] = []
    for query, words, near in zip(queries, by_bm25, by_cosine, strict=True):
        rows = sorted({row for row, _ in words} - {row for row, _ in near})
        further = zip(rows, (documents[rows] @ query).tolist(), strict=True)
        both = [*near, *sorted(further, key=lambda hit: -hit[1])]
        if settings.fusion == "rrf":
            fused.append(fusion.rrf(both, words, settings.rrf_k)[:DEPTH])
        else:
            fused.append(fusion.convex(both, words, settings.dense_weight)[:DEPTH])
    return fused


def reranked(hits: Sequence[Hits], benchmark: Benchmark, reranker: Reranker, candidates: int) -> list[Hits]:
    """For each query, the first candidates in the reranker's order, with the others after them."""
    texts = list(benchmark.documents.values())
    ordered: list[Hits] = []
    for query, found in zip(benchmark.queries.values(), hits, strict=True):
        first, rest = found[:candidates], found[candidates:]
        scores = reranker.score(query, [texts[row] for row, _ in first]).tolist()
        best = sorted(zip((row for row, _ in first), scores, strict=True), key=lambda hit: -hit[1])
        lowest = min(scores, default=0.0)
        ordered.append([*best, *((row, lowest - place) for place, (row, _) in enumerate(rest, 1))])
    return ordered


def named(hits: Sequence[Hits], benchmark: Benchmark) -> dict[str, Mapping[str, float]]:
    """The hits by their ids, from query to document to score, best first.

    A document with the query's own id is left out, as BEIR does (there, the query is a part of the corpus).
    """
    ids = list(benchmark.documents)
    return {
        query: {ids[row]: score for row, score in found if ids[row] != query}
        for query, found in zip(benchmark.queries, hits, strict=True)
    }
