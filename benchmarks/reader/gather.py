"""Asks every question of its whole pool, the way the product retrieves, and notes signals and labels."""

import math
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.pools import Asked, Pool, squeeze
from benchmarks.reader.vectors import VectorFile
from rag import fusion
from rag.answering.nearness import load_nearness
from rag.answering.signals import Floats, Query, Reading, Signals, Words, sentence_signals
from rag.library.lexical import LexicalIndex

FETCH_K = 50
TOP_K = 8


@dataclass(frozen=True)
class Case:
    """One question as retrieved.

    Attributes:
        asked: The question and its gold.
        answerable: Whether the pool answers it; not so where its passage was left out.
        signals: What the networks see.
        labels: Whether each sentence is gold.
        gold: How many different gold sentences there are, retrieved or not.
        sentences: The sentences read, for those who look.
    """

    asked: Asked
    answerable: bool
    signals: Signals
    labels: NDArray[np.bool_]
    gold: int
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Cases:
    """All cases of one pool."""

    name: str
    cases: list[Case] = field(default_factory=list)


class Corpus:
    """A pool's chunks, searchable as in the product: exact cosines instead of HNSW, and Tantivy's BM25."""

    def __init__(self, pool: Pool, vectors: VectorFile, folder: Path) -> None:
        self.chunks = pool.chunks
        self._vectors = vectors
        self._dense = vectors(chunk.text for chunk in pool.chunks)
        self._index = LexicalIndex(folder)
        self._index.add((i, chunk.passage, chunk.text) for i, chunk in enumerate(pool.chunks))
        self.words = Words(lru_cache(200_000)(self._terms), lru_cache(50_000)(self._index.rarity))

    def _terms(self, text: str) -> list[str]:
        return self._index.terms(text)

    def retrieve(self, question: str, vector: Floats, weight: float, without: str | None = None) -> list[Reading]:
        """The best chunks as readings, best first; none of the passage `without`."""
        cosines = self._dense @ vector
        bm25 = dict(self._index.search(question, FETCH_K))
        ids = {int(i) for i in np.argsort(-cosines)[:FETCH_K]} | bm25.keys()
        ids = {i for i in ids if self.chunks[i].passage != without}
        fused = fusion.convex(
            [(i, float(cosines[i])) for i in ids], [(i, s) for i, s in bm25.items() if i in ids], weight
        )
        return [
            Reading(
                self.chunks[i].header,
                self.chunks[i].sentences,
                self._vectors(self.chunks[i].sentences),
                float(cosines[i]),
                score,
            )
            for i, score in fused[:TOP_K]
        ]


def gather(
    pool: Pool,
    vectors: VectorFile,
    common: Callable[[str], float],
    weight: float,
    *,
    left_out: float = 0.0,
    seed: int = 0,
) -> Cases:
    """Cases of a pool; a share `left_out` of the answerable questions is asked once more without its passage."""
    out, nearness = Cases(pool.name), load_nearness()
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(pool, vectors, Path(folder))
        for asked in pool.questions:
            out_too = asked.answerable and chance.random() < left_out
            for without in [None, asked.passage] if out_too else [None]:
                vector = vectors([asked.question])[0]
                query = Query(asked.question, vector, corpus.words, common, nearness)
                readings = corpus.retrieve(asked.question, vector, weight, without)
                gold = frozenset().union(*asked.gold.values()) if without is None else frozenset()
                sentences = tuple(s for reading in readings for s in reading.sentences)
                labels = np.array([squeeze(s) in gold for s in sentences], bool)
                answerable = asked.answerable and without is None
                signals = sentence_signals(query, readings)
                out.cases.append(Case(asked, answerable, signals, labels, len(gold), sentences))
    return out


def common_words(pools: Iterable[Pool], terms: Callable[[str], list[str]], least: float = 0.0008) -> dict[str, float]:
    """How rare words are in general: idf over all chunks of the pools, for those in at least this share of chunks."""
    texts = {chunk.text for pool in pools for chunk in pool.chunks}
    having = Counter(term for text in texts for term in set(terms(text)))
    n = len(texts)
    return {
        term: round(math.log1p((n - count + 0.5) / (count + 0.5)), 2)
        for term, count in sorted(having.items())
        if count >= least * n and not term.isdigit()
    }
