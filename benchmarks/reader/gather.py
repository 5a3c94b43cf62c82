"""Asks every question of its whole pool, the way the product retrieves, and notes what is known of every sentence."""

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.pools import Asked, Pool, squeeze
from benchmarks.reader.vectors import VectorFile
from rag import fusion
from rag.answering.scoring import Floats, Reading, Signals, Words, signals
from rag.library.lexical import LexicalIndex
from rag.models.reader import Reader

FETCH_K = 50
TOP_K = 8


@dataclass(frozen=True)
class Case:
    """One question as retrieved.

    Attributes:
        asked: The question and its gold.
        answerable: Whether the pool answers it; not so where its passage was left out.
        signals: What the product knows of the sentences read.
        labels: Whether each is gold.
        gold: How many different gold sentences there are, retrieved or not.
        sentences: The sentences themselves.
    """

    asked: Asked
    answerable: bool
    signals: Signals
    labels: NDArray[np.bool_]
    gold: int
    sentences: tuple[str, ...]


class Corpus:
    """A pool's chunks, searchable as in the product: exact cosines instead of HNSW, and Tantivy's BM25."""

    def __init__(self, pool: Pool, vectors: VectorFile, folder: Path) -> None:
        self.chunks = pool.chunks
        self._vectors = vectors
        self._dense = vectors(chunk.text for chunk in pool.chunks)
        self._index = LexicalIndex(folder)
        self._index.add((i, chunk.passage, chunk.text) for i, chunk in enumerate(pool.chunks))
        self.words = Words(lru_cache(200_000)(self._index.terms), lru_cache(50_000)(self._index.rarity))

    def retrieve(self, question: str, vector: Floats, weight: float, without: str | None = None) -> list[Reading]:
        """The best chunks as readings, best first; none of the passage `without`."""
        cosines = self._dense @ vector
        bm25 = dict(self._index.search(question, FETCH_K))
        ids = {int(i) for i in np.argsort(-cosines)[:FETCH_K]} | bm25.keys()
        ids = {i for i in ids if self.chunks[i].passage != without}
        fused = fusion.convex(
            [(i, float(cosines[i])) for i in ids], [(i, s) for i, s in bm25.items() if i in ids], weight
        )
        return [self._reading(i, score, float(cosines[i])) for i, score in fused[:TOP_K]]

    def passage(self, passage: str, vector: Floats) -> list[Reading]:
        """A whole passage as readings: what a question is asked of where its passage is given."""
        return [
            self._reading(i, 1.0, float(self._dense[i] @ vector))
            for i, chunk in enumerate(self.chunks)
            if chunk.passage == passage
        ]

    def _reading(self, i: int, found: float, dense: float) -> Reading:
        chunk = self.chunks[i]
        return Reading(chunk.header.strip(), chunk.sentences, self._vectors(chunk.sentences), found, dense)


def gather(
    pool: Pool,
    vectors: VectorFile,
    weight: float,
    reader: Reader | None,
    *,
    given: bool = False,
    left_out: float = 0.0,
    seed: int = 0,
) -> Iterator[Case]:
    """Cases of a pool.

    Args:
        pool: Passages and questions.
        vectors: Those of all its texts.
        weight: Of dense retrieval beside BM25.
        reader: Reads what is retrieved, or None.
        given: Ask each question of its own passage, not of the pool.
        left_out: The share of answerable questions that is asked once more without its passage.
        seed: For drawing these.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        corpus = Corpus(pool, vectors, Path(folder))
        for asked in pool.questions:
            out_too = asked.answerable and chance.random() < left_out
            for without in [None, asked.passage] if out_too else [None]:
                vector = vectors([asked.question])[0]
                if given and asked.passage:
                    readings = corpus.passage(asked.passage, vector)
                else:
                    readings = corpus.retrieve(asked.question, vector, weight, without)
                gold = frozenset().union(*asked.gold.values()) if without is None else frozenset()
                sentences = tuple(s for reading in readings for s in reading.sentences)
                yield Case(
                    asked=asked,
                    answerable=asked.answerable and without is None,
                    signals=signals(asked.question, vector, readings, corpus.words, reader),
                    labels=np.array([squeeze(s) in gold for s in sentences], bool),
                    gold=len(gold),
                    sentences=sentences,
                )
