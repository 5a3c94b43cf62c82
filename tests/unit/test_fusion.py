import pytest

from rag.fusion import convex, rrf


def test_convex_scales_each_list_by_its_best_and_weighs_them() -> None:
    fused = convex([(1, 0.8), (2, 0.4)], [(2, 10.0), (3, 5.0)], dense_weight=0.75)
    assert fused == [(1, pytest.approx(0.75)), (2, pytest.approx(0.375 + 0.25)), (3, pytest.approx(0.125))]


def test_convex_takes_a_negative_cosine_for_nothing() -> None:
    assert convex([(1, -0.2)], [(2, 3.0)], 0.5) == [(2, 0.5), (1, 0.0)]


def test_convex_of_one_list_keeps_its_order_and_scale() -> None:
    assert convex([(5, 0.9), (4, 0.45)], [], 1.0) == [(5, 1.0), (4, 0.5)]


def test_rrf_adds_reciprocal_ranks_with_first_in_both_as_one() -> None:
    fused = dict(rrf([(1, 0.9), (2, 0.8)], [(1, 7.0), (3, 6.0)], k=60))
    assert fused == {1: 1.0, 2: pytest.approx(61 / 62 / 2), 3: pytest.approx(61 / 62 / 2)}


@pytest.mark.parametrize("fused", [convex([], [], 0.5), rrf([], [])])
def test_nothing_fuses_to_nothing(fused: list[tuple[int, float]]) -> None:
    assert fused == []


def test_ties_are_broken_by_id() -> None:
    assert [i for i, _ in rrf([(9, 1.0)], [(3, 1.0)])] == [3, 9]
    assert [i for i, _ in convex([(9, 1.0), (3, 1.0)], [], 0.5)] == [3, 9]
