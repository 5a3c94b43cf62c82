"""An Ollama that runs on this host is offered where a user looks, and never used unasked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.settings import load_settings
from tests.fake_ollama import running_ollama
from ui import starting
from ui.cli import app
from ui.web.pages.library import overview
from ui.workspace import open_workspace

SAID = "Ollama is running with llama3.2: set chat.model = "


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with running_ollama("llama3.2") as address:
        monkeypatch.setenv("FOOTNOTE_CHAT__OLLAMA", address)
        yield address


def test_the_doctor_tells_of_it(ollama: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["doctor", "--library", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert SAID in result.stdout


def test_the_doctor_tells_of_nothing_where_nothing_runs(tmp_path: Path) -> None:
    assert "Ollama" not in CliRunner().invoke(app, ["doctor", "--library", str(tmp_path)]).output


def test_the_start_line_and_the_library_page_tell_of_it(
    ollama: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ui.web.serve", lambda *_: None)
    monkeypatch.setattr(starting, "_starter_of", lambda *_: None)
    with open_workspace(load_settings({"library": tmp_path})) as workspace:
        starting.start(workspace, "127.0.0.1", 0)
        assert SAID in capsys.readouterr().err
        assert "Models found" in overview(workspace) and "ollama:llama3.2" in overview(workspace)
        assert workspace.settings.chat.model is None
