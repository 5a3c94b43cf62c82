import os
import shutil
from pathlib import Path

import pytest

from ingest.report import Progress, Report
from ingest.targets import find_targets
from rag.errors import LibraryError
from rag.library.index import Entry, LocalIndex
from rag.schema import Inquiry
from ui.workspace import Workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ISLAND, tmp_path / "island"))


def statuses(report: Report) -> dict[str, str]:
    return {Path(outcome.target).name: outcome.status for outcome in report.outcomes}


def in_step(workspace: Workspace) -> bool:
    """Whether vectors and postings are those of the catalogue's chunks, id by id, and no vector is left over."""
    wanted = workspace.library.catalogue.chunk_ids()
    dense, bm25 = workspace.library.index.ids()
    return dense == bm25 == wanted and not workspace.library.cache.unused()


def test_a_folder_is_added_and_then_unchanged(fresh: Workspace, folder: Path) -> None:
    assert set(statuses(fresh.ingest([str(folder)])).values()) == {"added"}
    revision = fresh.library.revision
    again = fresh.ingest([str(folder)])
    assert set(statuses(again).values()) == {"unchanged"}
    assert fresh.library.revision == revision
    assert in_step(fresh)


def test_chunks_and_sentences_are_exact_spans(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    for source in fresh.library.sources():
        text = fresh.library.text(source.id)
        chunks = fresh.library.catalogue.chunks_of(source.version)
        assert chunks
        for chunk in chunks:
            assert text.text[chunk.start : chunk.end].strip()
            assert fresh.embedder.count_tokens(chunk.header + text.text[chunk.start : chunk.end]) + 2 <= 256


def test_a_changed_file_replaces_what_it_said(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    before = {source.title: source.id for source in fresh.library.sources()}
    ferry = folder / "ferry.txt"
    ferry.write_text(ferry.read_text().replace("55 minutes", "48 minutes"))
    assert statuses(fresh.ingest([str(folder)]))["ferry.txt"] == "updated"
    assert {source.title: source.id for source in fresh.library.sources()} == before
    answer = fresh.ask(Inquiry(question="How long does the crossing take?"))
    assert "48 minutes" in answer.answer
    assert "55 minutes" not in answer.answer
    assert in_step(fresh)


def test_a_removed_source_leaves_nothing_behind(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    ferry = next(source for source in fresh.library.sources() if "ferry" in source.title)
    fresh.remove([ferry.id])
    assert len(fresh.library.sources()) == 2
    assert in_step(fresh)
    assert "Ines Mora" not in fresh.ask(Inquiry(question="Who commands the ferry?")).answer


def test_the_same_content_under_two_names_is_one_source_with_two_locations(fresh: Workspace, folder: Path) -> None:
    shutil.copy(folder / "ferry.txt", folder / "zz-copy.txt")
    report = fresh.ingest([str(folder)])
    assert len(fresh.library.sources()) == 3
    assert statuses(report)["zz-copy.txt"] == "unchanged"
    ferry = next(source for source in fresh.library.sources() if "ferry" in source.title)
    assert [Path(place).name for place in ferry.locations] == ["ferry.txt", "zz-copy.txt"]
    copy = folder / "zz-copy.txt"
    copy.write_text(copy.read_text() + "\nThe copy has gone its own way.\n")
    fresh.ingest([str(folder)])
    assert len(fresh.library.sources()) == 4
    assert in_step(fresh)


def test_a_renamed_file_keeps_its_identity(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    before = {source.id for source in fresh.library.sources()}
    (folder / "ferry.txt").rename(folder / "boat.txt")
    report = fresh.ingest([str(folder)])
    assert {source.id for source in fresh.library.sources()} == before
    moved = next(outcome for outcome in report.outcomes if outcome.target.endswith("boat.txt"))
    assert moved.reason.startswith("moved from")
    assert moved.source_id is not None
    assert fresh.library.source(moved.source_id).locations == (str(folder / "boat.txt"),)


def words_by_place(workspace: Workspace) -> dict[str, list[str]]:
    """What the library holds of each file."""
    library = workspace.library
    return {
        Path(place).name: library.text(source.id).text.split()
        for source in library.sources()
        for place in source.locations
    }


def words_on_disk(folder: Path) -> dict[str, list[str]]:
    return {file.name: file.read_text().split() for file in folder.iterdir()}


def test_a_file_renamed_while_another_takes_its_name_is_told_apart(fresh: Workspace, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    notes = {name: tmp_path / "notes" / f"{name}.txt" for name in ("a", "b", "c")}
    notes["b"].write_text("The geese of the lighthouse are eleven.")
    fresh.ingest([str(tmp_path / "notes")])
    for new in ("a", "c"):  # before it and after it in the order of files
        old = next(path for path in notes.values() if path.exists())
        old.rename(notes[new])
        old.write_text(f"The keeper counted {len(new)} seals on the day of {new}.")
        fresh.ingest([str(tmp_path / "notes")])
        assert words_by_place(fresh) == words_on_disk(tmp_path / "notes")
        assert in_step(fresh)


def test_files_that_swap_what_they_say_are_told_apart(fresh: Workspace, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    one, other = tmp_path / "notes" / "one.txt", tmp_path / "notes" / "other.txt"
    one.write_text("The geese of the lighthouse are eleven.")
    other.write_text("The bakery sells bread on Tuesdays.")
    fresh.ingest([str(tmp_path / "notes")])
    said = one.read_text()
    one.write_text(other.read_text())
    other.write_text(said)
    fresh.ingest([str(tmp_path / "notes")])
    assert words_by_place(fresh) == words_on_disk(tmp_path / "notes")
    assert in_step(fresh)


def test_copies_that_both_change_leave_nothing_of_what_they_said(fresh: Workspace, tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    for name in ("one.txt", "copy.txt"):
        (tmp_path / "notes" / name).write_text("The geese of the lighthouse are eleven.")
    fresh.ingest([str(tmp_path / "notes")])
    assert len(fresh.library.sources()) == 1
    for name in ("one.txt", "copy.txt"):
        (tmp_path / "notes" / name).write_text(f"This is {name}, which no longer speaks of birds.")
    fresh.ingest([str(tmp_path / "notes")])
    assert words_by_place(fresh) == words_on_disk(tmp_path / "notes")
    assert len(fresh.library.sources()) == 2
    assert in_step(fresh)


def test_what_cannot_be_read_fails_with_a_reason_while_the_rest_goes_on(fresh: Workspace, folder: Path) -> None:
    (folder / "empty.txt").write_text("")
    (folder / "blank.md").write_text(" \n\n \t")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (folder / "link.txt").symlink_to("/etc/hostname")
    report = fresh.ingest([str(folder), str(folder / "not-there.txt")])
    assert report.count("added") == 3
    reasons = {Path(outcome.target).name: outcome.reason for outcome in report.failed}
    assert reasons.keys() == {"empty.txt", "blank.md", "binary.txt", "link.txt", "not-there.txt"}
    for name, reason in reasons.items():
        assert name in reason, reason
        assert "Error" not in reason, reason
    assert in_step(fresh)


def test_a_file_that_breaks_keeps_its_last_good_version(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    (folder / "ferry.txt").write_bytes(b"")
    report = fresh.ingest([str(folder)])
    assert statuses(report)["ferry.txt"] == "failed"
    assert "55 minutes" in fresh.ask(Inquiry(question="How long does the crossing take?")).answer


def test_a_file_that_goes_or_is_locked_before_it_is_read_fails_alone(
    fresh: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = find_targets([str(folder)])
    (folder / "ferry.txt").unlink()
    read = Path.read_bytes

    def refusing(path: Path) -> bytes:
        if path.name == "harbour.md":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    report = fresh.ingest(targets)
    reasons = sorted(outcome.reason for outcome in report.failed)
    assert len(reasons) == 2
    assert "ferry.txt can't be read: No such file" in reasons[0]
    assert "harbour.md can't be read: Permission denied. Check that it is there and yours" in reasons[1]
    assert report.count("added") == 1


def test_a_folder_that_cannot_be_listed_is_named_and_the_others_are_read(
    fresh: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "private").mkdir()
    real = os.scandir

    def scandir(path: Path | str | int = ".") -> object:
        if not isinstance(path, int) and Path(path).name == "private":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    report = fresh.ingest([str(folder)])
    assert report.count("added") == 3
    assert f"The folder {folder / 'private'} can't be read: Permission denied." in report.failed[0].reason


def test_a_library_that_cannot_be_written_any_more_keeps_what_was_finished(
    fresh: Workspace, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.BATCH_SOURCES", 1)
    add, calls = LocalIndex.add_vectors, []

    def full(index: LocalIndex, entries: list[Entry]) -> None:
        calls.append(len(entries))
        if len(calls) == 2:
            raise LibraryError("The search index can't be changed: No space left on device.", "Make room.")
        add(index, entries)

    monkeypatch.setattr(LocalIndex, "add_vectors", full)
    with pytest.raises(LibraryError, match=r"No space left on device\. Make room\."):
        fresh.ingest([str(folder)])
    assert len(fresh.library.sources()) == 1
    assert fresh.ingest([str(folder)]).count("added") == 2
    assert in_step(fresh)


def test_progress_is_told_and_a_run_can_be_stopped(fresh: Workspace, folder: Path) -> None:
    told: list[Progress] = []
    fresh.ingest([str(folder)], told.append)
    assert told[-1].done == told[-1].total == 3
    assert any(step.texts and step.embedded == step.texts for step in told)
    assert [step.share for step in told] == sorted(step.share for step in told)
    assert told[-1].share == 1 and told[-1].remaining in (0, None)
    report = fresh.ingest([str(folder)], stop=lambda: True)
    assert report.stopped
    assert in_step(fresh)


def test_unchanged_content_is_never_embedded_again(fresh: Workspace, folder: Path) -> None:
    fresh.ingest([str(folder)])
    for file in folder.iterdir():
        file.touch()
    told: list[Progress] = []
    fresh.ingest([str(folder)], told.append)
    assert all(step.texts == 0 for step in told)


@pytest.mark.parametrize(
    "name", ["a\nb.txt", "<img src=x onerror=alert(1)>.txt", "..txt", "é" * 100 + ".txt", "CON.txt"]
)
def test_hostile_names_are_only_names(fresh: Workspace, tmp_path: Path, name: str) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_text("The lighthouse keeper feeds eleven geese every morning.")
    report = fresh.ingest([str(tmp_path / "files" / name)])
    assert report.count("added") == 1
    assert "eleven geese" in fresh.ask(Inquiry(question="How many geese does the lighthouse keeper feed?")).answer
