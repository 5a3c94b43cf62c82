"""One open library with everything to ask it and add to it: what every surface is built on."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.library.library import Library, open_library
from rag.library.taken import Taken
from rag.models.embedder import Embedder, load_embedder
from rag.schema import Answer, Inquiry, Source
from rag.settings import ChatSettings, Settings

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from ingest.pipeline import Pipeline, Stop
    from ingest.report import Report
    from ingest.run import OnProgress
    from ingest.sandbox import Sandbox
    from ingest.targets import Target

DRAW_SECONDS = 20
"""After so long, drawing a page is given up."""


class Workspace:
    """A library and its settings. Thread-safe."""

    def __init__(self, settings: Settings, library: Library, embedder: "Loading") -> None:
        self.settings = settings
        self.library = library
        self._embedder = embedder
        self._adding = threading.Lock()
        self._building = threading.Lock()

    @property
    def embedder(self) -> Embedder:
        """The embedder, once it has loaded."""
        return self._embedder.begin().result()

    # -- asking --------------------------------------------------------------------------------------------------

    def ask(self, inquiry: Inquiry) -> Answer:
        """The answer to a question.

        Raises:
            QuestionError: The question is empty or far too long.
            EmbedderMismatchError: The library was built with another embedder.
        """
        return self.chain.invoke(inquiry)

    def stream(self, inquiry: Inquiry) -> Iterator[Answer]:
        """Growing snapshots of the answer to a question; the last one is complete."""
        return self.chain.stream(inquiry)

    def support(self, premise: str, claim: str) -> float:
        """How well a premise bears a claim out, 0 to 1, without any chat model."""
        from rag.answering.support import SupportChecker
        from rag.models.reader import reads

        return SupportChecker(self.embedder.embed, reads).check(claim, [premise]).score

    @cached_property
    def without_model(self) -> "Workspace":
        """The same library asked without a chat model: what is only asked on the side must not cost its time."""
        if self.settings.chat.model is None:
            return self
        answering = self.settings.answering.model_copy(update={"answerer": "extractive"})
        settings = self.settings.model_copy(update={"answering": answering, "chat": ChatSettings()})
        return Workspace(settings, self.library, self._embedder)

    @property
    def chain(self) -> "Runnable[Inquiry, Answer]":
        """The way of a question, as a LangChain runnable."""
        with self._building:
            return self._chain

    @cached_property
    def _chain(self) -> "Runnable[Inquiry, Answer]":
        self.library.index.open_in_background()
        from rag.answering.choice import load_answerer
        from rag.chain import build_chain
        from rag.models.reranker import load_reranker
        from rag.questioning import load_wording
        from rag.retrieval import HybridRetriever

        self.library.check_embedder(self.embedder.fingerprint)
        retriever = HybridRetriever(
            library=self.library,
            embedder=self.embedder,
            settings=self.settings,
            reranker=load_reranker(self.settings),
        )
        answerer = load_answerer(self.library, self.embedder, self.settings)
        return build_chain(self.library, retriever, answerer, self.settings, load_wording(self.settings.chat))

    # -- adding --------------------------------------------------------------------------------------------------

    @property
    def _pipeline(self) -> "Pipeline":
        from ingest.pipeline import Pipeline

        return Pipeline(self.library, lambda: self.embedder, self.settings, self._sandbox)

    @cached_property
    def _sandbox(self) -> "Sandbox":
        from ingest.limits import Limits
        from ingest.sandbox import Sandbox

        return Sandbox(Limits.of(self.settings.ingest))

    @cached_property
    def drawing(self) -> "Sandbox":
        """Where pages are drawn: a process of its own, so that no page waits for an ingestion."""
        from ingest.limits import Limits
        from ingest.sandbox import Sandbox

        return Sandbox(Limits.of(self.settings.ingest).model_copy(update={"seconds": DRAW_SECONDS}))

    def ingest(
        self,
        names: "Sequence[str | Target]",
        on_progress: "OnProgress | None" = None,
        *,
        stop: "Stop | None" = None,
        collection: str | None = None,
    ) -> "Report":
        """Adds or updates files, folders and addresses. One ingestion runs at a time; others wait for it."""
        from ingest.targets import find_targets

        targets = [
            target
            for name in names
            for target in (find_targets([name], collection=collection) if isinstance(name, str) else [name])
        ]
        with self._adding:
            return self._pipeline.run(targets, on_progress, stop)

    def sync(
        self,
        manifest: Path,
        on_progress: "OnProgress | None" = None,
        *,
        dry_run: bool = False,
        stop: "Stop | None" = None,
    ) -> "Report":
        """Makes the library match a manifest."""
        from ingest.manifest import sync

        with self._adding:
            return sync(self.library, self._pipeline, manifest, dry_run=dry_run, on_progress=on_progress, stop=stop)

    def follow(self, targets: "Sequence[Target]", gone: Sequence[str], *, stop: "Stop | None" = None) -> "Report":
        """Adds or updates targets, then forgets locations: those that have only moved are known by then."""
        from ingest.report import Report

        with self._adding:
            report = self._pipeline.run(targets, None, stop)
            if report.stopped:
                return report
            return Report(outcomes=(*report.outcomes, *self._pipeline.forget(gone)))

    def fetch_quickly(self, target: "Target", seconds: int) -> "Report":
        """Adds one address, giving up after some seconds."""
        from ingest.pipeline import Pipeline

        reading = self.settings.ingest.model_copy(update={"fetch_seconds": seconds})
        settings = self.settings.model_copy(update={"ingest": reading})
        with self._adding:
            return Pipeline(self.library, lambda: self.embedder, settings, self._sandbox).run([target])

    def remove(self, source_ids: Sequence[str]) -> None:
        """Removes sources.

        Raises:
            SourceError: There is no such source.
        """
        for source_id in source_ids:
            self.library.source(source_id)
        with self._adding:
            self.library.remove(source_ids)

    def take(self, source_id: str) -> Taken:
        """Removes a source and returns what `put_back` needs.

        Raises:
            SourceError: There is no such source.
        """
        with self._adding:
            return self.library.take(source_id)

    def put_back(self, taken: Taken) -> None:
        """Undoes a removal.

        Raises:
            SourceError: The source has been added again meanwhile.
        """
        with self._adding:
            self.library.put_back(taken)

    def describe(self, source_id: str, *, title: str, collection: str, tags: str) -> Source:
        """Changes what a source is called and where it is filed; see `ingest.describing`.

        Raises:
            SourceError: There is no such source, or what was given doesn't fit.
        """
        from ingest.describing import describe

        with self._adding:
            return describe(
                self.library, self.embedder, self.settings, source_id, title=title, collection=collection, tags=tags
            )

    def rebuild(self, on_progress: Any = None) -> int:
        """Builds the index anew from the catalogue; returns how many texts had to be embedded."""
        with self._adding, self._building:
            for name in ("_chain", "without_model"):
                self.__dict__.pop(name, None)
            return self.library.rebuild(self.embedder.embed, self.embedder.fingerprint, on_progress)

    def close(self) -> None:
        """Ends what was started on the side. The library is closed by whoever opened it."""
        for name in ("_sandbox", "drawing"):
            if name in self.__dict__:
                getattr(self, name).close()

    def warm_up(self) -> None:
        """Loads what the first question would wait for."""
        self.chain  # noqa: B018 - building it loads everything
        if self.library.revision:
            self.ask(Inquiry(question="Is everything loaded?"))


class Loading:
    """An embedder that is loaded once, in the background, from when that is begun."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._embedder: Future[Embedder] | None = None
        self._beginning = threading.Lock()

    def begin(self) -> "Future[Embedder]":
        """Begins to load it, if that wasn't done."""
        with self._beginning:
            if self._embedder is None:
                pool = ThreadPoolExecutor(1, thread_name_prefix="embedder")
                self._embedder = pool.submit(load_embedder, self._settings)
                pool.shutdown(wait=False)
            return self._embedder


@contextmanager
def open_workspace(settings: Settings, *, will_ask: bool = True) -> Iterator[Workspace]:
    """Opens the library of the settings.

    Args:
        settings: Which library, and everything else.
        will_ask: The embedder will be needed: it loads while the library is opened, not when it is first needed.

    Raises:
        LibraryError: The library can't be opened, or another process has it.
    """
    embedder = Loading(settings)
    if will_ask:
        embedder.begin()
    with open_library(settings.library) as library:
        workspace = Workspace(settings, library, embedder)
        try:
            yield workspace
        finally:
            workspace.close()


def starter_manifest() -> Path | None:
    """The manifest of the starter library, where Footnote runs from its checkout."""
    manifest = Path(__file__).parents[1] / "sources" / "sources.toml"
    return manifest if manifest.is_file() else None
