"""An embedder that can be told some texts beforehand, so that they are embedded together rather than one by one."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from rag.models.embedder import Embedder, Vectors


class KnownVectors:
    """Another embedder, with the vectors of some texts at hand."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension
        self.max_tokens = embedder.max_tokens

    @contextmanager
    def knowing(self, texts: Iterable[str]) -> Iterator[None]:
        """Has these texts' vectors at hand while the block runs."""
        wanted = list(dict.fromkeys(texts))
        self._known = dict(zip(wanted, self._embedder.embed(wanted), strict=True)) if wanted else {}
        try:
            yield
        finally:
            self._known = {}

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row a text: float32, shape ``(len(texts), dimension)``."""
        if texts and all(text in self._known for text in texts):
            return np.stack([self._known[text] for text in texts])
        return self._embedder.embed(texts)

    def count_tokens(self, text: str) -> int:
        """Word pieces in the text, without the special ones and without cutting."""
        return self._embedder.count_tokens(text)
