"""Finds the passages a question is answered from: dense and BM25 candidates, fused, reranked, merged.

`HybridRetriever` is a LangChain retriever; `retrieve` gives the same with everything the answerer needs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import SkipValidation

from rag import fusion
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.models.reranker import Reranker
from rag.schema import Chunk, Passage, Scores, SourceText
from rag.settings import Settings
from rag.spelling import respelt

LONGEST_PASSAGE = 1_500
"""Characters up to which neighbouring chunks are merged. In longer ones the best chunk comes late: of what fits in
1,000 to 4,000 characters, less was evidence (docs/retrieval.md)."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Hit:
    """A chunk that was found, its text, and how it was found."""

    chunk: Chunk
    text: str
    scores: Scores


@dataclass(frozen=True)
class Retrieved:
    """What was found for a question.

    Attributes:
        hits: The chunks, best first.
        passages: The same, neighbours merged, best first.
        texts: The sources they stand in, by version.
        vectors: The embedded questions, shape ``(n, dimension)``.
        parts: The embedded parts of the question, a row each; empty if it asks one thing.
    """

    hits: tuple[Hit, ...]
    passages: tuple[Passage, ...]
    texts: dict[int, SourceText]
    vectors: NDArray[np.float32]
    parts: Sequence[NDArray[np.float32]] = ()


class HybridRetriever(BaseRetriever):
    """Dense + BM25 -> fuse -> rerank -> passages, as a LangChain retriever."""

    library: SkipValidation[Library]
    embedder: SkipValidation[Embedder]
    settings: Settings
    reranker: SkipValidation[Reranker | None] = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(page_content=passage.text, metadata=passage.model_dump(exclude={"text"}))
            for passage in self.retrieve([self.as_read(query)]).passages
        ]

    def as_read(self, question: str) -> str:
        """The question with its misspelt words mended, if the settings want that."""
        if not self.settings.retrieval.mend_spelling:
            return question
        return respelt(question, self.library.index.holding, self.embedder.count_tokens)

    def retrieve(
        self, questions: Sequence[str], sources: frozenset[str] | None = None, parts: Sequence[str] = ()
    ) -> Retrieved:
        """The best passages for a question.

        Args:
            questions: Ways to put the same question, the one to rerank by first. Their scores are averaged.
            sources: Ids of the sources to look in; None means all.
            parts: The things that the question asks, if they are several: a passage counts as much as it does for
                the whole or for the part that it fits best.
        """
        embedded = self.embedder.embed([*questions, *parts])
        vectors, of_parts = embedded[: len(questions)], embedded[len(questions) :]
        scores = self._scores(questions, vectors, sources)
        for part, vector in zip(parts, of_parts, strict=True):
            scores = _higher(scores, self._scores([part], vector[np.newaxis], sources))
        chunks = self.library.catalogue.chunks(scores)
        texts = self.library.catalogue.texts({chunk.version for chunk in chunks.values()})
        hits = [
            Hit(chunks[i], texts[chunks[i].version].text[chunks[i].start : chunks[i].end], found)
            for i, found in scores.items()
            if i in chunks and chunks[i].version in texts  # a source may be replaced while we search
        ]
        hits = self._reranked(questions[0], hits)
        hits = without_duplicates(hits, self.settings.retrieval.duplicate_overlap, self.settings.retrieval.top_k)
        merge = self.settings.retrieval.merge_neighbours
        return Retrieved(tuple(hits), tuple(passages(hits, texts, merge)), texts, vectors, tuple(of_parts))

    def holding(self, question: str, spans: Iterable[tuple[int, int, int]]) -> Retrieved:
        """The passages that hold given spans, in the order of these.

        Args:
            question: What they are to answer.
            spans: Each the version of a source, and a start and end in its text.
        """
        spans = list(spans)
        texts = self.library.catalogue.texts({version for version, _, _ in spans})
        chunks = {version: self.library.catalogue.chunks_of(version) for version in texts}
        holding = [
            next((c for c in chunks.get(version, ()) if c.start <= start and end <= c.end), None)
            for version, start, end in spans
        ]
        hits = [
            Hit(chunk, texts[chunk.version].text[chunk.start : chunk.end], Scores())
            for chunk in dict.fromkeys(chunk for chunk in holding if chunk)
        ]
        merge = self.settings.retrieval.merge_neighbours
        return Retrieved(tuple(hits), tuple(passages(hits, texts, merge)), texts, self.embedder.embed([question]))

    def nearest(self, question: str, sources: frozenset[str] | None = None) -> str | None:
        """The id of the source that has the likeliest passage for a question."""
        hits = self.retrieve([self.as_read(question)], sources).hits
        return hits[0].chunk.source_id if hits else None

    def _scores(
        self, questions: Sequence[str], vectors: NDArray[np.float32], sources: frozenset[str] | None
    ) -> dict[int, Scores]:
        """Candidates of all the questions, best first."""
        totals: dict[int, float] = {}
        best: dict[int, Scores] = {}
        for question, vector in zip(questions, vectors, strict=True):
            for i, found in self._candidates(question, vector, sources).items():
                totals[i] = totals.get(i, 0.0) + (found.fused or 0.0) / len(questions)
                best.setdefault(i, found)
        ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
        return {i: best[i].model_copy(update={"fused": total}) for i, total in ordered}

    def _candidates(self, question: str, vector: Any, sources: frozenset[str] | None) -> dict[int, Scores]:
        """Scores by chunk, for one question."""
        settings, index = self.settings.retrieval, self.library.index
        k = settings.fetch_k
        dense = index.search_dense(vector, k, sources) if settings.mode != "bm25" else []
        bm25 = index.search_bm25(question, k, sources) if settings.mode != "dense" else []
        if settings.mode == "hybrid":
            dense = dense + self._cosines(vector, {i for i, _ in bm25} - {i for i, _ in dense})
        if settings.fusion == "rrf":
            fused = fusion.rrf(dense, bm25, settings.rrf_k)
        else:
            weight = {"hybrid": settings.dense_weight, "dense": 1.0, "bm25": 0.0}[settings.mode]
            fused = fusion.convex(dense, bm25, weight)
        cosines, words = dict(dense), dict(bm25)
        return {i: Scores(dense=cosines.get(i), bm25=words.get(i), fused=score) for i, score in fused}

    def _cosines(self, vector: Any, ids: Iterable[int]) -> list[tuple[int, float]]:
        """Cosines of chunks that only BM25 found, so that fusion compares like with like."""
        found, vectors = self.library.cache.chunk_vectors(sorted(ids), self.embedder.fingerprint)
        if not found:
            return []
        cosines = sorted(zip(found, (vectors @ vector).tolist(), strict=True), key=lambda hit: -hit[1])
        return [(i, float(cosine)) for i, cosine in cosines]

    def _reranked(self, question: str, hits: list[Hit]) -> list[Hit]:
        if self.reranker is None or not hits:
            return hits
        first = hits[: self.settings.reranker.candidates]
        scores = self.reranker.score(question, [hit.chunk.header + hit.text for hit in first])
        ranked = [
            Hit(hit.chunk, hit.text, hit.scores.model_copy(update={"rerank": float(score)}))
            for hit, score in zip(first, scores, strict=True)
        ]
        return sorted(ranked, key=lambda hit: -(hit.scores.rerank or 0.0)) + hits[len(first) :]


