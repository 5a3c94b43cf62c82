from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag.library.vectors import VectorIndex, opens
from tests.stored import vector


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    index = VectorIndex(tmp_path / "vectors")
    index.add([1, 2, 3], ["a", "a", "b"], np.stack([vector(text) for text in ("one", "two", "three")]))
    yield index
    index.close()


def test_scores_are_cosines_best_first(index: VectorIndex) -> None:
    hits = index.search(vector("two"), 10)
    assert hits[0] == (2, pytest.approx(1, abs=1e-5))
    expected = {i: float(vector("two") @ vector(text)) for i, text in enumerate(["one", "two", "three"], start=1)}
    assert dict(hits) == pytest.approx(expected, abs=1e-5)
    assert [score for _, score in hits] == sorted((score for _, score in hits), reverse=True)


def test_a_search_can_be_limited_to_sources(index: VectorIndex) -> None:
    assert [i for i, _ in index.search(vector("two"), 10, frozenset({"b"}))] == [3]
    assert index.search(vector("two"), 10, frozenset()) == []
    assert index.search(vector("two"), 10, frozenset({"unknown"})) == []


def test_adding_again_replaces(index: VectorIndex) -> None:
    index.add([1], ["c"], vector("uno")[None])
    assert index.ids() == {1, 2, 3}
    assert index.search(vector("uno"), 1)[0] == (1, pytest.approx(1, abs=1e-5))
    assert [i for i, _ in index.search(vector("uno"), 5, frozenset({"c"}))] == [1]


def test_what_is_removed_is_found_no_more(index: VectorIndex) -> None:
    index.remove([2, 999])
    assert index.ids() == {1, 3}
    assert 2 not in dict(index.search(vector("two"), 10))
    index.remove([1, 3])
    assert index.search(vector("two"), 10) == []


def test_few_are_found_among_many_that_were_removed(index: VectorIndex) -> None:
    ids = list(range(100, 1600))
    index.add(ids, ["many"] * len(ids), np.stack([vector(str(i)) for i in ids]))
    index.remove(ids[5:])
    hits = index.search(vector("100"), 20)
    assert {i for i, _ in hits} == {1, 2, 3, *ids[:5]}
    assert hits[0][0] == 100


def test_three_thousand_vectors_are_searched_as_well_as_exactly(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path / "many")
    rng = np.random.default_rng(3)
    stored = rng.standard_normal((3000, 32)).astype(np.float32)
    stored /= np.linalg.norm(stored, axis=1, keepdims=True)
    index.add(list(range(3000)), ["s"] * 3000, stored)
    queries = rng.standard_normal((30, 32)).astype(np.float32)
    found = [{i for i, _ in index.search(query, 20)} for query in queries]
    exact = np.argsort(-queries @ stored.T, axis=1)[:, :20]
    assert np.mean([len(a & set(b.tolist())) / 20 for a, b in zip(found, exact, strict=True)]) >= 0.99
    index.close()


def test_an_index_that_lost_most_of_its_vectors_without_a_complaint_is_recognised(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path / "cut")
    for at in range(0, 3000, 500):
        index.add(list(range(at, at + 500)), ["s"] * 500, np.stack([vector(str(i)) for i in range(at, at + 500)]))
    index.close()
    assert opens(tmp_path / "cut")
    (file,) = (tmp_path / "cut").glob("*/data_level0.bin")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    assert not opens(tmp_path / "cut")
