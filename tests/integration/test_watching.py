import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.report import Outcome, Report
from ingest.targets import Target
from ingest.watch import FolderWatch
from rag.library import Library
from rag.library.health import examine
from ui import starting
from ui.workspace import Workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"
LONG_AGO = 1_500_000_000


def eventually(holds: Callable[[], bool], what: str) -> None:
    """Waits until something holds; the machine may be busy."""
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def places(workspace: Workspace) -> dict[str, str]:
    """Which source lies where, by file name."""
    return {Path(place).name: source.id for source in workspace.library.sources() for place in source.locations}


def test_a_watched_folder_is_followed(fresh: Workspace, tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "kept.txt", tmp_path / "watched"
    elsewhere.write_text("What lies outside of the watched folder is nobody's business.")
    fresh.ingest([str(elsewhere)])
    (folder / "deeper").mkdir(parents=True)
    shutil.copy(ISLAND / "ferry.txt", folder)
    with starting.watching(fresh, [folder]):
        eventually(lambda: "ferry.txt" in places(fresh), "what was there at the start")
        shutil.copy(ISLAND / "harbour.md", folder / "deeper")
        eventually(lambda: "harbour.md" in places(fresh), "a new file")
        ferry = places(fresh)["ferry.txt"]
        text = (folder / "ferry.txt").read_text()
        (folder / "ferry.txt").write_text(text.replace("55 minutes", "48 minutes"))
        eventually(lambda: "48 minutes" in fresh.library.text(ferry).text, "a changed file")
        (folder / "ferry.txt").rename(folder / "boat.txt")
        eventually(lambda: places(fresh).get("boat.txt") == ferry, "a renamed file keeps its source")
        assert "ferry.txt" not in places(fresh)
        (folder / "deeper" / "harbour.md").unlink()
        eventually(lambda: "harbour.md" not in places(fresh), "a removed file")
        assert places(fresh).keys() == {"kept.txt", "boat.txt"}
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("watching")]
    assert examine(fresh.library).ok


class Follower:
    """Watches a folder by hand, with a list of what it would bring in."""

    def __init__(self, library: Library, folder: Path) -> None:
        self.brought: list[str] = []
        self.gone: list[str] = []
        self.told: list[str] = []
        self.watch = FolderWatch(library, folder, self._bring_in, self.told.append)

    def _bring_in(self, targets: Sequence[Target], gone: Sequence[str]) -> Report:
        self.brought += [Path(target.location).name for target in targets]
        self.gone += [Path(place).name for place in gone]
        return Report(outcomes=tuple(Outcome(target=t.location, status="failed", reason="bad") for t in targets))

    def look(self) -> bool:
        return self.watch._look()


def test_a_file_that_is_still_being_written_is_left_alone(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(library, tmp_path)
    monkeypatch.setattr("ingest.watch.SETTLED", 3600.0)
    report = tmp_path / "report.txt"
    report.write_text("The first half of a")
    assert follower.look() is True  # it wants to look again soon
    report.write_text("The first half of a report, and the second.")
    assert follower.look() is True
    assert follower.brought == []
    os.utime(report, (LONG_AGO, LONG_AGO))
    assert follower.look() is False
    assert follower.brought == ["report.txt"]  # and nothing of the library, which lies in this folder


def test_a_time_stamp_in_the_future_does_not_keep_a_file_out(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(library, tmp_path)
    (tmp_path / "tomorrow.txt").write_text("Written tomorrow.")
    os.utime(tmp_path / "tomorrow.txt", (4_000_000_000, 4_000_000_000))
    assert follower.look() is True
    monkeypatch.setattr("ingest.watch.SETTLED", 0.0)
    follower.look()
    assert follower.brought == ["tomorrow.txt"]


def test_a_file_that_cannot_be_read_is_told_once_for_each_state_of_it(library: Library, tmp_path: Path) -> None:
    follower = Follower(library, tmp_path)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-")
    os.utime(tmp_path / "broken.pdf", (LONG_AGO, LONG_AGO))
    follower.look()
    follower.look()
    assert follower.told == ["failed: bad"]
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7")
    os.utime(tmp_path / "broken.pdf", (LONG_AGO, LONG_AGO))
    follower.look()
    assert follower.told == ["failed: bad"] * 2


def test_a_folder_that_disappears_keeps_its_sources(fresh: Workspace, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ISLAND, tmp_path / "disk"))
    fresh.ingest([str(folder)])
    follower = Follower(fresh.library, folder)
    folder.rename(tmp_path / "unplugged")
    follower.look()
    follower.look()
    folder.mkdir()  # as an empty mount point
    follower.look()
    assert follower.gone == []
    assert [line.split(str(folder))[1] for line in follower.told] == [
        " is not there. Its sources stay in the library.",
        " is another one now, and empty. Its sources stay in the library.",
    ]
    shutil.copy2(ISLAND / "ferry.txt", folder)
    follower.look()
    assert sorted(follower.gone) == sorted(path.name for path in ISLAND.iterdir() if path.name != "ferry.txt")


def test_sources_below_a_folder_that_cannot_be_listed_stay(
    fresh: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "disk"
    shutil.copytree(ISLAND, folder / "private")
    fresh.ingest([str(folder)])
    follower = Follower(fresh.library, folder)
    refuse(monkeypatch, folder / "private")
    follower.look()
    assert (follower.gone, follower.brought) == ([], [])


def refuse(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Makes a folder unreadable, for root too."""
    real = os.scandir

    def scandir(path: Path | str | int = ".") -> object:
        if not isinstance(path, int) and Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_the_server_watches_from_start_to_end(
    fresh: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(ISLAND, tmp_path / "watched"))
    monkeypatch.setattr(
        "ui.web.serve", lambda *_: eventually(lambda: len(fresh.library.sources()) == 3, "what is in the folder")
    )
    starting.start(fresh, "127.0.0.1", 0, watched=[folder])  # a library of one's own: no starter library beside it
    assert {Path(place).parent for source in fresh.library.sources() for place in source.locations} == {folder}
    assert "added The Marrow ferry" in capsys.readouterr().err
