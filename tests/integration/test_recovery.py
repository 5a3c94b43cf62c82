import random
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import LibraryError
from rag.library import Library, index, open_library
from rag.library.health import examine
from tests import dying
from tests.stored import answer_citing, found, store, vector

STILL = {
    "ships": "The navy sent three ships to the Pacific. They left in May.\n\nThe crew was tired of rice.",
    "bread": "Bread is made of flour and water. Yeast makes it rise.",
}
QUESTIONS = ["three ships in May", "flour and yeast", "rice"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed library with two sources that stay and three that move."""
    with open_library(tmp_path / "library") as library:
        store(library, **STILL)
        store(library, **dying.generation(1))
    return tmp_path / "library"


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the trial in a child process, which costs a second: a damaged index would kill the test itself."""
    monkeypatch.setattr(index, "opens", lambda path: True)


def answers(library: Library) -> list[tuple[list[tuple[str, float]], list[str]]]:
    """What is found of the sources that stay: cosines, and the order of BM25."""
    still = frozenset(STILL)
    given = []
    for question in QUESTIONS:
        dense = library.index.search_dense(vector(question), 5, still)
        words = library.index.search_bm25(question, 5, still)
        given.append(([(i, round(score, 5)) for i, score in dense], [i for i, _ in words]))
    return given


def generations(library: Library) -> set[str]:
    """Which generations the moving sources are of."""
    return {library.text(f"moving{i}").text.split(" of ")[0] for i in range(3)}


def assert_sound(library: Library) -> None:
    health = examine(library, sample=0)
    assert health.ok, [check for check in health.checks if not check.ok]


STEPS = ["cache.add", "catalogue.begin_version", "index.add_vectors", "index.add_postings", "catalogue.publish"]
STEPS += ["index.begin_change", "index.remove", "index.end_change"]


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_process_killed_at_any_step_of_a_commit_leaves_the_old_or_the_new(
    folder: Path, step: str, after: bool
) -> None:
    with open_library(folder) as library:
        before = answers(library)
    assert dying.run(dying.die_at, folder, step, after, False).exitcode == -9
    with open_library(folder) as library:
        published = STEPS.index(step) >= (4 if after else 5) and step != "index.begin_change"
        assert generations(library) == {"Generation 2" if published else "Generation 1"}
        assert answers(library) == before
        assert_sound(library)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize(
    ("step", "after"), [("catalogue.publish", False), ("catalogue.publish", True), ("index.remove", True)]
)
def test_a_cited_text_outlives_a_process_killed_while_replacing_it(folder: Path, step: str, after: bool) -> None:
    with open_library(folder) as library:
        text = library.text("moving0")
        exchange = library.conversations.ask("What was painted?")
        library.conversations.answered(exchange.id, answer_citing(library, "moving0"))
    assert dying.run(dying.die_at, folder, step, after, False).exitcode == -9
    with open_library(folder) as library:
        assert library.text("moving0", text.version) == text
        assert [v.current for v in library.versions("moving0")] == ([True, False] if after else [True])
        assert len(library.versions("moving1")) == 1  # nothing cites it
        assert library.index.ids() == (library.catalogue.chunk_ids(), library.catalogue.chunk_ids())
        assert_sound(library)


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["catalogue.remove", "index.remove", "index.end_change"])
def test_a_process_killed_while_removing_leaves_all_or_nothing(folder: Path, step: str, after: bool) -> None:
    assert dying.run(dying.die_at, folder, step, after, True).exitcode == -9
    with open_library(folder) as library:
        left = {source.id for source in library.sources()} - set(STILL)
        assert left == (set() if step != "catalogue.remove" or after else {"moving0", "moving1", "moving2"})
        assert_sound(library)


@pytest.mark.usefixtures("trusting")
def test_killed_at_ten_random_instants_a_library_stays_whole(folder: Path) -> None:
    rng = random.Random(7)
    with open_library(folder) as library:
        before = answers(library)
    for number in range(10):
        begun = dying.workers().Event()
        process = dying.workers().Process(
            target=dying.commit_until_killed, args=(folder, number * 1000, rng.randint(1, 20), begun)
        )
        process.start()
        assert begun.wait(60)
        time.sleep(rng.random() * 0.3)
        process.kill()
        process.join()
        with open_library(folder) as library:
            assert len(generations(library)) == 1
            assert answers(library) == before
            assert_sound(library)


