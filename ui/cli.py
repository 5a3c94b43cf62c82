"""The command line: `footnote ask`, `footnote ingest`, and the others."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from rag.errors import QuestionError
from ui.cli_eval import app as eval_app
from ui.explaining import explained
from ui.options import DebugOption, JsonOption, LibraryOption, print_json, settings_for

if TYPE_CHECKING:
    from ingest.pipeline import Stop
    from ingest.report import Report
    from ingest.run import OnProgress
    from ui.workspace import Workspace

app = typer.Typer(
    name="footnote",
    help="Answers from your own documents, every sentence with a footnote that opens the exact words it rests on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
sources_app = typer.Typer(help="List, show and remove sources.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")
app.add_typer(eval_app, name="eval")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: JsonOption = False,
    history: Annotated[
        Path | None, typer.Option(help="JSON list of earlier turns: question and answer, oldest first.")
    ] = None,
    answerer: Annotated[
        Literal["auto", "extractive", "generative"] | None, typer.Option(help="Who writes the answer.")
    ] = None,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Answer a question from the library, with footnotes."""
    from rag.schema import Inquiry

    with explained(debug):
        inquiry = Inquiry(question=question, history=_read_history(history))
        overrides = {"answering": {"answerer": answerer}} if answerer else {}
        with _workspace(library, **overrides) as workspace:
            if not workspace.library.revision:
                _warn("The library is empty. Add sources with 'footnote ingest PATH'.")
            answer = workspace.ask(inquiry)
    if as_json:
        print_json(answer.model_dump(mode="json"))
    else:
        from ui.printed import print_answer

        print_answer(answer)


@app.command()
def ingest(
    targets: Annotated[list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders and addresses to add.")],
    collection: Annotated[str | None, typer.Option(help="File the sources under this name.")] = None,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Add or update sources, and report what became of each. Ctrl-C ends it, and what is finished stays."""
    with explained(debug), _adding(library, as_json) as (workspace, on_progress, stop):
        report = workspace.ingest(targets, on_progress, stop=stop, collection=collection)
    _finish(report, as_json)


@app.command()
def sync(
    manifest: Annotated[Path, typer.Argument(help="The manifest.")] = Path("sources.toml"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Make the library match a manifest. Ctrl-C ends it, and what is finished stays."""
    with explained(debug), _adding(library, as_json) as (workspace, on_progress, stop):
        report = workspace.sync(manifest, on_progress, dry_run=dry_run, stop=stop)
    _finish(report, as_json)


@sources_app.command("list")
def list_sources(as_json: JsonOption = False, library: LibraryOption = None, debug: DebugOption = False) -> None:
    """List the sources by title."""
    with explained(debug), _library(library) as opened:
        found = opened.sources()
    if as_json:
        print_json([source.model_dump(mode="json") for source in found])
    else:
        from ui.printed import print_sources

        print_sources(found)


@sources_app.command("show")
def show_source(
    source_id: Annotated[str, typer.Argument(help="As 'footnote sources list' shows it.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Show one source as the system reads it."""
    with explained(debug), _library(library) as opened:
        source, text = opened.source(source_id), opened.text(source_id)
    if as_json:
        print_json({**source.model_dump(mode="json"), **text.model_dump(mode="json")})
    else:
        from ui.printed import print_source

        print_source(source, text)


@sources_app.command("remove")
def remove_sources(
    source_ids: Annotated[list[str], typer.Argument(help="As 'footnote sources list' shows them.")],
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Remove sources, with everything that belongs to them."""
    with explained(debug), _library(library) as opened:
        titles = [opened.source(source_id).title for source_id in source_ids]
        opened.remove(source_ids)
    for title in titles:
        typer.echo(f"removed   {title}")


@app.command()
def doctor(
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: JsonOption = False,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Prove that nothing in the library is orphaned, missing or damaged."""
    from rag.library import health

    with explained(debug):
        settings = settings_for(library)
        with _library(library) as opened:
            found = health.repair(opened) if repair else health.examine(opened)
    if as_json:
        print_json(found.as_dict())
    else:
        from ui.offering import offer
        from ui.printed import plain, print_health

        print_health(found)
        if offered := offer(settings.chat):
            typer.echo(plain(offered))
    if not found.ok:
        raise typer.Exit(1)


@app.command()
def rebuild(library: LibraryOption = None, debug: DebugOption = False) -> None:
    """Build the index anew from the catalogue, for instance for another embedder."""
    from ui.printed import counting_bar

    with explained(debug), _workspace(library) as workspace, counting_bar("embedding") as tell:
        embedded = workspace.rebuild(tell)
    typer.echo(f"The index is built anew; {embedded} texts had to be embedded.")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 7860,
    manifest: Annotated[
        Path | None, typer.Option(help="Sync with this manifest first (default: the starter library, if it is there).")
    ] = None,
    watch: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Keep up with this folder: what is added, changed, renamed or removed. May be given again.",
        ),
    ] = None,
    library: LibraryOption = None,
    debug: DebugOption = False,
) -> None:
    """Open the web chat. With --watch, folders are followed meanwhile."""
    with explained(debug), _workspace(library) as workspace:
        from ui.starting import start

        start(workspace, host, port, manifest, watch or ())


def main() -> None:
    """The `footnote` command."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)


@contextmanager
def _workspace(library: Path | None, **overrides: Any) -> "Iterator[Workspace]":
    from ui.workspace import open_workspace

    with open_workspace(settings_for(library, **overrides)) as workspace:
        yield workspace


@contextmanager
def _adding(library: Path | None, as_json: bool) -> Iterator[tuple["Workspace", "OnProgress | None", "Stop"]]:
    """What adding sources needs: a workspace, a progress bar, and whether Ctrl-C was pressed."""
    from ui.printed import progress_bar
    from ui.stopping import stoppable
    from ui.workspace import open_workspace

    with (
        open_workspace(settings_for(library), will_ask=False) as workspace,
        progress_bar(not as_json) as on_progress,
        stoppable() as stop,
    ):
        yield workspace, on_progress, stop


@contextmanager
def _library(library: Path | None) -> Iterator[Any]:
    from rag.library.library import open_library

    with open_library(settings_for(library).library) as opened:
        yield opened


def _read_history(path: Path | None) -> tuple[Any, ...]:
    from pydantic import TypeAdapter, ValidationError

    from rag.schema import Turn

    if path is None:
        return ()
    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(path.read_bytes())
    except OSError as error:
        raise QuestionError(f"The history {path} can't be read: {error.strerror}.", "Check the path.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise QuestionError(
            f"The history {path} doesn't fit: {place}: {first['msg']}.",
            'It is a JSON list of {"question": ..., "answer": ...}, oldest first.',
        ) from None


def _finish(report: "Report", as_json: bool) -> None:
    """Prints a report, what failed on stderr; exit code 1 if anything did, 130 if Ctrl-C ended it early."""
    from ui.printed import plain

    for outcome in report.failed:
        _warn(f"failed    {plain(outcome.reason)}")
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        from ui.printed import print_report

        print_report(report)
    if report.stopped:
        _warn(f"Stopped after {len(report.outcomes)} sources, which stay. Run it again for the rest.")
        raise typer.Exit(130)
    if report.failed:
        raise typer.Exit(1)


def _warn(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main()
