"""What can be told of a sentence and a question at next to no cost, as numbers for a learned scorer.

Nothing here reads with a model: vectors come from the library, words from the BM25 index. The names of the
signals are part of the fitted weights, so a signal that is added or changed needs a new fit
(`benchmarks.reader.train`). docs/answer-quality.md has what was tried and left out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.answering.asked import found, kind_of
from rag.answering.nearness import Nearness

Floats = NDArray[np.float32]

# Words of a question that say what kind of thing is asked for, or nothing at all; they need no match in the text.
_ASKING = frozenset(
    """what who whom whose which when where why how did do doe does is are was were has have had can could would should
    may might will shall many much there it its it's that this these those he she they them his her their you your we
    our i me my one name type kind tell describ describe explain explain give list mention accord according about ani
    any some from than also been be being ever who's what's""".split()
)
_UNSPOKEN = 0.3  # weight of a word that only the turns before a follow-up have
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NOT = re.compile(r"\b(?:not|never|no|none|neither|nor|without|cannot|fail\w*|unlike|except)\b|n['’]t\b", re.IGNORECASE)
_EXTREME = re.compile(r"\b(?:first|last|most|least|only|\w+est)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """How words are cut and weighed: `terms` gives stems without stop words, `idf` how rare a stem is here."""

    terms: Callable[[str], list[str]]
    idf: Callable[[str], float]


@dataclass(frozen=True)
class Reading:
    """A retrieved passage to read: its sentences in order, their vectors, and how it was found.

    `vectors` are unit rows, shape ``(sentences, dimension)``. `header` is its title and headings.
    """

    header: str
    sentences: Sequence[str]
    vectors: Floats
    dense: float = 0.0
    fused: float = 0.0


@dataclass(frozen=True)
class Signals:
    """One row a sentence, in the order of the readings; `names` are those of the columns."""

    names: tuple[str, ...]
    rows: Floats
    lengths: tuple[int, ...]

    def column(self, name: str) -> Floats:
        """One signal, of every sentence."""
        return self.rows[:, self.names.index(name)]


class Query:
    """A question, cut and weighed once.

    `in_full` is what a follow-up asks in full: words that stand only there tell which passages are meant, and
    count less in choosing a sentence of them. `vectors` is its embedding, a unit vector, or those of several
    wordings as rows. `common` tells how rare a stem is in general, `words.idf` how rare it is in this library.
    """

    def __init__(
        self,
        text: str,
        vectors: Floats,
        words: Words,
        common: Callable[[str], float],
        nearness: Nearness,
        in_full: str | None = None,
    ) -> None:
        self.vectors, self.words, self.nearness = np.atleast_2d(vectors), words, nearness
        whole = in_full or text
        cut = [(stems[0], word) for word in _WORD.findall(whole.lower()) if (stems := words.terms(word))]
        kept = [(stem, word) for stem, word in cut if stem not in _ASKING] or cut
        said = [stem for stem, _ in kept]
        self.terms = list(dict.fromkeys(said))
        as_written = dict(reversed(kept))
        self.spelled = [as_written[stem] for stem in self.terms]
        self.pairs = set(pairwise(said))
        spoken = set(words.terms(text))
        counts = np.array([1.0 if stem in spoken else _UNSPOKEN for stem in self.terms], np.float32)
        self.idf = counts * np.array([words.idf(stem) for stem in self.terms], np.float32)
        self.rarity = counts * np.array([common(stem) for stem in self.terms], np.float32)
        self.numbers = set(_DIGITS.findall(text))
        self.kind = kind_of(text)
        self.negated = bool(_NOT.search(text))
        self.extremes = {word.lower() for word in _EXTREME.findall(text)}


class _Read:
    """One passage against one question: which of the question's words stand where, and how near the others are."""

    def __init__(self, query: Query, reading: Reading) -> None:
        self.reading = reading
        self.cosines = (reading.vectors @ query.vectors.T).max(axis=1)
        self.terms = [query.words.terms(sentence) for sentence in reading.sentences]
        self.has = np.stack([_present(query.terms, terms) for terms in self.terms])
        self.header = _present(query.terms, query.words.terms(reading.header))
        near = query.nearness.nearest(query.spelled, [*reading.sentences, reading.header])
        self.near = np.maximum(np.maximum(near[:-1], near[-1]), self.has | self.header)
        edge = np.zeros_like(self.near[:1])
        neighbours = np.maximum(np.vstack([edge, self.near[:-1]]), np.vstack([self.near[1:], edge]))
        self.near_around = np.maximum(self.near, neighbours)
        self.cased = any(c.isupper() for sentence in reading.sentences for c in sentence)


