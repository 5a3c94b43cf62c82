"""False premises: a question that presupposes what the sources contradict ("Why did exports rise?" - they fell).

Only where a sentence says what the question takes for granted in all but one thing: a figure, a name, a word
for its opposite, or a "not". The comparison is literal, and rather misses a false premise than sees one where
there is none; docs/answer-quality.md has how often it does either.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from rag.answering.answerer import Task
from rag.answering.candidates import Candidate
from rag.answering.figures import MONTH, YEAR, figures
from rag.answering.names import name_index, names, rival
from rag.answering.nearness import load_nearness
from rag.answering.ordering import asks_yes_or_no
from rag.answering.polarity import turned
from rag.answering.referents import leans
from rag.answering.wording import Word, words
from rag.retrieval import Retrieved

READ = 6
"""Sentences nearest in meaning to the question that are compared."""
LEAST_SIMILAR = 0.5
"""Their cosine to the question, at least."""
LEAST_MATCHED = 0.85
"""Share of the question's other words that the sentence must have."""
FEWEST_MATCHED = 3
ELSEWHERE = 0.6
"""Share of the question's words from which another sentence that doesn't contradict is taken to bear it out."""
NEAR = 0.6
"""Nearness of two words from which one is taken for the other."""

MISSPELT = 0.75
"""Likeness of letters from which two names are one, misspelt."""
BESIDE = 2
"""Words with meaning on either side of a word and of its opposite, one of which must be the same."""

_LEAVES_OPEN = re.compile(
    r"\b(?:what|which|who|whom|whose|how (?:many|much|long|far)|if|would|could|should)\b", re.IGNORECASE
)
"""What isn't so may well be asked where the text tells what is; and an "if" takes nothing for granted."""
_NOT_QUITE = re.compile(
    r"\b(?:none|nobody|no one|nothing|until|till|before|for|only|but|except|unless|yet)\b", re.IGNORECASE
)
"""Not until then: a "not" of time or degree denies nothing; and none may be the number asked for."""
_PRONOUN = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:other|another|remaining|further|more|first|last|next|additional)\s*$", re.IGNORECASE)
_ASKING = frozenset(
    "name type kind sort call many much number year date time term use tell explain describ mean thing".split()
)


@dataclass(frozen=True)
class Slot:
    """One thing in which a sentence differs from what a question takes for granted.

    Attributes:
        kind: figure, name, opposite or negation.
        asked, stated: What the question has, and what the sentence has in its place.
        start, end: Where that stands in the question.
    """

    kind: str
    asked: str
    stated: str
    start: int
    end: int


def correction(task: Task, read: Sequence[Candidate]) -> Candidate | None:
    """The sentence that corrects what the question takes for granted, if there clearly is one.

    A follow-up is left alone: what it takes for granted stands in other turns.
    """
    if task.standalone != task.inquiry.question:
        return None
    found = contradiction(task.inquiry.question, read, task.retrieved)
    return found.sentence if found else None


@dataclass(frozen=True)
class Contradiction:
    """The sentence that says otherwise, and in what."""

    sentence: Candidate
    slot: Slot


def contradiction(question: str, read: Sequence[Candidate], retrieved: Retrieved) -> Contradiction | None:
    """The sentence that contradicts what the question takes for granted, if there clearly is one.

    Args:
        question: What is asked. A question of yes or no takes nothing for granted.
        read: The sentences of the retrieved passages.
        retrieved: The passages, and the embedded question.
    """
    read = [s for s in read if not s.is_heading]
    if asks_yes_or_no(question) or not read:
        return None
    similar = (np.stack([s.vector for s in read]) @ retrieved.vectors.T).max(axis=1)
    nearest = [read[i] for i in np.argsort(-similar, kind="stable")[:READ] if similar[i] >= LEAST_SIMILAR]
    premise = Premise(question)
    for sentence in nearest:
        for slot in premise.conflicts(sentence.text):
            if premise.matched(sentence.text, slot) >= LEAST_MATCHED and not any(
                premise.borne_out(other.text, slot) for other in read if other is not sentence
            ):
                return Contradiction(sentence, slot)
    return None