def _higher(some: dict[int, Scores], others: dict[int, Scores]) -> dict[int, Scores]:
    """Of two rankings, each chunk with the higher of its scores, best first."""
    best = dict(some)
    for i, scores in others.items():
        if i not in best or (scores.fused or 0.0) > (best[i].fused or 0.0):
            best[i] = scores
    return dict(sorted(best.items(), key=lambda item: (-(item[1].fused or 0.0), item[0])))


def without_duplicates(hits: Iterable[Hit], overlap: float, k: int) -> list[Hit]:
    """The first k hits, without those whose words a better one has already said."""
    kept: list[Hit] = []
    said: list[set[str]] = []
    for hit in hits:
        words = set(_WORD.findall(hit.text.casefold()))
        if any(
            len(words & other) >= overlap * len(words) and hit.chunk.version != kept[i].chunk.version
            for i, other in enumerate(said)
        ):
            continue
        kept.append(hit)
        said.append(words)
        if len(kept) == k:
            break
    return kept


def passages(
    hits: Sequence[Hit], texts: dict[int, SourceText], merge: bool, longest: int = LONGEST_PASSAGE
) -> list[Passage]:
    """Hits as passages, chunks that follow each other in one source made one of at most so many characters."""
    runs: list[list[Hit]] = []
    for hit in sorted(hits, key=lambda hit: (hit.chunk.version, hit.chunk.ordinal)):
        last = runs[-1][-1].chunk if runs else None
        follows = last and last.version == hit.chunk.version and last.ordinal + 1 == hit.chunk.ordinal
        if merge and follows and hit.chunk.end - runs[-1][0].chunk.start <= longest:
            runs[-1].append(hit)
        else:
            runs.append([hit])
    rank = {hit.chunk.id: i for i, hit in enumerate(hits)}
    runs.sort(key=lambda run: min(rank[hit.chunk.id] for hit in run))
    return [_passage(run, texts[run[0].chunk.version], rank) for run in runs]


def _passage(run: Sequence[Hit], source: SourceText, rank: dict[int, int]) -> Passage:
    first, best = run[0].chunk, min(run, key=lambda hit: rank[hit.chunk.id])
    start, end = first.start, max(hit.chunk.end for hit in run)
    return Passage(
        source_id=first.source_id,
        version=first.version,
        title=source.title,
        start=start,
        end=end,
        text=source.text[start:end],
        url=source.url,
        heading=first.heading,
        page=first.page,
        chunk_ids=tuple(hit.chunk.id for hit in run),
        scores=best.scores,
    )
