"""`sources.toml`: what belongs to a library, and how the library is made to match it."""

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.pipeline import Pipeline, Stop
from ingest.report import Outcome, Report
from ingest.run import OnProgress
from ingest.targets import Target, why_unreadable
from rag.errors import SourceError
from rag.library.library import Library


class Entry(BaseModel):
    """One ``[[source]]`` of a manifest: a path or glob, relative to the manifest, or a URL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str | None = None
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    collection: str | None = None
    tags: tuple[str, ...] = Field((), description="topics")
    optional: bool = Field(False, description="a path that may match nothing, a URL fetched only when asked for")
    prefetch: bool = Field(False, description="an optional URL tried once, in the background, at the first start")

    @model_validator(mode="after")
    def _one_place(self) -> "Entry":
        if (self.path is None) == (self.url is None):
            raise ValueError("needs either 'path' or 'url'")
        return self


def read_manifest(path: Path) -> list[Entry]:
    """The entries of a manifest.

    Raises:
        SourceError: It can't be read, or an entry is wrong, naming it.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("source", [])
    except OSError as error:
        raise SourceError(f"The manifest {path} can't be read: {error.strerror}.", "Check the path.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"The manifest {path} is not valid TOML: {error}.", "Mend that line.") from error
    found = []
    for number, entry in enumerate(entries, start=1):
        try:
            found.append(Entry.model_validate(entry))
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or "entry"
            raise SourceError(
                f"[[source]] number {number} of {path} is wrong: {field}: {first['msg']}.", "Mend that entry."
            ) from error
    return found


def targets_of(manifest: Path, *, wanted: Callable[[Entry], bool] = lambda entry: not entry.optional) -> list[Target]:
    """The targets of a manifest's paths, and of those of its URLs that are wanted."""
    return list(
        {t.location: t for entry in read_manifest(manifest) for t in _targets(entry, manifest, wanted)}.values()
    )


def _targets(entry: Entry, manifest: Path, wanted: Callable[[Entry], bool]) -> Iterator[Target]:
    if entry.url is not None:
        if wanted(entry):
            yield Target(entry.url, title=entry.title, collection=entry.collection, tags=entry.tags)
        return
    folder = manifest.resolve().parent
    pattern = entry.path or ""
    if Path(pattern).is_absolute():
        folder, pattern = Path(Path(pattern).anchor), str(Path(pattern).relative_to(Path(pattern).anchor))
    files = sorted(f for f in folder.glob(pattern) if f.is_file() and not _hidden(f, folder))
    for file in files:
        yield Target(str(file.resolve()), path=file, title=entry.title, collection=entry.collection, tags=entry.tags)
    if not files and not entry.optional:
        problem = SourceError(
            f"{entry.path}, listed in {manifest}, matches no file.",
            "Mend or remove it; until then, nothing is removed.",
        )
        yield Target(str(folder / pattern), problem=problem)


def is_synced(library: Library, manifest: Path) -> bool:
    """Whether the library was made to match this manifest before."""
    return library.catalogue.get(_key(manifest)) is not None


def _key(manifest: Path) -> str:
    return f"manifest:{manifest.resolve()}"


def sync(
    library: Library,
    pipeline: Pipeline,
    manifest: Path,
    *,
    dry_run: bool = False,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Report:
    """Makes the library match a manifest: adds, updates, and removes what the manifest no longer brings.

    Sources that came in another way are left alone. Optional URLs are neither fetched nor removed.

    Raises:
        SourceError: The manifest can't be read or is wrong.
    """
    targets = targets_of(manifest)
    key = _key(manifest)
    before = set(json.loads(library.catalogue.get(key) or "[]"))
    now = [target.location for target in targets]
    dropped = sorted(before - set(now))
    if dry_run:
        return _foreseen(library, targets, dropped)
    library.catalogue.put(key, json.dumps(sorted(before | set(now))))
    report = pipeline.run(targets, on_progress, stop)
    if report.stopped:
        return report
    kept, problems = _out_of_sight(targets, dropped, manifest)
    removed = pipeline.forget(set(dropped) - kept)
    library.catalogue.put(key, json.dumps(sorted(kept | set(now))))
    return Report(outcomes=(*report.outcomes, *problems, *removed))


def _out_of_sight(targets: Sequence[Target], dropped: Sequence[str], manifest: Path) -> tuple[set[str], list[Outcome]]:
    """Locations that must not be removed, for nobody can tell whether their files are gone; and why."""
    if any(target.problem is not None for target in targets):  # an entry that matches nothing: a disk not mounted?
        return set(dropped), []
    kept, problems = set(), {}
    home, reason_of = manifest.resolve().parent, cache(why_unreadable)
    for location in dropped:
        parents = Path(location).parents
        for folder in [folder for folder in parents if folder.is_relative_to(home)] or parents[:1]:
            if (reason := reason_of(folder)) is not None:
                kept.add(location)
                problems[str(folder)] = f"The folder {folder} can't be read: {reason}. Its sources stay."
    return kept, [Outcome(target=folder, status="failed", reason=said) for folder, said in sorted(problems.items())]


def _foreseen(library: Library, targets: Sequence[Target], dropped: Sequence[str]) -> Report:
    outcomes = []
    for target in targets:
        known = library.catalogue.location(target.location)
        if target.problem is not None:
            outcomes.append(Outcome(target=target.location, status="failed", reason=str(target.problem)))
        elif known is None:
            outcomes.append(Outcome(target=target.location, status="added"))
        else:
            stat = target.path.stat() if target.path else None
            same = stat is None or (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns)
            outcomes.append(Outcome(target=target.location, status="unchanged" if same else "updated"))
    gone = [Outcome(target=place, status="removed") for place in dropped if library.catalogue.location(place)]
    return Report(outcomes=(*outcomes, *gone))


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)
