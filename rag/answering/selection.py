"""Which sentences answer a question, and how sure that they do."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.answerer import Task
from rag.answering.candidates import Candidate
from rag.library.index import Index

UNSURE = 0.42
"""Similarity of the best sentence at which it is as likely that the sources answer as that they don't."""
STEEPNESS = 12.0

_WORD = re.compile(r"\w+")
SAME_MEANING = 0.75
"""Cosine from which two sentences say the same, so that one of them is enough."""
_SAME_WORDS = 0.8  # share of words from which they do


@dataclass(frozen=True)
class Choice:
    """The sentences that answer, in reading order, and the confidence that they do, 0 to 1."""

    sentences: tuple[Candidate, ...]
    confidence: float


def choose(task: Task, sentences: Sequence[Candidate], index: Index, most: int) -> Choice:
    """The sentences that best answer the question.

    A sentence scores by its similarity to the question, by how many of the question's rare words it has,
    and by its chunk's score. The best is taken, and others while they come near it.
    """
    usable = [s for s in sentences if not s.is_heading and len(_WORD.findall(s.text)) >= 4]
    if not usable:
        return Choice((), 0.0)
    weights = {term: index.rarity(term) for term in set(index.terms(task.standalone))}
    total = sum(weights.values()) or 1.0
    vectors = np.stack([s.vector for s in usable])
    similar = (vectors @ task.retrieved.vectors.T).max(axis=1)
    covered = [sum(weights[t] for t in set(index.terms(s.text)) & weights.keys()) / total for s in usable]
    fused = [task.retrieved.hits[s.hit].scores.fused or 0.0 for s in usable]
    score = 0.5 * similar + 0.35 * np.asarray(covered) + 0.15 * np.asarray(fused)
    chosen: list[int] = []
    for i in np.argsort(-score, kind="stable"):
        if len(chosen) == most or (chosen and score[i] < 0.72 * score[chosen[0]]):
            break
        if not any(_says_the_same(usable[i], usable[j]) for j in chosen):
            chosen.append(int(i))
    logit = STEEPNESS * (float(similar.max()) - UNSURE)
    order = sorted(chosen, key=lambda i: (_rank_of_source(usable, chosen, i), usable[i].start))
    return Choice(tuple(usable[i] for i in order), 1 / (1 + math.exp(-logit)))


def _rank_of_source(usable: Sequence[Candidate], chosen: Sequence[int], i: int) -> int:
    """Sources in the order of their best sentence."""
    return next(rank for rank, j in enumerate(chosen) if usable[j].version == usable[i].version)


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    """Whether a sentence would only repeat another, in its words or in other ones."""
    if float(one.vector @ other.vector) >= SAME_MEANING:
        return True
    a, b = set(_WORD.findall(one.text.casefold())), set(_WORD.findall(other.text.casefold()))
    return len(a & b) >= _SAME_WORDS * min(len(a), len(b))