def sentence_signals(query: Query, readings: Sequence[Reading]) -> Signals:
    """The signals of every sentence of the readings, of which there is at least one."""
    reads = [_Read(query, reading) for reading in readings]
    rows = [_signals(query, read, at) for read in reads for at in range(len(read.terms))]
    matrix = np.array([list(row.values()) for row in rows], np.float32)
    return Signals(tuple(rows[0]), matrix, tuple(len(read.terms) for read in reads))


def _signals(query: Query, read: _Read, at: int) -> dict[str, float]:
    sentence, terms, has = read.reading.sentences[at], read.terms[at], read.has[at]
    cosine, coverage = float(read.cosines[at]), _share(query.idf, has)
    pairs = sum(pair in query.pairs for pair in pairwise(terms))
    return {
        # A sum set by hand, and good on every collection tried: the fit may add to it, not take from it.
        "plain": 0.5 * cosine + 0.35 * coverage + 0.15 * read.reading.fused,
        "cosine": cosine,
        "coverage_with_header": _share(query.rarity, has | read.header),
        "near": _share(query.rarity, read.near[at]),
        "near_around": _share(query.rarity, read.near_around[at]),
        "farthest": float((query.rarity * (1 - read.near[at])).max(initial=0.0)),
        "pairs": pairs / max(1, len(query.pairs)),
        "kind_found": found(query.kind, sentence, cased=read.cased),
        "numbers_missing": float(len(query.numbers.difference(_DIGITS.findall(sentence)))),
        "extremes_missing": float(len(query.extremes.difference(w.lower() for w in _EXTREME.findall(sentence)))),
        "negation_differs": float(query.negated != bool(_NOT.search(sentence))),
        "passage_cosine": float(read.cosines.max()),
        "passage_near": _share(query.rarity, read.near.max(axis=0)),
        "passage_dense": read.reading.dense,
    }


def question_signals(signals: Signals, logits: Floats) -> tuple[tuple[str, ...], Floats]:
    """Names and one row: what tells whether the question is answered at all, given its sentences' scores."""
    order = np.argsort(-logits, kind="stable")
    best = order[0]
    second = float(logits[order[1]]) if len(order) > 1 else float(logits[best]) - 4.0
    said = {
        "gap": float(logits[best]) - second,
        "best_cosine": float(signals.column("cosine").max()),
        "best_passage_dense": float(signals.column("passage_dense").max()),
    }
    said |= {f"top_{name}": float(signals.column(name)[best]) for name in _TOLD_BY_THE_BEST}
    return tuple(said), np.array([list(said.values())], np.float32)


_TOLD_BY_THE_BEST = (
    "cosine", "passage_dense", "kind_found", "numbers_missing", "extremes_missing", "negation_differs",
)  # fmt: skip


def _present(wanted: Sequence[str], terms: Sequence[str]) -> NDArray[np.bool_]:
    there = set(terms)
    return np.array([term in there for term in wanted], bool)


def _share(weights: Floats, present: Floats | NDArray[np.bool_]) -> float:
    """How much of the weight is there: 0 to 1."""
    total = float(weights.sum())
    return float(weights @ present) / total if total > 0 else 0.0
