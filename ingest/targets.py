"""From what a user names - files, folders, addresses - to the single sources to add."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SourceError


@dataclass(frozen=True)
class Target:
    """One source to add.

    Attributes:
        location: Where it lies: an absolute path, or an address. The library knows the source by it.
        path: The file to read; None for an address.
        title: A title that wins over the one found inside.
        collection: What it is filed under.
        tags: Its topics.
        problem: Why it can't be read, if that is known already.
    """

    location: str
    path: Path | None = None
    title: str | None = None
    collection: str | None = None
    tags: tuple[str, ...] = ()
    problem: SourceError | None = None


def is_address(name: str) -> bool:
    """Whether a name is a URL rather than a path."""
    return "://" in name[:12] and not Path(name).exists()


def is_gone(location: str) -> bool:
    """Whether a location is the path of a file that is no longer there. A file that can't be looked at is not gone."""
    path = Path(location)
    if not path.is_absolute():
        return False
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def why_unreadable(folder: Path) -> str | None:
    """Why a folder that may well be there can't be listed; None if it can, or if it is gone."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return error.strerror or str(error)
    return None


def find_targets(names: Sequence[str], *, collection: str | None = None) -> list[Target]:
    """The sources meant by files, folders (with all below them) and addresses, each once, in order.

    What can't be found comes back as a target with a `problem`, so that the others still go on.
    """
    found: dict[str, Target] = {}
    for name in names:
        targets = [Target(name, collection=collection)] if is_address(name) else _below(name, collection)
        for target in targets:
            found.setdefault(target.location, target)
    return list(found.values())


def _below(name: str, collection: str | None) -> Iterator[Target]:
    path = Path(name).expanduser()
    try:
        path = path.resolve()
        if path.is_file():
            yield target_of(path, collection)
            return
        if not path.is_dir():
            what = "is not a file or a folder" if path.exists() else "is not there"
            yield Target(name, problem=SourceError(f"{name} {what}.", "Check the path."))
            return
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        yield Target(name, problem=SourceError(f"{name!r} can't be looked at: {reason}.", "Check the path."))
        return
    files, problems = files_below(path)
    for file in files:
        yield target_of(file, collection)
    yield from problems
    if not files and not problems:
        yield Target(name, problem=SourceError(f"The folder {name} holds no files.", "Name another, or fill it."))


def target_of(file: Path, collection: str | None = None) -> Target:
    """The target that a file makes, with a `problem` if its name or kind rules it out."""
    try:
        str(file).encode()
    except UnicodeEncodeError:
        shown = str(file).encode("utf-8", "backslashreplace").decode()
        return Target(shown, problem=SourceError(f"The name of {shown} is not valid UTF-8.", "Rename the file."))
    if file.is_symlink():
        problem = SourceError(f"{file} is a symbolic link, which is not followed.", "Name the file it points to.")
        return Target(str(file), problem=problem)
    return Target(str(file), path=file, collection=collection)


def files_below(folder: Path) -> tuple[list[Path], list[Target]]:
    """All files and symbolic links below a folder but hidden ones, in order; and the folders that can't be listed."""
    files: list[Path] = []
    problems: list[Target] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        what = f"The folder {folder} can't be read: {error.strerror or error}."
        return [], [Target(str(folder), problem=SourceError(what, "Check that it is there and yours to read."))]
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            deeper, unread = files_below(path)
            files += deeper
            problems += unread
        elif entry.is_symlink() or entry.is_file():
            files.append(path)
    return files, problems
