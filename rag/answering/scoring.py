"""How much each sentence looks like the answer, and how likely it is that the passages hold one.

The backbone is a sum set by hand: similarity to the question, the share of the question's rare words, and the score of
the passage. To it is added what the reader makes of the sentence and of its passage. How the weights were found, and
what they score, is in docs/answer-quality.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.untold import untold
from rag.models.reader import Reader

Floats = NDArray[np.float32]

SIMILARITY, COVERAGE, RETRIEVAL = 0.5, 0.35, 0.15
READING = 0.06  # of the reader's log chances beside the sum
NEAR_THE_BEST = 0.17
NEAR_THE_BEST_READ = 0.17
"""How far below the best score a sentence may lie and still be part of the answer, without and with the reader."""
AFTER_THE_BEST, BEFORE_THE_BEST = 0.06, 0.03
"""What the sentences next to the best one gain: often they go on where it leaves off."""
UNSURE, STEEPNESS = 0.42, 12.0
"""Without the reader: similarity of the best sentence at which confidence is one half, and how fast it rises."""
SURE_BIAS, SURE_SIMILARITY, SURE_ANSWERS, SURE_PASSAGE = -1.5, 2.57, 0.57, 4.16
"""With the reader: a logistic regression on what is known of the best sentence: its similarity, the reader's logit that
its passage answers, and that passage's similarity. The bias is set so that about one in eleven of our own answerable
questions is declined."""
LOUDEST = 4.0
"""The reader's logit counts no more than this, and no less than the opposite."""
UNTOLD = 1.0
"""What the logit of the confidence loses if the figure or date asked for isn't in the answer's sentences. A logistic
regression on SQuAD 2.0 gives 0.83 for it, and 0.94 with the reader before this one."""
MOST = 5  # sentences that are looked through for it
READ, READ_OF_A_PART = 6, 4
"""Passages that are read, those with the best sentences by the sum: of a question, and of each part of one that asks
several things. Reading all eight finds no more (docs/answer-quality.md)."""
UNREAD = -9.0
"""The log chance of a sentence that isn't read: it is never chosen before one that is."""


@dataclass(frozen=True)
class Words:
    """How words are cut and weighed: `terms` gives stems without stop words, `idf` how rare a stem is here."""

    terms: Callable[[str], list[str]]
    idf: Callable[[str], float]


@dataclass(frozen=True)
class Reading:
    """A retrieved passage to read.

    Attributes:
        title: Of its source; may be empty.
        sentences: In order.
        vectors: Theirs, unit rows.
        found: Its retrieval score, 0 to 1.
        dense: Its cosine with the question.
    """

    title: str
    sentences: Sequence[str]
    vectors: Floats
    found: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True)
class Signals:
    """What is known of every sentence, in the order of the readings.

    Attributes:
        similar: Its cosine with the question.
        plain: The sum set by hand.
        evidence: The log chance that it is part of the answer and its passage has one, as the reader sees it.
        reading: Which reading it stands in.
        dense: For each reading, its cosine with the question.
        answers: For each reading, the reader's logit that it answers the question.
    """

    similar: Floats
    plain: Floats
    evidence: Floats | None
    reading: NDArray[np.int64]
    dense: Floats
    answers: Floats | None


@dataclass(frozen=True)
class Judged:
    """What the answer is chosen by.

    Attributes:
        scores: One a sentence, in the order of the readings; higher is better.
        together: The same, those beside the best sentence raised: by these the answer's sentences are picked.
        near: How far below the best of these a sentence may lie and still belong to the answer.
        confidence: The chance that the readings answer the question.
    """

    scores: Floats
    together: Floats
    near: float
    confidence: float


def judge(
    question: str,
    vectors: Floats,
    readings: Sequence[Reading],
    words: Words,
    reader: Reader | None,
    read: int = READ,
) -> Judged:
    """Judges the sentences of the readings, of which there is at least one.

    Args:
        question: What is asked, in full.
        vectors: The embedded wordings of the question, as rows.
        readings: The passages, best first, each with at least one sentence.
        words: The library's words.
        reader: Reads them; without one, the sum decides alone.
        read: How many of them it reads.
    """
    sentences = [sentence for reading in readings for sentence in reading.sentences]
    return weighed(signals(question, vectors, readings, words, reader, read), question, sentences)


