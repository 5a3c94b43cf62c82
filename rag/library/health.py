"""The doctor: compares catalogue, vectors and postings id by id, and mends what can be mended.

Nothing here trusts a count: what is missing and what is left over is named.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from rag.errors import LibraryError
from rag.library.library import Library
from rag.library.recall import sampled_recall

MIN_RECALL = 0.95
"""Recall@20 below which the dense index counts as broken. Whole indexes of real text have 0.99 and more."""

_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `problems` names what is wrong, at most a few of each kind."""

    name: str
    ok: bool
    detail: str
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Health:
    """What the doctor found."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return all(check.ok for check in self.checks)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: ``{"ok": ..., "checks": [{"name", "ok", "detail", "problems"}]}``."""
        return {"ok": self.ok, "checks": [asdict(check) for check in self.checks]}


def examine(library: Library, sample: int = 50) -> Health:
    """Looks the library over, changing nothing.

    Args:
        library: The library.
        sample: Sentences whose nearest chunks are searched both exactly and approximately; 0 leaves that out.
    """
    catalogue = library.catalogue
    checks = [_check("catalogue", catalogue.integrity_problems(), "SQLite finds nothing wrong with the file")]
    wanted = catalogue.chunk_ids()
    intact = library.index.vectors_intact()
    if intact:
        checks += _index_checks(library, wanted)
    else:
        checks.append(_check("vectors", ["the dense index can't be opened"], ""))
    checks += [
        _check(
            "versions",
            [f"version {i} was never finished" for i in catalogue.unfinished()] + catalogue.superseded_problems(),
            "none left unfinished, and of replaced ones only what answers cite",
        ),
        _check("texts", list(_text_problems(library)), "every source has text and chunks"),
        _check("spans", catalogue.misplaced_spans(), "every chunk and sentence lies within its text"),
        *_cache_checks(library),
        _check("originals", list(_originals_left(library)), "no file belongs to nothing"),
        _check("stamp", list(_stamp_problems(library)), f"revision {library.revision}, embedder {library.embedder}"),
    ]
    if sample and intact and wanted:
        checks.append(_recall_check(library, sample))
    return Health(tuple(checks))


def repair(library: Library) -> Health:
    """Mends everything that can be made again from the catalogue, and looks the library over again.

    Chunks without a cached vector need the embedder: `Library.rebuild` makes those.
    """
    found = examine(library)
    broken = {check.name for check in found.checks if not check.ok}
    if broken & {"recall", "vectors", "postings"}:
        library.refill()
    else:
        library.reconcile()
    library.conversations.drop_uncited_versions()
    library.cache.prune()
    library.sweep_originals()
    if library.embedder is not None:
        library.cache.keep_only(library.embedder)
    return examine(library)


def _index_checks(library: Library, wanted: set[int]) -> Iterator[Check]:
    try:
        dense, bm25 = library.index.ids()
    except LibraryError as error:
        yield _check("index", [error.what], "")
        return
    for name, held in (("vectors", dense), ("postings", bm25)):
        problems = _named("chunk {} is missing", wanted - held) + _named("chunk {} is left over", held - wanted)
        yield _check(name, problems, f"{len(held)} chunks, the same ids as in the catalogue")


def _text_problems(library: Library) -> Iterator[str]:
    for source in library.sources():
        if not source.characters:
            yield f"source {source.id} ({source.title}) has no text"
        elif not source.chunks:
            yield f"source {source.id} ({source.title}) has no chunks"


def _originals_left(library: Library) -> Iterator[str]:
    for path in library.originals.left_over(library.catalogue.contents()):
        yield f"the file {path.name} belongs to no source"


def _cache_checks(library: Library) -> Iterator[Check]:
    embedder, cache = library.embedder, library.cache
    if embedder is None:
        return
    lacking = sorted({key for key, _ in cache.missing(embedder)})
    problems = _named("text {} has no vector: run 'footnote rebuild'", lacking)
    yield _check("embeddings", problems, "every chunk and sentence has its vector")
    problems = _named("vector {} belongs to nothing", cache.unused())
    problems += [f"{count} vectors of another embedder, {name}" for name, count in cache.others(embedder).items()]
    yield _check("leftovers", problems, "no vector belongs to nothing")


def _stamp_problems(library: Library) -> Iterator[str]:
    stamp = library.index.stamp
    if library.revision == 0:
        return
    if stamp is None:
        yield "the last change of the index was not finished"
    elif stamp.embedder != library.embedder:
        yield f"the index was built with embedder {stamp.embedder}, the catalogue says {library.embedder}"
    elif stamp.revision != library.revision:
        yield f"the index is at revision {stamp.revision}, the catalogue at {library.revision}"


def _recall_check(library: Library, sample: int) -> Check:
    recalls = sampled_recall(library, sample)
    if not len(recalls):
        return Check("recall", True, "no sentence to search with")
    mean, worst = float(np.mean(recalls)), float(np.min(recalls))
    detail = f"recall@20 of approximate against exact search: {mean:.3f}, worst {worst:.2f}, {len(recalls)} sentences"
    return Check("recall", mean >= MIN_RECALL, detail, [] if mean >= MIN_RECALL else [f"it is below {MIN_RECALL}"])


def _check(name: str, problems: list[str], well: str) -> Check:
    return Check(name, not problems, well if not problems else f"{len(problems)} problems", problems)


def _named(sentence: str, ids: Iterable[int | str]) -> list[str]:
    """One problem an id; the last stands for all beyond the first few."""
    some = sorted(ids, key=lambda i: (str(type(i)), i))
    named = [sentence.format(i) for i in some[:_SHOWN]]
    return named + ([f"and {len(some) - _SHOWN} more like this"] if len(some) > _SHOWN else [])
