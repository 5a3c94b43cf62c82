"""BM25 counted in memory, to try constants that Tantivy doesn't let one set."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np


class CountedBm25:
    """BM25 as Lucene and Tantivy have it, with lengths exact where those round them.

    Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
    """

    def __init__(self, texts: Sequence[str], analyse: Callable[[str], list[str]], k1: float, b: float) -> None:
        self._analyse = analyse
        self._number = len(texts)
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = np.zeros(len(texts))
        for i, text in enumerate(texts):
            terms = analyse(text)
            lengths[i] = len(terms)
            for term, count in Counter(terms).items():
                postings[term].append((i, count))
        self._postings = {term: np.array(found) for term, found in postings.items()}
        self._damping = k1 * (1 - b + b * lengths / lengths.mean())
        self._top = k1 + 1

    def search(self, query: str, k: int) -> list[tuple[int, float]]:
        """The k best texts as ``(number, score)``, best first."""
        scores = np.zeros(self._number)
        for term in self._analyse(query):
            found = self._postings.get(term)
            if found is not None:
                rows, counts = found.T
                rarity = np.log1p((self._number - len(rows) + 0.5) / (len(rows) + 0.5))
                scores[rows] += rarity * self._top * counts / (counts + self._damping[rows])
        best = np.lexsort((np.arange(self._number), -scores))[:k]
        return [(int(i), float(scores[i])) for i in best if scores[i] > 0]
