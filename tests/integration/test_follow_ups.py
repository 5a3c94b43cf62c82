"""Questions to go on with after an answer, from the library's own words and answered by it."""

from rag.schema import Inquiry
from ui.web.follow_ups import FollowUps
from ui.workspace import Workspace


def test_what_is_suggested_is_answered_and_not_what_was_said_already(island: Workspace) -> None:
    kept = island.library.conversations
    question = "How long is the breakwater and when was it rebuilt?"
    exchange = kept.ask(question)
    answer = island.ask(Inquiry(question=question))
    kept.answered(exchange.id, answer)
    try:
        suggested = FollowUps(island).of(exchange.id)
        assert 1 <= len(suggested) <= 3
        said = {cited.quote for cited in answer.citations}
        for question in suggested:
            following = island.ask(Inquiry(question=question))
            assert not following.refused
            quotes = {cited.quote for cited in following.citations}
            assert not quotes <= said  # each brings words that weren't shown yet
            said |= quotes
    finally:
        kept.delete(exchange.conversation_id)


def test_an_answer_that_is_not_kept_has_none(island: Workspace) -> None:
    unanswered = island.library.conversations.ask("How long is it?")
    assert FollowUps(island).of(unanswered.id) == ()
    assert FollowUps(island).of("nothing") == ()
    island.library.conversations.delete(unanswered.conversation_id)
