"""A wanted precision in place of a least confidence."""

from itertools import pairwise
from typing import Any

import pytest

from rag.answering.precision import _measured, least_confidence
from rag.errors import SettingsError
from rag.settings import load_settings


def least(**answering: Any) -> float:
    return least_confidence(load_settings({"answering": answering}).answering)


def test_without_a_wanted_precision_the_least_confidence_is_the_one_that_is_set() -> None:
    assert least(min_confidence=0.37) == 0.37


@pytest.mark.parametrize("scorer", ["reader", "sum"])
def test_the_more_precision_is_wanted_the_more_confidence_it_takes(scorer: str) -> None:
    measured = _measured()[scorer]
    assert len(measured) > 5
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(measured))
    wanted = [measured[0][1] / 2, measured[2][1], measured[-1][1]]
    taken = [least(scorer=scorer, precision=one) for one in wanted]
    assert taken == [measured[0][0], measured[2][0], measured[-1][0]]


def test_a_precision_that_no_confidence_gives_is_refused_with_the_highest_that_was_measured() -> None:
    with pytest.raises(SettingsError, match=r"answering.precision is 1, but at most 0\.\d\d of the answers") as error:
        least(precision=1.0)
    assert error.value.hint == "Ask for less, or leave it out."
