from pathlib import Path

from ui.workspace import Workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"


def test_what_is_added_is_searched_for_and_found(fresh: Workspace) -> None:
    report = fresh.ingest([str(ISLAND)])
    assert report.findability == 1.0
    assert all(outcome.probed >= 5 and not outcome.notes for outcome in report.outcomes)


def test_a_source_that_cannot_be_found_is_told(fresh: Workspace, tmp_path: Path) -> None:
    words = ("harbour", "breakwater", "ferry", "island", "winter", "storm", "captain", "slate")
    for number in range(8):
        # The same few words over and over: whichever sentence is asked for, several other files fit as well.
        sentences = [" ".join((*words[i:], *words[:i])).capitalize() + "." for i in range(8)]
        (tmp_path / f"{number}.txt").write_text(f"Notes\n\n{' '.join(sentences)}\n\nFile {number}.")
    report = fresh.ingest([str(tmp_path)])
    assert report.findability is not None
    assert report.findability < 1.0
    assert any("don't bring it back" in note for outcome in report.outcomes for note in outcome.notes)


def test_a_new_version_under_another_name_is_told(fresh: Workspace, tmp_path: Path) -> None:
    fresh.ingest([str(ISLAND)])
    text = (ISLAND / "ferry.txt").read_text()
    (tmp_path / "second edition.txt").write_text(text.replace("12 crowns", "13 crowns"))
    report = fresh.ingest([str(tmp_path / "second edition.txt")])
    assert any("another version of that" in note and "The Marrow ferry" in note for note in report.outcomes[0].notes)
