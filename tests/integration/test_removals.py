"""Removals can be undone for a while, and after that nothing is held of what was removed."""

import gc
import time
from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.library.taken import Taken
from ui.web.removals import Removals
from ui.workspace import Workspace


@pytest.fixture
def two(fresh: Workspace, tmp_path: Path) -> list[str]:
    for name in ("tide", "moon"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} over Lorn is high tonight.")
    fresh.ingest([str(tmp_path / "tide.txt"), str(tmp_path / "moon.txt")])
    return [source.id for source in fresh.library.sources()]


def test_several_are_removed_and_put_back_together_once(fresh: Workspace, two: list[str]) -> None:
    removals = Removals(fresh)
    before = fresh.library.sources()
    token, titles = removals.remove(two)
    assert titles == ["moon", "tide"] and not fresh.library.sources()
    assert removals.undo(token) == titles and fresh.library.sources() == before
    with pytest.raises(SourceError, match="can't be undone any more"):
        removals.undo(token)


def test_after_its_time_nothing_is_held_of_a_removed_source(fresh: Workspace, two: list[str]) -> None:
    removals = Removals(fresh, seconds=0.1)
    token, _ = removals.remove(two[:1])
    until = time.monotonic() + 20
    while any(isinstance(one, Taken) and one.source_id == two[0] for one in gc.get_objects()):
        assert time.monotonic() < until
        time.sleep(0.05)
        gc.collect()
    with pytest.raises(SourceError, match="can't be undone any more"):
        removals.undo(token)


def test_only_the_latest_removals_are_held(fresh: Workspace, tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.txt" for number in range(6)]
    for number, file in enumerate(files):
        file.write_text(f"Note {number}: the ferry was {number} hours late.")
    fresh.ingest([str(file) for file in files])
    removals = Removals(fresh)
    tokens = [removals.remove([source.id])[0] for source in fresh.library.sources()]
    with pytest.raises(SourceError):
        removals.undo(tokens[0])
    assert removals.undo(tokens[-1]) == ["5"]


def test_a_source_that_is_not_there_stops_the_whole_removal(fresh: Workspace, two: list[str]) -> None:
    with pytest.raises(SourceError, match="no source 'ghost'"):
        Removals(fresh).remove([*two, "ghost"])
    assert len(fresh.library.sources()) == 2
