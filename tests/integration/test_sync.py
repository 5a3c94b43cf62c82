import os
import shutil
from pathlib import Path

import pytest

from rag.errors import SourceError
from ui.workspace import Workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"
MANIFEST = """
[[source]]
path = "island/*"
collection = "island"
tags = ["sea"]

[[source]]
path = "extra/**/*"
optional = true

[[source]]
url = "https://example.org/never-fetched"
optional = true
"""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    shutil.copytree(ISLAND, tmp_path / "island")
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / ".hidden").write_text("not a source")
    path = tmp_path / "sources.toml"
    path.write_text(MANIFEST)
    return path


def test_the_library_comes_to_match_the_manifest(fresh: Workspace, manifest: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.txt"
    own.write_text("A source that was added by hand stays whatever the manifest says.")
    fresh.ingest([str(own)])
    assert fresh.sync(manifest).count("added") == 3
    assert {source.collection for source in fresh.library.sources()} == {None, "island"}

    (tmp_path / "island" / "ferry.txt").unlink()
    (tmp_path / "extra" / "note.md").write_text("# A note\n\nThe note joined the library later on.")
    foreseen = fresh.sync(manifest, dry_run=True)
    assert (foreseen.count("added"), foreseen.count("removed"), foreseen.count("unchanged")) == (1, 1, 2)
    assert len(fresh.library.sources()) == 4

    report = fresh.sync(manifest)
    assert (report.count("added"), report.count("removed"), report.count("unchanged")) == (1, 1, 2)
    titles = {source.title for source in fresh.library.sources()}
    assert "The Marrow ferry" not in titles
    assert any("A source that was added" in fresh.library.text(s.id).text for s in fresh.library.sources())


def test_a_rename_below_a_manifest_keeps_the_source(fresh: Workspace, manifest: Path, tmp_path: Path) -> None:
    fresh.sync(manifest)
    before = {source.id for source in fresh.library.sources()}
    (tmp_path / "island" / "ferry.txt").rename(tmp_path / "island" / "boat.txt")
    report = fresh.sync(manifest)
    assert report.count("removed") == 0
    assert {source.id for source in fresh.library.sources()} == before


def test_a_missing_file_that_is_not_optional_is_reported(fresh: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[[source]]\npath = "gone.md"\n')
    report = fresh.sync(path)
    assert "gone.md" in report.failed[0].reason


def test_nothing_is_removed_while_an_entry_matches_no_file(fresh: Workspace, manifest: Path, tmp_path: Path) -> None:
    fresh.sync(manifest)
    (tmp_path / "island").rename(tmp_path / "unplugged")
    report = fresh.sync(manifest)
    assert "island/*" in report.failed[0].reason
    assert "nothing is removed" in report.failed[0].reason
    assert len(fresh.library.sources()) == 3
    (tmp_path / "unplugged").rename(tmp_path / "island")
    (tmp_path / "island" / "ferry.txt").unlink()
    report = fresh.sync(manifest)
    assert (report.count("unchanged"), report.count("removed"), report.count("failed")) == (2, 1, 0)


def test_sources_below_a_folder_that_cannot_be_listed_stay(
    fresh: Workspace, manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "extra" / "private"
    private.mkdir()
    (private / "note.md").write_text("# A note\n\nThe note is for few eyes.")
    fresh.sync(manifest)
    real = os.scandir

    def scandir(path: Path | str | int = ".") -> object:
        if not isinstance(path, int) and Path(path) == private:
            raise PermissionError(13, "Permission denied")
        return real(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        report = fresh.sync(manifest)
        assert f"The folder {private} can't be read: Permission denied. Its sources stay." in report.failed[0].reason
    assert len(fresh.library.sources()) == 4
    assert fresh.sync(manifest).count("unchanged") == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[source", "not valid TOML"),
        ("[[source]]\n", "number 1.*needs either 'path' or 'url'"),
        ('[[source]]\npath = "a"\n[[source]]\npath = "b"\ncolour = "red"\n', "number 2.*colour"),
    ],
)
def test_a_wrong_manifest_is_explained(fresh: Workspace, tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(content)
    with pytest.raises(SourceError, match=said):
        fresh.sync(path)
