"""The report of a run: one HTML file that needs nothing else, and asks nothing of the network."""

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from evaluation.comparison import Comparison
from evaluation.errors import RunError
from evaluation.metrics.confidence import risk_coverage
from evaluation.metrics.latency import p95
from evaluation.metrics.meanings import GROUPS, MEANINGS
from evaluation.metrics.meanings import shown as shown_metric
from evaluation.report import plots
from evaluation.report.plots import Bar, Part
from evaluation.report.tables import junit, table
from evaluation.report.view import Shown, shown
from evaluation.results import FAILURES, JUNIT, REPORT, TABLE, Run, read_run
from evaluation.summary import Summary, answered, summarise

OUTCOMES = ("right", "declined", "wrong")


def write_report(run: Run | Path | str, against: Comparison | None = None) -> Path:
    """Write ``report.html``, ``junit.xml`` and ``results.csv`` into a run's folder; returns the page's path.

    Args:
        run: A complete run, or its folder.
        against: How it compares with a baseline, to be shown in the report.

    Raises:
        RunError: The run can't be read, or the files can't be written.
    """
    run = run if isinstance(run, Run) else read_run(run)
    page = run.folder / REPORT
    try:
        page.write_text(render(run, against), encoding="utf-8")
        (run.folder / JUNIT).write_text(junit(run), encoding="utf-8")
        (run.folder / TABLE).write_text(table(run), encoding="utf-8", newline="")
    except OSError as error:
        raise RunError(f"{run.folder} can't be written: {error.strerror}.", "Free some room, or the folder.") from None
    return page


def render(run: Run, against: Comparison | None = None) -> str:
    """The page as text. Everything that comes from questions, answers and sources is escaped."""
    summary = summarise(run.questions, run.results)
    views = [shown(question, result) for question, result in zip(run.questions, run.results, strict=True)]
    style, script = (_part(name).replace("\r\n", "\n") for name in ("report.css", "report.js"))
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals |= {"metric": shown_metric, "FAILURES": FAILURES, "GROUPS": GROUPS, "MEANINGS": MEANINGS}
    return environment.from_string(_part("report.html")).render(
        run=run,
        summary=summary,
        views=views,
        against=against,
        plots=_plots(views, summary),
        types=sorted({view.question.type for view in views}),
        counts=Counter(view.outcome for view in views),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'",
    )


def _plots(views: Sequence[Shown], summary: Summary) -> list[dict[str, Any]]:
    judged = [view for view in views if view.outcome != "unjudged"]
    found = [
        _figure("By type", "Questions of each type that were right, wrongly declined, or wrong.", _by_type(judged)),
        _figure("Where it went wrong", "The first step that failed.", _failures(summary)),
        _figure(
            "Risk and coverage",
            "Answering only the surest questions, how many of the answers are wrong? It ends where declining begins.",
            _risk(judged),
        ),
        _figure("Confidence", "Of all questions, by what became of them.", _confidence(judged)),
        _figure("Time", "Milliseconds a question took; the last bar holds all beyond.", _latency(views)),
        _figure("Key facts", "Share of the key facts that an answer says; declined counts as none.", _facts(views)),
    ]
    return [figure for figure in found if figure["svg"]]


def _figure(title: str, caption: str, svg: Markup | None) -> dict[str, Any]:
    return {"title": title, "caption": caption, "svg": svg}


def _parts(views: Sequence[Shown]) -> tuple[Part, ...]:
    counted = Counter(view.outcome for view in views)
    return tuple(Part(counted[kind], kind) for kind in OUTCOMES)


def _by_type(views: Sequence[Shown]) -> Markup:
    kinds = sorted({view.question.type for view in views})
    rows = []
    for kind in kinds:
        some = [view for view in views if view.question.type == kind]
        right = sum(view.outcome == "right" for view in some)
        rows.append(Bar(kind, _parts(some), f"{right}/{len(some)}"))
    return plots.bars(rows, "Outcomes by type of question")


def _failures(summary: Summary) -> Markup | None:
    counted = summary["failures"]
    rows = [
        Bar(_SHORT[name], (Part(counted[name], "wrong"),), str(counted[name])) for name in FAILURES if counted.get(name)
    ]
    return plots.bars(rows, "Where questions went wrong") if rows else None


def _risk(views: Sequence[Shown]) -> Markup | None:
    given = answered(view.result for view in views)
    points = risk_coverage(
        [result.confidence for result in given], [bool(result.scores["right"]) for result in given], len(views)
    )
    return plots.curve(points, "questions answered", "Share of wrong answers by share answered") if points else None


def _confidence(views: Sequence[Shown]) -> Markup:
    edges = [i / 10 for i in range(11)]
    bins = [[view for view in views if min(9, int(view.result.confidence * 10)) == i] for i in range(10)]
    return plots.histogram(edges, [_parts(some) for some in bins], "confidence", "Questions by confidence and outcome")


def _latency(views: Sequence[Shown]) -> Markup:
    values = [view.result.latency_ms for view in views]
    width = plots.round_step(max(1.3 * (p95(values) or 0), 10.0), 10)
    bins = Counter(min(9, int(value / width)) for value in values)
    edges = [width * i for i in range(11)]
    return plots.histogram(edges, [(Part(bins[i], "plain"),) for i in range(10)], "milliseconds", "Questions by time")


def _facts(views: Sequence[Shown]) -> Markup | None:
    shares = [float(share) for view in views if (share := view.result.scores.get("facts")) is not None]
    bins = Counter(min(4, int(share * 5 + 1e-9)) for share in shares)
    counts = [(Part(bins[i], "plain"),) for i in range(5)]
    edges = [0, 20, 40, 60, 80, 100]
    return plots.histogram(edges, counts, "% of key facts", "Answers by share of key facts") if shares else None


def _part(name: str) -> str:
    return files("evaluation.report").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The Content-Security-Policy source that allows just this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_SHORT = {
    "error": "error",
    "not-in-library": "not in the library",
    "not-retrieved": "not retrieved",
    "not-chosen": "not chosen",
    "refused": "refused",
    "wrong-answer": "wrong answer",
    "answered-unanswerable": "should have declined",
}
