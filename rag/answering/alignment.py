"""From a sentence a chat model wrote to the exact words of the sources that support it best."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidate
from rag.answering.orders import gives_orders
from rag.answering.prompts import Shown
from rag.answering.support import SupportChecker, Verdict
from rag.answering.wording import stems, words
from rag.schema import Passage

_TRIED = 3
"""Spans compared closely, of each passage or of all together: the nearest ones by vectors and words."""
_FOR_EACH_WORD = 0.6
"""What sharing all words counts beside a cosine of 1, in finding the nearest spans."""


@dataclass(frozen=True)
class Span:
    """One sentence of a passage, or two that follow each other."""

    passage: Passage
    sentences: tuple[Candidate, ...]

    @property
    def start(self) -> int:
        """Where it starts in the source's text."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """Where it ends in the source's text."""
        return self.sentences[-1].end


@dataclass(frozen=True)
class Aligned:
    """The spans that a sentence rests on, and how well they support it."""

    spans: tuple[Span, ...]
    verdict: Verdict


class Evidence:
    """The sentences of the passages that a chat model was shown, ready to be compared with what it wrote."""

    def __init__(self, shown: Sequence[Shown], sentences: Sequence[Candidate], checker: SupportChecker) -> None:
        self._checker = checker
        self._known: dict[tuple[str, tuple[int, ...]], Aligned] = {}
        self._spans: list[Span] = []
        self._numbers: list[int] = []
        self._around: dict[tuple[int, int, int], str] = {}
        for one in shown:
            inside = sorted((s for s in sentences if _holds(one.passage, s)), key=lambda s: s.start)
            telling = [not s.is_heading and not gives_orders(s.text) for s in inside]
            about = [one.passage.title, one.passage.heading or ""]
            around = [f"{name}." for name in about if not gives_orders(name)]
            around += [s.text for s in inside if not gives_orders(s.text)]
            self._around[_key(one.passage)] = " ".join(around)
            singles = [Span(one.passage, (s,)) for s, tells in zip(inside, telling, strict=True) if tells]
            pairs = [
                Span(one.passage, pair)
                for pair, tell in zip(pairwise(inside), pairwise(telling), strict=True)
                if all(tell)
            ]
            self._spans += singles + pairs
            self._numbers += [one.number] * len(singles + pairs)
        self._stems = [frozenset().union(*(stems(words(s.text)) for s in span.sentences)) for span in self._spans]

    def align(self, claim: str, numbers: Sequence[int]) -> Aligned:
        """The spans that support a claim best: in the passages it cites, or in another if those don't.

        Of cited passages only those are kept that are needed. A claim that nothing supports keeps the nearest
        span of each passage it cites, so that what it was said to rest on can be seen.
        """
        known = self._known.get((claim, tuple(numbers)))
        if known is None:  # models that run in circles say the same thing again and again
            known = self._known[claim, tuple(numbers)] = self._align(claim, numbers)
        return known

    def _align(self, claim: str, numbers: Sequence[int]) -> Aligned:
        vector = self._checker.embed([claim])[0]
        near = self._nearness(claim, vector)
        cited = [self._best(claim, vector, near, [n]) for n in dict.fromkeys(numbers)]
        found = [one for one in cited if one is not None]
        best = max(found, key=lambda one: one.verdict.score, default=None)
        if best and best.verdict.supported:
            return best
        if len(found) > 1:
            together = self._weighed(claim, vector, tuple(span for one in found for span in one.spans))
            if together.verdict.supported:
                return together
            best = max(together, best or together, key=lambda one: one.verdict.score)
        elsewhere = self._best(claim, vector, near, None)
        if elsewhere and elsewhere.verdict.supported:
            return elsewhere
        if best:
            return Aligned(tuple(span for one in found for span in one.spans), best.verdict)
        reason = elsewhere.verdict.reason if elsewhere else "no source was found for this"
        return Aligned((), Verdict(elsewhere.verdict.score if elsewhere else 0.0, False, reason))

    def _nearness(self, claim: str, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        own = stems(words(claim))
        shared = np.array([len(own & other) for other in self._stems], np.float32) / (len(own) or 1)
        cosines = np.array([max(float(s.vector @ vector) for s in span.sentences) for span in self._spans], np.float32)
        # A pair has more words than either of its sentences: it must bring something to be preferred.
        lengths = np.array([len(span.sentences) - 1 for span in self._spans], np.float32)
        return np.asarray(cosines + _FOR_EACH_WORD * shared - 0.05 * lengths, np.float32)

    def _best(
        self, claim: str, vector: NDArray[np.float32], near: NDArray[np.float32], numbers: Sequence[int] | None
    ) -> Aligned | None:
        among = [i for i, n in enumerate(self._numbers) if numbers is None or n in numbers]
        among.sort(key=lambda i: -near[i])
        tried = [self._weighed(claim, vector, (self._spans[i],)) for i in among[:_TRIED]]
        supporting = [one for one in tried if one.verdict.supported] or tried[:1]  # else the nearest says best why not
        # Where a sentence does, its neighbour isn't quoted with it.
        return max(
            supporting, key=lambda one: (round(one.verdict.score, 1), -len(one.spans[0].sentences)), default=None
        )

    def _weighed(self, claim: str, vector: NDArray[np.float32], spans: tuple[Span, ...]) -> Aligned:
        sentences = [sentence for span in spans for sentence in span.sentences]
        cosines = np.array([float(s.vector @ vector) for s in sentences], np.float32)
        context = " ".join(self._around[_key(span.passage)] for span in spans)
        return Aligned(spans, self._checker.weigh(claim, [s.text for s in sentences], cosines, context))


def _key(passage: Passage) -> tuple[int, int, int]:
    return passage.version, passage.start, passage.end


def _holds(passage: Passage, sentence: Candidate) -> bool:
    return passage.version == sentence.version and passage.start <= sentence.start and sentence.end <= passage.end
