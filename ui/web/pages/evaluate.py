"""The Evaluate page: run a question set, see where answers go wrong, compare with an earlier run."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from evaluation.comparison import compare_runs
from evaluation.questions import load_questions
from evaluation.results import FAILURES, Result, Run
from evaluation.summary import summarise
from rag.errors import FootnoteError
from rag.schema import Answer
from ui.web.pages.case_form import CaseForm, case_form
from ui.web.render import render
from ui.web.runs import (
    Running,
    discard,
    evaluate_set,
    keep_set,
    question_sets,
    resume,
    run_of,
    runs,
    unfinished,
)

if TYPE_CHECKING:
    from ui.workspace import Workspace

_FIGURES = {
    "right": "Right",
    "correct_and_cited": "Correct and cited",
    "citation_correct": "Right passage cited",
    "false_abstention": "Declined wrongly",
    "abstention_lenient": "Declined rightly",
}
# The buttons beside the runs that were stopped are our own HTML; what they mean goes to the server as an event.
_ON_UNFINISHED = """footnotes.telling(element, {
    resume: run => trigger('resume', run),
    discard: run => trigger('discard', run),
})"""
_EVERY, _RIGHT = "Every question", "Right"


def evaluate_page(workspace: "Workspace", tab: gr.Tab) -> CaseForm:
    """Builds the page inside the current Gradio block."""
    stops: dict[str, threading.Event] = {}  # of each window's run

    def shown(name: str | None, baseline: str | None, kind: str) -> str:
        try:
            run, before = run_of(workspace, name), run_of(workspace, baseline)
            comparison = compare_runs(before, run) if run and before and before.name != run.name else None
        except FootnoteError as error:
            return render("problem.html", what=error.what, hint=error.hint)
        if run is None:
            return render("run.html", run=None)
        return render(
            "run.html",
            run=run,
            figures=_figures(run),
            comparison=comparison,
            failures=FAILURES,
            results=[(q, r, _answer(r)) for q, r in zip(run.questions, run.results, strict=True) if _is(r, kind)],
        )

    def choices(chosen: str | None, run: str | None, baseline: str | None) -> tuple[Any, ...]:
        sets, done = list(question_sets(workspace)), runs(workspace)
        run = run if run in done else next(iter(done), None)
        return (
            gr.update(choices=sets, value=chosen if chosen in sets else next(iter(sets), None)),
            gr.update(choices=done, value=run),
            gr.update(choices=[("Nothing", ""), *((name, name) for name in done)], value=baseline or ""),
        )

    def opened(chosen: str | None, run: str | None, baseline: str | None, kind: str) -> tuple[Any, ...]:
        try:
            updates = choices(chosen, run, baseline)
        except FootnoteError as error:
            said = render("problem.html", what=error.what, hint=error.hint)
            return gr.skip(), gr.skip(), gr.skip(), said, ""
        return *updates, shown(updates[1]["value"], baseline, kind), stopped_runs()

    def upload(path: str | None, skip: bool, run: str | None, baseline: str | None) -> tuple[Any, ...]:
        if not path:
            return *choices(None, run, baseline), gr.skip(), None
        try:
            load_questions(path, skip)
            name = keep_set(workspace, Path(path))
            said = ""
        except FootnoteError as error:
            name, said = None, render("running.html", running=Running(error=str(error)))
        finally:
            Path(path).unlink(missing_ok=True)
        return *choices(name, run, baseline), said, None

    def start(
        chosen: str | None, baseline: str | None, skip: bool, kind: str, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        stop = stops[str(request.session_hash)] = threading.Event()
        yield from follow(evaluate_set(workspace, chosen or "", baseline, skip, stop), chosen, baseline, kind)

    def go_on(
        event: gr.EventData, request: gr.Request, chosen: str | None, baseline: str | None, kind: str
    ) -> Iterator[tuple[Any, ...]]:
        stop = stops[str(request.session_hash)] = threading.Event()
        yield from follow(resume(workspace, str(event.name), baseline, stop), chosen, baseline, kind)

    def follow(
        steps: Iterator[Running], chosen: str | None, baseline: str | None, kind: str
    ) -> Iterator[tuple[Any, ...]]:
        """Shows how far a run is: buttons, run, baseline, progress, results, unfinished runs."""
        same = gr.skip(), gr.skip()
        yield *_buttons(busy=True), *same, render("running.html", running=Running()), gr.skip(), ""
        run = error = None
        for running in steps:
            run, error = running.run, running.error
            yield *same, *same, render("running.html", running=running), *same
        if run is None:
            said = gr.skip() if error else ""
            yield *_buttons(busy=False), *same, said, gr.skip(), stopped_runs()
            return
        _, listed, earlier = choices(chosen, run.name, baseline)
        found = shown(run.name, baseline, kind)
        yield *_buttons(busy=False), listed, earlier, gr.skip(), found, stopped_runs()

    def stopped_runs() -> str:
        return render("unfinished.html", runs=unfinished(workspace))

    def ask_to_stop(request: gr.Request) -> Any:
        if running := stops.pop(str(request.session_hash), None):
            running.set()
        return gr.update(value="Stopping …", interactive=False)

    def throw_away(event: gr.EventData) -> tuple[Any, ...]:
        try:
            discard(workspace, str(event.name))
        except FootnoteError as error:
            return render("problem.html", what=error.what, hint=error.hint), stopped_runs()
        return "", stopped_runs()

    with gr.Row(elem_id="evaluate"):
        with gr.Column(elem_id="bench", min_width=0):
            gr.HTML(render("evaluate_head.html"), apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="run-row"):
                chosen = gr.Dropdown([], label="Question set", elem_id="set")
                baseline = gr.Dropdown([("Nothing", "")], value="", label="Compare with", elem_id="baseline")
                go = gr.Button("Run", variant="primary", elem_id="go", scale=0, min_width=90)
                stop = gr.Button("Stop", elem_id="stop", visible=False, scale=0, min_width=90)
            with gr.Accordion("Add a question set", open=False, elem_id="add-set"):
                file = gr.File(
                    label="Question set (.jsonl, .csv, .yaml)",
                    show_label=False,
                    file_types=[".jsonl", ".csv", ".yaml", ".yml"],
                    type="filepath",
                    height=104,
                )
                skip = gr.Checkbox(False, label="Leave out questions with mistakes")
            form = case_form(workspace)
            progress = gr.HTML(elem_id="running", apply_default_css=False, js_on_load=None)
            left = gr.HTML(elem_id="unfinished", apply_default_css=False, js_on_load=_ON_UNFINISHED)
            with gr.Row(elem_id="result-row"):
                run = gr.Dropdown([], label="Run", elem_id="run")
                kind = gr.Dropdown([_EVERY, _RIGHT, *FAILURES.values()], value=_EVERY, label="Show", elem_id="kind")
            results = gr.HTML(
                render("results_loading.html"), elem_id="results", apply_default_css=False, js_on_load=None
            )
        gr.HTML(
            render("panel.html", name="Source", listed=False, hint="A footnote of a result opens its source here."),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load=None,
        )

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(opened, [chosen, run, baseline, kind], [chosen, run, baseline, results, left], **quiet)
    file.upload(upload, [file, skip, run, baseline], [chosen, run, baseline, progress, file], **quiet)
    followed = [go, stop, run, baseline, progress, results, left]
    one: dict[str, Any] = {**quiet, "concurrency_id": "evaluation", "concurrency_limit": 1}
    go.click(start, [chosen, baseline, skip, kind], followed, **one)
    left.resume(go_on, [chosen, baseline, kind], followed, **one)
    stop.click(ask_to_stop, None, [stop], queue=False, **quiet)
    left.discard(throw_away, None, [progress, left], **quiet)
    gr.on([run.input, baseline.input, kind.input], shown, [run, baseline, kind], [results], **quiet)
    return form


def _buttons(*, busy: bool) -> tuple[Any, Any]:
    """Run and Stop, one of which can be used."""
    return gr.update(interactive=not busy), gr.update(value="Stop", interactive=True, visible=busy)


def _figures(run: Run) -> list[tuple[str, str, str]]:
    """The headline figures: name, value, 95% interval."""
    summary = summarise(run.questions, run.results)
    intervals = summary["intervals"]
    found = [("Questions", str(summary["n"]), "")]
    for name, words in _FIGURES.items():
        if summary.get(name) is not None:
            interval = intervals.get(name)
            between = f"{interval[0] * 100:.0f}-{interval[1] * 100:.0f}" if interval else ""
            found.append((words, f"{summary[name] * 100:.0f}%", between))
    return [*found, ("Median time", f"{summary['p50_ms']:.0f} ms", "")]


def _is(result: Result, kind: str) -> bool:
    if kind == _EVERY:
        return True
    return result.failure is None if kind == _RIGHT else FAILURES.get(result.failure or "") == kind


def _answer(result: Result) -> Answer:
    """A result as the answer it was, so that it is shown like one."""
    return Answer(
        question=result.question,
        standalone_question=result.standalone_question or result.question,
        answer=result.answer,
        refused=result.refused,
        confidence=result.confidence,
        statements=result.statements,
        citations=result.citations,
        passages=result.passages[:3],
        model=result.model or "extractive",
    )
