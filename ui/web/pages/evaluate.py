"""The Evaluate page: run a question set, see where answers go wrong, compare with an earlier run, add test cases."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from evaluation.comparison import compare_runs
from evaluation.from_chat import question_from_answer
from evaluation.question_writing import append_question
from evaluation.questions import Question, load_questions
from evaluation.results import FAILURES, Result, Run
from evaluation.summary import summarise
from rag.errors import FootnoteError
from rag.schema import Answer
from ui.web.conversation import Conversation, Exchange
from ui.web.pages.ask import AskPage, exchange_of
from ui.web.render import render
from ui.web.runs import OWN_SET, Running, evaluate_set, keep_set, question_sets, run_of, runs, set_name, sets_folder

if TYPE_CHECKING:
    from ui.workspace import Workspace

_FIGURES = {
    "right": "Right",
    "correct_and_cited": "Correct and cited",
    "citation_correct": "Right passage cited",
    "false_abstention": "Declined wrongly",
    "abstention_lenient": "Declined rightly",
}
_EVERY, _RIGHT = "Every question", "Right"


@dataclass(frozen=True)
class CaseForm:
    """The form of a test case: where it is, and the fields it is filled through, in order."""

    panel: Any
    fields: Sequence[Any]


def evaluate_page(workspace: "Workspace", tab: gr.Tab) -> CaseForm:
    """Builds the page inside the current Gradio block."""

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
        updates = choices(chosen, run, baseline)
        return *updates, shown(updates[1]["value"], baseline, kind)

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

    def start(chosen: str | None, baseline: str | None, skip: bool, kind: str) -> Iterator[tuple[Any, ...]]:
        yield gr.update(interactive=False), gr.skip(), gr.skip(), render("running.html", running=Running()), gr.skip()
        run = None
        for running in evaluate_set(workspace, chosen or "", baseline, skip):
            run = running.run
            yield gr.skip(), gr.skip(), gr.skip(), render("running.html", running=running), gr.skip()
        ready = gr.update(interactive=True)
        if run is None:
            yield ready, gr.skip(), gr.skip(), gr.skip(), gr.skip()
        else:
            _, listed, earlier = choices(chosen, run.name, baseline)
            yield ready, listed, earlier, gr.skip(), shown(run.name, baseline, kind)

    with gr.Row(elem_id="evaluate"):
        with gr.Column(elem_id="bench", min_width=0):
            gr.HTML(render("evaluate_head.html"), apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="run-row"):
                chosen = gr.Dropdown([], label="Question set", elem_id="set")
                baseline = gr.Dropdown([("Nothing", "")], value="", label="Compare with", elem_id="baseline")
                go = gr.Button("Run", variant="primary", elem_id="go", scale=0, min_width=90)
            with gr.Accordion("Add a question set", open=False, elem_id="add-set"):
                file = gr.File(
                    label="Question set (.jsonl, .csv, .yaml)",
                    show_label=False,
                    file_types=[".jsonl", ".csv", ".yaml", ".yml"],
                    type="filepath",
                    height=104,
                )
                skip = gr.Checkbox(False, label="Leave out questions with mistakes")
            form = _case_form(workspace)
            progress = gr.HTML(elem_id="running", apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="result-row"):
                run = gr.Dropdown([], label="Run", elem_id="run")
                kind = gr.Dropdown([_EVERY, _RIGHT, *FAILURES.values()], value=_EVERY, label="Show", elem_id="kind")
            results = gr.HTML(elem_id="results", apply_default_css=False, js_on_load=None)
        gr.HTML(
            render("panel.html", name="Source", listed=False, hint="A footnote of a result opens its source here."),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load=None,
        )

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(opened, [chosen, run, baseline, kind], [chosen, run, baseline, results], **quiet)
    file.upload(upload, [file, skip, run, baseline], [chosen, run, baseline, progress, file], **quiet)
    go.click(
        start, [chosen, baseline, skip, kind], [go, run, baseline, progress, results], **quiet, concurrency_limit=1
    )
    gr.on([run.input, baseline.input, kind.input], shown, [run, baseline, kind], [results], **quiet)
    return form


def open_cases_from(asking: AskPage, tabs: gr.Tabs, form: CaseForm) -> None:
    """Lets answers of the chat be made into test cases."""

    def fill(event: gr.EventData, conversation: Conversation) -> tuple[Any, ...]:
        exchange = exchange_of(event, conversation)
        if exchange is None:
            return tuple(gr.skip() for _ in range(2 + len(form.fields)))
        return gr.Tabs(selected="evaluate"), gr.update(visible=True), *case_of(exchange)

    asking.transcript.testcase(
        fill,
        [asking.conversation],
        [tabs, form.panel, *form.fields],
        show_progress="hidden",
        api_visibility="private",
    )


def case_of(exchange: Exchange) -> tuple[Any, ...]:
    """What an answer prefills the form of a test case with, in the order of its fields."""
    if exchange.answer is None:
        return ("", True, "", "", "", None, "")
    case = question_from_answer(exchange.answer, exchange.history)
    facts = "\n".join(" | ".join(ways) for ways in case.key_facts)
    return (case.question, case.answerable, case.answer or "", facts, "\n\n".join(case.evidence), case, "")


def _case_form(workspace: "Workspace") -> CaseForm:
    with gr.Group(visible=False, elem_id="case") as panel:
        question = gr.Textbox(label="Question", lines=1, max_lines=4)
        answerable = gr.Checkbox(True, label="The sources answer it")
        answer = gr.Textbox(label="Reference answer", lines=2, max_lines=8)
        facts = gr.Textbox(
            label="Key facts: all lines must be said, in one of the ways parted by |", lines=2, max_lines=8
        )
        evidence = gr.Textbox(label="Evidence: exact quotes, parted by an empty line", lines=2, max_lines=12)
        into = gr.Textbox(OWN_SET, label="Add to the set")
        drafted = gr.State(None)
        said = gr.HTML(apply_default_css=False, js_on_load=None)
        with gr.Row():
            add = gr.Button("Add the test case", variant="primary", elem_id="add-case")
            close = gr.Button("Close", elem_id="close-case")

    def save(asked: str, yes: bool, expected: str, lines: str, quotes: str, draft: Question | None, name: str) -> str:
        values: dict[str, Any] = {
            "question": asked.strip(),
            "answerable": yes,
            "answer": expected.strip() or None,
            "key_facts": [
                [way.strip() for way in line.split("|") if way.strip()] for line in lines.splitlines() if line.strip()
            ],
            "evidence": [quote.strip() for quote in quotes.split("\n\n") if quote.strip()],
        }
        try:
            base = draft.model_dump(mode="json") if draft else {"id": Path(set_name(asked)).stem}
            case = Question.model_validate_json(json.dumps({**base, **values}))
            file = sets_folder(workspace) / set_name(name or OWN_SET)
            file.parent.mkdir(parents=True, exist_ok=True)
            append_question(file, case)
        except FootnoteError as error:
            return render("problem.html", what=error.what, hint=error.hint)
        except ValueError as error:
            return render("problem.html", what=_first_mistake(error), hint="Mend it and add it again.")
        return render("case_added.html", name=file.name)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    add.click(save, [question, answerable, answer, facts, evidence, drafted, into], [said], **quiet)
    close.click(lambda: gr.update(visible=False), None, [panel], **quiet)
    return CaseForm(panel, [question, answerable, answer, facts, evidence, drafted, said])


def _first_mistake(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'The question'}: {first['msg']}."


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
