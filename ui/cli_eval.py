"""`footnote eval`: question sets, runs, comparisons and the retrieval benchmark on the command line."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui.explaining import explained
from ui.options import DebugOption, JsonOption, LibraryOption, print_json, settings_for

if TYPE_CHECKING:
    from evaluation.questions import Problem

_TOLD = 20  # problems listed when a run begins, at most

app = typer.Typer(help="Evaluate answers with question sets, and compare runs.", no_args_is_help=True)

QuestionsArgument = Annotated[Path, typer.Argument(help="A question set: .jsonl, .csv, .yaml or .yml.")]


@app.command()
def run(
    questions: QuestionsArgument,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; an interrupted run goes on there (default: eval-runs/...).")
    ] = None,
    baseline: Annotated[Path | None, typer.Option(help="An earlier run; exit with 1 if this one is worse.")] = None,
    minimum: Annotated[
        list[str] | None, typer.Option("--min", metavar="METRIC=VALUE", help="Exit with 1 if a metric is lower.")
    ] = None,
    maximum: Annotated[
        list[str] | None, typer.Option("--max", metavar="METRIC=VALUE", help="Exit with 1 if a metric is higher.")
    ] = None,
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Leave out questions with mistakes.")] = False,
    judge: Annotated[
        bool, typer.Option("--judge", help="Add metrics judged by the chat model of the settings.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask every question of a set, score the answers, and write a report."""
    with explained(debug):
        from evaluation import gate
        from evaluation.evaluate import evaluate
        from evaluation.evidence import Texts
        from evaluation.judging import load_judge
        from evaluation.questions import load_questions
        from evaluation.results import REPORT, read_run
        from evaluation.summary import LIMITABLE, summarise
        from ui.workspace import open_workspace

        at_least, at_most = gate.limits(minimum or [], "--min"), gate.limits(maximum or [], "--max")
        gate.check_names([*at_least, *at_most], LIMITABLE)
        before = read_run(baseline) if baseline else None
        folder = out or Path("eval-runs") / f"{questions.stem}-{datetime.now():%Y%m%d-%H%M%S}"
        settings = settings_for(library)
        with open_workspace(settings) as workspace, _resumable(folder), _bar("Asking") as tell:
            texts = Texts.of(workspace.library)
            if not texts.texts:
                typer.echo("The library is empty. Add sources with 'footnote ingest PATH'.", err=True)
            loaded = load_questions(questions, skip_invalid, texts)
            _tell_problems(loaded.problems)
            workspace.warm_up()  # loading is no part of any question's time
            done, comparison = evaluate(
                loaded,
                workspace.ask,
                workspace.library,
                settings,
                folder,
                baseline=before,
                support=workspace.support,
                judge=load_judge(settings) if judge else None,
                on_progress=lambda _, count, of: tell(count, of),
            )
        summary = summarise(done.questions, done.results)
        missed = gate.failed_limits(summary, at_least, at_most) + (gate.lost(comparison) if comparison else [])
        if as_json:
            compared = comparison.model_dump(mode="json") if comparison else None
            print_json({**summary, "run": str(folder), "comparison": compared, "gate": missed})
        else:
            from ui.printed_eval import print_comparison, print_summary

            print_summary(done, summary)
            if comparison:
                print_comparison(comparison)
            typer.echo(f"\nReport: {folder / REPORT}")
        for line in missed:
            typer.echo(line, err=True)
        if missed:
            raise typer.Exit(1)


@app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of the run to compare with.")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of the run that may be better or worse.")],
    as_json: JsonOption = False,
    debug: DebugOption = False,
) -> None:
    """Say whether run B is better than run A, how sure that is, and which questions turned."""
    with explained(debug):
        from evaluation.comparison import compare_runs
        from ui.printed_eval import print_comparison

        comparison = compare_runs(run_a, run_b)
        if as_json:
            print_json(comparison.model_dump(mode="json"))
        else:
            print_comparison(comparison)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    baseline: Annotated[Path | None, typer.Option(help="An earlier run to compare with in the report.")] = None,
    debug: DebugOption = False,
) -> None:
    """Write the report of a run again, for instance against another baseline."""
    with explained(debug):
        from evaluation.comparison import compare_runs
        from evaluation.report.page import write_report

        typer.echo(write_report(folder, compare_runs(baseline, folder) if baseline else None))


