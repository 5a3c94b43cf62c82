"""A small library about an island that doesn't exist, made once with the real embedder, Chroma and Tantivy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.settings import Settings, load_settings
from ui.workspace import Workspace, open_workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"


@pytest.fixture(scope="session")
def island(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Read it, don't change it."""
    with open_workspace(load_settings({"library": tmp_path_factory.mktemp("island")})) as workspace:
        report = workspace.ingest([str(ISLAND)])
        assert report.count("added") == 3, report
        yield workspace


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Workspace]:
    """An empty library of one's own."""
    settings: Settings = load_settings({"library": tmp_path / "library"})
    with open_workspace(settings) as workspace:
        yield workspace
