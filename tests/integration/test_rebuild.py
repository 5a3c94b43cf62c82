import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import EmbedderMismatchError, LibraryError
from rag.library import Library, index, open_library
from rag.library.health import examine
from rag.library.index import Entry, LocalIndex
from rag.models.embedder import Embedder
from tests import dying
from tests.stored import FAKE, found, store, vector

SHIPS = "The navy sent three ships to the Pacific. They left in May."
BREAD = "Bread is made of flour and water. Yeast makes it rise."


def embed_wide(texts: Sequence[str]) -> NDArray[np.float32]:
    """Another embedder, of another dimension."""
    return np.stack([vector(text, 48) for text in texts])


def test_another_embedder_is_refused_with_the_command_that_rebuilds(library: Library) -> None:
    store(library, ships=SHIPS)
    with pytest.raises(EmbedderMismatchError, match="footnote rebuild"):
        library.check_embedder("another")
    with pytest.raises(EmbedderMismatchError, match="footnote rebuild"):
        store(library, embedder="another", bread=BREAD)
    assert [source.id for source in library.sources()] == ["ships"]
    assert examine(library).ok


def test_an_empty_library_takes_any_embedder(library: Library) -> None:
    store(library, ships=SHIPS)
    library.remove(["ships"])
    store(library, embedder="another", bread=BREAD)
    assert library.embedder == "another"
    assert examine(library).ok


def test_rebuilding_with_the_same_embedder_embeds_nothing(library: Library) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    before = found(library, "three ships")
    assert library.rebuild(embed_wide, FAKE) == 0
    assert found(library, "three ships") == before
    assert examine(library).ok


def test_rebuilding_with_another_embedder_replaces_every_vector(library: Library) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    told: list[tuple[int, int]] = []
    count = library.rebuild(embed_wide, "wide", lambda done, total: told.append((done, total)))
    assert count > 4
    assert told[-1] == (count, count)
    assert library.embedder == "wide"
    assert library.index.search_dense(vector("ships\n\n" + SHIPS, 48), 1)[0][1] == pytest.approx(1, abs=1e-3)
    assert examine(library).ok
    folder = library.folder
    library.close()
    with open_library(folder) as again:
        again.check_embedder("wide")
        assert examine(again).ok


def test_searching_goes_on_while_the_index_is_built_anew(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    before, asked = found(library, "three ships"), []
    add = LocalIndex.add

    def asking(index: LocalIndex, entries: Sequence[Entry]) -> None:
        asked.append(found(library, "three ships"))
        add(index, entries)
        asked.append(found(library, "three ships"))

    monkeypatch.setattr(LocalIndex, "add", asking)
    library.refill()
    assert library.rebuild(embed_wide, FAKE) == 0
    assert asked == [before] * 4
    assert found(library, "three ships") == before
    assert len(list(library.folder.glob("index*"))) == 1
    assert examine(library).ok


def test_a_search_that_began_before_the_index_was_replaced_ends_well(library: Library) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    old, before = library.index, library.index.search_bm25("three ships", 5)
    errors: list[BaseException] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                assert old.search_bm25("three ships", 5) == before
                assert len(old.search_dense(vector("three ships"), 2)) == 2
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        library.refill()
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []


def test_while_an_embedder_is_exchanged_a_question_is_told_to_wait(library: Library) -> None:
    store(library, ships=SHIPS)
    told = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        with pytest.raises(LibraryError, match=r"is being rebuilt.*Try again"):
            library.check_embedder("wide")
        told.append(found(library, "three ships"))  # what is loaded for the old one goes on
        return embed_wide(texts)

    before = found(library, "three ships")
    library.rebuild(embed, "wide")
    assert told == [before]
    library.check_embedder("wide")


def test_an_index_that_cannot_be_filled_leaves_the_old_one(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    before = found(library, "three ships")

    def full(*_: object) -> None:
        raise LibraryError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(LocalIndex, "add_postings", full)
        with pytest.raises(LibraryError, match="full"):
            library.refill()
    assert found(library, "three ships") == before
    library.refill()
    assert found(library, "three ships") == before
    assert examine(library).ok


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_rebuilding(folder: Path, step: str) -> None:
    with open_library(folder) as library:
        if step in ("add", "hand_over"):
            setattr(LocalIndex, step, killed)
        library.rebuild(embed_wide, "wide", killed if step == "embedded" else None)


@pytest.mark.parametrize(("step", "left"), [("embedded", FAKE), ("add", FAKE), ("hand_over", "wide")])
def test_a_rebuild_that_was_killed_leaves_one_embedder_or_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, left: str
) -> None:
    monkeypatch.setattr(index, "opens", lambda path: True)
    with open_library(tmp_path) as library:
        store(library, ships=SHIPS, bread=BREAD)
    assert dying.run(die_while_rebuilding, tmp_path, step).exitcode == -9
    with open_library(tmp_path) as library:
        assert library.embedder == left
        assert {source for source, _ in found_bm25(library)} == {"ships", "bread"}
        assert {check.name for check in examine(library).checks if not check.ok} <= {"leftovers"}
        assert len(list(tmp_path.glob("index*"))) == 1
        again = library.rebuild(embed_wide, "wide")
        assert again == 0  # what was embedded before the kill was kept
        assert examine(library).ok


def found_bm25(library: Library) -> list[tuple[str, float]]:
    hits = library.index.search_bm25("ships bread", 10)
    chunks = library.catalogue.chunks([i for i, _ in hits])
    return [(chunks[i].source_id, score) for i, score in hits]


def test_the_real_embedder_finds_what_is_meant(library: Library, embedder: Embedder) -> None:
    store(library, ships=SHIPS, bread=BREAD)
    library.rebuild(embedder.embed, embedder.fingerprint)
    (question,) = embedder.embed(["What do I need for baking a loaf?"])
    (best, *_), chunks = library.index.search_dense(question, 2), library.catalogue.chunks([1, 2])
    assert chunks[best[0]].source_id == "bread"
