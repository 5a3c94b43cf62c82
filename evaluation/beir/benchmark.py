"""A retrieval benchmark from folder to numbers: every mode ranked, scored, and its run saved."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evaluation.beir import rankings
from evaluation.beir.folder import Benchmark
from evaluation.beir.trec import write_run
from evaluation.beir.vectors import cached_vectors
from evaluation.metrics import ranking
from rag.models.embedder import load_embedder
from rag.models.reranker import load_reranker
from rag.settings import Settings

Run = Mapping[str, Mapping[str, float]]
Progress = Callable[[str, int, int], None]

MEASURES: Mapping[str, Callable[[list[str], Mapping[str, int]], float]] = {
    "ndcg@10": lambda ranked, grades: ranking.ndcg(ranked, grades, 10),
    "recall@10": lambda ranked, grades: ranking.recall(ranked, grades, 10),
    "recall@100": lambda ranked, grades: ranking.recall(ranked, grades, 100),
    "mrr@10": lambda ranked, grades: ranking.reciprocal_rank(ranked, grades, 10),
    "map@100": lambda ranked, grades: ranking.average_precision(ranked, grades, 100),
}


def measure(
    benchmark: Benchmark, settings: Settings, out: Path | None = None, on_progress: Progress | None = None
) -> dict[str, Any]:
    """Rank a benchmark in every mode and score the rankings.

    Args:
        benchmark: What `read_benchmark` gives.
        settings: Which embedder, fusion and reranker; vectors are kept under its cache.
        out: A folder for ``run.<mode>.trec`` and ``retrieval.json``; None writes nothing.
        on_progress: Told what is being done, how much of it is, and of how much.

    Returns the number of queries and, for each mode, the mean of each measure.
    """
    tell = on_progress or (lambda what, done, of: None)
    if out:
        out.mkdir(parents=True, exist_ok=True)
    modes = {}
    for mode, run in _runs(benchmark, settings, tell):
        modes[mode] = score(run, benchmark.qrels)
        if out:
            write_run(out / f"run.{mode}.trec", run, f"footnote-{mode}")
    measured = {"n_queries": len(benchmark.queries), "modes": modes}
    if out:
        (out / "retrieval.json").write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    return measured


def score(run: Run, qrels: Mapping[str, Mapping[str, int]]) -> dict[str, float]:
    """The mean of each measure over the judged queries; a query that found nothing counts as 0."""
    return {
        name: sum(measured(list(run.get(query, ())), grades) for query, grades in qrels.items()) / len(qrels)
        for name, measured in MEASURES.items()
    }


def _runs(benchmark: Benchmark, settings: Settings, tell: Progress) -> Iterator[tuple[str, Run]]:
    by_bm25 = rankings.bm25(benchmark)
    yield "bm25", rankings.named(by_bm25, benchmark)

    embedder, cache = load_embedder(settings), settings.cache / "beir"
    queries = cached_vectors(
        embedder, list(benchmark.queries.values()), cache, lambda done, of: tell("Embedding queries", done, of)
    )
    documents = cached_vectors(
        embedder, list(benchmark.documents.values()), cache, lambda done, of: tell("Embedding documents", done, of)
    )
    by_cosine = rankings.dense(queries, documents)
    yield "dense", rankings.named(by_cosine, benchmark)

    fused = rankings.hybrid(by_bm25, by_cosine, queries, documents, settings.retrieval)
    yield "hybrid", rankings.named(fused, benchmark)

    reranker = load_reranker(settings)
    if reranker:
        tell("Reranking", 0, len(fused))
        best = rankings.reranked(fused, benchmark, reranker, settings.reranker.candidates)
        yield "reranked", rankings.named(best, benchmark)
