"""Which sentences answer a question, and how sure that they do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from rag.answering import plain_scorer
from rag.answering.answerer import Task
from rag.answering.candidates import Candidate
from rag.answering.scorer import load_scorer
from rag.answering.signals import Floats, Reading, Words
from rag.library.index import Index
from rag.settings import AnsweringSettings

NEAR_THE_BEST = 0.8
"""With the fitted scorer, log odds below the best sentence at which another one is left out. On SQuAD 2.0 and ClapNQ a
sentence that answers is then among 2.0 and 2.6 chosen for 0.90 and 0.88 of the questions (docs/answer-quality.md)."""
SHORTEST = 4  # words: shorter sentences are captions and exclamations

_WORD = re.compile(r"\w+")
SAME_MEANING = 0.75
"""Cosine from which two sentences say the same, so that one of them is enough."""
_SAME_WORDS = 0.8  # share of words from which they do


@dataclass(frozen=True)
class Choice:
    """The sentences that answer, in reading order, and the confidence that they do, 0 to 1."""

    sentences: tuple[Candidate, ...]
    confidence: float


def choose(task: Task, sentences: Sequence[Candidate], index: Index, settings: AnsweringSettings) -> Choice:
    """The sentences that best answer the question: the likeliest, and others while they come near it."""
    usable = [s for s in sentences if not s.is_heading and len(_WORD.findall(s.text)) >= SHORTEST]
    if not usable:
        return Choice((), 0.0)
    words = Words(index.terms, index.rarity)
    if settings.scorer == "fitted":
        scores, confidence = _fitted(task, usable, words)
        near = NEAR_THE_BEST
    else:
        scores, confidence = plain_scorer.score(task, usable, words)
        near = plain_scorer.NEAR_THE_BEST
    chosen = pick(scores, lambda i, j: _says_the_same(usable[i], usable[j]), settings.max_sentences, near)
    order = sorted(chosen, key=lambda i: (_rank_of_source(usable, chosen, i), usable[i].start))
    return Choice(tuple(usable[i] for i in order), confidence)


def pick(scores: Floats, repeats: Callable[[int, int], bool], most: int, near: float) -> list[int]:
    """The best of sentences and those within `near` of it, best first, none that only repeats another."""
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) == most or (chosen and scores[chosen[0]] - scores[i] > near):
            break
        if not any(repeats(i, j) for j in chosen):
            chosen.append(i)
    return chosen


def log_odds(chances: Floats) -> Floats:
    """Probabilities as log odds, in which distances mean the same everywhere."""
    clipped = np.clip(chances, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped / (1 - clipped)), np.float32)


def _fitted(task: Task, usable: Sequence[Candidate], words: Words) -> tuple[Floats, float]:
    judged = load_scorer().score(
        task.inquiry.question, task.retrieved.vectors, _readings(task, usable), words, in_full=task.standalone
    )
    return log_odds(np.concatenate(judged.sentences)), judged.answerable


def _readings(task: Task, usable: Sequence[Candidate]) -> list[Reading]:
    """The sentences by the chunk they stand in, which is the order that they come in."""
    readings = []
    for rank, group in groupby(usable, key=lambda s: s.hit):
        some, hit = list(group), task.retrieved.hits[rank]
        readings.append(
            Reading(
                header=hit.chunk.header,
                sentences=[s.text for s in some],
                vectors=np.stack([s.vector for s in some]),
                dense=hit.scores.dense or 0.0,
                fused=hit.scores.fused or 0.0,
            )
        )
    return readings


def _rank_of_source(usable: Sequence[Candidate], chosen: Sequence[int], i: int) -> int:
    """Sources in the order of their best sentence."""
    return next(rank for rank, j in enumerate(chosen) if usable[j].version == usable[i].version)


def _says_the_same(one: Candidate, other: Candidate) -> bool:
    """Whether a sentence would only repeat another, in its words or in other ones."""
    if float(one.vector @ other.vector) >= SAME_MEANING:
        return True
    a, b = set(_WORD.findall(one.text.casefold())), set(_WORD.findall(other.text.casefold()))
    return len(a & b) >= _SAME_WORDS * min(len(a), len(b))
