"""Question sets and runs that belong to a library: where they are kept, and running one while the page watches."""

import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.comparison import Comparison
from evaluation.errors import RunError
from evaluation.questions import read_questions
from evaluation.results import QUESTIONS, Result, Run, read_provenance, read_results, read_run
from rag.errors import FootnoteError
from rag.schema import Answer, Inquiry
from ui.web.suggestions import question_sets_beside

if TYPE_CHECKING:
    from ui.workspace import Workspace

_UNFIT = re.compile(r"[^\w.-]+")
_ONE_AT_A_TIME = threading.Lock()
_STOPPING = 20  # seconds that a stopped run may take over its last question
_SUFFIXES = (".jsonl", ".csv", ".yaml", ".yml")
OWN_SET = "from-chat.jsonl"
"""The set that questions made in the chat go into, unless another is named."""


def sets_folder(workspace: "Workspace") -> Path:
    """Where uploaded and own question sets are kept, beside the library's catalogue."""
    return workspace.library.folder / "evaluation" / "sets"


def runs_folder(workspace: "Workspace") -> Path:
    """Where the page's runs are kept."""
    return workspace.library.folder / "evaluation" / "runs"


def question_sets(workspace: "Workspace") -> dict[str, Path]:
    """The question sets there are, by the name they are chosen by."""
    own = sorted(path for path in sets_folder(workspace).glob("*") if path.suffix.lower() in _SUFFIXES)
    beside = question_sets_beside(workspace.library.sources())
    return {**{f"{path.parent.name}/{path.name}": path for path in beside}, **{path.name: path for path in own}}


def keep_set(workspace: "Workspace", uploaded: Path) -> str:
    """Keeps an uploaded question set; returns the name it is chosen by."""
    name = set_name(uploaded.name, uploaded.suffix.lower())
    sets_folder(workspace).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(uploaded, sets_folder(workspace) / name)
    return name


def set_name(wanted: str, suffix: str = ".jsonl") -> str:
    """A file name made of what a person typed: no folders, no hidden file."""
    stem = _UNFIT.sub("-", Path(wanted).stem).strip("-.")[:80] or "questions"
    return f"{stem}{suffix if suffix in _SUFFIXES else '.jsonl'}"


def runs(workspace: "Workspace") -> list[str]:
    """The names of the complete runs, newest first."""
    return [run.name for run in sorted(runs_folder(workspace).glob("*"), key=_begun, reverse=True) if _complete(run)]


@dataclass(frozen=True)
class Unfinished:
    """A run that was stopped, and how far it came."""

    name: str
    done: int
    total: int


def unfinished(workspace: "Workspace") -> list[Unfinished]:
    """The runs that were stopped before their end, newest first."""
    folders = sorted(runs_folder(workspace).glob("*"), key=_begun, reverse=True)
    found = []
    for folder in folders:
        with suppress(FootnoteError, OSError):
            if (read_provenance(folder) or {"finished_at": "never begun"}).get("finished_at") is None:
                total = len(read_questions(folder / QUESTIONS).questions)
                found.append(Unfinished(folder.name, len(read_results(folder)), total))
    return found


def discard(workspace: "Workspace", name: str) -> None:
    """Deletes a run that was stopped.

    Raises:
        RunError: There is none of that name, or it is still under way.
    """
    folder = _stopped(workspace, name)
    if not _ONE_AT_A_TIME.acquire(timeout=_STOPPING):
        raise RunError("A run is still under way.", "Stop it first, or wait for it.")
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise RunError(f"The run {name} can't be deleted: {error.strerror}.", "Try again.") from None
    finally:
        _ONE_AT_A_TIME.release()


def _stopped(workspace: "Workspace", name: str) -> Path:
    if name not in {run.name for run in unfinished(workspace)}:
        raise RunError(f"There is no unfinished run '{name}'.", "It may have been finished or deleted meanwhile.")
    return runs_folder(workspace) / name


def _begun(folder: Path) -> float:
    return folder.stat().st_mtime


def _complete(folder: Path) -> bool:
    try:
        return bool((read_provenance(folder) or {}).get("finished_at"))
    except RunError:
        return False


def run_of(workspace: "Workspace", name: str | None) -> Run | None:
    """A complete run by its name; None if there is none of that name."""
    return read_run(runs_folder(workspace) / name) if name and name in runs(workspace) else None


