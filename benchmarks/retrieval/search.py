"""A collection searched in one way or another: the product's own parts, with one of them swapped."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reader.vectors import VectorFile
from benchmarks.retrieval.counting import CountedBm25
from benchmarks.retrieval.sets import Collection, Piece
from rag import fusion
from rag.library.lexical import LexicalIndex, analyser
from rag.retrieval import Hit
from rag.schema import Chunk, Scores
from rag.settings import RetrievalSettings

FETCHED = 50
Hits = Sequence[tuple[int, float]]
"""Number of a piece and its score, best first."""

Fuse = Callable[[Hits, Hits], Hits]
Wording = str | tuple[str, str]
"""A question as put; a pair has one wording for the dense search and one for BM25."""

Ways = Sequence[Wording]
"""Wordings of one question; their scores are averaged."""


AS_IN_SETTINGS: Fuse = partial(fusion.convex, dense_weight=RetrievalSettings().dense_weight)


@dataclass(frozen=True)
class Analysis:
    """How BM25 sees text, and its two constants where it isn't Tantivy that counts."""

    stop_words: bool = True
    stem: bool = True
    further: tuple[str, ...] = ()
    counted: tuple[float, float] | None = None


@dataclass(frozen=True)
class Way:
    """One configuration; the default is the product's.

    Attributes:
        mode: Which of the two searches are made.
        fuse: Makes one ranking of cosines and BM25 scores.
        embedded: The header is embedded with the text.
        indexed: The header is indexed for BM25 with the text.
        analysis: How BM25 sees text.
        cosines: What only BM25 found gets its cosine.
        words: What only the dense search found gets its BM25 score.
    """

    mode: str = "hybrid"
    fuse: Fuse = AS_IN_SETTINGS
    embedded: bool = True
    indexed: bool = True
    analysis: Analysis = Analysis()
    cosines: bool = True
    words: bool = False


PRODUCT = Way()


class Searched:
    """A collection with its vectors and BM25 indexes, which are made when first needed."""

    def __init__(self, collection: Collection, vectors: VectorFile) -> None:
        self.collection = collection
        self.vectors = vectors
        self._matrices: dict[bool, NDArray[np.float32]] = {}
        self._lexicals: dict[tuple[bool, Analysis], LexicalIndex | CountedBm25] = {}
        self._cosines: dict[tuple[str, bool], NDArray[np.float32]] = {}
        self._folder = tempfile.TemporaryDirectory()

    def ranking(self, ways: Ways, way: Way) -> list[tuple[int, float]]:
        """Pieces for a question, best first."""
        totals: dict[int, float] = {}
        for question in ways:
            for i, score in self._fused(*(question if isinstance(question, tuple) else (question, question)), way):
                totals[i] = totals.get(i, 0.0) + score / len(ways)
        return sorted(totals.items(), key=lambda hit: (-hit[1], hit[0]))

    def documents(self, ways: Ways, way: Way) -> list[str]:
        """Documents for a question, each where its best piece is."""
        return list(dict.fromkeys(self.collection.pieces[i].document for i, _ in self.ranking(ways, way)))

    def _fused(self, embedded: str, question: str, way: Way) -> Hits:
        cosines = self._all_cosines(embedded, way.embedded)
        lexical = self.lexical(way.indexed, way.analysis)
        dense = _best(cosines) if way.mode != "bm25" else []
        words = lexical.search(question, FETCHED) if way.mode != "dense" else []
        if way.mode == "hybrid" and way.cosines:
            dense = [*dense, *_scored({i for i, _ in words} - {i for i, _ in dense}, cosines)]
        if way.mode == "hybrid" and way.words:
            wanted = {i for i, _ in dense}
            words = [hit for hit in lexical.search(question, len(cosines)) if hit[0] in wanted]
        if way.mode == "hybrid":
            return way.fuse(dense, words)
        return dense or words

    def _all_cosines(self, question: str, header: bool) -> NDArray[np.float32]:
        if (question, header) not in self._cosines:
            self._cosines[question, header] = self.matrix(header) @ self.vectors([question])[0]
        return self._cosines[question, header]

    def matrix(self, header: bool) -> NDArray[np.float32]:
        """The pieces' vectors, with their headers or without."""
        if header not in self._matrices:
            texts = self.texts(header)
            self.vectors.ensure(texts)
            self._matrices[header] = self.vectors(texts)
        return self._matrices[header]

    def lexical(self, header: bool = True, analysis: Analysis = Analysis()) -> LexicalIndex | CountedBm25:
        """The BM25 index of the pieces, with their headers or without."""
        if (header, analysis) not in self._lexicals:
            analyse = analyser(analysis.stop_words, analysis.stem, analysis.further)
            if analysis.counted:
                self._lexicals[header, analysis] = CountedBm25(self.texts(header), analyse.analyze, *analysis.counted)
            else:
                index = LexicalIndex(Path(self._folder.name) / str(len(self._lexicals)), analyse)
                index.add([(i, "all", text) for i, text in enumerate(self.texts(header))])
                self._lexicals[header, analysis] = index
        return self._lexicals[header, analysis]

    def texts(self, header: bool) -> list[str]:
        """What is embedded and indexed."""
        return [(piece.header if header else "") + piece.text for piece in self.collection.pieces]


Asked = Mapping[str, Ways]
"""From question id to the wordings that are searched for."""


def as_asked(collection: Collection) -> Asked:
    """Each question in its own words."""
    return {name: (question,) for name, question in collection.queries.items()}


def as_hit(piece: Piece, number: int, versions: Mapping[str, int]) -> Hit:
    """A piece as retrieval has it; `versions` numbers the documents."""
    chunk = Chunk(
        id=number,
        source_id=piece.document,
        version=versions[piece.document],
        ordinal=number,
        start=piece.start,
        end=piece.start + len(piece.text),
    )
    return Hit(chunk, piece.text, Scores())


def _best(cosines: NDArray[np.float32]) -> list[tuple[int, float]]:
    some = np.argpartition(-cosines, min(FETCHED, len(cosines)) - 1)[:FETCHED]
    return [(int(i), float(cosines[i])) for i in some[np.argsort(-cosines[some], kind="stable")]]


def _scored(ids: set[int], cosines: NDArray[np.float32]) -> list[tuple[int, float]]:
    return sorted(((i, float(cosines[i])) for i in ids), key=lambda hit: -hit[1])
