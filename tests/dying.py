"""What a process does that is about to die, for the tests of recovery. Runs in a child process."""

import multiprocessing
import os
import resource
import signal
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.library import Library, open_library
from tests.stored import store

WORDS = "anchor bow cargo deck engine ferry galley hull island jetty keel lantern mast net oar pier".split()


def generation(number: int, length: int = 3) -> dict[str, str]:
    """Three sources that are always replaced together."""
    return {
        f"moving{i}": "\n\n".join(
            f"Generation {number} of {i}: the {WORDS[(number + i + j) % len(WORDS)]} was painted. " * 6
            for j in range(length)
        )
        for i in range(3)
    }


def workers() -> ForkServerContext:
    """Child processes that have imported the slow parts already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "chromadb.config", "tests.dying"])
    return context


def run(target: Any, *arguments: Any) -> ForkServerProcess:
    """Runs a function in a child process to its end."""
    process = workers().Process(target=target, args=arguments)
    process.start()
    process.join(180)  # a busy machine
    assert process.exitcode is not None, "it hangs"
    return process


def commit_until_killed(folder: Path, first: int, length: int, begun: Event) -> None:
    with open_library(folder) as library:
        number = first
        while True:
            store(library, **generation(number, length))
            begun.set()
            number += 1


def die_at(folder: Path, step: str, after: bool, removing: bool) -> None:
    """Dies of SIGKILL before or after one step of a change, such as `index.add`."""
    with open_library(folder) as library:
        owner_name, name = step.split(".")
        owner = getattr(library, owner_name)
        real = getattr(owner, name)

        def dying(*arguments: Any) -> Any:
            if after:
                real(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, dying)
        change(library, removing)


def change(library: Library, removing: bool) -> None:
    if removing:
        library.remove(["moving0", "moving1", "moving2"])
    else:
        store(library, **generation(2))


def fill_the_disk(folder: Path, answers: "multiprocessing.Queue[str]") -> None:
    """Commits under a limit on the size of files, and again without it."""
    with open_library(folder) as library:
        limit = max(file.stat().st_size for file in folder.rglob("*") if file.is_file()) + 20_000
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            store(library, **{f"big{i}": generation(i, 200)["moving0"] for i in range(10)})
            answers.put("nothing went wrong")
        except LibraryError as error:
            answers.put(str(error))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        store(library, **generation(2))
        answers.put("stored")


def open_as_nobody(folder: Path, answers: "multiprocessing.Queue[str]") -> None:
    """Opens a library without the rights of its owner."""
    if os.geteuid() == 0:
        os.setuid(65534)
    try:
        open_library(folder).close()
        answers.put("opened")
    except LibraryError as error:
        answers.put(str(error))


def commit_many(folder: Path, number: int, count: int) -> None:
    """Commits so many sources at once that Chroma writes its graph to disk, replacing those of the number before."""
    with open_library(folder) as library:
        store(library, **{f"crate{i}": f"Crate {i} of load {number} holds {i * 7} nails." for i in range(count)})
