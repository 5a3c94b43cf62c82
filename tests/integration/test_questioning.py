from typing import Any

import pytest

from rag.questioning import load_wording, worded_by_rules
from rag.schema import Inquiry, Turn
from rag.settings import ChatSettings
from tests.integration.scripted import ScriptedModel

FOLLOW_UP = Inquiry(
    question="And how old is it?", history=(Turn(question="How long is the breakwater?", answer="412 m."),)
)
TWO = Inquiry(question="How long is the breakwater and who commands the ferry Grey Heron?")


def worded(inquiry: Inquiry, *replies: Any, **settings: Any) -> tuple[str, tuple[str, ...]]:
    model = ScriptedModel(replies=list(replies))
    found = load_wording(ChatSettings(model="test:scripted", retries=0, **settings), lambda: model)(inquiry)
    assert not model.replies
    return found.standalone, found.ways


def test_by_default_no_model_is_asked() -> None:
    assert load_wording(ChatSettings(model="test:scripted")) is worded_by_rules


def test_a_follow_up_is_written_out() -> None:
    standalone, ways = worded(FOLLOW_UP, "How old is the breakwater?", rewrite=True)
    assert standalone == "How old is the breakwater?"
    assert ways == (standalone, FOLLOW_UP.question)


def test_a_question_of_many_parts_is_split() -> None:
    parts = "1. How long is the breakwater?\n2. Who commands the ferry Grey Heron?"
    standalone, ways = worded(TWO, parts, decompose=True)
    assert standalone == TWO.question
    assert ways == (TWO.question, "How long is the breakwater?", "Who commands the ferry Grey Heron?")


@pytest.mark.parametrize("reply", ["It is 412 metres long.", "", "word " * 2_000, ConnectionError("refused")])
def test_what_is_no_question_is_not_used(reply: Any) -> None:
    assert worded(FOLLOW_UP, reply, rewrite=True)[1] == worded_by_rules(FOLLOW_UP).ways
    assert worded(TWO, reply, decompose=True)[1] == worded_by_rules(TWO).ways


def test_the_calls_are_kept_so_that_they_can_be_counted() -> None:
    model = ScriptedModel(replies=["How old is the breakwater?", "How old is the breakwater?"])
    settings = ChatSettings(model="test:scripted", rewrite=True, decompose=True)
    calls = load_wording(settings, lambda: model)(FOLLOW_UP).calls
    assert [call.draft.usage["output_tokens"] for call in calls] == [40, 40]
    assert "412 m" in str(calls[0].messages)