class Premise:
    """What a question takes for granted, as words to be found in a sentence."""

    def __init__(self, question: str) -> None:
        self.text = question
        self.words = words(question)
        self.content = [w for w in self.words if w.content and w.stem not in _ASKING]
        self.figures = figures(question)
        self.names = [n for n in names(question) if not n.initial]

    def conflicts(self, sentence: str) -> Iterator[Slot]:
        """What a sentence has otherwise, each on the supposition that it is the only thing."""
        said = words(sentence)
        yield from self._figures(sentence)
        yield from self._names(sentence, said)
        turn = turned(self.words, [said])
        if turn.opposites:
            yield from self._opposite(*turn.opposites, sentence, said)
        elif any(w.negates for w in self.words) == any(w.negates for w in said):
            return
        elif turn.share == 1 and turn.more and not (_LEAVES_OPEN.search(self.text) or _NOT_QUITE.search(sentence)):
            yield Slot("negation", "", "", -1, -1)

    def _opposite(self, mine: str, theirs: str, sentence: str, said: Sequence[Word]) -> Iterator[Slot]:
        """Two words that are opposites by themselves, and not only by a "not" before one, with a word beside both."""
        by_themselves = turned(words(mine), [words(theirs)]).opposites
        beside = _beside(self.words, mine) & _beside(said, theirs)
        at = self.text.find(mine)
        if by_themselves and beside:
            yield Slot("opposite", mine, theirs, at, at + len(mine))

    def _figures(self, sentence: str) -> Iterator[Slot]:
        stated = figures(sentence)
        for figure in self.figures:
            if any(figure.agrees(o) or o.agrees(figure) for o in stated):
                continue
            rivals = [o for o in stated if o.kind == figure.kind and not any(o.agrees(f) for f in self.figures)]
            if figure.kind not in (YEAR, MONTH):
                rivals = [o for o in rivals if o.unit and o.unit == figure.unit]
            if len(rivals) == 1 and not _OTHER.search(sentence[: rivals[0].start]):
                yield Slot("figure", figure.text.strip(), rivals[0].text.strip(), figure.start, figure.end)

    def _names(self, sentence: str, said: Sequence[Word]) -> Iterator[Slot]:
        if leans(sentence) or _PRONOUN.search(sentence):
            return  # "It had ..." may be of the one that is asked about
        here, own = name_index(sentence), name_index(self.text)
        sourced = names(sentence)
        others = [n for n in sourced if own.missing(n) == n.parts]
        for name in self.names:
            if name.text.isupper() or here.missing(name) != name.parts:  # WWII may be written out
                continue
            other = rival(name, self.words, others, said)
            if other and not any(_misspelt(name.text, o.text) for o in sourced):
                yield Slot("name", name.text, other.text, name.start, name.start + len(name.text))

    def matched(self, sentence: str, slot: Slot) -> float:
        """The share of the question's other words that a sentence has; none if they are too few to tell by."""
        wanted = [w for w in self.content if not slot.start <= w.start < slot.end]
        if len(wanted) < FEWEST_MATCHED:
            return 0.0
        return sum(_has(sentence, w) for w in wanted) / len(wanted)

    def borne_out(self, sentence: str, slot: Slot) -> bool:
        """Whether another sentence tells of the same, without that difference."""
        if self.matched(sentence, slot) < ELSEWHERE:
            return False
        return not any(s.kind == slot.kind and s.asked == slot.asked for s in self.conflicts(sentence))


def _beside(found: Sequence[Word], text: str) -> set[str]:
    """The stems of the words with meaning next to one."""
    content = [w for w in found if w.content]
    at = next((i for i, w in enumerate(content) if w.text == text), None)
    return (
        set()
        if at is None
        else {w.stem for w in [*content[max(0, at - BESIDE) : at], *content[at + 1 : at + 1 + BESIDE]]}
    )


def _misspelt(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold()).ratio() >= MISSPELT


def _has(sentence: str, word: Word) -> bool:
    if any(w.stem == word.stem for w in words(sentence)) or name_index(sentence).has(word.text.casefold()):
        return True
    return bool(load_nearness().nearest([word.text.casefold()], [sentence])[0, 0] >= NEAR)
