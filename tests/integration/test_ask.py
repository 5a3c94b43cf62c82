from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from rag.errors import QuestionError
from rag.schema import Answer, Inquiry, Turn
from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace


def ask(workspace: Workspace, question: str, *history: tuple[str, str]) -> Answer:
    turns = tuple(Turn(question=asked, answer=answered) for asked, answered in history)
    return workspace.ask(Inquiry(question=question, history=turns))


@pytest.mark.parametrize(
    ("question", "words", "title"),
    [
        ("How long is the breakwater?", "412 metres", "The harbour of Marrow Island"),
        ("Who commands the ferry?", "Ines Mora", "The Marrow ferry"),
        ("Why did the county take over the ferry line?", "cancelled one sailing in five", "The Marrow ferry"),
        ("How many pupils go to the school?", "74 pupils", "Council notes: wind, water and the school"),
    ],
)
def test_an_answer_says_it_and_cites_it(island: Workspace, question: str, words: str, title: str) -> None:
    answer = ask(island, question)
    assert not answer.refused
    assert words in answer.answer
    assert any(words in citation.quote and citation.title == title for citation in answer.citations)


def test_every_quote_is_verbatim_and_every_statement_carries_its_footnote(island: Workspace) -> None:
    for question in (
        "What does it cost to moor a boat?",
        "What was rebuilt in 1974?",
        "What did the council decide?",
    ):
        answer = ask(island, question)
        assert answer.statements
        for citation in answer.citations:
            text = island.library.text(citation.source_id, citation.version).text
            assert text[citation.start : citation.end] == citation.quote
            assert citation.quote in citation.passage
        for statement in answer.statements:
            assert statement.citations
            assert statement.supported
            assert all(f"[{number}]" in answer.answer for number in statement.citations)
            assert all(answer.citation(number) for number in statement.citations)


def test_a_question_of_two_things_gets_both(island: Workspace) -> None:
    answer = ask(island, "How long is the breakwater, and who commands the ferry?")
    assert {c.title for c in answer.citations} >= {"The harbour of Marrow Island", "The Marrow ferry"}
    assert "412 metres" in answer.answer and "Ines Mora" in answer.answer


def test_an_item_of_a_list_is_said_without_its_bullet(fresh: Workspace, tmp_path: Path) -> None:
    (tmp_path / "keepers.md").write_text(
        "# Keepers\n\n- Josiah Penn kept the light for 22 years.\n- Ada Rook was a cook.\n"
    )
    assert not fresh.ingest([str(tmp_path / "keepers.md")]).failed
    answer = ask(fresh, "How many years did Josiah Penn keep the light?")
    assert answer.statements[0].text.startswith("Josiah Penn kept")
    (citation,) = answer.citations
    assert (
        fresh.library.text(citation.source_id, citation.version).text[citation.start : citation.end] == citation.quote
    )


def test_of_two_things_asked_the_one_that_is_not_told_is_named(island: Workspace) -> None:
    answer = ask(island, "How long is the breakwater, and what is the boiling point of tungsten carbide?")
    assert "412 metres" in answer.answer and not answer.refused
    assert answer.notes == ("The sources don't say: “what is the boiling point of tungsten carbide?”",)


def test_what_the_sources_do_not_say_is_refused_with_the_closest_passages(island: Workspace) -> None:
    answer = ask(island, "What is the boiling point of tungsten carbide?")
    assert answer.refused
    assert answer.answer.startswith("The sources don't say.")
    assert not answer.statements
    assert not answer.citations


def test_an_empty_library_refuses(fresh: Workspace) -> None:
    answer = ask(fresh, "How long is the breakwater?")
    assert answer.refused
    assert answer.passages == ()


def test_a_follow_up_is_understood_from_the_turn_before(island: Workspace) -> None:
    first = ask(island, "Who commands the ferry Grey Heron?")
    answer = ask(island, "What has she asked for?", ("Who commands the ferry Grey Heron?", first.answer))
    assert "second vessel" in answer.answer
    assert answer.standalone_question != "What has she asked for?"


def test_a_question_that_stands_alone_is_not_changed_by_history(island: Workspace) -> None:
    question = "How many pupils does the school have?"
    answer = ask(island, question, ("Who commands the ferry Grey Heron?", "Captain Ines Mora."))
    assert answer.standalone_question == question


def test_streaming_grows_to_the_same_answer(island: Workspace) -> None:
    inquiry = Inquiry(question="What do boats pay in the harbour?")
    snapshots = list(island.stream(inquiry))
    assert [s.complete for s in snapshots] == [False] * (len(snapshots) - 1) + [True]
    assert all(later.answer.startswith(earlier.answer) for earlier, later in pairwise(snapshots))
    assert snapshots[-1].answer == island.ask(inquiry).answer


def test_an_answer_records_what_produced_it(island: Workspace) -> None:
    answer = ask(island, "How long is the crossing?")
    assert answer.model == "extractive"
    assert answer.settings_fingerprint == island.settings.fingerprint()
    assert answer.library_revision == island.library.revision
    assert {"condense", "retrieve", "answer", "total"} <= answer.timings_ms.keys()
    assert answer.passages[0].scores.fused is not None


def test_a_question_can_be_limited_to_some_sources(island: Workspace) -> None:
    ferry = next(source for source in island.library.sources() if source.title == "The Marrow ferry")
    answer = island.ask(Inquiry(question="What does it cost?", sources=frozenset({ferry.id})))
    assert {passage.source_id for passage in answer.passages} == {ferry.id}


