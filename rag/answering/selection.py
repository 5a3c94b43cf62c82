"""Which sentences answer a question, and how sure that they do."""

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from rag.answering.announcing import LONGEST, announced
from rag.answering.answerer import Task
from rag.answering.candidates import Candidate
from rag.answering.scoring import READ, READ_OF_A_PART, Floats, Reading, Words, judge
from rag.answering.sides import Side, covers, with_every_side
from rag.library.index import Index
from rag.models.reader import Reader
from rag.whole.finding import Whole

OTHER_SOURCE = 0.05
SAME_PARAGRAPH = 1  # characters between two sentences of one
TOLD = 0.95
"""The confidence of what a source tells of itself: it was known where to look."""
SHORTEST = 4  # words: shorter sentences are captions and exclamations

_WORD = re.compile(r"\w+")
SAME_MEANING = 0.75
"""Cosine from which two sentences say the same, so that one of them is enough."""
_SAME_WORDS = 0.8  # share of words from which they do


@dataclass(frozen=True)
class Choice:
    """The sentences that answer, in reading order, and the confidence that they do, 0 to 1.

    `unanswered` are the parts of the question that they don't answer, in its own words.
    """

    sentences: tuple[Candidate, ...]
    confidence: float
    unanswered: tuple[str, ...] = ()


def choose(
    task: Task, sentences: Sequence[Candidate], index: Index, most: int, least: float, reader: Reader | None
) -> Choice:
    """The sentences that best answer the question: the likeliest, and others while they come near it.

    Of a question that asks several things, each is judged for itself, and those that aren't answered are left out.

    Args:
        task: What is asked, and what was found for it.
        sentences: Those of the passages found.
        index: Knows the library's words.
        most: Sentences, at most.
        least: The confidence from which a part of the question counts as answered.
        reader: Reads the passages; without one, the sum decides alone.
    """
    usable = [s for s in sentences if not s.is_heading and len(_WORD.findall(s.text)) >= SHORTEST]
    if not usable:
        return Choice((), 0.0)
    words = Words(index.terms, index.rarity)
    readings = _readings(task, usable)
    asked: list[tuple[str, Floats]] = [(task.standalone, task.retrieved.vectors)]
    if task.parts:
        asked = [(part.standalone, one) for part, one in zip(task.parts, task.retrieved.parts, strict=True)]
    read = READ_OF_A_PART if task.parts else READ
    judged = [judge(question, vectors, readings, words, reader, read) for question, vectors in asked]
    surest = max(one.confidence for one in judged)
    least = min(least, surest)
    answered = [one for one in judged if one.confidence >= least]
    scores = np.max([one.together - one.together.max() for one in answered], axis=0)
    chosen = pick(
        scores,
        [s.version for s in usable],
        lambda i, j: _says_the_same(usable[i], usable[j]),
        most,
        max(one.near for one in answered),
    )
    for (question, _), one in zip(asked, judged, strict=True):
        if one.confidence >= least:
            chosen = with_what_it_announces(question, usable, chosen, int(np.argmax(one.scores)), most)

    def about(i: int, side: Side) -> bool:
        return covers(task.retrieved.texts[usable[i].version].title, usable[i].text, side)

    chosen = with_every_side(task.standalone, chosen, scores, about, most)
    order = sorted(chosen, key=lambda i: (_rank_of_source(usable, chosen, i), usable[i].start))
    unanswered = [part.asked for part, one in zip(task.parts, judged, strict=False) if one.confidence < least]
    return Choice(tuple(usable[i] for i in order), surest, tuple(unanswered))


def with_what_it_announces(
    question: str, sentences: Sequence[Candidate], chosen: Sequence[int], best: int, most: int
) -> list[int]:
    """The chosen sentences, and those after the best one that give what it only announces."""
    out = list(chosen)
    for i in range(best + 1, min(len(sentences), best + 1 + announced(question, sentences[best].text))):
        goes_on = (
            sentences[i].hit == sentences[best].hit and sentences[i].start - sentences[i - 1].end <= SAME_PARAGRAPH
        )
        room = sum(len(sentences[j].text) for j in {*out, i}) <= LONGEST and len({*out, i}) <= most
        if not goes_on or not room:
            break
        out += [i] if i not in out else []
    return out


def telling(whole: Whole, sentences: Sequence[Candidate]) -> Choice:
    """The sentences that tell of a source as a whole, in the order they were found."""
    there = {(s.version, s.start): s for s in sentences}
    found = [there[p.version, p.start] for p in whole.places if (p.version, p.start) in there]
    return Choice(tuple(found), TOLD if found else 0.0)


def pick(
    scores: Floats, sources: Sequence[Hashable], repeats: Callable[[int, int], bool], most: int, near: float
) -> list[int]:
    """The best of sentences and those within `near` of it, best first, none that only repeats another.

    The first sentence of another source may lie `OTHER_SOURCE` further away: what a second source says on the matter
    is worth more than one more sentence of the first.
    """
    chosen: list[int] = []
    for i in np.argsort(-scores, kind="stable").tolist():
        if len(chosen) == most:
            break
        heard = any(sources[i] == sources[j] for j in chosen)
        if chosen and scores[chosen[0]] - scores[i] > near + (0.0 if heard else OTHER_SOURCE):
            continue
        if not any(repeats(i, j) for j in chosen):
            chosen.append(i)
    return chosen


def _readings(task: Task, usable: Sequence[Candidate]) -> list[Reading]:
    """The sentences by the chunk they stand in, which is the order that they come in."""
    readings = []
    for rank, group in groupby(usable, key=lambda s: s.hit):
        some, hit = list(group), task.retrieved.hits[rank]
        source = task.retrieved.texts[hit.chunk.version]
        vectors = np.stack([s.vector for s in some])
        readings.append(
            Reading(source.title, [s.text for s in some], vectors, hit.scores.fused or 0.0, hit.scores.dense or 0.0)
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
