"""Questions about a source as a whole, asked of a library."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.schema import Answer, Inquiry, Turn
from rag.settings import load_settings
from tests.integration.scripted import ScriptedModel
from tests.integration.test_generative import snapshots
from ui.workspace import Workspace, open_workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"
ARTICLE = """By Nils Aker

The ferry Grey Heron ties the island of Orran to the mainland and carries salt, mail and schoolchildren every day.
The council of Orran pays for the ferry out of the salt tax, and has done so since the last private owner gave up.
Storms keep the ferry in harbour for about twenty days a year, and then the island lives on what it has stored.
A bridge has been proposed four times, and each time the islanders have voted for the ferry and against the bridge.
The engineers of the mainland say that the ferry cannot be kept running for more than ten years without a new hull.

This article first appeared in the Orran Gazette.
"""


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A library of one article."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "The ferry or the bridge.txt").write_text(ARTICLE)
    with open_workspace(load_settings({"library": folder / "library"})) as workspace:
        workspace.ingest([str(folder / "The ferry or the bridge.txt")])
        yield workspace


def ask(workspace: Workspace, question: str, *history: Turn) -> Answer:
    answer = workspace.ask(Inquiry(question=question, history=history))
    for citation in answer.citations:
        text = workspace.library.text(citation.source_id, citation.version).text
        assert text[citation.start : citation.end] == citation.quote
        assert citation.quote in citation.passage
    assert answer.refused or all(statement.citations for statement in answer.statements)
    return answer


def test_what_it_is_about_is_told_by_its_own_key_sentences(alone: Workspace) -> None:
    answer = ask(alone, "What is this article about?")
    assert not answer.refused
    assert 3 <= len(answer.statements) <= 5
    assert "ferry" in answer.answer and "Gazette" not in answer.answer
    assert [s.text for s in answer.statements] == [s.text for s in ask(alone, "Summarise the article").statements]


def test_who_wrote_it_and_where_it_appeared(alone: Workspace) -> None:
    assert [s.text for s in ask(alone, "Who is the author of this article?").statements] == ["By Nils Aker"]
    appeared = ask(alone, "Where was it published?")
    assert [s.text for s in appeared.statements] == ["This article first appeared in the Orran Gazette."]


def test_a_date_that_the_text_does_not_give_is_not_made_up(alone: Workspace) -> None:
    answer = ask(alone, "When was this article written?")
    assert answer.refused and answer.passages
    assert answer.answer.startswith("The sources don't say.")


def test_its_title_is_told_as_it_is_listed(alone: Workspace) -> None:
    answer = ask(alone, "What is the title of this document?")
    assert answer.answer == "It is listed as “The ferry or the bridge”."
    assert answer.refused  # no words of the text say so


def test_a_greeting_is_not_looked_up(alone: Workspace) -> None:
    answer = ask(alone, "Hello there!")
    assert answer.refused and not answer.passages
    assert answer.answer.startswith("Ask something")


def test_of_several_sources_one_has_to_be_named(island: Workspace) -> None:
    answer = ask(island, "What is this article about?")
    assert answer.refused
    assert answer.answer.startswith("Which of the 3 sources is meant?")
    title = island.library.sources()[0].title
    told = ask(island, f"Give me a summary of {title}")
    assert not told.refused
    assert {citation.title for citation in told.citations} == {title}


def test_the_only_source_that_names_its_author_is_found(island: Workspace, tmp_path: Path) -> None:
    (tmp_path / "The ferry or the bridge.txt").write_text(ARTICLE)
    with open_workspace(load_settings({"library": tmp_path / "library"})) as workspace:
        workspace.ingest([str(tmp_path / "The ferry or the bridge.txt"), str(ISLAND)])
        assert [s.text for s in ask(workspace, "Who is the author of the article?").statements] == ["By Nils Aker"]
    assert ask(island, "Who is the author of the article?").answer.startswith("Which of the 3 sources")


def test_a_source_chosen_beforehand_is_meant(island: Workspace) -> None:
    source = island.library.sources()[1]
    inquiry = Inquiry(question="Summarise this document", sources=frozenset({source.id}))
    assert {citation.source_id for citation in island.ask(inquiry).citations} == {source.id}


def test_in_a_conversation_the_source_talked_of_is_meant(island: Workspace) -> None:
    before = Turn(question="How long is the breakwater and when was it rebuilt?")
    answer = ask(island, "Summarise that article", before)
    assert not answer.refused
    breakwater = island.ask(Inquiry(question=before.question)).citations[0]
    assert {citation.source_id for citation in answer.citations} == {breakwater.source_id}


def test_a_greeting_or_a_question_about_a_source_before_is_understood(island: Workspace) -> None:
    greeted = ask(island, "What is this article about?", Turn(question="Hello!"))
    assert greeted.answer.startswith("Which of the 3 sources is meant?")
    title = island.library.sources()[0].title
    summary = Turn(question=f"Give me a summary of {title}")
    told = ask(island, "What are the main points?", Turn(question="Hi"), summary, Turn(question="Thanks!"))
    assert {citation.title for citation in told.citations} == {title}


def test_a_source_without_sentences_is_told_by_its_first_lines(tmp_path: Path) -> None:
    (tmp_path / "fares.csv").write_text("place,fare\nOrran,4 crowns\nSkerry,6 crowns\n")
    with open_workspace(load_settings({"library": tmp_path / "library"})) as workspace:
        workspace.ingest([str(tmp_path / "fares.csv")])
        assert "Orran" in ask(workspace, "What is in this file?").answer


def test_all_the_sources_are_told_of_with_a_sentence_each(island: Workspace) -> None:
    answer = ask(island, "What are these documents about?")
    assert len({citation.source_id for citation in answer.citations}) == len(answer.statements) == 3


def test_a_chat_model_is_given_the_key_passages(alone: Workspace) -> None:
    model = ScriptedModel(replies=["The council of Orran pays for the ferry out of the salt tax [1]."])
    answer = snapshots(alone, model, "What is this article about?")[-1]
    assert answer.model == "test:scripted"
    assert [statement.supported for statement in answer.statements] == [True]
    unasked = snapshots(alone, ScriptedModel(replies=[]), "Who wrote this article?")[-1]
    assert unasked.model == "extractive" and unasked.answer == "By Nils Aker [1]"
