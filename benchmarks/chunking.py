"""Which chunk size and overlap find evidence best: ``python -m benchmarks.chunking DATA_DIR [--out FILE]``.

DATA_DIR has ``docs/*.md`` and ``qa.jsonl``: questions, their ``evidence`` as ``{"doc", "start", "end"}`` spans.
Recall, precision and IoU of tokens at k = 5 are those of Smith and Troynikov, "Evaluating Chunking Strategies for
Retrieval" (Chroma, 2024); chunks are found by cosine alone and by the product's hybrid.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.evidence import Span
from evaluation.metrics.evidence_tokens import token_scores
from ingest.chunking import chunk_text
from rag import fusion
from rag.library.lexical import LexicalIndex
from rag.models.embedder import Embedder, load_embedder
from rag.settings import load_settings

K = 5
FETCHED = 50
SIZES = (64, 100, 150, 200, 240)
OVERLAPS = (0, 1, 2)
DRAWS = 2_000


def main() -> None:
    """Prints a Markdown table, one row a configuration."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, help="write the table here, too")
    arguments = parser.parse_args()
    embedder = load_embedder(load_settings())
    questions = [json.loads(line) for line in (arguments.data / "qa.jsonl").read_text().splitlines()]
    asked = embedder.embed([question["question"] for question in questions])
    docs = {path.stem: path.read_text() for path in sorted((arguments.data / "docs").glob("*.md"))}
    lines = [
        "| chunk | overlap | chunks | dense: recall | precision | IoU | hybrid: recall | precision | IoU |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    print("\n".join(lines), flush=True)
    for size, overlap in product(SIZES, OVERLAPS):
        spans, texts = _chunks(docs, embedder, size, overlap)
        row = [str(size), str(overlap), str(len(spans))]
        for hits in _searched(texts, questions, asked, embedder):
            scores = np.array(
                [
                    _scores(question, [spans[i] for i in hit], docs)
                    for question, hit in zip(questions, hits, strict=True)
                ]
            )
            row += [_with_interval(column) for column in scores.T]
        lines.append("| " + " | ".join(row) + " |")
        print(lines[-1], flush=True)
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n")


def _chunks(docs: dict[str, str], embedder: Embedder, size: int, overlap: int) -> tuple[list[Span], list[str]]:
    """The chunks' spans, and their texts as embedded, header included; offsets are those of the files."""
    spans, texts = [], []
    for name, text in docs.items():
        pieces = chunk_text(
            text,
            title=name.replace("_", " "),
            count_tokens=embedder.count_tokens,
            max_tokens=size,
            limit=embedder.max_tokens,
            overlap_sentences=overlap,
        )
        spans += [Span(name, piece.start, piece.end) for piece in pieces]
        texts += [piece.header + text[piece.start : piece.end] for piece in pieces]
    return spans, texts


def _searched(
    texts: Sequence[str], questions: Sequence[Any], asked: NDArray[np.float32], embedder: Embedder
) -> Iterator[list[list[int]]]:
    """For each question the k best chunks: first by cosine, then by the hybrid of the default settings."""
    import tempfile

    cosines = asked @ embedder.embed(texts).T
    dense = [[(int(i), float(row[i])) for i in np.argsort(-row)[:FETCHED]] for row in cosines]
    yield [[i for i, _ in hits[:K]] for hits in dense]
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder))
        index.add([(i, "all", text) for i, text in enumerate(texts)])
        fused = [
            fusion.convex(hits, index.search(question["question"], FETCHED), 0.5)
            for hits, question in zip(dense, questions, strict=True)
        ]
    yield [[i for i, _ in hits[:K]] for hits in fused]


def _scores(question: Any, found: Sequence[Span], docs: dict[str, str]) -> tuple[float, float, float]:
    evidence = [(Span(e["doc"], e["start"], e["end"]),) for e in question["evidence"]]
    return token_scores(found, evidence, docs)


def _with_interval(values: NDArray[np.float64]) -> str:
    """The mean with its bootstrap 95 % interval, seed 0."""
    draws = np.random.default_rng(0).choice(values, (DRAWS, len(values))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{values.mean():.3f} ({low:.3f}-{high:.3f})"


if __name__ == "__main__":
    main()
