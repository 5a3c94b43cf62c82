"""The findings of the check for many cases, with the vectors they need embedded once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.support.cases import Case
from rag.answering.support import Findings, compare
from rag.models.embedder import load_embedder
from rag.sentences import split_sentences
from rag.settings import load_settings


def all_findings(cases: Sequence[Case], vectors: Path | None = None) -> list[Findings]:
    """What comparing each claim with its premises finds.

    Args:
        cases: What to compare.
        vectors: A file that keeps the vectors between runs.
    """
    pieces = [[p[a:b] for p in case.premises for a, b in split_sentences(p)] for case in cases]
    texts = dict.fromkeys(t for case, some in zip(cases, pieces, strict=True) for t in (case.claim, *some))
    known = _embedded(list(texts), vectors)
    found = []
    for case, sentences in zip(cases, pieces, strict=True):
        cosines = np.array([float(known[s] @ known[case.claim]) for s in sentences], np.float32)
        found.append(compare(case.claim, sentences, case.context, cosines))
    return found


def _embedded(texts: list[str], kept: Path | None) -> dict[str, NDArray[np.float32]]:
    known: dict[str, NDArray[np.float32]] = {}
    if kept and kept.exists():
        with np.load(kept, allow_pickle=True) as stored:
            known = dict(zip(stored["texts"], stored["vectors"].astype(np.float32), strict=True))
    missing = [t for t in texts if t not in known]
    if missing:
        embedder = load_embedder(load_settings())
        for at in range(0, len(missing), 512):
            some = missing[at : at + 512]
            known.update(zip(some, embedder.embed(some), strict=True))
        if kept:
            names = np.array(list(known), object)
            np.savez_compressed(kept, texts=names, vectors=np.stack(list(known.values())).astype(np.float16))
    return known
