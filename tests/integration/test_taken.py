"""Removing for good, undoing a removal, and the originals that go with sources."""

from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryError, SourceError
from rag.library import Library, open_library
from rag.library.health import examine, repair
from tests.stored import FAKE, found, new_version, store, vector

SHIPS = "The navy sent three ships to the Pacific. They left in May.\n\nThe crew was tired of rice."
BREAD = "Bread is made of flour and water. Yeast makes it rise."


def store_original(library: Library, source_id: str, text: str, data: bytes) -> None:
    version, texts = new_version(source_id, text)
    version = type(version)(**{**vars(version), "original": data})
    library.commit([version], {key: vector(words) for key, words in texts.items()}, FAKE)


def names(library: Library) -> list[str]:
    folder = library.folder / "originals"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_a_removed_source_is_gone_at_once_and_comes_back_as_it_was(library: Library) -> None:
    store_original(library, "ships", SHIPS, b"%PDF ships")
    store(library, bread=BREAD)
    before, chunks = library.source("ships"), library.catalogue.chunk_ids()
    text, hits = library.text("ships"), found(library, "three ships to the Pacific")
    taken = library.take("ships")
    assert [source.id for source in library.sources()] == ["bread"] and names(library) == []
    assert all(source == "bread" for hit in found(library, "three ships to the Pacific") for source, _ in hit)
    assert examine(library).ok

    library.put_back(taken)
    assert library.source("ships") == before and library.text("ships") == text
    assert library.catalogue.chunk_ids() == chunks
    assert found(library, "three ships to the Pacific") == hits
    assert library.originals.read(before.content_hash) == b"%PDF ships"
    assert examine(library).ok


def test_nothing_is_undone_where_the_source_was_added_again(library: Library) -> None:
    store(library, ships=SHIPS)
    taken = library.take("ships")
    store(library, ships=SHIPS)
    with pytest.raises(SourceError, match="added again"):
        library.put_back(taken)
    assert len(library.sources()) == 1
    store(library, bread=BREAD)
    assert examine(library).ok


def test_a_removal_from_before_a_rebuild_with_another_embedder_is_not_undone(library: Library) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    taken = library.take("ships")
    library.rebuild(lambda texts: np.stack([vector(text, 16) for text in texts]), "other")
    with pytest.raises(LibraryError, match="another embedder"):
        library.put_back(taken)


def test_an_original_stays_as_long_as_a_source_has_its_content(library: Library) -> None:
    store_original(library, "ships", SHIPS, b"%PDF first")
    store_original(library, "ships", SHIPS + " It was long ago.", b"%PDF second")
    kept = library.source("ships").content_hash
    assert names(library) == [f"{kept}.pdf"] and library.originals.read(kept) == b"%PDF second"
    library.remove(["ships"])
    assert names(library) == []


def test_what_a_killed_process_left_among_the_originals_is_swept_away(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        store_original(library, "ships", SHIPS, b"%PDF ships")
        (tmp_path / "originals" / "0f0f.partial").write_bytes(b"half")
        (tmp_path / "originals" / "abcd.pdf").write_bytes(b"%PDF orphan")
        problems = {check.name: check.problems for check in examine(library).checks}["originals"]
        assert problems == ["the file 0f0f.partial belongs to no source", "the file abcd.pdf belongs to no source"]
        assert repair(library).ok and len(names(library)) == 1
        (tmp_path / "originals" / "abcd.pdf").write_bytes(b"%PDF orphan")
    with open_library(tmp_path) as library:
        assert names(library) == [f"{library.source('ships').content_hash}.pdf"]
