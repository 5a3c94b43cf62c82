import multiprocessing
import re
import signal
import sys
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from rag.errors import LibraryError, LibraryInUseError
from rag.library import Library, open_library
from tests import dying


def hold(folder: Path, held: Event, address: str | None) -> None:
    sys.argv = ["/usr/bin/footnote", "serve", "--port", "7860"]
    with open_library(folder) as library:
        if address:
            library.announce(address)
        held.set()
        signal.pause()


@pytest.mark.parametrize("address", [None, "http://127.0.0.1:7860"])
def test_a_second_process_is_told_who_has_the_library(tmp_path: Path, address: str | None) -> None:
    context = dying.workers()
    held = context.Event()
    owner = context.Process(target=hold, args=(tmp_path, held, address))
    owner.start()
    assert held.wait(60)
    try:
        with pytest.raises(LibraryInUseError) as raised:
            open_library(tmp_path)
        told = str(raised.value)
        assert f"in use by 'footnote serve' (process {owner.pid})" in told
        assert (address is not None) == ("which answers at http://127.0.0.1:7860" in told)
    finally:
        owner.kill()
        owner.join()
    open_library(tmp_path).close()  # the dead owner's lock is gone with it


def test_one_process_cannot_open_a_library_twice(library: Library) -> None:
    with pytest.raises(LibraryInUseError, match=re.escape(str(library.folder))):
        open_library(library.folder)


def test_a_closed_library_can_be_opened_again_and_names_no_owner(tmp_path: Path) -> None:
    open_library(tmp_path).close()
    assert not (tmp_path / "owner.json").exists()
    open_library(tmp_path).close()


def test_a_library_that_cannot_be_noted_as_owned_is_let_go(tmp_path: Path) -> None:
    (tmp_path / "owner.json").mkdir()
    with pytest.raises(LibraryError, match="can't be locked"):
        open_library(tmp_path)
    (tmp_path / "owner.json").rmdir()
    open_library(tmp_path).close()


def test_children_of_this_test_are_gone() -> None:
    assert [child for child in multiprocessing.active_children() if child.is_alive()] == []
