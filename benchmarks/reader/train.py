"""Fits the sentence scorer on open data: `python -m benchmarks.reader.train DATA_DIR`.

DATA_DIR holds the training sets as JSON lines (docs/answer-quality.md tells their form and origin). Writes
`rag/answering/weights.json`. Nothing of the evaluation sets is read.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.reader.fit import fit_chance, fit_ranking
from benchmarks.reader.gather import Case, Cases, common_words, gather
from benchmarks.reader.pools import Pool, read_training
from benchmarks.reader.vectors import VectorFile
from rag.answering.scorer import WEIGHTS, Linear
from rag.answering.signals import question_signals
from rag.library.lexical import LexicalIndex
from rag.models.embedder import load_embedder
from rag.settings import load_settings

# Questions taken of each set, at most.
SETS = {"squad2_unansq": 3500, "qed_nq": 1500, "ares_record": 900, "omos": 1000, "boolq_evidence": 1300}
# BoolQ's unanswerable windows come from the article that answers: put to the whole pool, they are answered.
TELL_ANSWERABLE = ("squad2_unansq", "qed_nq", "ares_record", "omos")
SENTENCE = {
    "plain": 1,
    "coverage_with_header": 1,
    "near": 1,
    "near_around": 1,
    "farthest": -1,
    "pairs": 1,
    "kind_found": 1,
    "numbers_missing": -1,
    "passage_cosine": 1,
    "passage_near": 1,
}
QUESTION = {
    "best_cosine": 1,
    "best_passage_dense": 1,
    "gap": 1,
    "top_cosine": 1,
    "top_passage_dense": 1,
    "top_kind_found": 1,
    "top_numbers_missing": -1,
    "top_extremes_missing": -1,
    "top_negation_differs": -1,
}
# Free of penalty: what holds on every collection. The rest adds to it only as far as the sets insist.
SENTENCE_PENALTY = {name: 0.0 if name == "plain" else 0.3 for name in SENTENCE}
QUESTION_PENALTY = {name: 0.0 if name == "best_cosine" else 0.05 for name in QUESTION}
# A confidence of 0.5 is set where so many answerable questions fall below it, on average of the sets. Half of the
# questions of the sets have no answer; people ask such questions less often, and mind a needless refusal more.
DECLINED = 0.03
LEFT_OUT = 0.35  # share of answerable questions asked once more of a pool without their passage
READ = 40  # sentences a question teaches from: its gold ones, and the others that look best


def train(sets: Sequence[Cases]) -> dict[str, Any]:
    """The two models. A set counts by the square root of its size."""
    names = sets[0].cases[0].signals.names
    taught = [(_shortlist(case), 1 / np.sqrt(len(one.cases))) for one in sets for case in one.cases]
    taught = [(shown, weight) for shown, weight in taught if shown[1].any() and not shown[1].all()]
    groups, weights = [shown for shown, _ in taught], np.array([weight for _, weight in taught])
    sentence = fit_ranking(groups, weights, names, SENTENCE, SENTENCE_PENALTY)
    model = Linear(sentence)
    told = [(c, 1 / np.sqrt(len(s.cases))) for s in sets if s.name in TELL_ANSWERABLE for c in s.cases]
    whole = [question_signals(c.signals, model(c.signals.names, c.signals.rows)) for c, _ in told]
    answerable = fit_chance(
        np.concatenate([row for _, row in whole]),
        np.array([c.answerable for c, _ in told]),
        np.array([w for _, w in told]),
        whole[0][0],
        QUESTION,
        QUESTION_PENALTY,
    )
    model = Linear(answerable)
    marks = []
    for name in TELL_ANSWERABLE:
        rows = [row for (c, _), (_, row) in zip(told, whole, strict=True) if c.answerable and c.asked.pool == name]
        marks.append(float(np.quantile(model(whole[0][0], np.concatenate(rows)), DECLINED)))
        print(f"{name}: {1 / (1 + np.exp(-marks[-1])):.2f} declines {DECLINED} of the answerable")
    answerable["bias"] = round(answerable["bias"] - float(np.mean(marks)), 5)
    return {"sentence": sentence, "answerable": answerable}


def _shortlist(case: Case) -> tuple[Any, Any]:
    some = np.argsort(-(case.signals.column("plain") + 10 * case.labels), kind="stable")[:READ]
    return case.signals.rows[some], case.labels[some]


def embed(pool: Pool, vectors: VectorFile) -> None:
    """Makes sure that a pool's questions, chunks and sentences have vectors."""
    vectors.ensure(asked.question for asked in pool.questions)
    vectors.ensure(text for chunk in pool.chunks for text in (chunk.text, *chunk.sentences))


def main() -> None:
    """Gathers, fits and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with the training sets")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader", help="keeps vectors between runs"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    settings = load_settings()
    vectors = VectorFile(args.cache / "vectors", load_embedder(settings))
    pools = [read_training(args.data / f"{name}.jsonl", questions=n, seed=1) for name, n in SETS.items()]
    with tempfile.TemporaryDirectory() as folder:
        common = common_words(pools, LexicalIndex(Path(folder)).terms)
    rarest = round(max(common.values()) + 0.5, 2)
    sets = []
    for pool in pools:
        embed(pool, vectors)
        weight = settings.retrieval.dense_weight
        sets.append(gather(pool, vectors, lambda t: common.get(t, rarest), weight, left_out=LEFT_OUT, seed=args.seed))
        print(f"{pool.name}: {len(pool.chunks)} chunks, {len(sets[-1].cases)} questions", flush=True)
    stored = {"common": common, "rarest": rarest, **train(sets)}
    WEIGHTS.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{WEIGHTS}: {WEIGHTS.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
