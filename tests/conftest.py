"""The real parts that many tests share: the packaged embedder, settings and libraries on a temporary folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library import Library, open_library
from rag.models.embedder import Embedder, load_embedder
from rag.settings import Settings, load_settings

os.environ["FOOTNOTE_CHAT__OLLAMA"] = ""  # what runs on the machine is no part of a test


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder(load_settings())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"library": tmp_path / "library"})


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    with open_library(settings.library) as opened:
        yield opened
