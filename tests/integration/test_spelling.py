import pytest

from rag.models.embedder import Embedder
from rag.retrieval import HybridRetriever
from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import Workspace


@pytest.mark.parametrize("question", ["How long is the braekwater?", "How long is the breakwaater?"])
def test_a_misspelt_question_is_answered_and_it_is_said_how_it_was_read(island: Workspace, question: str) -> None:
    answer = island.ask(Inquiry(question=question))
    assert "412 metres" in answer.answer
    assert answer.question == question
    assert answer.notes == ("Read as: How long is the breakwater?",)
    assert answer.standalone_question == "How long is the breakwater?"


def test_nothing_is_said_of_a_question_that_is_spelt_well(island: Workspace) -> None:
    assert island.ask(Inquiry(question="How long is the breakwater?")).notes == ()


@pytest.mark.parametrize(("mend", "read"), [(True, "breakwater"), (False, "braekwater")])
def test_mending_can_be_switched_off(island: Workspace, embedder: Embedder, mend: bool, read: str) -> None:
    settings = load_settings({"retrieval": {"mend_spelling": mend}})
    retriever = HybridRetriever(library=island.library, embedder=embedder, settings=settings)
    assert retriever.as_read("How long is the braekwater?") == f"How long is the {read}?"
