"""Asking every question of a set, with results written as they come, so that a run can be resumed."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.errors import RunError
from evaluation.provenance import IDENTITY
from evaluation.question_writing import write_questions
from evaluation.questions import Question
from evaluation.results import QUESTIONS, RESULTS, RUN, SUMMARY, Result, Run, read_provenance, read_results, read_run
from evaluation.scoring import Scorer
from evaluation.summary import summarise
from rag.errors import LibraryError, SettingsError
from rag.schema import Answer, Inquiry

AT_ONCE = 2
"""Questions asked at once. Answering keeps about two cores busy; more only makes each wait longer."""

Ask = Callable[[Inquiry], Answer]
Progress = Callable[[Result, int, int], None]
Mark = Callable[[Question, Result], Mapping[str, float]]


def run_questions(
    questions: Sequence[Question],
    ask: Ask,
    out: Path,
    scorer: Scorer,
    provenance: Mapping[str, Any],
    on_progress: Progress | None = None,
    at_once: int = AT_ONCE,
    mark: Mark | None = None,
) -> Run:
    """Ask every question and score its answer; results are appended to ``results.jsonl`` in the set's order.

    A folder that holds an interrupted run of the same provenance is completed, failed questions asked again.
    One question's error doesn't stop the others; an unusable library does.

    Args:
        questions: What to ask.
        ask: Answers a question. Called from several threads.
        out: The run's folder; made if it isn't there.
        scorer: Scores an answer.
        provenance: What produced the run; see `evaluation.provenance`.
        on_progress: Told each new result, how many questions are done, and of how many.
        at_once: Questions asked at the same time.
        mark: Further scores of a result, such as a judge's.

    Raises:
        RunError: The folder can't be written, holds another run, or no question could be answered at all.
        LibraryError: The library can't be asked.
    """
    done = _begin(out, questions, provenance)

    def answer(question: Question) -> Result:
        started = time.perf_counter()
        try:
            given = ask(Inquiry(question=question.question, history=question.history))
        except (LibraryError, SettingsError):
            raise
        except Exception as error:  # one question's failure is a result too
            return scorer.failed(question, _reason(error), 1000 * (time.perf_counter() - started))
        result = scorer.score(question, given, 1000 * (time.perf_counter() - started))
        return result.model_copy(update={"scores": {**result.scores, **mark(question, result)}}) if mark else result

    todo = [question for question in questions if question.id not in done]
    with (out / RESULTS).open("a", encoding="utf-8") as lines:
        for result in _in_order(answer, todo, at_once):
            lines.write(result.model_dump_json() + "\n")
            lines.flush()
            done[result.id] = result
            if on_progress:
                on_progress(result, len(done), len(questions))
    return _finish(out, questions, done)


def _begin(out: Path, questions: Sequence[Question], provenance: Mapping[str, Any]) -> dict[str, Result]:
    """Makes the folder ready, and gives the results that it already holds."""
    before = read_provenance(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        if before is None:
            if any(out.iterdir()):
                raise RunError(f"{out} isn't empty and holds no run.", "Choose another --out folder.")
            write_questions(out / QUESTIONS, questions)
            _write_json(out / RUN, {**provenance, "finished_at": None})
            return {}
        changed = [called for name, called in IDENTITY.items() if before.get(name) != provenance.get(name)]
        if changed:
            raise RunError(
                f"{out} holds a run that can't be continued: {_listed(changed)} changed since.",
                "Choose another --out folder, or delete this one.",
            )
        known = {question.id for question in questions}
        kept = [result for result in read_results(out) if result.id in known and result.error is None]
        _rewrite(out / RESULTS, kept)
        return {result.id: result for result in kept}
    except OSError as error:
        raise RunError(f"{out} can't be written: {error.strerror}.", "Choose another --out folder.") from None


def _in_order(answer: Callable[[Question], Result], todo: Sequence[Question], at_once: int) -> Iterator[Result]:
    """Results in the order of the questions. What is only waiting is dropped when it is stopped."""
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="evaluation")
    try:
        yield from pool.map(answer, todo)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finish(out: Path, questions: Sequence[Question], done: Mapping[str, Result]) -> Run:
    ordered = [done[question.id] for question in questions]
    errors = [result.error for result in ordered if result.error]
    if errors and len(errors) == len(ordered):
        raise RunError(f"No question could be answered: {errors[0]}", "Mend that, and run again with the same --out.")
    _rewrite(out / RESULTS, ordered)
    provenance = read_provenance(out) or {}
    if not provenance.get("finished_at"):
        _write_json(out / RUN, {**provenance, "finished_at": datetime.now(UTC).isoformat(timespec="seconds")})
    _write_json(out / SUMMARY, {**summarise(questions, ordered), "run": read_provenance(out)})
    return read_run(out)


def _rewrite(path: Path, results: Sequence[Result]) -> None:
    _replace(path, "".join(result.model_dump_json() + "\n" for result in results))


def _write_json(path: Path, value: Any) -> None:
    _replace(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def _replace(path: Path, text: str) -> None:
    """The file as a whole, or as it was."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
