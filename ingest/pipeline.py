"""The way in: discover -> fingerprint -> load -> chunk -> embed -> commit, with progress.

Reading and parsing run one step ahead in a thread while the main one embeds. Sources are committed in batches:
each is wholly in the library or not at all, whatever instant the process dies at.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ingest.checkup import Examiner
from ingest.prepare import Prepared, Raw, as_filed, prepare, read
from ingest.report import Outcome, Progress, Report, Status
from ingest.sandbox import Sandbox
from ingest.targets import Target
from rag.errors import FootnoteError, SourceError
from rag.library.library import Library
from rag.models.embedder import Embedder
from rag.settings import Settings

T = TypeVar("T")
U = TypeVar("U")
OnProgress = Callable[[Progress], None]
Stop = Callable[[], bool]

AHEAD = 4  # sources read and parsed before they are needed
BATCH_TEXTS = 2_000  # a commit costs about 0.1 s, whatever it holds
BATCH_SOURCES = 64
EMBED_AT_ONCE = 128

_log = logging.getLogger(__name__)


class Pipeline:
    """Adds sources to a library. One run at a time; searching goes on meanwhile.

    Args:
        library: Where they are added.
        embedder: The library's embedder.
        settings: How sources are read and cut.
        sandbox: Where files are parsed.
    """

    def __init__(self, library: Library, embedder: Embedder, settings: Settings, sandbox: Sandbox) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._embedder = embedder
        self._settings = settings
        self._sandbox = sandbox
        self._examiner = Examiner(library, embedder, settings)
        # The reading thread may remove a source: not while vectors that it shares are being counted on.
        self._changing = threading.Lock()

    def run(self, targets: Sequence[Target], on_progress: OnProgress | None = None, stop: Stop | None = None) -> Report:
        """Adds or updates sources.

        Args:
            targets: What to add.
            on_progress: Told of every step.
            stop: Asked between steps; once true, what is finished stays and the rest is left out.

        Raises:
            EmbedderMismatchError: The library was built with another embedder.
            LibraryError: The library can't be written. What was finished before stays.
        """
        self._library.check_embedder(self._embedder.fingerprint)
        run = _Run(len(targets), on_progress or (lambda _: None))
        batch: list[Prepared] = []
        for target, done in _ahead(self._prepare, targets, AHEAD):
            if stop and stop():
                run.stopped = True
                break
            run.current = target.location
            result = done.result()
            if isinstance(result, Prepared) and result.raw.content_hash in {other.raw.content_hash for other in batch}:
                self._commit(batch, run)  # the twin in this batch must be in the library to be recognised
                result = self._settle(result.raw) or result
            if isinstance(result, Outcome):
                run.finish(result)
                continue
            batch.append(result)
            if len(batch) >= BATCH_SOURCES or sum(len(p.texts) for p in batch) >= BATCH_TEXTS:
                self._commit(batch, run)
        self._commit(batch, run)
        return run.report()

    def _prepare(self, target: Target) -> Prepared | Outcome:
        """A version to store, or what became of the target already."""
        try:
            raw = read(target, self._settings)
            settled = self._settle(raw)
            if settled:
                return settled
            known = self._catalogue.location(target.location)
            shared = known is not None and len(self._catalogue.locations_of(known.source_id)) > 1
            source_id = known.source_id if known and not shared else None
            raw = as_filed(raw, self._library, source_id)
            return prepare(raw, known, source_id, self._sandbox.load, self._embedder, self._settings)
        except SourceError as error:
            return _outcome(target, "failed", str(error))
        except FootnoteError:
            raise
        except Exception as error:  # a loader's own mistake must not stop the others
            _log.debug("reading %s", target.location, exc_info=True)
            what = f"{target.location} can't be read: {type(error).__name__}: {str(error)[:200]}."
            return _outcome(target, "failed", what)

    def _settle(self, raw: Raw) -> Outcome | None:
        """What becomes of content that the library has already; None if it is new."""
        target, catalogue = raw.target, self._catalogue
        known = catalogue.location(target.location)
        if known is not None and known.content_hash == raw.content_hash:
            return self._described(raw, known.source_id, "")
        twin = catalogue.source_with_content(raw.content_hash)
        if twin is None:
            return None
        places = [place.location for place in catalogue.locations_of(twin)]
        gone = [place for place in places if Path(place).is_absolute() and not Path(place).exists()]
        catalogue.touch(twin, target.location, raw.size, raw.mtime_ns)
        for place in gone:
            catalogue.forget_location(place)
        if known is not None and not catalogue.locations_of(known.source_id):
            with self._changing:
                self._library.remove([known.source_id])
        reason = f"moved from {gone[0]}" if gone else f"the same content as {places[0]}"
        return self._described(raw, twin, reason)

    def _described(self, raw: Raw, source_id: str, reason: str) -> Outcome:
        """Notes what the target says of a source whose content is unchanged."""
        source, target = self._library.source(source_id), raw.target
        said = (target.collection or source.collection, target.tags or source.tags)
        if said != (source.collection, source.tags):
            self._catalogue.describe(source_id, collection=said[0], tags=said[1], title=None)
        return _outcome(target, "unchanged", reason, source_id=source_id, title=source.title, chunks=source.chunks)

    def _commit(self, batch: list[Prepared], run: "_Run") -> None:
        """Embeds what a batch needs, makes its sources visible, and sees whether they are found."""
        if not batch:
            return
        with self._changing:
            self._store(batch, run)
        for prepared in batch:
            version, status = prepared.version, "updated" if prepared.replaces else "added"
            checkup = self._examiner.check(version.source_id)
            run.finish(
                Outcome(
                    target=prepared.raw.target.location,
                    status=status,
                    source_id=version.source_id,
                    title=version.title,
                    chunks=len(version.chunks),
                    probed=checkup.probed,
                    found=checkup.found,
                    notes=prepared.notes + checkup.notes,
                )
            )
        batch.clear()

    def _store(self, batch: list[Prepared], run: "_Run") -> None:
        fingerprint = self._embedder.fingerprint
        texts = {key: text for prepared in batch for key, text in prepared.texts.items()}
        new = sorted(texts.keys() - self._library.cache.known(texts, fingerprint), key=lambda key: len(texts[key]))
        for at in range(0, len(new), EMBED_AT_ONCE):
            some = new[at : at + EMBED_AT_ONCE]
            vectors = self._embedder.embed([texts[key] for key in some])
            self._library.cache.add(fingerprint, dict(zip(some, vectors, strict=True)))
            run.embedded(at + len(some), len(new))
        self._library.commit([prepared.version for prepared in batch], {}, fingerprint)


class _Run:
    """Keeps count of one run."""

    def __init__(self, total: int, tell: OnProgress) -> None:
        self.current = ""
        self.stopped = False
        self._total = total
        self._tell = tell
        self._outcomes: list[Outcome] = []

    def finish(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        self._tell(Progress(done=len(self._outcomes), total=self._total, current=outcome.target, outcome=outcome))

    def embedded(self, done: int, texts: int) -> None:
        self._tell(
            Progress(done=len(self._outcomes), total=self._total, current=self.current, embedded=done, texts=texts)
        )

    def report(self) -> Report:
        return Report(outcomes=tuple(self._outcomes), stopped=self.stopped)


def _outcome(target: Target, status: Status, reason: str = "", **more: object) -> Outcome:
    return Outcome.model_validate({"target": target.location, "status": status, "reason": reason, **more})


def _ahead(work: Callable[[T], U], items: Iterable[T], depth: int) -> Iterator[tuple[T, Future[U]]]:
    """Works on items in a thread, up to `depth` of them before they are asked for."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="reading")
    waiting: deque[tuple[T, Future[U]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(work, item)))
            if len(waiting) > depth:
                yield waiting.popleft()
        while waiting:
            yield waiting.popleft()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
