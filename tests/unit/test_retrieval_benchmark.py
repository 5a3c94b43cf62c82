"""The retrieval benchmark's own parts, with numbers worked by hand."""

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.retrieval.copies import with_copies
from benchmarks.retrieval.counting import CountedBm25
from benchmarks.retrieval.neighbours import Documents as WholeDocuments
from benchmarks.retrieval.neighbours import evidence_shown, with_neighbours
from benchmarks.retrieval.normalising import from_lowest, min_max, summed
from benchmarks.retrieval.remedies import all_that_asks
from benchmarks.retrieval.scores import difference, mean, pooled
from benchmarks.retrieval.sets import Collection, Piece
from benchmarks.retrieval.wording import buried, misspelt, shortened
from rag.library.lexical import LexicalIndex, analyser

TEXTS = ["The ferry leaves at noon.", "The old ferry was sold.", "Bread is made of flour and water.", "A harbour wall."]
PIECES = [
    Piece("a", "", "one one", 0),
    Piece("a", "", "two two", 10),
    Piece("a", "", "three", 20),
    Piece("b", "", "four", 0),
]


def test_counted_bm25_ranks_as_tantivy_does(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.add([(i, "all", text) for i, text in enumerate(TEXTS)])
    counted = CountedBm25(TEXTS, analyser().analyze, 1.2, 0.75)
    for query in ("ferries at noon", "flour water wall", "nothing of it"):
        here, there = counted.search(query, 10), index.search(query, 10)
        assert [i for i, _ in here] == [i for i, _ in there]
        assert [score for _, score in here] == pytest.approx([score for _, score in there], rel=0.02)


def test_scales_begin_at_the_worst_candidate_or_at_the_lowest_possible_score() -> None:
    hits = [(1, 0.8), (2, 0.6), (3, 0.4)]
    assert min_max(hits) == {1: 1.0, 2: pytest.approx(0.5), 3: 0.0}
    assert from_lowest(-1)(hits) == {1: 1.0, 2: pytest.approx(1.6 / 1.8), 3: pytest.approx(1.4 / 1.8)}
    assert min_max([]) == from_lowest(0)([]) == {}
    assert summed(min_max, from_lowest(0), 0.75)(hits, [(2, 5.0)])[0] == (1, 0.75)


def test_a_question_is_shortened_misspelt_and_buried_reproducibly() -> None:
    question = "Who commands the ferry to Marrow Island?"
    rarity = {"commands": 3.0, "Marrow": 5.0, "ferry": 2.0}
    assert shortened(question, lambda word: rarity.get(word, 0.0), 2) == "commands Marrow"
    slipped = misspelt(question, lambda word: rarity.get(word.title(), 0.0), random.Random(1))
    assert slipped == misspelt(question, lambda word: rarity.get(word.title(), 0.0), random.Random(1)) != question
    assert len(slipped.split()) == len(question.split())
    long = buried(question, ["Bread is made of flour. It is baked."], random.Random(1))
    assert question in long
    assert 300 <= len(long.split()) <= 320
    assert all_that_asks(long) == question


def test_intervals_hold_their_mean_and_a_sure_difference_is_bold() -> None:
    low, high = np.zeros(50), np.ones(50)
    mixed = np.array([0.0, 1.0] * 25)
    assert str(difference(high, low)) == "**+1.000 [+1.000, +1.000]**"
    assert "**" not in str(difference(mixed, 1 - mixed))
    assert mean(mixed).low < 0.5 < mean(mixed).high
    assert pooled([high, low]).mean == 0.5


def test_evidence_counts_within_the_room_alone_and_what_is_shown_twice_takes_room_twice() -> None:
    evidence = [("a", 10, 20)]
    assert evidence_shown([("a", 0, 10), ("a", 10, 15)], evidence, 100) == 0.5
    assert evidence_shown([("a", 0, 10), ("a", 10, 20)], evidence, 15) == 0.5
    assert evidence_shown([("a", 0, 10), ("a", 0, 10), ("a", 10, 20)], evidence, 20) == 0.0
    assert evidence_shown([("b", 10, 20)], evidence, 100) == 0.0


def test_neighbours_end_where_the_document_does() -> None:
    documents = WholeDocuments(Collection("c", PIECES, {}, {}), {}, {})
    assert list(with_neighbours(1, 1)([1, 2, 3], documents)) == [("a", 0, 25), ("a", 10, 25), ("b", 0, 4)]
    assert list(with_neighbours(0, 1)([0, 3], documents)) == [("a", 0, 17), ("b", 0, 4)]


def test_a_tenth_of_the_documents_is_copied() -> None:
    pieces = [Piece(str(i), "", " ".join(f"word{i}x{j}" for j in range(100))) for i in range(20)]
    repeated = with_copies(Collection("c", pieces, {}, {}), 3)
    assert len(repeated.pieces) == 20 + 2 * 3
    for copy in repeated.pieces[20:]:
        original = pieces[int(copy.document.split()[0])]
        shared = set(copy.text.split()) & set(original.text.split())
        assert 90 <= len(shared) < 100
