"""The parts of retrieval and what each is compared with. The first row of a part is the reference of the others."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from benchmarks.retrieval.normalising import from_lowest, min_max, standard, summed
from benchmarks.retrieval.remedies import all_that_asks
from benchmarks.retrieval.search import PRODUCT, Analysis, Asked, Searched, Way, Wording, as_asked
from benchmarks.retrieval.wording import buried, misspelt, shortened
from rag import fusion
from rag.library.lexical import LexicalIndex
from rag.questioning import asking
from rag.spelling import respelt

Asking = Callable[[Searched], Asked]
ASKS = tuple("who whom whose what which when where why how do does did have has had can could would should".split())


@dataclass(frozen=True)
class Row:
    """One configuration of a part: how it searches, and what it asks of a collection."""

    label: str
    way: Way = PRODUCT
    asked: Asking = lambda searched: as_asked(searched.collection)


@dataclass(frozen=True)
class Part:
    """Configurations that differ in one thing."""

    title: str
    rows: tuple[Row, ...]


FULL = Row("as the product does")


def parts(fillers: dict[str, list[str]], count_tokens: Callable[[str], int]) -> Iterable[Part]:
    """Every part.

    Args:
        fillers: The texts that a long question is buried in, for each collection.
        count_tokens: Word pieces in a word, by the embedder's tokenizer.
    """
    yield Part("Search and fusion", (FULL, *_fusions()))
    yield Part("Normalisation", (FULL, *_normalisations()))
    yield Part(
        "Title and headings",
        (
            FULL,
            Row("neither embedded nor indexed", Way(embedded=False, indexed=False)),
            Row("embedded only", Way(indexed=False)),
            Row("indexed only", Way(embedded=False)),
        ),
    )
    words = Row("as the product does", Way("bm25"))
    yield Part("Headers, BM25 alone", (words, Row("not indexed", Way("bm25", indexed=False))))
    for mode in ("bm25", "hybrid"):
        full = Row("as the product does", Way(mode))
        yield Part(f"Analysis for BM25, {mode}", (full, *_analyses(mode)))
        counted = [(1.2, 0.75), (0.9, 0.4), (1.5, 0.75), (2.0, 0.75), (1.2, 0.5), (1.2, 1.0)]
        rows = [Row(f"k1 = {k1}, b = {b}", Way(mode, analysis=Analysis(counted=(k1, b)))) for k1, b in counted]
        yield Part(f"Constants of BM25, counted, {mode}", tuple(rows))
    yield from _hard(fillers, count_tokens)


def _fusions() -> list[Row]:
    weights = [
        Row(f"convex, dense {w}", Way(fuse=partial(fusion.convex, dense_weight=w))) for w in (0.3, 0.4, 0.6, 0.7)
    ]
    return [
        Row("BM25 alone", Way("bm25")),
        Row("dense alone", Way("dense")),
        *weights,
        Row("RRF, k = 60", Way(fuse=fusion.rrf)),
    ]


def _normalisations() -> list[Row]:
    theoretical = summed(from_lowest(-1), from_lowest(0))
    return [
        Row("min-max over the candidates", Way(fuse=summed(min_max, min_max))),
        Row("from the lowest possible (cosine -1)", Way(fuse=theoretical)),
        Row("cosine from -1, dense 0.7", Way(fuse=summed(from_lowest(-1), from_lowest(0), 0.7))),
        Row("standard deviations", Way(fuse=summed(standard, standard))),
        Row("no cosine for what only BM25 found", Way(cosines=False)),
        Row("BM25 for what only the dense search found, too", Way(words=True)),
    ]


def _analyses(mode: str) -> list[Row]:
    return [
        Row("no stemming", Way(mode, analysis=Analysis(stem=False))),
        Row("stop words kept", Way(mode, analysis=Analysis(stop_words=False))),
        Row("neither", Way(mode, analysis=Analysis(stop_words=False, stem=False))),
        Row("question words dropped, too", Way(mode, analysis=Analysis(further=ASKS))),
    ]


def _hard(fillers: dict[str, list[str]], count_tokens: Callable[[str], int]) -> Iterable[Part]:
    clean = FULL
    short2 = Row("two rarest words", asked=_each(lambda q, s, _: shortened(q, _rarity(s), 2)))
    short1 = Row("the rarest word", asked=_each(lambda q, s, _: shortened(q, _rarity(s), 1)))
    long = Row("in 300 words of other texts", asked=_each(lambda q, s, r: buried(q, fillers[s.collection.name], r)))
    slips = Row("misspelt", asked=_each(lambda q, s, r: misspelt(q, _rarity(s), r)))
    yield Part("Hard questions, as the product is", (clean, short2, short1, long, slips))
    yield Part("Paraphrased, as the product is", (clean, Row("the other wording", asked=_in_other_words)))
    for row in (short2, short1):
        weights = [Row(f"dense {w}", Way(fuse=partial(fusion.convex, dense_weight=w)), row.asked) for w in (0.3, 0.7)]
        yield Part(f"Short: {row.label}", (row, *weights))
    yield Part(
        "Long",
        (
            long,
            Row("what asks, where it stands alone", asked=_also(long.asked, lambda q, s: (asking(q),))),
            Row("what asks", asked=_also(long.asked, lambda q, s: (all_that_asks(q),))),
            Row("what asks, and the whole", asked=_also(long.asked, lambda q, s: (all_that_asks(q), q))),
        ),
    )

    def mend(question: str, searched: Searched) -> str:
        return respelt(question, _index(searched).holding, count_tokens)

    for title, row in (("Misspelt", slips), ("Not misspelt: the same remedies", clean)):
        yield Part(
            title,
            (
                row,
                Row("respelt", asked=_also(row.asked, lambda q, s: (mend(q, s),))),
                Row("respelt, and as it was", asked=_also(row.asked, lambda q, s: dict.fromkeys((mend(q, s), q)))),
                Row("respelt for BM25 alone", asked=_also(row.asked, lambda q, s: ((q, mend(q, s)),))),
            ),
        )


def _each(change: Callable[[str, Searched, random.Random], str]) -> Asking:
    """Each question changed, with a seed of its own."""
    return lambda searched: {
        name: (change(question, searched, random.Random(name)),)
        for name, question in searched.collection.queries.items()
    }


def _in_other_words(searched: Searched) -> Asked:
    return {name: (question,) for name, question in (searched.collection.other or {}).items()}


def _also(asked: Asking, ways: Callable[[str, Searched], Iterable[Wording]]) -> Asking:
    """What is asked, put otherwise."""
    return lambda searched: {name: tuple(ways(str(way), searched)) for name, (way,) in asked(searched).items()}


def _rarity(searched: Searched) -> Callable[[str], float]:
    index = _index(searched)
    return lambda word: max((index.rarity(term) for term in index.terms(word)), default=0.0)


def _index(searched: Searched) -> LexicalIndex:
    index = searched.lexical()
    assert isinstance(index, LexicalIndex)
    return index
