import os
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.errors import EmbedderMismatchError
from rag.library import Library, index, open_library
from rag.library.health import examine
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


def killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_rebuilding(folder: Path, step: str) -> None:
    with open_library(folder) as library:
        if step == "filling":
            library.index.add = killed  # type: ignore[method-assign]
        library.rebuild(embed_wide, "wide", killed if step == "embedded" else None)


@pytest.mark.parametrize(("step", "left"), [("embedded", FAKE), ("filling", "wide")])
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