def signals(
    question: str,
    vectors: Floats,
    readings: Sequence[Reading],
    words: Words,
    reader: Reader | None,
    read: int = READ,
) -> Signals:
    """What is known of every sentence; see `judge`."""
    similar = np.concatenate([(reading.vectors @ np.atleast_2d(vectors).T).max(axis=1) for reading in readings])
    covered = _coverage(question, [s for reading in readings for s in reading.sentences], words)
    lengths = [len(reading.sentences) for reading in readings]
    found = np.repeat([reading.found for reading in readings], lengths)
    plain: Floats = np.asarray(SIMILARITY * similar + COVERAGE * covered + RETRIEVAL * found, np.float32)
    evidence = answers = None
    if reader:
        starts = np.cumsum([0, *lengths[:-1]])
        best = np.argsort(-np.maximum.reduceat(plain, starts), kind="stable")[:read].tolist()
        evidence = np.full(len(plain), UNREAD, np.float32)
        answers = np.full(len(readings), -LOUDEST, np.float32)
        told = reader.read(question, [(readings[i].title, readings[i].sentences) for i in best])
        for i, one in zip(best, told, strict=True):
            answers[i] = one.answers
            evidence[starts[i] : starts[i] + lengths[i]] = log_chance(one.sentences) + log_chance(one.answers)
    return Signals(
        similar,
        plain,
        evidence,
        np.repeat(np.arange(len(readings)), lengths),
        np.array([reading.dense for reading in readings], np.float32),
        answers,
    )


def weighed(known: Signals, question: str, sentences: Sequence[str]) -> Judged:
    """The verdict on signals of a question and the sentences of the readings."""
    if known.evidence is None or known.answers is None:
        scores, near = known.plain, NEAR_THE_BEST
        sure = STEEPNESS * (float(known.similar.max()) - UNSURE)
    else:
        scores, near = known.plain + READING * known.evidence, NEAR_THE_BEST_READ
        similar, answers, dense = told(known, known.answers, int(np.argmax(scores)))
        sure = SURE_BIAS + SURE_SIMILARITY * similar + SURE_ANSWERS * answers + SURE_PASSAGE * dense
    together = _together(scores, known.reading)
    chosen = [i for i in np.argsort(-together, kind="stable")[:MOST] if together.max() - together[i] <= near]
    if untold(question, [sentences[i] for i in chosen]):
        sure -= UNTOLD
    return Judged(scores, together, near, _chance(sure))


def _together(scores: Floats, reading: NDArray[np.int64]) -> Floats:
    """The scores, those beside the best sentence of its reading raised, but not above its own."""
    best = int(np.argmax(scores))
    raised = scores.copy()
    for i, gain in ((best + 1, AFTER_THE_BEST), (best - 1, BEFORE_THE_BEST)):
        if 0 <= i < len(scores) and reading[i] == reading[best]:
            raised[i] = min(scores[i] + gain, np.nextafter(scores[best], -np.inf))
    return raised


def told(known: Signals, answers: Floats, best: int) -> tuple[float, float, float]:
    """What tells whether the best sentence answers: its similarity, its passage's logit, and that one's similarity."""
    reading = known.reading[best]
    logit = float(np.clip(answers[reading], -LOUDEST, LOUDEST))
    return float(known.similar[best]), logit, float(known.dense[reading])


def log_chance(logits: Floats | float) -> Floats:
    """The logarithm of the probability that a logit stands for."""
    return np.asarray(-np.logaddexp(0.0, -np.asarray(logits, np.float32)), np.float32)


def _coverage(question: str, texts: Sequence[str], words: Words) -> Floats:
    """The share of the question's weight in rare words that each text has."""
    weights = {term: words.idf(term) for term in set(words.terms(question))}
    total = sum(weights.values()) or 1.0
    shares = [sum(weights[t] for t in set(words.terms(s)) & weights.keys()) / total for s in texts]
    return np.array(shares, np.float32)


def _chance(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))
