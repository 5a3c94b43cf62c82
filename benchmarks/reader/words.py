"""Makes `rag/answering/words.npz`: a small vector for each whole word of the packaged embedder's vocabulary.

`python -m benchmarks.reader.words`
"""

import json

import numpy as np

from rag.answering.nearness import VECTORS
from rag.models.embedder import load_embedder, packaged_model
from rag.settings import load_settings

DIMENSIONS = 80


def main() -> None:
    """Embeds the words, keeps the main directions around their mean, and writes them as bytes."""
    vocabulary = json.loads((packaged_model() / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    words = sorted(word for word in vocabulary if word.isascii() and word.isalpha() and len(word) > 1)
    vectors = load_embedder(load_settings()).embed(words).astype(np.float64)
    vectors -= vectors.mean(axis=0)
    _, directions = np.linalg.eigh(vectors.T @ vectors)
    small = vectors @ directions[:, ::-1][:, :DIMENSIONS]
    small /= np.abs(small).max(axis=1, keepdims=True)
    np.savez_compressed(VECTORS, words=np.array("\n".join(words)), vectors=np.round(small * 127).astype(np.int8))
    print(f"{VECTORS}: {len(words)} words, {VECTORS.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
