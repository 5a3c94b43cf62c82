"""Vectors of many texts, kept on disk between runs."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.pools import Pool
from rag.models.embedder import Embedder

_BLOCK = 2000


class VectorFile:
    """Embeds each text once; vectors are kept as float16 in blocks under a folder."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder / embedder.fingerprint
        self._folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._known: dict[bytes, NDArray[np.float16]] = {}
        for block in sorted(self._folder.glob("*.npz")):
            stored = np.load(block)
            self._known.update(zip((bytes(k) for k in stored["keys"]), stored["vectors"], strict=True))

    def ensure(self, texts: Iterable[str]) -> None:
        """Embeds what isn't known yet, a block at a time."""
        missing = list(dict.fromkeys(t for t in texts if _key(t) not in self._known))
        for at in range(0, len(missing), _BLOCK):
            some = missing[at : at + _BLOCK]
            vectors = self._embedder.embed(some).astype(np.float16)
            keys = [_key(t) for t in some]
            self._known.update(zip(keys, vectors, strict=True))
            name = hashlib.sha256(b"".join(keys)).hexdigest()[:16]
            np.savez(
                self._folder / f"{name}.npz",
                keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 16),
                vectors=vectors,
            )

    def ensure_all(self, pool: Pool) -> None:
        """Embeds a pool's questions, chunks and sentences."""
        self.ensure(asked.question for asked in pool.questions)
        self.ensure(text for chunk in pool.chunks for text in (chunk.text, *chunk.sentences))

    def __call__(self, texts: Iterable[str]) -> NDArray[np.float32]:
        """One unit row a text; all must have been ensured."""
        return np.stack([self._known[_key(t)] for t in texts]).astype(np.float32)


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]
