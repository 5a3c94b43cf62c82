"""What can be told of a sentence and a question at next to no cost, as numbers for a learned scorer.

Nothing here reads with a model: vectors come from the library, words from the BM25 index. The names of the
signals are part of the fitted weights, so a signal that is added or changed needs a new fit
(`benchmarks.reader.train`).
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.answering.asked import KINDS, found, kind_of
from rag.answering.nearness import Nearness

Floats = NDArray[np.float32]

# Words of a question that say what kind of thing is asked for, or nothing at all; they need no match in the text.
_ASKING = frozenset(
    """what who whom whose which when where why how did do doe does is are was were has have had can could would should
    may might will shall many much there it its it's that this these those he she they them his her their you your we
    our i me my one name type kind tell describ describe explain explain give list mention accord according about ani
    any some from than also been be being ever who's what's""".split()
)
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NOT = re.compile(r"\b(?:not|never|no|none|neither|nor|without|cannot|fail\w*|unlike|except)\b|n['’]t\b", re.IGNORECASE)
_EXTREME = re.compile(
    r"\b(?:first|last|most|least|only|largest|smallest|highest|lowest|oldest|youngest|biggest|latest|earliest|\w+est)\b",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"^(?:he|she|it|they|this|that|these|those|his|her|its|their|such|there|but|however|and|so|also)\b", re.IGNORECASE
)
_SENTENCE_TERMS = 14.0  # stems in a sentence of the training text, on average


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
    bm25: float = 0.0
    fused: float = 0.0


@dataclass(frozen=True)
class Signals:
    """What is known of a question and its passages.

    Attributes:
        names: Names of the columns of `rows`.
        rows: One row a sentence, in the order of the readings.
        lengths: Sentences in each reading.
        whole: Signals of the question and all of its passages together.
    """

    names: tuple[str, ...]
    rows: Floats
    lengths: tuple[int, ...]
    whole: dict[str, float]

    def column(self, name: str) -> Floats:
        """One signal, of every sentence."""
        return self.rows[:, self.names.index(name)]


class Query:
    """A question, cut and weighed once."""

    def __init__(
        self, text: str, vector: Floats, words: Words, common: Callable[[str], float], nearness: Nearness
    ) -> None:
        self.text, self.vector, self.words, self.nearness = text, vector, words, nearness
        cut = [(stems[0], word) for word in _WORD.findall(text.lower()) if (stems := words.terms(word))]
        kept = [(stem, word) for stem, word in cut if stem not in _ASKING] or cut
        said = [stem for stem, _ in kept]
        self.terms = list(dict.fromkeys(said))
        as_written = dict(reversed(kept))
        self.spelled = [as_written[stem] for stem in self.terms]
        self.pairs = set(pairwise(said))
        self.idf = np.array([words.idf(t) for t in self.terms], np.float32)
        self.rarity = np.array([common(t) for t in self.terms], np.float32)
        self.numbers = set(_DIGITS.findall(text))
        self.kind = kind_of(text)
        self.negated = bool(_NOT.search(text))
        self.extremes = {m.lower() for m in _EXTREME.findall(text)}


class _Read:
    """One passage against one question: which of the question's terms stand where."""

    def __init__(self, query: Query, reading: Reading) -> None:
        self.reading = reading
        self.terms = [query.words.terms(s) for s in reading.sentences]
        self.header = _present(query.terms, query.words.terms(reading.header))
        self.has = np.stack([_present(query.terms, terms) for terms in self.terms])
        none = np.zeros_like(self.has[:1])
        self.around = self.has | np.vstack([none, self.has[:-1]]) | np.vstack([self.has[1:], none]) | self.header
        self.anywhere = np.asarray(self.has.any(axis=0) | self.header)
        near = query.nearness.nearest(query.spelled, [*reading.sentences, reading.header])
        self.near = np.maximum(np.maximum(near[:-1], near[-1]), self.has | self.header)
        nothing = np.zeros_like(self.near[:1])
        self.near_around = np.maximum(
            self.near, np.maximum(np.vstack([nothing, self.near[:-1]]), np.vstack([self.near[1:], nothing]))
        )
        self.near_anywhere = self.near.max(axis=0)
        self.cosines = reading.vectors @ query.vector
        self.cased = any(c.isupper() for s in reading.sentences for c in s)


