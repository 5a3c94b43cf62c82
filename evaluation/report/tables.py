"""A run for other tools: JUnit XML for continuous integration, and CSV for spreadsheets."""

import csv
import io
import re

from jinja2 import Environment

from evaluation.csv_cells import safe_cell
from evaluation.results import FAILURES, Run

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_COLUMNS = (
    *("id", "type", "answerable", "question", "expected", "answer"),
    *("refused", "confidence", "failure", "error", "cited", "latency_ms"),
)

_JUNIT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
<testsuite name="{{ suite }}" tests="{{ cases | length }}" failures="{{ failures }}" errors="{{ errors }}"
 skipped="{{ skipped }}" time="{{ '%.3f' % seconds }}" timestamp="{{ timestamp }}">
{%- for result, problem in cases %}
<testcase classname="{{ suite }}.{{ result.type }}" name="{{ result.id }}"
 time="{{ '%.3f' % (result.latency_ms / 1000) }}">
{%- if result.error %}<error message="{{ result.error }}"/>
{%- elif problem %}<failure message="{{ problem }}">{{ result.question }}

{{ result.answer }}</failure>
{%- elif result.scores.right is none %}<skipped message="has neither key facts nor evidence to be judged by"/>
{%- endif %}</testcase>
{%- endfor %}
</testsuite>
</testsuites>
"""


def junit(run: Run) -> str:
    """The run as JUnit XML: a test case a question, failed where it isn't right."""
    cases = [(result, FAILURES[result.failure] if result.failure else "") for result in run.results]
    template = Environment(autoescape=True).from_string(_JUNIT)
    written = template.render(
        suite=run.provenance.get("question_set", run.name),
        cases=cases,
        failures=sum(bool(problem) and not result.error for result, problem in cases),
        errors=sum(bool(result.error) for result in run.results),
        skipped=sum(result.scores.get("right") is None for result in run.results),
        seconds=sum(result.latency_ms for result in run.results) / 1000,
        timestamp=str(run.provenance.get("started_at", ""))[:19],
    )
    return _NOT_XML.sub("\ufffd", written)


def table(run: Run) -> str:
    """The run as CSV: a row a question, its scores in columns. No cell is taken for a formula."""
    metrics = list(dict.fromkeys(name for result in run.results for name in result.scores))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_COLUMNS, *metrics])
    for question, result in zip(run.questions, run.results, strict=True):
        cited = "\n".join(f"[{cited.number}] {cited.title}: {cited.quote}" for cited in result.citations)
        row = [result.id, result.type, question.answerable, result.question, question.answer, result.answer]
        row += [result.refused, result.confidence, result.failure, result.error, cited, result.latency_ms]
        writer.writerow([safe_cell(value) for value in (*row, *(result.scores.get(name) for name in metrics))])
    return out.getvalue()
