import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, R, nDCG

from evaluation.beir.benchmark import measure, score
from evaluation.beir.folder import read_benchmark
from evaluation.beir.trec import write_run
from evaluation.beir.vectors import cached_vectors
from evaluation.errors import BenchmarkError
from evaluation.metrics import ranking
from rag.models.embedder import Embedder
from rag.settings import load_settings

MEASURES = {"ndcg@10": nDCG @ 10, "recall@10": R @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10, "map@100": AP @ 100}

DOCUMENTS = {
    "d1": ("Bees", "Bees gather nectar and make honey in a hive."),
    "d2": ("Rye", "Rye is a grain that grows on poor soil."),
    "d3": ("", "A lighthouse warns ships of rocks."),
    "q1": ("Itself", "What do bees make?"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "qrels").mkdir()
    rows = [{"_id": name, "title": title, "text": text} for name, (title, text) in DOCUMENTS.items()]
    (tmp_path / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    queries = [{"_id": "q1", "text": "What do bees make?"}, {"_id": "q2", "text": "grain for poor soil"}]
    (tmp_path / "queries.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in [*queries, {"_id": "x", "text": "?"}])
    )
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td3\t0\nq2\td2\t1\n")
    return tmp_path


def test_ranked_lists_are_scored_as_by_hand() -> None:
    ranked, grades = ["a", "b", "c", "d"], {"b": 2, "d": 1, "e": 1, "a": 0}
    ideal = 2 + 1 / np.log2(3) + 1 / 2
    assert ranking.ndcg(ranked, grades, 10) == pytest.approx((2 / np.log2(3) + 1 / np.log2(5)) / ideal)
    assert ranking.ndcg(ranked, grades, 1) == 0
    assert ranking.recall(ranked, grades, 2) == pytest.approx(1 / 3)
    assert ranking.reciprocal_rank(ranked, grades, 10) == 0.5
    assert ranking.reciprocal_rank(ranked, grades, 1) == 0
    assert ranking.average_precision(ranked, grades, 10) == pytest.approx((1 / 2 + 2 / 4) / 3)
    assert ranking.ndcg([], {"a": 0}, 10) == ranking.recall([], {}, 10) == ranking.average_precision([], {}, 1) == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_saved_run_scores_the_same_elsewhere_in_spite_of_ties(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    run: dict[str, dict[str, float]] = {}
    qrels: dict[str, dict[str, int]] = {}
    for query in map(str, range(30)):
        documents = [f"d{number}" for number in chance.sample(range(300), 120)]
        # few different scores, and some that only 64 bits tell apart
        scores = sorted((chance.choice([1.0, 2.5, 3.0, 3.0 + 1e-12, 7.0]) for _ in documents), reverse=True)
        run[query] = dict(zip(documents, scores, strict=True)) if chance.random() > 0.1 else {}
        qrels[query] = {f"d{number}": chance.choice([0, 1, 1, 2]) for number in chance.sample(range(300), 25)}
    write_run(tmp_path / "run.trec", run, "ours")
    there = ir_measures.calc_aggregate(
        MEASURES.values(), qrels, list(ir_measures.read_trec_run(str(tmp_path / "run.trec")))
    )
    here = score({query: dict(list(found.items())) for query, found in run.items()}, qrels)
    assert {name: there[measured] for name, measured in MEASURES.items()} == pytest.approx(here, abs=1e-12)


@pytest.mark.usefixtures("embedder")
def test_a_benchmark_is_measured_in_every_mode_and_its_runs_are_saved(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "models").symlink_to(load_settings().cache / "models")  # converting one takes 20 seconds
    settings = load_settings({"cache": tmp_path / "cache"})
    measured = measure(read_benchmark(folder), settings, tmp_path / "out")
    assert list((tmp_path / "cache" / "beir").glob("*.npy"))
    assert measured["n_queries"] == 2
    assert list(measured["modes"]) == ["bm25", "dense", "hybrid"]
    for mode, scores in measured["modes"].items():
        assert scores == dict.fromkeys(MEASURES, 1.0), mode
        lines = (tmp_path / "out" / f"run.{mode}.trec").read_text().splitlines()
        assert lines[0].split()[:4] == ["q1", "Q0", "d1", "1"]
        assert not [line for line in lines if line.startswith("q1 Q0 q1 ")], "a query's own document is left out"
    assert json.loads((tmp_path / "out" / "retrieval.json").read_text()) == measured


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("corpus.jsonl", '{"_id": "d1"}\n{"text": \n', "corpus.jsonl, line 2"),
        ("corpus.jsonl", '{"id": "d1"}\n', "line 1: has no '_id'"),
        ("qrels/test.tsv", "q1\td1\n", "test.tsv, line 1"),
        ("qrels/test.tsv", "q9\td1\t1\n", "lacks 1 queries"),
        ("qrels/test.tsv", "", "no judgements"),
    ],
)
def test_a_broken_benchmark_is_named_with_its_line(folder: Path, name: str, text: str, message: str) -> None:
    (folder / name).write_text(text)
    with pytest.raises(BenchmarkError) as raised:
        read_benchmark(folder)
    assert message in str(raised.value)


def test_a_folder_that_is_no_benchmark_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"corpus\.jsonl, queries\.jsonl and qrels/test\.tsv"):
        read_benchmark(tmp_path / "nowhere")


class Counting:
    """The real embedder, told how often it may be asked."""

    def __init__(self, embedder: Embedder, times: int) -> None:
        self._embedder, self.left = embedder, times
        self.fingerprint, self.dimension, self.max_tokens = (
            embedder.fingerprint,
            embedder.dimension,
            embedder.max_tokens,
        )

    def embed(self, texts: Sequence[str]) -> Any:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self._embedder.embed(texts)

    def count_tokens(self, text: str) -> int:
        return self._embedder.count_tokens(text)


def test_vectors_are_kept_and_an_interrupted_embedding_goes_on(
    tmp_path: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.beir.vectors.AT_ONCE", 2)
    texts = ["a long text about bees and honey", "rye", "", "light house", "ship"]
    with pytest.raises(KeyboardInterrupt):
        cached_vectors(Counting(embedder, 2), texts, tmp_path)
    done: list[int] = []
    vectors = cached_vectors(Counting(embedder, 1), texts, tmp_path, lambda count, of: done.append(count))
    assert done == [5], "only the last text was embedded"
    assert np.allclose(vectors, embedder.embed(texts), atol=1e-5)
    assert np.array_equal(cached_vectors(Counting(embedder, 0), texts, tmp_path), vectors)
    assert len(list(tmp_path.iterdir())) == 1
