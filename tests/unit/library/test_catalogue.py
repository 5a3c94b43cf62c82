import threading
from pathlib import Path

import pytest

from rag.errors import LibraryError, SourceError
from rag.library import Library, open_library
from rag.library.health import examine
from rag.library.records import Location
from tests.stored import FAKE, new_version, store, vector

SHIPS = "The navy sent three ships. They left in May."


def test_a_source_is_given_back_as_it_was_added(library: Library) -> None:
    store(library, ships=SHIPS)
    source, text = library.source("ships"), library.text("ships")
    assert (source.title, source.characters, source.chunks, source.locations) == ("ships", 44, 1, ("/texts/ships",))
    assert text.text == SHIPS
    for chunk in library.catalogue.chunks_of(source.version):
        assert SHIPS[chunk.start : chunk.end] == SHIPS


def test_replacing_a_source_keeps_its_id_and_ends_its_old_version(library: Library) -> None:
    store(library, ships=SHIPS)
    old = library.source("ships")
    store(library, ships="They came back.")
    new = library.source("ships")
    assert (new.id, new.added_at) == (old.id, old.added_at)
    assert new.version > old.version
    assert library.text("ships").text == "They came back."
    assert library.catalogue.chunks([1]) == {}
    with pytest.raises(SourceError, match=f"Version {old.version} of source 'ships' is gone"):
        library.text("ships", old.version)


def test_of_two_versions_in_one_commit_the_last_stays(library: Library) -> None:
    first, _ = new_version("ships", SHIPS)
    second, texts = new_version("ships", "They came back.")
    needed = {**new_version("ships", SHIPS)[1], **texts}
    library.commit([first, second], {key: vector(text) for key, text in needed.items()}, FAKE)
    assert library.text("ships").text == "They came back."
    assert library.index.ids() == (library.catalogue.chunk_ids(), library.catalogue.chunk_ids())
    assert library.cache.unused() == []


def test_an_unknown_source_is_named(library: Library) -> None:
    with pytest.raises(SourceError, match=r"no source 'nobody'.*footnote sources list"):
        library.source("nobody")
    with pytest.raises(SourceError, match="no source 'nobody'"):
        library.text("nobody")


def test_every_change_of_what_can_be_searched_counts(library: Library) -> None:
    seen = [library.revision]
    store(library, ships=SHIPS)
    seen.append(library.revision)
    store(library, ships=SHIPS)
    seen.append(library.revision)
    library.remove(["ships"])
    seen.append(library.revision)
    assert seen == sorted(set(seen))


def test_a_source_lies_at_several_places_and_goes_with_the_last(library: Library) -> None:
    store(library, ships=SHIPS)
    library.place([Location("/copies/ships", "ships", 44, 1)])
    assert library.source("ships").locations == ("/copies/ships", "/texts/ships")
    assert library.place([], left=["/texts/ships", "/nowhere"]) == []
    assert library.source("ships").locations == ("/copies/ships",)
    assert library.place([], left=["/copies/ships"]) == ["ships"]
    assert library.sources() == []
    assert examine(library).ok


def test_a_source_goes_when_another_takes_over_its_only_place(library: Library) -> None:
    store(library, ships=SHIPS)
    version, texts = new_version("boats", "Boats are small.", "/texts/ships")
    library.commit([version], {key: vector(text) for key, text in texts.items()}, FAKE)
    assert [source.id for source in library.sources()] == ["boats"]
    assert examine(library).ok


def test_a_place_of_a_source_that_was_removed_meanwhile_is_not_kept(library: Library) -> None:
    library.place([Location("/texts/removed", "removed", 1, 1)])
    assert library.catalogue.location("/texts/removed") is None


def test_vectors_shared_with_another_source_stay_when_one_is_removed(library: Library) -> None:
    shared = "They left in May."
    store(library, ships=SHIPS, boats=f"Boats are small. {shared}")
    library.remove(["ships"])
    version = library.source("boats").version
    spans, vectors = library.cache.sentence_vectors(version, 0, 1000, library.embedder or "")
    assert [library.text("boats").text[a:b] for a, b in spans] == ["Boats are small.", shared]
    assert len(vectors) == 2
    assert library.cache.unused() == []


def test_chunks_without_a_vector_are_not_accepted(library: Library) -> None:
    version, _ = new_version("ships", SHIPS)
    with pytest.raises(LibraryError, match="without a vector"):
        library.commit([version], {}, "fake")
    assert library.sources() == []
    store(library, embedder="fake", boats="Boats are small.")  # and the next commit goes well
    assert [source.id for source in library.sources()] == ["boats"]
    assert library.catalogue.unfinished() == []


def test_vectors_of_an_ingestion_that_failed_are_gone_when_the_library_is_closed(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.cache.add("fake", {"unused": vector("unused")})
        assert library.cache.unused() == ["unused"]
    with open_library(tmp_path) as library:
        assert library.cache.unused() == []


def test_many_threads_can_write_at_once(library: Library) -> None:
    store(library, ships=SHIPS)
    errors: list[BaseException] = []

    def touch(number: int) -> None:
        try:
            for i in range(20):
                library.catalogue.place([Location(f"/copies/{number}/{i}", "ships", i, i)])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=touch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(library.source("ships").locations) == 161