@pytest.mark.parametrize("wait", [0.0, 0.02], ids=["at once", "a moment later"])
def test_killed_while_vectors_are_written_to_disk_a_library_stays_whole(folder: Path, wait: float) -> None:
    count = 1_100  # Chroma writes its graph out after every 1,000 vectors
    dying.run(dying.commit_many, folder, 1, count)
    with open_library(folder) as library:
        before = answers(library)

    def graph() -> list[tuple[str, int, int]]:
        files = [file for file in folder.glob("index/vectors-*/*/*") if file.is_file()]
        return sorted((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)

    written = graph()
    assert written, "Chroma keeps its graph elsewhere"
    process = dying.workers().Process(target=dying.commit_many, args=(folder, 2, count))
    process.start()
    while graph() == written and process.is_alive():
        time.sleep(0.001)
    time.sleep(wait)
    process.kill()
    process.join()
    with open_library(folder) as library:
        loads = {library.text(f"crate{i}").text.split(" holds")[0].split("of ")[1] for i in range(0, count, 100)}
        assert loads in ({"load 1"}, {"load 2"})
        assert answers(library) == before
        assert_sound(library)


def damaged_hnsw(folder: Path) -> None:
    (file,) = folder.glob("index/vectors-*/*/data_level0.bin")
    file.write_bytes(file.read_bytes()[:1000])


def damaged_chroma_database(folder: Path) -> None:
    (file,) = folder.glob("index/vectors-*/chroma.sqlite3")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def deleted_segment(folder: Path) -> None:
    next(folder.glob("index/bm25/*.idx")).unlink()


def deleted_vectors(folder: Path) -> None:
    shutil.rmtree(next(folder.glob("index/vectors-*")))


def deleted_index(folder: Path) -> None:
    shutil.rmtree(folder / "index")


def deleted_stamp(folder: Path) -> None:
    (folder / "index" / "stamp.json").unlink()


def truncated_stamp(folder: Path) -> None:
    stamp = folder / "index" / "stamp.json"
    stamp.write_bytes(stamp.read_bytes()[:20])


def strange_stamp(folder: Path) -> None:
    (folder / "index" / "stamp.json").write_text("[1, 2]")


DAMAGES = [damaged_hnsw, damaged_chroma_database, deleted_segment, deleted_vectors, deleted_index]
DAMAGES += [deleted_stamp, truncated_stamp, strange_stamp]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_index_is_mended_on_opening_without_embedding(folder: Path, damage: Callable[[Path], None]) -> None:
    with open_library(folder) as library:
        before = answers(library)
    damage(folder)
    with open_library(folder) as library:
        assert answers(library) == before
        assert_sound(library)


def test_an_older_catalogue_put_back_beside_a_newer_index_is_believed(folder: Path) -> None:
    copy = (folder / "catalogue.sqlite").read_bytes()
    with open_library(folder) as library:
        store(library, **dying.generation(2))
        library.remove(["ships"])
    (folder / "catalogue.sqlite").write_bytes(copy)
    with open_library(folder) as library:
        assert generations(library) == {"Generation 1"}
        assert found(library, "three ships in May")[1][0][0] == "ships"
        assert_sound(library)


def test_an_index_whose_catalogue_is_gone_is_not_mixed_into_a_new_one(folder: Path) -> None:
    (folder / "catalogue.sqlite").unlink()
    with open_library(folder) as library:
        assert library.sources() == []
        store(library, salt="Salt comes from the sea.")
        assert {source for source, _ in found(library, "ships bread salt generation")[1]} == {"salt"}
        assert_sound(library)


@pytest.mark.parametrize("content", [b"not a database " * 500, b""], ids=["garbage", "empty"])
def test_a_catalogue_that_is_no_database_is_named(folder: Path, content: bytes) -> None:
    (folder / "catalogue.sqlite").write_bytes(content)
    if content:
        with pytest.raises(LibraryError, match=r"catalogue\.sqlite is damaged: file is not a database.*backup"):
            open_library(folder)
    else:
        with open_library(folder) as library:
            assert library.sources() == []


def test_a_truncated_catalogue_is_named(folder: Path) -> None:
    catalogue = folder / "catalogue.sqlite"
    catalogue.write_bytes(catalogue.read_bytes()[:10_000])
    with pytest.raises(LibraryError, match=r"catalogue\.sqlite is damaged"):
        open_library(folder)
    with pytest.raises(LibraryError, match=r"catalogue\.sqlite is damaged"):  # the lock was let go
        open_library(folder)


def test_a_catalogue_of_a_newer_version_is_refused(folder: Path) -> None:
    with sqlite3.connect(folder / "catalogue.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(LibraryError, match=r"newer Footnote.*Update Footnote"):
        open_library(folder)


@pytest.fixture
def open_to_all(folder: Path) -> Iterator[Path]:
    """The library in a place that everyone can reach, but nobody else can write."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        shutil.copytree(folder, Path(place) / "library")
        yield Path(place) / "library"
        (Path(place) / "library").chmod(0o755)


def test_a_folder_that_cannot_be_written_is_named(open_to_all: Path) -> None:
    open_to_all.chmod(0o555)
    told = dying.workers().Queue()
    dying.run(dying.open_as_nobody, open_to_all, told)
    assert f"{open_to_all} can't be locked: Permission denied. Check that the folder is writable." in told.get()


def test_a_folder_that_cannot_be_made_is_named() -> None:
    with pytest.raises(LibraryError, match=r"/proc/footnote can't be made.*--library"):
        open_library(Path("/proc/footnote"))


def test_a_full_disk_stops_a_commit_and_harms_nothing(folder: Path) -> None:
    told = dying.workers().Queue()
    assert dying.run(dying.fill_the_disk, folder, told).exitcode == 0
    assert "disk" in told.get()
    assert told.get() == "stored"
    with open_library(folder) as library:
        assert generations(library) == {"Generation 2"}
        assert {source.id for source in library.sources()} == {*STILL, "moving0", "moving1", "moving2"}
        assert_sound(library)


def test_many_additions_and_removals_leave_nothing_behind(library: Library) -> None:
    store(library, **STILL)
    for number in range(60):  # after 300 the numbers below were 0.5 MB and the same ids
        store(library, passing=f"Cargo {number} was {number * 17} tons of salt. " * 20)
        library.remove(["passing"])
    assert {i for ids in library.index.ids() for i in ids} == library.catalogue.chunk_ids()
    assert library.index.search_bm25("cargo salt", 10) == []
    assert library.cache.unused() == []
    files = [f for f in library.folder.rglob("*") if f.is_file() and "sqlite-" not in f.name]
    assert sum(f.stat().st_size for f in files) < 1_000_000
    assert_sound(library)


def test_no_word_of_a_removed_source_is_left_in_the_catalogue(library: Library) -> None:
    store(library, secret="The password of the admiral is xylophone.", **STILL)
    library.remove(["secret"])
    folder = library.folder
    library.close()
    assert b"xylophone" not in (folder / "catalogue.sqlite").read_bytes()
    with open_library(folder):
        pass


def test_an_index_that_drags_along_too_many_deleted_vectors_is_made_anew(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.library._DEAD_WEIGHT", -1000)
    with open_library(folder) as library:
        before = answers(library)
        store(library, **dying.generation(2))
        assert library.index.removed == 0
        assert answers(library) == before
        assert_sound(library)


def test_searching_goes_on_while_sources_change(library: Library) -> None:
    store(library, **STILL)
    stop, errors, rounds = threading.Event(), [], [0]

    def search() -> None:
        try:
            while not stop.is_set():
                dense, words = found(library, "three ships in May", k=50)
                assert ("ships", 1.0) not in dense
                assert words[0][0] == "ships"
                assert {source for source, _ in dense} >= set(STILL)
                rounds[0] += 1
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(12):
        store(library, **dying.generation(number))
    library.remove(["moving1"])
    stop.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert rounds[0] > 10
