"""Giving sources other titles, collections and tags."""

from pathlib import Path

import pytest

from ingest.targets import Target
from rag.errors import SourceError
from rag.library.health import examine
from rag.schema import Inquiry
from ui.workspace import Workspace

HARBOUR = "The board met nine times.\n\nIt spent four thousand crowns on new dredging."


@pytest.fixture
def report(fresh: Workspace, tmp_path: Path) -> str:
    file = tmp_path / "doc_final3.txt"
    file.write_text(HARBOUR)
    fresh.ingest([str(file)])
    return fresh.library.sources()[0].id


def describe(workspace: Workspace, source_id: str, **given: str) -> None:
    source = workspace.library.source(source_id)
    asked = {"title": source.title, "collection": source.collection or "", "tags": ", ".join(source.tags)} | given
    workspace.describe(source_id, title=asked["title"], collection=asked["collection"], tags=asked["tags"])


def test_a_source_is_found_by_the_title_it_was_given(fresh: Workspace, report: str) -> None:
    assert not fresh.library.index.search_bm25("Lorn yearbook", 5)
    describe(fresh, report, title="  Yearbook of   Lorn Harbour ")
    source = fresh.library.source(report)
    assert source.title == "Yearbook of Lorn Harbour" and fresh.library.text(report).text == HARBOUR
    assert fresh.library.index.search_bm25("Lorn yearbook", 5)
    answer = fresh.ask(Inquiry(question="How much was spent on dredging?"))
    assert answer.citations[0].title == "Yearbook of Lorn Harbour"
    assert examine(fresh.library).ok


def test_what_a_person_gave_stays_when_the_file_changes_and_when_it_does_not(
    fresh: Workspace, report: str, tmp_path: Path
) -> None:
    describe(fresh, report, title="Yearbook of Lorn", collection="Harbour", tags="money, dredging,  money,")
    file = tmp_path / "doc_final3.txt"
    assert fresh.ingest([str(file)]).count("unchanged") == 1
    file.write_text(HARBOUR + " The pilot retired.")
    assert fresh.ingest([str(file)]).count("updated") == 1
    file.write_text(HARBOUR + " The pilot came back.")
    assert fresh.ingest([str(file)]).count("updated") == 1
    source = fresh.library.source(report)
    assert (source.title, source.collection, source.tags) == ("Yearbook of Lorn", "Harbour", ("money", "dredging"))
    assert "came back" in fresh.library.text(report).text
    fresh.ingest([Target(str(file), path=file, title="A manifest's title")])
    assert fresh.library.source(report).title == "A manifest's title"


def test_filing_alone_makes_no_new_version(fresh: Workspace, report: str) -> None:
    before = fresh.library.source(report)
    describe(fresh, report, collection="Harbour", tags="money")
    assert fresh.library.source(report).version == before.version
    describe(fresh, report, collection=" ", tags="")
    assert fresh.library.source(report) == before


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"title": " \n "}, "needs a title"),
        ({"title": "x" * 301}, "301 characters; 300"),
        ({"collection": "x" * 101}, "collection has 101"),
        ({"tags": "x" * 51}, "51 characters"),
        ({"tags": ",".join(map(str, range(21)))}, "21 tags"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    fresh: Workspace, report: str, given: dict[str, str], complaint: str
) -> None:
    before = fresh.library.source(report)
    with pytest.raises(SourceError, match=complaint):
        describe(fresh, report, **given)
    assert fresh.library.source(report) == before
