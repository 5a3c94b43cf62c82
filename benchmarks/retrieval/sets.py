"""Open collections to search: documents cut as the product cuts them, questions, and which documents answer them."""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evaluation.beir.folder import read_benchmark
from ingest.chunking import chunk_text
from rag.models.embedder import Embedder
from rag.settings import Settings

_Any = TypeVar("_Any")

MOST = 300
"""Questions asked of a collection; of more, so many are drawn."""

WHOLE = frozenset({"scifact"})
"""Searched uncut, as in BEIR, so that numbers can be compared with published ones."""


@dataclass(frozen=True)
class Piece:
    """A chunk of a document from `start` on, and the header that is embedded and indexed with it."""

    document: str
    header: str
    text: str
    start: int = 0


@dataclass(frozen=True)
class Collection:
    """Pieces to search, questions, and from question to the grades of documents. `other` words each question anew."""

    name: str
    pieces: Sequence[Piece]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]
    other: Mapping[str, str] | None = None


Cut = Callable[[str, str, str], list[Piece]]
"""From a document's name, title and text to its pieces."""


def cutter(embedder: Embedder, settings: Settings) -> Cut:
    """Cuts as ingestion does."""

    def cut(document: str, title: str, text: str) -> list[Piece]:
        pieces = chunk_text(
            text,
            title=title,
            count_tokens=embedder.count_tokens,
            max_tokens=settings.chunking.max_tokens,
            limit=embedder.max_tokens,
            overlap_sentences=settings.chunking.overlap_sentences,
        )
        return [Piece(document, piece.header, text[piece.start : piece.end], piece.start) for piece in pieces]

    return cut


def read_collection(folder: Path, cut: Cut) -> Collection:
    """A folder in BEIR's format; its questions are drawn with a fixed seed."""
    benchmark = read_benchmark(folder)
    drawn = _drawn(list(benchmark.queries))
    pieces: list[Piece] = []
    for row in _rows(folder / "corpus.jsonl"):
        name, title, text = row["_id"], row.get("title") or "", row["text"]
        pieces += [Piece(name, f"{title}\n\n", text)] if folder.name in WHOLE else cut(name, title, text)
    return Collection(
        folder.name, pieces, {q: benchmark.queries[q] for q in drawn}, {q: benchmark.qrels[q] for q in drawn}
    )


def read_worded_twice(file: Path, cut: Cut) -> Collection:
    """Questions that were asked of the same sentences of a passage in two ways.

    The wording that shares more words with the passage is the question, the other the paraphrase. Only passages
    that such questions were asked of are searched.
    """
    asked: dict[tuple[str, str, tuple[int, ...]], list[str]] = defaultdict(list)
    for row in _rows(file):
        asked[row["title"], " ".join(row["passage_sentences"]), tuple(row["evidence"])].append(row["question"])
    twice = {key: questions[:2] for key, questions in asked.items() if len(set(questions[:2])) == 2}
    passages = {passage: str(number) for number, passage in enumerate(dict.fromkeys(key[:2] for key in twice))}
    pieces = [piece for (title, text), name in passages.items() for piece in cut(name, title, text)]
    queries, other, qrels = {}, {}, {}
    for number, (title, text, evidence) in enumerate(_drawn(list(twice))):
        questions = twice[title, text, evidence]
        near, far = sorted(questions, key=lambda question: -shared_words(question, f"{title} {text}"))
        queries[str(number)], other[str(number)] = near, far
        qrels[str(number)] = {passages[title, text]: 1}
    return Collection(file.stem, pieces, queries, qrels, other)


def shared_words(question: str, text: str) -> float:
    """The share of a question's words that a text has."""
    words = set(question.casefold().replace("?", "").split())
    return len(words & set(text.casefold().split())) / max(1, len(words))


def _drawn(some: list[_Any]) -> list[_Any]:
    chosen = random.Random(0).sample(range(len(some)), min(MOST, len(some)))
    return [some[i] for i in sorted(chosen)]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
