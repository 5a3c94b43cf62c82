"""Question sets and runs that belong to a library: where they are kept, and running one while the page watches."""

import queue
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.comparison import Comparison
from evaluation.errors import RunError
from evaluation.results import Result, Run, read_provenance, read_run
from rag.errors import FootnoteError
from ui.web.suggestions import question_sets_beside

if TYPE_CHECKING:
    from ui.workspace import Workspace

_UNFIT = re.compile(r"[^\w.-]+")
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


class _LeftError(Exception):
    """Whoever watched the run is gone, or stopped it."""


def evaluate_set(workspace: "Workspace", name: str, baseline: str | None, skip_invalid: bool) -> Iterator[Running]:
    """Runs a question set in a thread of its own; a snapshot after each question, the last with the run."""
    steps: queue.Queue[Running | None] = queue.Queue()
    leaving = threading.Event()
    counted = Running()

    def tell(result: Result, done: int, total: int) -> None:
        nonlocal counted
        if leaving.is_set():
            raise _LeftError
        right = counted.right + bool(result.scores.get("right"))
        counted = Running(done=done, total=total, right=right, last=result.question)
        steps.put(counted)

    def work() -> None:
        try:
            run, comparison = _evaluate(workspace, name, baseline, skip_invalid, tell)
            steps.put(replace(counted, run=run, comparison=comparison))
        except _LeftError:
            pass
        except FootnoteError as error:
            steps.put(replace(counted, error=str(error)))
        except Exception as error:
            steps.put(replace(counted, error=f"Something unforeseen went wrong: {type(error).__name__}: {error}."))
        finally:
            steps.put(None)

    threading.Thread(target=work, name="evaluation-run", daemon=True).start()
    try:
        while (step := steps.get()) is not None:
            yield step
    finally:
        leaving.set()


def _evaluate(
    workspace: "Workspace",
    name: str,
    baseline: str | None,
    skip_invalid: bool,
    tell: Callable[[Result, int, int], None],
) -> tuple[Run, Comparison | None]:
    from evaluation.evaluate import evaluate
    from evaluation.evidence import Texts
    from evaluation.questions import load_questions

    path = question_sets(workspace).get(name)
    if path is None:
        raise RunError(f"There is no question set '{name}'.", "Choose one of the list, or upload one.")
    questions = load_questions(path, skip_invalid, Texts.of(workspace.library))
    out = runs_folder(workspace) / f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    return evaluate(
        questions,
        workspace.ask,
        workspace.library,
        workspace.settings,
        out,
        baseline=run_of(workspace, baseline),
        support=workspace.support,
        on_progress=tell,
    )