@app.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(metavar="BEIR_DIR", help="corpus.jsonl, queries.jsonl, qrels/test.tsv.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the runs in TREC's format and the numbers.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Measure retrieval on a benchmark in BEIR's format: BM25, dense, hybrid, and reranked where configured."""
    with explained(debug):
        from evaluation.beir.benchmark import measure
        from evaluation.beir.folder import read_benchmark

        benchmark = read_benchmark(folder)
        with _bar("Embedding") as tell:
            measured = measure(benchmark, settings_for(library), out, lambda _, done, of: tell(done, of))
        if as_json:
            print_json(measured)
        else:
            from ui.printed_eval import print_retrieval

            print_retrieval(benchmark.name, measured)


@app.command()
def template(
    path: Annotated[Path, typer.Argument(help="The file to write: .jsonl, .csv, .yaml or .yml.")] = Path(
        "questions.jsonl"
    ),
    debug: DebugOption = False,
) -> None:
    """Write a question set to start from, with one question of each kind."""
    with explained(debug):
        from evaluation.errors import QuestionSetError
        from evaluation.question_writing import TEMPLATE, write_questions

        if path.exists():
            raise QuestionSetError(f"{path} is there already.", "Choose another name.")
        write_questions(path, TEMPLATE)
        typer.echo(f"Wrote {path}. Change its questions, then 'footnote eval check {path}'.")


@app.command()
def check(
    questions: QuestionsArgument,
    in_library: Annotated[
        bool, typer.Option("--evidence", help="Also look for the evidence in the sources of the library.")
    ] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Name the mistakes in a question set, each with its line and field."""
    with explained(debug):
        from evaluation.question_checks import check_evidence
        from evaluation.questions import read_questions

        loaded = read_questions(questions)
        problems = list(loaded.problems)
        if in_library or library:
            from evaluation.evidence import Texts
            from rag.library.library import open_library

            with open_library(settings_for(library).library) as opened:
                problems += check_evidence(loaded, Texts.of(opened))
        problems.sort(key=lambda problem: problem.line)
        errors = [problem for problem in problems if not problem.warning]
        if as_json:
            listed = [vars(problem) for problem in problems]
            print_json({"questions": len(loaded.questions), "errors": len(errors), "problems": listed})
        else:
            for problem in problems:
                typer.echo(f"{'warning: ' if problem.warning else ''}{problem}")
            typer.echo(f"{len(loaded.questions)} good questions, {len(errors)} mistakes.")
        if errors:
            raise typer.Exit(1)


@app.command("import")
def import_questions(
    questions: QuestionsArgument,
    into: Annotated[Path, typer.Argument(help="The set to add them to; made if it isn't there.")],
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Leave out questions with mistakes.")] = False,
    debug: DebugOption = False,
) -> None:
    """Add the questions of one set, in any format, to another."""
    with explained(debug):
        from evaluation.question_writing import append_questions
        from evaluation.questions import load_questions

        loaded = load_questions(questions, skip_invalid)
        append_questions(into, loaded.questions)
        typer.echo(f"Added {len(loaded.questions)} questions to {into}.")


@app.command("export")
def export_questions(
    questions: QuestionsArgument,
    to: Annotated[Path, typer.Argument(help="The file to write, in the format of its suffix.")],
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Leave out questions with mistakes.")] = False,
    debug: DebugOption = False,
) -> None:
    """Write a set in another format: JSONL, CSV or YAML."""
    with explained(debug):
        from evaluation.question_writing import write_questions
        from evaluation.questions import load_questions

        loaded = load_questions(questions, skip_invalid)
        write_questions(to, loaded.questions)
        typer.echo(f"Wrote {len(loaded.questions)} questions to {to}.")


@contextmanager
def _resumable(folder: Path) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo(f"Stopped. Go on with the same command and --out {folder}", err=True)
        raise


def _tell_problems(problems: Sequence["Problem"]) -> None:
    for problem in problems[:_TOLD]:
        typer.echo(f"{'warning' if problem.warning else 'skipped'}: {problem}", err=True)
    if len(problems) > _TOLD:
        typer.echo(f"... and {len(problems) - _TOLD} more; 'footnote eval check --evidence' lists them.", err=True)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, gone when it is done; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
