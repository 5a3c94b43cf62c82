"""Vectors of a benchmark's texts, kept between runs and resumable when embedding is interrupted."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder import Embedder

AT_ONCE = 256

Progress = Callable[[int, int], None]


def cached_vectors(
    embedder: Embedder, texts: Sequence[str], folder: Path, on_progress: Progress | None = None
) -> NDArray[np.float32]:
    """One unit vector a text: float32, shape ``(len(texts), dimension)``.

    Texts are embedded from short to long, so that a batch pads little, and stored batch by batch.

    Args:
        embedder: What makes the vectors; each embedder has its own file.
        texts: The texts, in any order.
        folder: Where vectors are kept.
        on_progress: Told how many texts are done, of how many.
    """
    folder.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:16]
    kept = folder / f"{embedder.fingerprint}-{digest}.npy"
    if kept.exists():
        stored: NDArray[np.float32] = np.load(kept)
        return stored
    growing, mark = kept.with_suffix(".part.npy"), kept.with_suffix(".json")
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    done = json.loads(mark.read_text()) if growing.exists() and mark.exists() else 0
    shape = (len(texts), embedder.dimension)
    vectors = np.lib.format.open_memmap(growing, "r+" if done else "w+", np.float32, shape)
    for at in range(done, len(order), AT_ONCE):
        rows = order[at : at + AT_ONCE]
        vectors[rows] = embedder.embed([texts[row] for row in rows])
        vectors.flush()
        mark.write_text(json.dumps(at + len(rows)))
        if on_progress:
            on_progress(at + len(rows), len(order))
    whole = np.array(vectors)
    del vectors
    growing.replace(kept)
    mark.unlink(missing_ok=True)
    return whole
