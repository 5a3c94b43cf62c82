"""What `footnote eval` shows in a terminal."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evaluation.metrics.meanings import GROUPS, MEANINGS, shown
from evaluation.results import FAILURES
from ui.printed import plain

if TYPE_CHECKING:
    from evaluation.comparison import Comparison
    from evaluation.results import Run

_STYLES = {"better": "green", "worse": "bold red", "no difference": ""}


def print_summary(run: "Run", summary: Mapping[str, Any]) -> None:
    """The metrics of a run, and where it went wrong."""
    console = Console(highlight=False)
    console.print(Text(f"{run.provenance['question_set']}: {summary['n']} questions", "bold"))
    table = _table("metric", "value", "95%")
    for members in GROUPS.values():
        for name in members:
            if summary.get(name) is not None:
                ends = summary["intervals"].get(name)
                interval = f"{100 * ends[0]:.0f}-{100 * ends[1]:.0f}" if ends else ""
                table.add_row(name, shown(name, summary[name]), interval)
    console.print(table)
    for name, count in summary["failures"].items():
        console.print(f"{count:>4}  {FAILURES[name]}")


def print_comparison(comparison: "Comparison") -> None:
    """The verdict, the metrics behind it, and the questions that turned."""
    console = Console(highlight=False)
    console.print(Text(f"A: {comparison.a}   B: {comparison.b}", "dim"))
    console.print(Text(comparison.sentence, _STYLES[comparison.verdict]))
    if any(comparison.only_in):
        console.print(f"Left out: {comparison.only_in[0]} questions that only A has, {comparison.only_in[1]} only B.")
    for change in comparison.changed:
        console.print(Text(f"changed  {plain(change)}", "dim"))
    table = _table("metric", "A", "B", "B - A", "95%", "p", "")
    for row in comparison.metrics:
        interval = f"{row.low:+.3f} to {row.high:+.3f}"
        verdict = Text(row.verdict, _STYLES[row.verdict]) if row.verdict != "no difference" else ""
        name = MEANINGS[row.metric].label if row.metric in MEANINGS else row.metric
        table.add_row(name, f"{row.a:.3f}", f"{row.b:.3f}", f"{row.difference:+.3f}", interval, f"{row.p:.2g}", verdict)
    console.print(table)
    console.print(Text(f"Median time: {comparison.latency[0]:.0f} ms, now {comparison.latency[1]:.0f} ms", "dim"))
    for title, turned in (("Broken", comparison.broken), ("Mended", comparison.mended)):
        if turned:
            console.print(Text(f"{title}:", "bold"))
        for question in turned:
            why = f"  ({FAILURES[question.failure]})" if question.failure else ""
            console.print(Text(f"  {plain(question.id)}  {plain(question.question)}{why}"))


def print_retrieval(name: str, measured: Mapping[str, Any]) -> None:
    """A benchmark's measures by mode."""
    console = Console(highlight=False)
    console.print(Text(f"{plain(name)}: {measured['n_queries']} queries", "bold"))
    modes: Mapping[str, Mapping[str, float]] = measured["modes"]
    names = list(next(iter(modes.values())))
    table = _table("mode", *names)
    for mode, scores in modes.items():
        table.add_row(mode, *(f"{scores[name]:.4f}" for name in names))
    console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="left" if column in ("metric", "mode", "") else "right")
    return table
