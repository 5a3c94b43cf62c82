"""Originals of PDFs, from ingestion to a drawn page."""

from pathlib import Path

import pytest

from rag.errors import SourceError
from rag.library.health import examine
from rag.settings import load_settings
from tests.integration.made import pdf, prose
from ui.web.adding import again
from ui.web.paper import Paper
from ui.workspace import Workspace, open_workspace

FIRST = pdf([prose(["The sluice was built of oak in a single winter."])])
SECOND = pdf([prose(["The sluice was built of iron in a single summer."])])


def kept(workspace: Workspace) -> list[str]:
    folder = workspace.library.folder / "originals"
    return sorted(path.stem for path in folder.iterdir()) if folder.is_dir() else []


def test_the_original_follows_its_source_and_a_page_is_drawn_of_it(fresh: Workspace, tmp_path: Path) -> None:
    file, note = tmp_path / "sluice.pdf", tmp_path / "note.txt"
    file.write_bytes(FIRST)
    note.write_text("The note has no pages to draw.")
    fresh.ingest([str(file), str(note)])
    source = next(source for source in fresh.library.sources() if source.media_type == "application/pdf")
    assert kept(fresh) == [source.content_hash]
    file.write_bytes(SECOND)
    fresh.ingest([str(file)])
    source = fresh.library.source(source.id)
    assert kept(fresh) == [source.content_hash] and examine(fresh.library).ok

    text, paper = fresh.library.text(source.id), Paper(fresh)
    start = text.text.index("iron")
    page = paper.page(text, 1, start, start + 4)
    assert len(page.boxes) == 1 and page.png.startswith(b"\x89PNG")
    assert paper.page(text, 1, start, start + 4) is page  # held, not drawn anew
    fresh.remove([source.id])
    assert not kept(fresh)
    with pytest.raises(SourceError, match="isn't kept"):
        paper.page(text, 1, start, start + 4)


def test_an_uploaded_pdf_can_be_read_again_from_its_original(fresh: Workspace, tmp_path: Path) -> None:
    from ui.web.adding import uploads

    file = tmp_path / "sluice.pdf"
    file.write_bytes(FIRST)
    fresh.ingest(uploads([str(file)], None))
    file.unlink()
    (source,) = fresh.library.sources()
    assert fresh.ingest(again(fresh, source)).count("unchanged") == 1
    assert fresh.library.sources() == [source]


def test_no_original_is_kept_where_that_is_not_wanted(tmp_path: Path) -> None:
    (tmp_path / "sluice.pdf").write_bytes(FIRST)
    settings = load_settings({"library": tmp_path / "library", "ingest": {"keep_originals": False}})
    with open_workspace(settings) as workspace:
        assert workspace.ingest([str(tmp_path / "sluice.pdf")]).count("added") == 1
        assert not kept(workspace)