def _present(wanted: Sequence[str], terms: Sequence[str]) -> NDArray[np.bool_]:
    there = set(terms)
    return np.array([t in there for t in wanted], bool)


def sentence_signals(query: Query, readings: Sequence[Reading]) -> Signals:
    """The signals of every sentence of the readings, of which there is at least one."""
    reads = [_Read(query, reading) for reading in readings]
    best = {
        "dense": max(r.dense for r in readings) or 1.0,
        "bm25": max(r.bm25 for r in readings) or 1.0,
        "fused": max(r.fused for r in readings) or 1.0,
        "cosine": max(float(r.cosines.max()) for r in reads) or 1.0,
    }
    rows: list[dict[str, float]] = []
    for rank, read in enumerate(reads):
        of_passage = _passage_signals(query, read, rank, best)
        rows += [of_passage | _own_signals(query, read, at, best["cosine"]) for at in range(len(read.terms))]
    nowhere = ~np.any([read.anywhere for read in reads], axis=0)
    nearest = np.max([read.near_anywhere for read in reads], axis=0)
    whole = {
        "nowhere": _rarest(query.rarity, nowhere),
        "nowhere_share": _share(query.rarity, nowhere),
        "far_everywhere": _rarest_far(query.rarity, nearest),
    }
    matrix = np.array([list(row.values()) for row in rows], np.float32)
    return Signals(tuple(rows[0]), matrix, tuple(len(read.terms) for read in reads), whole)


def _passage_signals(query: Query, read: _Read, rank: int, best: dict[str, float]) -> dict[str, float]:
    reading = read.reading
    asked = float(query.idf.sum()) or 1.0
    return {
        "passage_dense": reading.dense,
        "passage_dense_share": reading.dense / best["dense"],
        "passage_bm25": reading.bm25 / asked,
        "passage_bm25_share": reading.bm25 / best["bm25"],
        "passage_fused": reading.fused,
        "passage_fused_share": reading.fused / best["fused"],
        "passage_rank": 1.0 / (1 + rank),
        "passage_best_cosine": float(read.cosines.max()),
        "passage_mean_cosine": float(read.cosines.mean()),
        "passage_coverage": _share(query.idf, read.anywhere),
        "passage_rarity_coverage": _share(query.rarity, read.anywhere),
        "passage_missing": _rarest(query.rarity, ~read.anywhere),
        "passage_near": _mean(query.rarity, read.near_anywhere),
        "passage_farthest": _rarest_far(query.rarity, read.near_anywhere),
        "header_coverage": _share(query.rarity, read.header),
    }