@dataclass(frozen=True)
class Running:
    """How far a run has come. `error` says why it ended early; `run` is there once it is complete."""

    done: int = 0
    total: int = 0
    right: int = 0
    last: str = ""
    error: str | None = None
    run: Run | None = None
    comparison: Comparison | None = None

    @property
    def share(self) -> float:
        """How much of it is done, 0 to 1."""
        return self.done / self.total if self.total else 0.0


class _Halt(BaseException):
    """Whoever watched the run is gone, or stopped it."""


Ask = Callable[[Inquiry], Answer]
Tell = Callable[[Result, int, int], None]
Work = Callable[[Ask, Tell], tuple[Run, Comparison | None]]


def evaluate_set(
    workspace: "Workspace", name: str, baseline: str | None, skip_invalid: bool, stop: threading.Event
) -> Iterator[Running]:
    """Runs a question set in a thread of its own; a snapshot after each question, the last with the run.

    It ends early when `stop` is set, or nobody listens any more; what was answered until then is kept, see `resume`.
    """

    def work(ask: Ask, tell: Tell) -> tuple[Run, Comparison | None]:
        path = question_sets(workspace).get(name)
        if path is None:
            raise RunError(f"There is no question set '{name}'.", "Choose one of the list, or upload one.")
        out = runs_folder(workspace) / f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}"
        return _evaluate(workspace, path, out, baseline, skip_invalid, ask, tell)

    yield from _watched(workspace, work, stop)


def resume(workspace: "Workspace", name: str, baseline: str | None, stop: threading.Event) -> Iterator[Running]:
    """Goes on with a run that was stopped: only what has no answer yet is asked."""

    def work(ask: Ask, tell: Tell) -> tuple[Run, Comparison | None]:
        folder = _stopped(workspace, name)
        try:
            return _evaluate(workspace, folder / QUESTIONS, folder, baseline, False, ask, tell)
        except RunError as error:
            raise RunError(error.what, "Delete it, and run the question set anew.") from None

    before = sum(bool(result.scores.get("right")) for result in _answered(runs_folder(workspace) / name))
    yield from _watched(workspace, work, stop, before)


def _answered(folder: Path) -> list[Result]:
    with suppress(FootnoteError, OSError):
        return read_results(folder)
    return []


def _watched(workspace: "Workspace", work: Work, stop: threading.Event, right: int = 0) -> Iterator[Running]:
    """Does the work in a thread; how far it is after each result."""
    steps: queue.Queue[Running | None] = queue.Queue()
    counted = Running(right=right)

    def ask(inquiry: Inquiry) -> Answer:
        if stop.is_set():  # what is under way is still answered, and kept
            raise _Halt
        return workspace.ask(inquiry)

    def tell(result: Result, done: int, total: int) -> None:
        nonlocal counted
        right = counted.right + bool(result.scores.get("right"))
        counted = Running(done=done, total=total, right=right, last=result.question)
        steps.put(counted)

    def run() -> None:
        try:
            with _ONE_AT_A_TIME:  # one that was stopped may still be answering its last question
                finished, comparison = work(ask, tell)
            steps.put(replace(counted, run=finished, comparison=comparison))
        except _Halt:
            pass
        except FootnoteError as error:
            steps.put(replace(counted, error=str(error)))
        except Exception as error:
            steps.put(replace(counted, error=f"Something unforeseen went wrong: {type(error).__name__}: {error}."))
        finally:
            steps.put(None)

    threading.Thread(target=run, name="evaluation-run", daemon=True).start()
    try:
        while (step := steps.get()) is not None:
            yield step
    finally:
        stop.set()


def _evaluate(
    workspace: "Workspace", path: Path, out: Path, baseline: str | None, skip_invalid: bool, ask: Ask, tell: Tell
) -> tuple[Run, Comparison | None]:
    from evaluation.evaluate import evaluate
    from evaluation.evidence import Texts
    from evaluation.questions import load_questions

    return evaluate(
        load_questions(path, skip_invalid, Texts.of(workspace.library)),
        ask,
        workspace.library,
        workspace.settings,
        out,
        baseline=run_of(workspace, baseline),
        support=workspace.support,
        on_progress=tell,
    )
