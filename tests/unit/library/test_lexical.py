from pathlib import Path

import pytest

from rag.library.lexical import LexicalIndex


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    index = LexicalIndex(tmp_path)
    index.add(
        [
            (1, "a", "The treaties were signed in Tokyo."),
            (2, "a", "Café owners can’t agree on the treaty."),
            (3, "b", "Bread is made of flour."),
        ]
    )
    return index


def ids(hits: list[tuple[int, float]]) -> list[int]:
    return [i for i, _ in hits]


def test_words_match_in_any_form_case_and_accent(index: LexicalIndex) -> None:
    assert set(ids(index.search("TREATY", 10))) == {1, 2}
    assert ids(index.search("cafe", 10)) == [2]
    assert ids(index.search("can't café", 10)) == ids(index.search("can’t café", 10)) == [2]


def test_a_rare_word_counts_more_than_a_common_one(index: LexicalIndex) -> None:
    assert ids(index.search("treaty flour", 10))[0] == 3
    assert index.rarity("flour") > index.rarity("treati") > 0
    assert index.rarity("unheard") > index.rarity("flour")


def test_a_search_can_be_limited_to_sources(index: LexicalIndex) -> None:
    assert ids(index.search("treaty flour", 10, frozenset({"b"}))) == [3]
    assert index.search("treaty flour", 10, frozenset()) == []
    assert index.search("treaty flour", 10, frozenset({"unknown"})) == []


def test_limiting_to_sources_does_not_change_the_scores(index: LexicalIndex) -> None:
    free = dict(index.search("treaty tokyo", 10))
    assert dict(index.search("treaty tokyo", 10, frozenset({"a"}))) == pytest.approx(free)


@pytest.mark.parametrize("query", ["", "   ", "the of and", "?!", "AND OR NOT", 'text:"x" (', "\ud800", "a" * 100_000])
def test_a_query_of_nothing_to_find_finds_nothing(index: LexicalIndex, query: str) -> None:
    assert index.search(query, 10) == []


def test_what_is_removed_is_found_no_more(index: LexicalIndex) -> None:
    index.remove([1, 3, 12345])
    assert index.ids() == {2}
    assert ids(index.search("treaty tokyo flour", 10)) == [2]


def test_large_ids_are_kept_exactly(index: LexicalIndex) -> None:
    index.add([(2**40 + 1, "c", "A very large harbour.")])
    assert ids(index.search("harbour", 1)) == [2**40 + 1]
    index.remove([2**40 + 1])
    assert index.ids() == {1, 2, 3}


def test_another_process_finds_what_was_stored(index: LexicalIndex, tmp_path: Path) -> None:
    assert ids(LexicalIndex(tmp_path).search("flour", 10)) == [3]
