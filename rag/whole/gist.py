"""The sentences that say what a source is about: those nearest to it as a whole, no two alike."""

import re

import numpy as np
from numpy.typing import NDArray

from rag.library.embedding_cache import EmbeddingCache
from rag.schema import SourceText

SENTENCES = 5
_SHORTEST, _LONGEST = 45, 320  # characters of a sentence that can stand alone
_MOST = 4_000  # sentences compared, spread over the text
_ALIKE = 0.8  # cosine from which two sentences say the same
_LEAD = 0.05  # what standing at the beginning counts for
_TITLE = 0.5  # what likeness to the title counts for
_APART = 0.5  # how much likeness to a sentence already chosen counts against one
_WHOLE = re.compile(r"[\"'“‘(]*[^\W\d_].*[.!?][\"'”’)]*", re.DOTALL)
_POINTING = re.compile(
    r"[\"'“‘(]*(?:It|This|That|These|Those|He|She|They|There|Here|One|We|You|I|What|Who|Such|All|Both|Another|But|And|So"
    r"|Yet|However|Still|True|Indeed|Nevertheless|Nonetheless|Furthermore|Moreover|Meanwhile|Instead|Thus|Then|Also|Its|His|Her|Their)\b"
)


def key_sentences(
    text: SourceText,
    cache: EmbeddingCache,
    embedder: str,
    most: int = SENTENCES,
    title: NDArray[np.float32] | None = None,
) -> list[tuple[int, int]]:
    """Where the sentences stand that say what a source is about, in reading order.

    Args:
        text: The source.
        cache: Holds the vectors of its sentences.
        embedder: The fingerprint of the embedder that made them.
        most: Sentences, at most.
        title: The embedded title, if what it says is to count, too.
    """
    spans, vectors = cache.sentence_vectors(text.version, 0, len(text.text), embedder)
    headings = {heading.start for heading in text.headings}
    able = [i for i, span in enumerate(spans) if span[0] not in headings and _stands_alone(text.text[slice(*span)])]
    able = able[:: max(1, -(-len(able) // _MOST))]
    if not able:
        return []
    vectors = vectors[able]
    middle = vectors.mean(axis=0)
    score = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9)) - np.linspace(0.0, _LEAD, len(able))
    if title is not None:
        score += _TITLE * (vectors @ title)
    alike = np.zeros(len(able), np.float32)
    chosen: list[int] = []
    while len(chosen) < most:
        best = int(np.argmax(np.where(alike < _ALIKE, score - _APART * alike, -np.inf)))
        if alike[best] >= _ALIKE:
            break
        chosen.append(best)
        alike = np.maximum(alike, vectors @ vectors[best])
    return [spans[able[i]] for i in sorted(chosen)]


def beginning(text: SourceText, cache: EmbeddingCache, most: int = SENTENCES) -> list[tuple[int, int]]:
    """The first lines of a source that has no sentences to speak of: a table, slides, notes."""
    headings = {heading.start for heading in text.headings}
    spans = cache.sentences(text.version)
    lines = [span for span in spans if span[0] not in headings and len(text.text[slice(*span)].split()) > 1]
    return lines[:most]


def _stands_alone(sentence: str) -> bool:
    return (
        _SHORTEST <= len(sentence) <= _LONGEST
        and len(sentence.split()) >= 7
        and not _POINTING.match(sentence)
        and " | " not in sentence
        and _WHOLE.fullmatch(sentence) is not None
    )
