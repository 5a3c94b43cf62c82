"""The default scorer: a sum set by hand, which has nothing to learn and so nothing to have learned wrongly.

How it compares with the fitted one (`scorer.py`) is in docs/answer-quality.md.
"""

import math
from collections.abc import Sequence

import numpy as np

from rag.answering.answerer import Task
from rag.answering.candidates import Candidate
from rag.answering.signals import Floats, Words

SIMILARITY, COVERAGE, RETRIEVAL = 0.5, 0.35, 0.15
NEAR_THE_BEST = 0.17
"""How far below the best sentence's score another one may lie and still be part of the answer."""
UNSURE = 0.42
"""Similarity of the best sentence at which confidence is one half: 3 % of our own answerable questions stay below."""
STEEPNESS = 12.0


def score(task: Task, sentences: Sequence[Candidate], words: Words) -> tuple[Floats, float]:
    """A score for each sentence, and the confidence that the question is answered.

    A sentence scores by its similarity to the question, by the share of the question's weight in rare words that it
    has, and by the score of the chunk it stands in.
    """
    weights = {term: words.idf(term) for term in set(words.terms(task.standalone))}
    total = sum(weights.values()) or 1.0
    similar = (np.stack([s.vector for s in sentences]) @ task.retrieved.vectors.T).max(axis=1)
    covered = [sum(weights[t] for t in set(words.terms(s.text)) & weights.keys()) / total for s in sentences]
    found = [task.retrieved.hits[s.hit].scores.fused or 0.0 for s in sentences]
    scores = SIMILARITY * similar + COVERAGE * np.array(covered) + RETRIEVAL * np.array(found)
    confidence = 1 / (1 + math.exp(-STEEPNESS * (float(similar.max()) - UNSURE)))
    return np.asarray(scores, np.float32), confidence