def _own_signals(query: Query, read: _Read, at: int, best_cosine: float) -> dict[str, float]:
    sentence, terms, cosines = read.reading.sentences[at], read.terms[at], read.cosines
    has, around = read.has[at], read.around[at]
    with_header = has | read.header
    before = float(cosines[at - 1]) if at else 0.0
    after = float(cosines[at + 1]) if at + 1 < len(cosines) else 0.0
    numbers = set(_DIGITS.findall(sentence))
    pairs = sum(pair in query.pairs for pair in pairwise(terms))
    where = np.flatnonzero(has)
    extremes = {m.lower() for m in _EXTREME.findall(sentence)} if query.extremes else set()
    row = {
        "cosine": float(cosines[at]),
        "cosine_share": float(cosines[at]) / best_cosine,
        "cosine_below_passage": float(cosines.max() - cosines[at]),
        "cosine_before": before,
        "cosine_after": after,
        "coverage": _share(query.idf, has),
        "rarity_coverage": _share(query.rarity, has),
        "coverage_with_header": _share(query.rarity, with_header),
        "coverage_around": _share(query.rarity, around),
        "missing": _rarest(query.rarity, ~with_header),
        "missing_around": _rarest(query.rarity, ~around),
        "missing_terms": float((~with_header).sum()),
        "missing_terms_around": float((~around).sum()),
        "near": _mean(query.rarity, read.near[at]),
        "near_idf": _mean(query.idf, read.near[at]),
        "near_around": _mean(query.rarity, read.near_around[at]),
        "farthest": _rarest_far(query.rarity, read.near[at]),
        "farthest_around": _rarest_far(query.rarity, read.near_around[at]),
        "least_near": float(read.near[at].min(initial=1.0)),
        "own_bm25": _bm25(query, terms),
        "pairs": pairs / max(1, len(query.pairs)),
        "matched_terms": float(len(where)),
        "asked_terms": float(len(query.terms)),
        "new_terms": math.log1p(len(set(terms) - set(query.terms))),
        "length": math.log1p(len(sentence)),
        "position": 1.0 / (1 + at),
        "from_end": 1.0 / (len(cosines) - at),
        "sentences": math.log1p(len(cosines)),
        "ends": float(sentence.rstrip("\"'”’)]").endswith((".", "!", "…"))),
        "asks": float(sentence.rstrip("\"'”’)]").endswith("?")),
        "leans": float(bool(_LEANS.match(sentence))),
        "numbers_missing": float(len(query.numbers - numbers)),
        "numbers_asked": float(len(query.numbers)),
        "new_number": float(bool(numbers - query.numbers)),
        "has_time": found("time", sentence),
        "negation_differs": float(query.negated != bool(_NOT.search(sentence))),
        "extremes_missing": float(len(query.extremes - extremes)),
        "kind_found": found(query.kind, sentence, cased=read.cased),
    }
    return row | {f"kind_{name}": float(query.kind == name) for name in KINDS}


def question_signals(signals: Signals, logits: Floats) -> tuple[tuple[str, ...], Floats]:
    """Names and one row: what tells whether the question is answered at all, given its sentences' scores."""
    order = np.argsort(-logits, kind="stable")
    second = float(logits[order[1]]) if len(order) > 1 else float(logits[order[0]]) - 4.0
    said = signals.whole | {
        "best": float(logits[order[0]]),
        "gap_second": float(logits[order[0]]) - second,
        "best_cosine": float(signals.column("cosine").max()),
        "best_near": float(signals.column("near").max()),
        "best_passage_dense": float(signals.column("passage_dense").max()),
        "best_passage_bm25": float(signals.column("passage_bm25").max()),
        "least_farthest": float(signals.column("farthest_around").min()),
    }
    said |= {f"top_{name}": float(signals.column(name)[order[0]]) for name in _TOLD_BY_THE_BEST}
    return tuple(said), np.array([list(said.values())], np.float32)


_TOLD_BY_THE_BEST = (
    "cosine", "passage_dense", "passage_near", "coverage_with_header", "missing", "pairs", "near_idf", "near_around",
    "farthest", "farthest_around", "numbers_missing", "negation_differs", "extremes_missing", "kind_found",
)  # fmt: skip


def _share(weights: Floats, present: NDArray[np.bool_]) -> float:
    total = float(weights.sum())
    return float(weights[present].sum()) / total if total > 0 else 0.0


def _mean(weights: Floats, near: Floats) -> float:
    total = float(weights.sum())
    return float(weights @ near) / total if total > 0 else 0.0


def _rarest_far(weights: Floats, near: Floats) -> float:
    return float((weights * (1 - near)).max(initial=0.0))


def _rarest(weights: Floats, missing: NDArray[np.bool_]) -> float:
    return float(weights[missing].max()) if missing.any() else 0.0


def _bm25(query: Query, terms: Sequence[str]) -> float:
    """BM25 of a sentence, as a share of what all the question's terms could give."""
    length = 1.2 * (0.25 + 0.75 * len(terms) / _SENTENCE_TERMS)
    total = float(query.idf.sum()) or 1.0
    score = 0.0
    for term, weight in zip(query.terms, query.idf, strict=True):
        count = terms.count(term)
        score += float(weight) * count * 2.2 / (count + length)
    return score / total
