import math

import numpy as np
import pytest

from evaluation.statistics import bootstrap_interval, holm, sign_flip_p, smallest_detectable, wilson_interval


def test_the_exact_sign_flip_p_of_few_questions() -> None:
    # all of n one way: 2 of 2^n sign patterns reach the sum
    assert sign_flip_p(np.array([1.0] * 6)) == pytest.approx(2 / 64)
    assert sign_flip_p(np.array([1.0, 0, 0])) == 1
    assert sign_flip_p(np.zeros(5)) == 1
    # |±1 ±2 ±3| >= 4: patterns with sums 6, 4, -4, -6: 4 of 8
    assert sign_flip_p(np.array([1.0, -0.0, 3.0, 2.0]) * np.array([-1, 1, 1, 1])) == pytest.approx(4 / 8)


def test_the_sampled_p_agrees_with_the_binomial_one() -> None:
    values = np.array([1.0] * 20 + [-1.0] * 8)
    exact = 2 * sum(math.comb(28, k) for k in range(20, 29)) / 2**28
    assert sign_flip_p(values) == pytest.approx(exact, abs=0.006)
    assert sign_flip_p(values) == sign_flip_p(values), "the same seed gives the same p"
    assert sign_flip_p(np.ones(40)) == pytest.approx(1 / 10_001)


def test_fractions_do_not_break_ties() -> None:
    assert sign_flip_p(np.array([0.1, 0.2, -0.3])) == 1


def test_holm_multiplies_by_what_is_left_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []


def test_the_bootstrap_interval_is_that_of_the_mean() -> None:
    values = np.random.default_rng(1).normal(0.3, 1, 400)
    low, high = bootstrap_interval(values)
    half = 1.96 * values.std(ddof=1) / 20
    assert low == pytest.approx(values.mean() - half, abs=0.02)
    assert high == pytest.approx(values.mean() + half, abs=0.02)
    assert bootstrap_interval(np.zeros(9)) == (0, 0)


def test_wilsons_interval_stays_honest_at_the_ends() -> None:
    assert wilson_interval(13, 13) == pytest.approx((0.7719, 1), abs=1e-4)
    assert wilson_interval(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert wilson_interval(40, 80) == pytest.approx((0.3930, 0.6070), abs=1e-4)


def test_the_smallest_detectable_difference() -> None:
    values = np.array([1.0, 0, 0, -1.0] * 25)  # spread 0.71 over 100 questions
    assert smallest_detectable(values) == pytest.approx(2.8016 * values.std(ddof=1) / 10, abs=1e-4)
    assert smallest_detectable(np.zeros(60)) == pytest.approx(0.1), "six of sixty must turn for p < 0.05"
    assert smallest_detectable(np.zeros(3)) == 1