@pytest.mark.parametrize("question", ["", "   \n\t", "\x00\x01"])
def test_an_empty_question_is_refused_clearly(island: Workspace, question: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        ask(island, question)


def test_a_question_of_100_kb_is_refused_clearly(island: Workspace) -> None:
    with pytest.raises(QuestionError, match="100,000 characters"):
        ask(island, "a" * 100_000)


@pytest.mark.parametrize(
    "question",
    ["🦀?", "(((((a+)+)+)+)+$", "Wie lang ist der Wellenbrecher?", "it", "\u202ereversed", 'AND OR NOT "', "*"],
)
def test_strange_questions_get_an_answer_or_a_refusal(island: Workspace, question: str) -> None:
    answer = ask(island, question)
    assert answer.refused or answer.citations


def test_questions_at_once_get_the_answers_they_get_alone(island: Workspace) -> None:
    questions = ["How long is the breakwater?", "Who commands the ferry?", "How many teachers are there?"] * 4
    alone = {question: ask(island, question).answer for question in set(questions)}
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: ask(island, question).answer, questions))
    assert together == [alone[question] for question in questions]


def test_the_retriever_is_a_langchain_retriever(island: Workspace) -> None:
    from rag.retrieval import HybridRetriever

    retriever = HybridRetriever(library=island.library, embedder=island.embedder, settings=island.settings)
    documents = retriever.invoke("breakwater blocks")
    assert "interlocking concrete blocks" in documents[0].page_content
    assert documents[0].metadata["title"] == "The harbour of Marrow Island"


def test_a_sentence_that_points_back_brings_along_what_it_points_to_under_one_footnote(island: Workspace) -> None:
    answer = ask(island, "When was it dug and by which quarry company?")
    text = island.library.text(answer.citations[0].source_id).text
    shown = [statement.text for statement in answer.statements]
    dug = next(i for i, said in enumerate(shown) if said.startswith("It was dug between 1908 and 1911"))
    assert shown[dug - 1].startswith("Marrow Island has one harbour")
    [number] = answer.statements[dug].citations
    cited = answer.citation(number)
    assert cited and cited.quote == text[cited.start : cited.end]
    assert shown[dug - 1] in cited.quote and shown[dug] in cited.quote
    assert answer.answer.count(f"[{number}]") == 2


@pytest.mark.parametrize(
    "question", ["Is the breakwater longer than 400 metres?", "Do islanders travel free?", "Was it dug in 1950?"]
)
def test_a_yes_no_question_is_answered_by_evidence_alone(island: Workspace, question: str) -> None:
    answer = ask(island, question)
    assert all(answer.citation(said.citations[0]).quote.count(said.text) for said in answer.statements)  # type: ignore[union-attr]
    assert not answer.answer.lower().startswith(("yes", "no"))


def test_a_false_premise_is_corrected_with_a_footnote(island: Workspace) -> None:
    answer = ask(island, "Why did the council agree to build five wind turbines on Gull Ridge?")
    assert answer.contradicts_premise and not answer.refused
    assert answer.answer.startswith("The sources say otherwise: The island council met on 9 March 2022")
    cited = answer.citation(answer.statements[0].citations[0])
    assert cited and "two wind turbines" in cited.quote
    assert not ask(island, "Why did the council agree to build two wind turbines on Gull Ridge?").contradicts_premise


def test_where_sources_differ_both_are_shown_and_the_difference_is_said(fresh: Workspace, tmp_path: Path) -> None:
    (tmp_path / "pact.md").write_text("# The pact\n\nThe fishing pact has 11 members. It is about nets and quotas.\n")
    (tmp_path / "coast.md").write_text(
        "# The coast\n\nMost harbours are small. The fishing pact has 12 members, according to the mayor.\n"
    )
    fresh.ingest([str(tmp_path / name) for name in ("pact.md", "coast.md")])
    answer = ask(fresh, "How many members does the fishing pact have?")
    [note] = answer.notes
    quotes = [citation.quote for citation in answer.citations]
    eleven, twelve = (next(i for i, q in enumerate(quotes, 1) if f"has {n} members" in q) for n in (11, 12))
    assert note in {
        f"The sources differ: 11 members [{eleven}], 12 members [{twelve}].",
        f"The sources differ: 12 members [{twelve}], 11 members [{eleven}].",
    }


def test_what_one_part_of_a_question_asks_for_is_not_in_bold_in_the_answer_to_another(island: Workspace) -> None:
    answer = island.ask(Inquiry(question="How long is the breakwater, and who commands the Grey Heron?"))
    bold = {s.text[start:end] for s in answer.statements for start, end in s.emphasis}
    breakwater = next(s for s in answer.statements if "412" in s.text)
    assert next(breakwater.text[start:end] for start, end in breakwater.emphasis).startswith("412")
    assert any("Ines Mora" in words for words in bold)
    assert not any("Ruth" in breakwater.text[start:end] for start, end in breakwater.emphasis)


def test_what_a_sentence_announces_comes_with_it(tmp_path: Path) -> None:
    (tmp_path / "wreck.txt").write_text(
        "The wreck of the Gull\n\nHow the Gull came to sink is disputed, and three accounts stand side by side. "
        "The harbour master blamed a rotten plank. Her owner blamed the pilot, who had been drinking. "
        "The council blamed the weather of that night. The bell of the Gull hangs in the school today.\n"
    )
    with open_workspace(load_settings({"library": tmp_path / "library"})) as workspace:
        workspace.ingest([str(tmp_path / "wreck.txt")])
        answer = workspace.ask(Inquiry(question="How did the Gull come to sink?"))
    assert "three accounts" in answer.answer
    assert all(word in answer.answer for word in ("plank", "pilot", "weather"))
    assert "school" not in answer.answer
