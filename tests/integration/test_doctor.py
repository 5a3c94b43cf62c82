import json
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from rag.library import Library, open_library
from rag.library.health import Health, examine, repair
from tests.stored import FAKE, store, vector

SHIPS = "The navy sent three ships to the Pacific. They left in May.\n\nThe crew was tired of rice."
BREAD = "Bread is made of flour and water. Yeast makes it rise."


@pytest.fixture
def stocked(library: Library) -> Library:
    store(library, ships=SHIPS, bread=BREAD)
    return library


def complaints(health: Health) -> dict[str, list[str]]:
    return {check.name: check.problems for check in health.checks if not check.ok}


def sql(library: Library, statement: str) -> None:
    with library.catalogue._database.write() as connection:
        connection.execute(text(statement))


def test_a_sound_library_has_nothing_to_complain_of(stocked: Library) -> None:
    health = examine(stocked)
    assert health.ok, complaints(health)
    assert {check.name for check in health.checks} == {
        "catalogue", "vectors", "postings", "versions", "texts", "spans", "embeddings", "leftovers", "originals",
        "stamp", "recall",
    }  # fmt: skip
    assert json.loads(json.dumps(health.as_dict()))["ok"] is True


def test_an_empty_library_is_sound(library: Library) -> None:
    assert examine(library).ok


def test_a_missing_vector_is_named_and_mended(stocked: Library) -> None:
    (first, *_) = sorted(stocked.catalogue.chunk_ids())
    stocked.index.vectors.remove([first])
    assert complaints(examine(stocked))["vectors"] == [f"chunk {first} is missing"]
    assert repair(stocked).ok


def test_a_vector_and_a_posting_left_over_are_named_and_removed(stocked: Library) -> None:
    stocked.index.vectors.add([999], ["ghost"], stocked.cache.chunk_vectors([1], FAKE)[1])
    stocked.index.lexical.add([(998, "ghost", "a ghost")])
    found = complaints(examine(stocked))
    assert found["vectors"] == ["chunk 999 is left over"]
    assert found["postings"] == ["chunk 998 is left over"]
    assert repair(stocked).ok


def test_a_swapped_chunk_is_seen_though_the_counts_agree(stocked: Library) -> None:
    stocked.index.lexical.remove([1])
    stocked.index.lexical.add([(777, "ghost", "a ghost")])
    assert complaints(examine(stocked))["postings"] == ["chunk 1 is missing", "chunk 777 is left over"]
    assert repair(stocked).ok


def test_vectors_of_other_texts_are_seen_by_searching(library: Library) -> None:
    store(library, **{f"source{i}": f"Ship {i} left harbour {i * 7}. It carried rice." for i in range(60)})
    ids = sorted(library.catalogue.chunk_ids())
    vectors = library.cache.chunk_vectors(ids, FAKE)[1]
    library.index.vectors.add(ids, ["x"] * len(ids), vectors[::-1].copy())
    assert "recall" in complaints(examine(library))
    assert repair(library).ok


def test_a_version_left_unfinished_is_named_and_dropped(stocked: Library) -> None:
    sql(stocked, "INSERT INTO versions SELECT 50, source_id, 'indexing', content_hash, title, url, media_type, text, "
        "characters, headings, pages, metadata, created_at FROM versions WHERE id = 1")  # fmt: skip
    assert complaints(examine(stocked))["versions"] == ["version 50 was never finished"]
    assert repair(stocked).ok


def test_spans_outside_the_text_are_named(stocked: Library) -> None:
    sql(stocked, 'UPDATE chunks SET "end" = 5000 WHERE id = 1')
    sql(stocked, "UPDATE versions SET text = 'short' WHERE id = 2")
    assert complaints(examine(stocked))["spans"] == [
        "chunk [0, 5000) is outside the text of version 1",
        f"version 2 has 5 characters instead of {len(BREAD)}",
    ]


def test_texts_without_a_vector_are_named_and_rebuilding_makes_them(stocked: Library) -> None:
    sql(stocked, "DELETE FROM embeddings WHERE text_hash IN (SELECT text_hash FROM chunks WHERE id = 1)")
    (problem,) = complaints(examine(stocked))["embeddings"]
    assert "run 'footnote rebuild'" in problem
    assert not repair(stocked).ok  # the doctor has no embedder

    assert stocked.rebuild(lambda texts: np.stack([vector(text) for text in texts]), FAKE) == 1
    assert examine(stocked).ok


def test_vectors_that_belong_to_nothing_are_named_and_pruned(stocked: Library) -> None:
    stocked.cache.add(FAKE, {"nothing": vector("nothing")})
    stocked.cache.add("another", {"something": vector("something")})
    found = complaints(examine(stocked))["leftovers"]
    assert "vector nothing belongs to nothing" in found
    assert any("another embedder, another" in problem for problem in found)
    assert repair(stocked).ok


def test_a_damaged_dense_index_is_found_without_crashing_and_rebuilt(stocked: Library, tmp_path: Path) -> None:
    folder = stocked.folder
    stocked.close()
    (database,) = folder.glob("index/vectors-*/chroma.sqlite3")
    database.write_bytes(b"\0" * database.stat().st_size)  # the size is as the stamp says
    with open_library(folder) as library:
        assert "vectors" in complaints(examine(library))
        assert repair(library).ok
