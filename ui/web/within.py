"""Searching within one source: the very words first, then passages that mean it."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.schema import SourceText

if TYPE_CHECKING:
    from ui.workspace import Workspace

MOST, NEAR = 100, 6
LONGEST = 200
_AROUND = 90  # characters shown on either side of words that were found
_FEW = 3  # found literally: with fewer, passages that mean it are shown, too


@dataclass(frozen=True)
class Found:
    """Words that were found, what stands around them on either side, and the page they are on."""

    start: int
    end: int
    before: str
    words: str
    after: str
    page: int | None
    literal: bool


def search(workspace: "Workspace", text: SourceText, query: str) -> list[Found]:
    """Where a text has the words of a query: as written (case and blanks aside), or else passages near to it."""
    words = query[:LONGEST].split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(map(re.escape, words)), re.IGNORECASE)
    matches = itertools.islice(pattern.finditer(text.text), MOST)
    found = [_found(text, *match.span(), literal=True) for match in matches]
    if len(found) < _FEW:
        found += [hit for hit in _near(workspace, text, " ".join(words)) if not _overlaps(hit, found)]
    return found


def _near(workspace: "Workspace", text: SourceText, query: str) -> Iterator[Found]:
    """The sentence of each of the best chunks that is nearest to the query."""
    from rag.retrieval import HybridRetriever

    library, embedder = workspace.library, workspace.embedder
    library.check_embedder(embedder.fingerprint)
    found = HybridRetriever(library=library, embedder=embedder, settings=workspace.settings).retrieve(
        [query], frozenset({text.source_id})
    )
    headings = {heading.start for heading in text.headings}
    for hit in found.hits[:NEAR]:
        if hit.chunk.version != text.version:
            continue
        spans, vectors = library.cache.sentence_vectors(
            text.version, hit.chunk.start, hit.chunk.end, embedder.fingerprint
        )
        ranked = sorted(range(len(spans)), key=lambda i: -float(vectors[i] @ found.vectors[0]))
        best = next((spans[i] for i in ranked if spans[i][0] not in headings), None)
        if best is not None:
            yield _found(text, *best, literal=False)


def _overlaps(hit: Found, others: list[Found]) -> bool:
    return any(hit.start < other.end and other.start < hit.end for other in others)


def _found(text: SourceText, start: int, end: int, *, literal: bool) -> Found:
    page = max((p for p in text.pages if p.start <= start), key=lambda p: p.start, default=None)
    before = " ".join(
        text.text[max(0, start - _AROUND) : start].split("\n\n")[-1].split(" ")[1 if start > _AROUND else 0 :]
    )
    after = text.text[end : end + _AROUND].split("\n\n")[0]
    after = after.rsplit(" ", 1)[0] if len(after) == _AROUND else after
    return Found(
        start, end, before.lstrip(), text.text[start:end], after.rstrip(), page.number if page else None, literal
    )
