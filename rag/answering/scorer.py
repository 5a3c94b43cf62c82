"""Which sentences answer, and whether any does: two linear models over cheap signals, run in NumPy.

The weights are fitted on open data by `benchmarks.reader.train`; docs/answer-quality.md has what they score.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from rag.answering.nearness import load_nearness
from rag.answering.signals import Floats, Query, Reading, Signals, Words, question_signals, sentence_signals

WEIGHTS = Path(__file__).with_name("weights.json")
FAR = 4.0
"""Spreads from the mean at which a signal is cut: a value never seen in training must not decide alone."""


@dataclass(frozen=True)
class Judged:
    """What the scorer makes of a question and its passages.

    Attributes:
        sentences: For each reading, the probability of each of its sentences to be part of the answer.
        answerable: The probability that the readings answer the question.
    """

    sentences: list[Floats]
    answerable: float


class Linear:
    """A logistic model: for each named signal its mean, its spread and its weight, and a bias."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.signals: dict[str, tuple[float, float, float]] = stored["signals"]
        self._mean, self._spread, self._weight = np.array(list(self.signals.values()), np.float32).T
        self._bias: float = stored["bias"]

    def __call__(self, names: Sequence[str], rows: Floats) -> Floats:
        """Logits, one a row; `names` are those of the columns, in any order."""
        columns = {name: i for i, name in enumerate(names)}
        values = rows[:, [columns[name] for name in self.signals]]
        scaled = np.clip((values - self._mean) / self._spread, -FAR, FAR)
        return np.asarray(scaled @ self._weight + self._bias, np.float32)


class SentenceScorer:
    """The fitted scorer. Needs no model: vectors and word counts are given."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self._common: dict[str, float] = stored["common"]
        self._rarest: float = stored["rarest"]
        self._sentence = Linear(stored["sentence"])
        self._answerable = Linear(stored["answerable"])

    def score(
        self, question: str, vectors: Floats, readings: Sequence[Reading], words: Words, in_full: str | None = None
    ) -> Judged:
        """Judges every sentence of the readings.

        Args:
            question: The question as asked.
            vectors: Its embedding, a unit vector; or several, of several wordings, as rows.
            readings: The retrieved passages, best first, each with at least one sentence.
            words: The library's words.
            in_full: What the question asks in full, where it leans on earlier turns.
        """
        if not readings:
            return Judged([], 0.0)
        signals = sentence_signals(Query(question, vectors, words, self.rarity, load_nearness(), in_full), readings)
        chances, answerable = self.judge(signals)
        return Judged(np.split(chances, np.cumsum(signals.lengths)[:-1]), answerable)

    def judge(self, signals: Signals) -> tuple[Floats, float]:
        """The chance of every sentence to be part of the answer, and that the question is answered."""
        logits = self._sentence(signals.names, signals.rows)
        return _chance(logits), float(_chance(self._answerable(*question_signals(signals, logits)))[0])

    def rarity(self, stem: str) -> float:
        """How rare a word is in English, as an inverse document frequency over open text."""
        return self._common.get(stem, self._rarest)


@cache
def load_scorer() -> SentenceScorer:
    """The scorer that comes with the install."""
    return SentenceScorer(json.loads(WEIGHTS.read_text(encoding="utf-8")))


def _chance(logits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
