"""Sentences that give different figures for the same thing, and others that only look so."""

import numpy as np
import pytest

from benchmarks.answers.disagreements import FACTS, alike, differing
from rag.answering.candidates import Candidate
from rag.answering.disagreement import differ, with_disagreement
from rag.answering.referents import Shown


def test_most_that_differ_are_seen_and_none_that_only_look_so() -> None:
    seen = [differ(fact.question, *pair) is not None for fact in FACTS for pair in differing(fact)]
    assert len(seen) == 30 and sum(seen) >= 24
    assert not [pair for fact in FACTS for pair in alike(fact) if differ(fact.question, *pair)]


def test_they_are_only_compared_where_a_figure_is_asked_for() -> None:
    one, other = "The pact has 11 members in all.", "The pact has 12 members in all."
    assert differ("How many members has the pact?", one, other)
    assert not differ("Why has the pact its members?", one, other)
    assert not differ("When did the pact get its members?", one, other)


def candidates(*told: tuple[int, str]) -> list[Candidate]:
    vector = np.zeros(2, np.float32)
    return [Candidate(v, 100 * i, 100 * i + len(s), s, vector, 0) for i, (v, s) in enumerate(told)]


@pytest.mark.parametrize(("version", "who"), [(2, "The sources differ"), (1, "The source gives two answers")])
def test_both_are_shown_and_the_difference_is_said(version: int, who: str) -> None:
    one, other = "The fishing pact has 11 members.", "The fishing pact has 12 members."
    read = candidates((1, one), (1, "It is old."), (version, other))
    shown = [Shown((read[0],)), Shown((read[1],))]
    told, notes = with_disagreement("How many members does the fishing pact have?", shown, read)
    assert [one.sentences[0] for one in told] == [read[0], read[2], read[1]]
    assert notes == (f"{who}: 11 members [1], 12 members [2].",)


def test_a_whole_date_is_said() -> None:
    read = candidates((1, "The pier was opened on 9 March 2018."), (2, "The pier was opened on 9 March 2017."))
    _, notes = with_disagreement("When was the pier opened?", [Shown((read[0],))], read)
    assert notes == ("The sources differ: 9 March 2018 [1], 9 March 2017 [2].",)
