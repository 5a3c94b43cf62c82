"""The way in: discover -> fingerprint -> load -> chunk -> embed -> commit, with progress.

A thread reads and parses ahead while sources are embedded and committed in batches. Each is wholly in the library or
not at all, whatever instant the process dies at. Only the thread of `Pipeline.run` changes the library.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ingest.ahead import Ahead
from ingest.known_vectors import KnownVectors
from ingest.prepare import Prepared, Raw, Seen, as_filed, prepare, read
from ingest.report import Health, Outcome, Report
from ingest.run import OnProgress, Run, outcome_of
from ingest.sandbox import Sandbox
from ingest.targets import Target, is_gone
from rag.errors import FootnoteError, SourceError
from rag.library.library import Library
from rag.library.records import Location
from rag.models.embedder import Embedder
from rag.settings import Settings

if TYPE_CHECKING:
    from ingest.checkup import Examiner

Stop = Callable[[], bool]
Result = Prepared | Seen | Outcome

BATCH_TEXTS = 1_000  # a commit costs about 0.1 s, whatever it holds; what isn't committed is lost when we are killed
BATCH_SOURCES = 64
AHEAD_TEXTS = 1_000  # read ahead, so that reading goes on while a batch is embedded, and memory stays bounded
EMBED_AT_ONCE = 64
_TEXT_BYTES = 500  # bytes of a file that weigh as much as one text
_EMBEDDER = "embedder settings"  # key of the settings under which the library's embedder was last loaded

_log = logging.getLogger(__name__)


class Stopped(Exception):
    """The run was asked to stop in the middle of a batch."""


class Pipeline:
    """Adds sources to a library. One run at a time; searching goes on meanwhile.

    Args:
        library: Where they are added.
        embedder: Gives the library's embedder; asked only when something has to be embedded.
        settings: How sources are read and cut.
        sandbox: Where files are parsed.
    """

    def __init__(
        self, library: Library, embedder: Callable[[], Embedder], settings: Settings, sandbox: Sandbox
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._load_embedder = embedder
        self._settings = settings
        self._sandbox = sandbox

    @cached_property
    def _embedder(self) -> KnownVectors:
        return KnownVectors(self._load_embedder())

    @cached_property
    def _examiner(self) -> "Examiner":
        from ingest.checkup import Examiner  # which needs LangChain: a second that unchanged files can do without

        return Examiner(self._library, self._embedder, self._settings)

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
        stop = stop or (lambda: False)
        self._library.bring_in_step()  # what a change that failed has left would be taken for vectors to count on
        self._check_embedder()
        known = self._catalogue.locations_at(target.location for target in targets)
        run = Run(len(targets), on_progress, self._catalogue.sources_with({k.source_id for k in known.values()}))
        ahead = Ahead(lambda target: self._look(target, known.get(target.location)), targets, _weight, AHEAD_TEXTS)
        batch: list[Prepared] = []
        try:
            for target, result in ahead.results(stop):
                run.current = target.location
                self._take(result, known.get(target.location), batch, run, stop)
            if not stop():
                self._commit(batch, run, stop)
        except Stopped:
            pass
        finally:
            ahead.close()
        if run.touched:
            self._catalogue.place(run.touched)
        self._note_embedder()
        return run.report(stopped=run.done < len(targets))

    def forget(self, locations: Iterable[str]) -> list[Outcome]:
        """Forgets locations, and the sources that lay nowhere else, all at once; returns what was removed."""
        known = self._catalogue.locations_at(locations)
        sources = self._catalogue.sources_with({place.source_id for place in known.values()})
        removed = set(self._library.place([], left=sorted(known))) if known else set()
        return [
            Outcome(target=place, status="removed", source_id=at.source_id, title=sources[at.source_id].title)
            for place, at in sorted(known.items())
            if at.source_id in removed
        ]

    # -- the reading thread: changes nothing ---------------------------------------------------------------------

    def _look(self, target: Target, known: Location | None) -> Result:
        """A version to store, content that the library has already, or why the target can't be read."""
        try:
            raw = read(target, self._settings, known)
            if known is not None and known.content_hash == raw.content_hash:
                return Seen(replace(raw, data=b""), known.source_id)
            twin = self._catalogue.source_with_content(raw.content_hash)
            return Seen(raw, twin) if twin is not None else self._prepare(raw, known)
        except SourceError as error:
            return outcome_of(target, "failed", str(error))
        except FootnoteError:
            raise
        except Exception as error:  # a loader's own mistake must not stop the others
            _log.debug("reading %s", target.location, exc_info=True)
            what = f"{target.location} can't be read: {type(error).__name__}: {str(error)[:200]}."
            return outcome_of(target, "failed", what)

    def _prepare(self, raw: Raw, known: Location | None) -> Prepared:
        source_id = known.source_id if known and not self._is_shared(known.source_id) else None
        raw = as_filed(raw, self._library, source_id)
        return prepare(raw, known, source_id, self._sandbox.load, self._embedder, self._settings)

    def _is_shared(self, source_id: str) -> bool:
        return len(self._catalogue.locations_of(source_id)) > 1

    # -- the thread of `run` -------------------------------------------------------------------------------------

    def _take(self, result: Result, known: Location | None, batch: list[Prepared], run: Run, stop: Stop) -> None:
        """Puts a result where it belongs: into the batch, or into the report."""
        if isinstance(result, Outcome):
            run.finish(result)
            return
        raw = result.raw
        at_home = isinstance(result, Seen) and known is not None and known.source_id == result.source_id
        if not at_home:
            if any(raw.content_hash == p.raw.content_hash or result.source_id == p.source_id for p in batch):
                self._commit(batch, run, stop)  # a twin must be in the library, and stay as it is, to be joined
            joined = self._join(raw)
            if joined is not None:
                run.finish(joined)
                return
        if isinstance(result, Seen):
            if at_home:
                run.finish(self._unchanged(raw, result.source_id, "", run))
                return
            again = self._look(raw.target, known)  # its twin has changed since it was looked at
            if not isinstance(again, Prepared):
                run.finish(outcome_of(raw.target, "failed", f"{raw.target.location} changed while it was read."))
                return
            result = again
        batch.append(result)
        if len(batch) >= BATCH_SOURCES or sum(len(p.texts) for p in batch) >= BATCH_TEXTS:
            self._commit(batch, run, stop)

    def _join(self, raw: Raw) -> Outcome | None:
        """Makes a target one more location of the source that has its content; None if none has."""
        twin = self._catalogue.source_with_content(raw.content_hash)
        if twin is None:
            return None
        places = [place.location for place in self._catalogue.locations_of(twin)]
        gone = [place for place in places if is_gone(place)]
        self._library.place([raw.place(twin)], left=gone)
        reason = f"moved from {gone[0]}" if gone else f"the same content as {places[0]}" if places else ""
        return self._unchanged(raw, twin, reason)

    def _unchanged(self, raw: Raw, source_id: str, reason: str, run: Run | None = None) -> Outcome:
        """Notes what the target says of a source whose content is unchanged."""
        source = (run.sources.get(source_id) if run else None) or self._library.source(source_id)
        target = raw.target
        said = (target.collection or source.collection, target.tags or source.tags)
        if said != (source.collection, source.tags):
            self._catalogue.describe(source_id, collection=said[0], tags=said[1], title=None)
        if run is not None and raw.looks_new:
            run.touched.append(raw.place(source_id))
        return outcome_of(target, "unchanged", reason, source_id=source_id, title=source.title, chunks=source.chunks)

    def _commit(self, batch: list[Prepared], run: Run, stop: Stop) -> None:
        """Embeds what a batch needs, makes its sources visible, and sees whether they are found."""
        if not batch:
            return
        self._embed(batch, run, stop)
        versions = [
            replace(p.version, source_id=uuid.uuid4().hex[:16]) if self._is_shared(p.source_id) else p.version
            for p in batch
        ]
        self._library.commit(versions, {}, self._embedder.fingerprint)
        checkups = self._check_up([version.source_id for version in versions], stop)
        for prepared, version, checkup in zip(batch, versions, checkups, strict=True):
            run.finish(
                Outcome(
                    target=prepared.raw.target.location,
                    status="updated" if prepared.replaces else "added",
                    source_id=version.source_id,
                    title=version.title,
                    chunks=len(version.chunks),
                    probed=checkup.probed,
                    found=checkup.found,
                    notes=checkup.notes,
                    health=checkup,
                )
            )
        batch.clear()

    def _embed(self, batch: Sequence[Prepared], run: Run, stop: Stop) -> None:
        """Caches the vectors of a batch's new texts, those of like length together, as little is padded then."""
        fingerprint = self._embedder.fingerprint
        self._library.check_embedder(fingerprint)
        texts = {key: text for prepared in batch for key, text in prepared.texts.items()}
        new = sorted(texts.keys() - self._library.cache.known(texts, fingerprint), key=lambda key: len(texts[key]))
        for at in range(0, len(new), EMBED_AT_ONCE):
            if stop():
                raise Stopped
            some = new[at : at + EMBED_AT_ONCE]
            vectors = self._embedder.embed([texts[key] for key in some])
            self._library.cache.add(fingerprint, dict(zip(some, vectors, strict=True)))
            run.embedded(len(batch), at + len(some), len(new))

    def _check_up(self, source_ids: Sequence[str], stop: Stop) -> list[Health]:
        """What is found out about each source; nothing more once the run is to stop."""
        from ingest.checkup import probes

        samples = self._settings.ingest.probes
        texts = self._catalogue.texts(s.version for s in self._catalogue.sources_with(source_ids).values())
        with self._embedder.knowing(query for text in texts.values() for query in probes(text, samples)):
            return [Health() if stop() else self._examiner.check(source_id) for source_id in source_ids]

    # -- the embedder --------------------------------------------------------------------------------------------

    def _check_embedder(self) -> None:
        """Refuses another embedder than the library's. Loads it only if the settings have changed since."""
        if self._library.embedder is not None and self._catalogue.get(_EMBEDDER) != self._embedder_settings():
            self._library.check_embedder(self._embedder.fingerprint)

    def _note_embedder(self) -> None:
        if "_embedder" in self.__dict__ and self._library.embedder == self._embedder.fingerprint:
            noted = self._embedder_settings()
            if self._catalogue.get(_EMBEDDER) != noted:
                self._catalogue.put(_EMBEDDER, noted)

    def _embedder_settings(self) -> str:
        return f"{self._library.embedder} {self._settings.embedder.model} {self._settings.embedder.max_tokens}"


def _weight(result: Result) -> int:
    """What holding a result costs, in texts."""
    texts = len(result.texts) if isinstance(result, Prepared) else 0
    return 1 + texts + (0 if isinstance(result, Outcome) else result.size // _TEXT_BYTES)
