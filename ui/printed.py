"""What the command line shows: answers, reports and lists, in plain words and without anything to escape."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from rag.schema import Answer, Source, SourceText
from ui.spent import spent

if TYPE_CHECKING:
    from ingest.report import Progress as Step
    from ingest.report import Report
    from rag.library.health import Health

_STYLES = {"added": "green", "updated": "green", "unchanged": "dim", "removed": "yellow"}
_SHOWN = 20  # unchanged sources listed one by one, at most


def plain(text: str) -> str:
    """Text that can't steer a terminal: control characters shown as U+FFFD."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def print_answer(answer: Answer) -> None:
    """An answer with its footnotes, or a refusal with the closest passages."""
    console = _console()
    console.print(_emphasised(answer))
    for statement in answer.statements:
        if not statement.supported:
            console.print(Text(f"  not supported: {plain(statement.text)} {statement.reason or ''}", "yellow"))
    if answer.citations:
        console.print()
    for cited in answer.citations:
        where = [
            cited.title,
            *([cited.heading] if cited.heading else []),
            *([f"p. {cited.page}"] if cited.page else []),
        ]
        line = Text(f"[{cited.number}] ", "bold").append(plain(" › ".join(where)), "not bold")
        console.print(line.append(f"  {cited.start}-{cited.end}", "dim"))
        console.print(Text(f"    “{plain(' '.join(cited.quote.split()))}”", "dim"))
    if answer.refused:
        for passage in answer.passages:
            console.print(Text(f"\n{plain(passage.title)}", "bold"))
            short = textwrap.shorten(plain(passage.text), 300, placeholder=" …")
            console.print(Text(f"    {short}", "dim"))
    for note in answer.notes:
        console.print(Text(f"note: {plain(note)}", "yellow"))
    total = answer.timings_ms.get("total", 0)
    facts = [f"confidence {answer.confidence:.2f}", answer.model, f"{total:.0f} ms"]
    if took := spent(answer.usage, answer.cost, estimated=answer.usage_estimated):
        facts.append(took)
    console.print(Text("\n" + plain(" · ".join(facts)), "dim"))


def _emphasised(answer: Answer) -> Text:
    """The answer, what was asked for in bold."""
    text = Text(plain(answer.answer))
    at = 0
    for statement in answer.statements:
        at = answer.answer.find(statement.text, at)
        if at < 0:
            break
        for start, end in statement.emphasis:
            text.stylize("bold", at + start, at + end)
        at += len(statement.text)
    return text


def print_report(report: "Report") -> None:
    """What became of each source but those that failed; unchanged ones only counted when they are many."""
    console = _console()
    quiet = report.count("unchanged") > _SHOWN
    for outcome in report.outcomes:
        if outcome.status == "failed" or (quiet and outcome.status == "unchanged" and not outcome.reason):
            continue
        line = Text(f"{outcome.status:<10}", _STYLES[outcome.status])
        line.append(plain(outcome.target), "default not bold")
        if outcome.status in ("added", "updated"):
            facts = outcome.health.summary if outcome.health else ""
            line.append(f"  {outcome.chunks} chunks{', ' + facts if facts else ''}", "dim not bold")
        if outcome.reason:
            line.append(f"  {plain(outcome.reason)}", "default not bold")
        console.print(line)
        for note in outcome.notes:
            console.print(Text(f"          {plain(note)}", "yellow"))
    if report.findability is not None:
        probed = sum(outcome.probed for outcome in report.outcomes)
        console.print(
            Text(f"{report.findability:.0%} of {probed} sampled sentences and headings are found again", "dim")
        )
    console.print(Text(report.summary() + (" (stopped)" if report.stopped else ""), "bold"))


def print_sources(sources: Sequence[Source]) -> None:
    """A table of sources."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "title", "collection", "chunks", "updated"):
        table.add_column(name, no_wrap=name != "title", justify="right" if name == "chunks" else "left")
    for s in sources:
        table.add_row(s.id, Text(plain(s.title)), Text(plain(s.collection or "")), str(s.chunks), s.updated_at[:10])
    console = _console()
    console.print(table if sources else "The library is empty. Add sources with 'footnote ingest PATH'.")


def print_source(source: Source, text: SourceText) -> None:
    """A source's particulars, its health and its canonical text."""
    from ingest.report import Health

    console, health = _console(), Health.of(text.metadata)
    console.print(Text(plain(source.title), "bold"))
    about = {
        "id": source.id,
        "locations": ", ".join(source.locations),
        "url": source.url,
        "type": source.media_type,
        "author": source.author,
        "date": source.date,
        "collection": source.collection,
        "tags": ", ".join(source.tags),
        "size": f"{source.characters:,} characters, {source.chunks} chunks",
        "updated": source.updated_at,
        "health": health.summary if health else "",
        "found": f"{health.found} of {health.probed} samples bring it back" if health and health.probed else "",
    }
    for name, value in about.items():
        if value:
            console.print(Text(f"{name:<11}{plain(value)}", "dim"))
    for note in health.notes if health else ():
        console.print(Text(f"{'note':<11}{plain(note)}", "yellow"))
    console.print(Text("\n" + plain(text.text)))


def print_health(health: "Health") -> None:
    """Each check of the doctor, with what it found."""
    console = _console()
    for check in health.checks:
        line = Text("ok    " if check.ok else "WRONG ", "green" if check.ok else "bold red")
        console.print(line.append(f"{check.name}: {plain(check.detail)}", "default not bold"))
        for problem in check.problems[:10]:
            console.print(Text(f"      {plain(problem)}", "dim"))
    if not health.ok:
        console.print(Text("'footnote doctor --repair' mends what can be mended.", "bold"))


@contextmanager
def progress_bar(shown: bool) -> "Iterator[Callable[[Step], None] | None]":
    """A progress bar on stderr for an ingestion, with its rate and what is left; nothing where there is no terminal."""
    console = Console(stderr=True)
    if not (shown and console.is_terminal):
        yield None
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def tell(step: "Step") -> None:
            bar.update(task, completed=step.share, description=progress_line(step))

        yield tell


def progress_line(step: "Step") -> str:
    """How far an ingestion has come, such as ``128 of 1,000 sources · 12.5 a second · 1:10 left``."""
    parts = [f"{step.done:,} of {step.total:,} sources"]
    if step.rate is not None and step.remaining is not None:
        rate = f"{step.rate:.1f} a second" if step.rate >= 1 else f"{step.rate * 60:.1f} a minute"
        minutes, seconds = divmod(round(step.remaining), 60)
        parts += [rate, f"{minutes}:{seconds:02} left"]
    return " · ".join(parts)


@contextmanager
def counting_bar(name: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on stderr for one count; nothing where it isn't a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with Progress(TextColumn(name), BarColumn(), MofNCompleteColumn(), console=console, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _console() -> Console:
    return Console(highlight=False, markup=False, soft_wrap=True)
