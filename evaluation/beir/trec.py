"""Runs in TREC's format: ``query Q0 document rank score tag``, one line a document."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np


def write_run(path: Path, run: Mapping[str, Mapping[str, float]], tag: str) -> None:
    """Write a run whose order every tool reads alike.

    trec_eval ignores the rank, reads scores as 32-bit numbers and orders ties by document id. So scores are
    written as such numbers, and one that isn't below the score before it is lowered to just below.

    Args:
        path: The file; it is replaced.
        run: From query to document to score, best first.
        tag: The run's name, without blanks.
    """
    with path.open("w", encoding="utf-8") as out:
        for query, documents in run.items():
            before = np.float32(np.inf)
            for rank, (document, score) in enumerate(documents.items(), 1):
                before = min(np.float32(score), np.nextafter(before, np.float32(-np.inf)))
                out.write(f"{query} Q0 {document} {rank} {before!s} {tag}\n")
