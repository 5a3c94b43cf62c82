"""Two runs of one question set compared, question by question."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from evaluation.errors import RunError
from evaluation.provenance import differences
from evaluation.results import Result, Run, read_run
from evaluation.statistics import LEVEL, bootstrap_interval, holm, sign_flip_p, smallest_detectable
from rag.schema import Noun

PRIMARY = "right"
"""The metric that the verdict rests on, chosen before any run, and so not adjusted for the others."""

COMPARED: Mapping[str, bool] = {
    "answer_correct": True,
    "citation_correct": True,
    "citation_complete": True,
    "citation_precision": True,
    "false_abstention": False,
    "abstention_strict": True,
    "abstention_lenient": True,
    "token_f1": True,
    "recall@5": True,
    "ndcg@10": True,
    "uncited_statements": False,
}
"""The other metrics compared, with Holm's correction over them; True where higher is better."""

SMALLEST_SHARE = 1e-9

Verdict = Literal["better", "worse", "no difference"]


class MetricDifference(Noun):
    """One metric over the questions that both runs could be judged by.

    `difference` is B - A, with a 95% `low` and `high`; `p` is adjusted where it is one of several.
    """

    metric: str
    higher_is_better: bool
    n: int
    a: float
    b: float
    difference: float
    low: float
    high: float
    p: float

    @property
    def verdict(self) -> Verdict:
        """Whether B is better, worse, or not shown to differ."""
        if self.p >= LEVEL or abs(self.difference) < SMALLEST_SHARE:
            return "no difference"
        return "better" if (self.difference > 0) == self.higher_is_better else "worse"


class Turned(Noun):
    """A question that is right in one run and wrong in the other, and where it now goes wrong."""

    id: str
    question: str
    failure: str | None


class Comparison(Noun):
    """How run B compares with run A.

    Attributes:
        only_in: Questions that only A, or only B, has; they are left out.
        changed: What differs in what produced the runs.
        verdict: Of the primary metric: `right`.
        sentence: The verdict as one would say it.
        smallest_detectable: The smallest difference of `right` that the set would likely have shown.
        metrics: The primary metric first.
        broken: Questions right in A and wrong in B.
        mended: Questions wrong in A and right in B.
        latency: Median milliseconds of A and of B; not part of the verdict.
    """

    a: str
    b: str
    n: int
    only_in: tuple[int, int]
    changed: tuple[str, ...]
    verdict: Verdict
    sentence: str
    smallest_detectable: float
    metrics: tuple[MetricDifference, ...]
    broken: tuple[Turned, ...]
    mended: tuple[Turned, ...]
    latency: tuple[float, float]

    @property
    def worse(self) -> tuple[MetricDifference, ...]:
        """The metrics in which B is shown to be worse."""
        return tuple(metric for metric in self.metrics if metric.verdict == "worse")


def compare_runs(a: Run | Path | str, b: Run | Path | str) -> Comparison:
    """Compare run B with run A over the questions that both have.

    Raises:
        RunError: A run can't be read, or they share no question.
    """
    before, after = (run if isinstance(run, Run) else read_run(run) for run in (a, b))
    pairs = _pairs(before, after)
    if not pairs:
        raise RunError(
            f"The runs '{before.name}' and '{after.name}' share no question.", "Compare runs of one question set."
        )
    main = _difference(PRIMARY, True, pairs)
    if main is None:
        raise RunError(
            "No question that the runs share can be judged right or wrong.", "Give the questions key_facts or evidence."
        )
    others = [found for name, up in COMPARED.items() if (found := _difference(name, up, pairs))]
    adjusted = holm([metric.p for metric in others])
    metrics = [main, *(metric.model_copy(update={"p": p}) for metric, p in zip(others, adjusted, strict=True))]
    broken, mended = _turned(pairs, True), _turned(pairs, False)
    detectable = smallest_detectable(_values(PRIMARY, pairs)[1] - _values(PRIMARY, pairs)[0])
    return Comparison(
        a=before.name,
        b=after.name,
        n=len(pairs),
        only_in=(len(before.results) - len(pairs), len(after.results) - len(pairs)),
        changed=tuple(differences(before.provenance, after.provenance)),
        verdict=main.verdict,
        sentence=_sentence(main, metrics, len(broken), len(mended), detectable),
        smallest_detectable=detectable,
        metrics=tuple(metrics),
        broken=broken,
        mended=mended,
        latency=(
            float(np.median([result.latency_ms for result, _ in pairs])),
            float(np.median([result.latency_ms for _, result in pairs])),
        ),
    )


Pairs = list[tuple[Result, Result]]


def _pairs(a: Run, b: Run) -> Pairs:
    """Results of the questions that are the same, with the same expectations, in both runs."""
    asked = {question.id: (question, result) for question, result in zip(b.questions, b.results, strict=True)}
    return [
        (result, asked[question.id][1])
        for question, result in zip(a.questions, a.results, strict=True)
        if question.id in asked and asked[question.id][0] == question
    ]


def _values(metric: str, pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """The metric in A and in B, for the questions where both have it."""
    both = [(a.scores.get(metric), b.scores.get(metric)) for a, b in pairs]
    known = [(float(a), float(b)) for a, b in both if a is not None and b is not None]
    table = np.array(known, np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _difference(metric: str, higher_is_better: bool, pairs: Pairs) -> MetricDifference | None:
    a, b = _values(metric, pairs)
    if not len(a):
        return None
    interval = bootstrap_interval(b - a)
    return MetricDifference(
        metric=metric,
        higher_is_better=higher_is_better,
        n=len(a),
        a=float(a.mean()),
        b=float(b.mean()),
        difference=float((b - a).mean()),
        low=interval.low,
        high=interval.high,
        p=sign_flip_p(b - a),
    )


def _turned(pairs: Pairs, was_right: bool) -> tuple[Turned, ...]:
    """Questions that were right and no longer are, or the other way about."""
    return tuple(
        Turned(id=b.id, question=b.question, failure=b.failure)
        for a, b in pairs
        if a.scores.get(PRIMARY) is was_right and b.scores.get(PRIMARY) is (not was_right)
    )


def _sentence(
    main: MetricDifference, metrics: list[MetricDifference], broken: int, mended: int, detectable: float
) -> str:
    """The verdict in words, with what it rests on and what it leaves open."""
    counts = f"{round(main.b * main.n)} of {main.n} questions right against {round(main.a * main.n)}"
    if main.verdict == "no difference" and not broken and not mended:
        further = [metric.metric for metric in metrics[1:] if metric.verdict != "no difference"]
        said = f"No difference: {counts}, and none turned."
        return said + (f" But {', '.join(further)} changed." if further else "")
    sure = (
        f"{main.difference * 100:+.1f} points, 95% interval {main.low * 100:+.1f} to {main.high * 100:+.1f}, "
        f"p = {main.p:.2g}; {broken} broken, {mended} mended"
    )
    if main.verdict == "no difference":
        return (
            f"No difference shown: B has {counts} ({sure}). That could be chance: "
            f"with {main.n} questions, only about {detectable * 100:.0f} points or more would have shown."
        )
    return f"B is {main.verdict} than A: {counts} ({sure})."
