"""How near words are in meaning: small vectors of common English words, made from the packaged embedder.

`benchmarks.reader.words` embeds each whole word of the embedder's vocabulary, keeps the main directions and
rounds to eight bits. A word that isn't among them is near nothing but itself.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

VECTORS = Path(__file__).with_name("words.npz")
_WORD = re.compile(r"[a-z]{2,}")


class Nearness:
    """Similarity of words, 0 (unrelated or unknown) to 1 (the same)."""

    def __init__(self, words: Sequence[str], vectors: NDArray[np.int8]) -> None:
        self._at = {word: i for i, word in enumerate(words)}
        rows = vectors.astype(np.float32)
        self._vectors: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        self._rows_of = lru_cache(20_000)(self._look_up)

    def nearest(self, asked: Sequence[str], sentences: Sequence[str]) -> Floats:
        """For each sentence and asked word, how near the sentence's nearest word is: ``(sentences, asked)``."""
        out = np.zeros((len(sentences), len(asked)), np.float32)
        known = [(i, self._at[word]) for i, word in enumerate(asked) if word in self._at]
        rows = [self._rows_of(sentence) for sentence in sentences]
        told = [i for i, some in enumerate(rows) if len(some)]
        if not known or not told:
            return out
        columns, ids = [i for i, _ in known], [j for _, j in known]
        near = self._vectors[np.concatenate([rows[i] for i in told])] @ self._vectors[ids].T
        starts = np.cumsum([0, *(len(rows[i]) for i in told[:-1])])
        out[np.ix_(told, columns)] = np.maximum(np.maximum.reduceat(near, starts, axis=0), 0)
        return out

    def _look_up(self, text: str) -> NDArray[np.int64]:
        found = {self._at[word] for word in _WORD.findall(text.lower()) if word in self._at}
        return np.array(sorted(found), np.int64)


@cache
def load_nearness() -> Nearness:
    """The word vectors that come with the install."""
    with np.load(VECTORS, allow_pickle=False) as stored:
        return Nearness(str(stored["words"]).split(), stored["vectors"])
