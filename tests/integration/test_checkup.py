from pathlib import Path

import pytest

from ingest.report import Health
from tests.integration import made
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


def test_a_source_keeps_its_health(fresh: Workspace, tmp_path: Path) -> None:
    lines = ["Der Mond zieht das Meer an, und die Sonne hilft ihm zweimal im Monat dabei.", "Der Rest ist Wind."]
    rows = [(72, 600, 10, "Hafen"), (250, 600, 10, "Hub"), (72, 586, 10, "Emden"), (250, 586, 10, "3 m")]
    (tmp_path / "gezeiten.pdf").write_bytes(made.pdf([[*made.prose(lines), *rows], []]))
    (outcome,) = fresh.ingest([str(tmp_path / "gezeiten.pdf")]).outcomes
    assert outcome.source_id and outcome.health
    assert outcome.health == Health.of(fresh.library.text(outcome.source_id).metadata)
    assert (outcome.health.language, outcome.health.language_from) == ("de", "text")
    assert (outcome.health.pages, outcome.health.pages_without_text, outcome.health.tables) == (2, (2,), 1)
    assert outcome.health.chunks == outcome.chunks and outcome.health.found == outcome.health.probed > 0
    assert outcome.notes == outcome.health.notes == ("Page 2 has no text.",)
    assert outcome.health.summary == "de, 2 pages, 1 table"
    assert fresh.library.source(outcome.source_id).language == "de"


@pytest.mark.parametrize(
    "words",
    [
        "CafÃ© des dÃ©jÃ\xa0 vus, oÃ¹ lâ€™on boit du thÃ©. ",  # UTF-8 read as Windows-1252, and saved like that
        "WKH PRRQ SXOOV WKH VHD WRZDUGV LW DQG WKH VXQ KHOSV LW WZLFH LQ HYHUB PRQWK. ",  # letters shifted by three
        "The \ue001\ue002\ue003 pulls the \ue004\ue002\ue005 twice a day. ",  # letters with no Unicode of their own
    ],
    ids=["mojibake", "shifted", "private use"],
)
def test_garbled_text_is_told(fresh: Workspace, tmp_path: Path, words: str) -> None:
    (tmp_path / "x.txt").write_text(words * 5, encoding="utf-8")
    (outcome,) = fresh.ingest([str(tmp_path / "x.txt")]).outcomes
    assert any("of the words look garbled" in note for note in outcome.notes)


def test_what_another_source_says_is_told_with_its_name(fresh: Workspace, tmp_path: Path) -> None:
    fresh.ingest([str(ISLAND)])
    (tmp_path / "copy.md").write_text("# Ferry notes\n\n" + (ISLAND / "ferry.txt").read_text())
    (outcome,) = fresh.ingest([str(tmp_path / "copy.md")]).outcomes
    assert outcome.health and outcome.health.same_as
    assert fresh.library.source(outcome.health.same_as.source_id).title == outcome.health.same_as.title
    assert any(outcome.health.same_as.title in note for note in outcome.notes)
