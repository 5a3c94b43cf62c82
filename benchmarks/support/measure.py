"""Measures the support check: python -m benchmarks.support.measure DATA_FOLDER.

Prints, for each kind of fault and each origin, the share of claims that were called unsupported, with a 95% Wilson
interval: to be high for faults, low for faithful sentences.
"""

import argparse
import math
import time
from collections import defaultdict
from functools import partial
from pathlib import Path

from benchmarks.support.cases import Case, to_measure
from benchmarks.support.findings import all_findings
from rag.answering.support import Verdict, judge
from rag.models.reader import reads


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--vectors", type=Path)
    parser.add_argument("--show", help="print the wrong verdicts of this kind")
    given = parser.parse_args()
    cases = to_measure(given.data)
    began = time.perf_counter()
    findings = all_findings(cases, given.vectors)
    verdicts = [
        judge(found, partial(reads, case.claim, case.premises)) for case, found in zip(cases, findings, strict=True)
    ]
    each = 1000 * (time.perf_counter() - began) / len(cases)
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for case, verdict in zip(cases, verdicts, strict=True):
        origin = case.origin.split()[0]
        for key in ((case.kind, origin), (case.kind, "all"), *_without_wice(case)):
            groups[key].append(not verdict.supported)
        if given.show == case.kind and verdict.supported != case.supported:
            _show(case, verdict)
    print(f"| claim | origin | n | called unsupported | 95% interval |\n|---|---|---|---|---|  ({each:.1f} ms each)")
    for (kind, origin), flagged in sorted(groups.items()):
        low, high = wilson(sum(flagged), len(flagged))
        share = f"{sum(flagged) / len(flagged):.1%} | {low:.1%} to {high:.1%}"
        print(f"| {kind} | {origin} | {len(flagged)} | {share} |")


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95% Wilson score interval of a share (Wilson 1927)."""
    z, p = 1.96, hits / n
    middle, width = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - width) / (1 + z * z / n), (middle + width) / (1 + z * z / n)


def _without_wice(case: Case) -> list[tuple[str, str]]:
    return [] if case.origin == "wice" else [(case.kind, "starter + mtrag")]


def _show(case: Case, verdict: Verdict) -> None:
    print(
        case.origin.split()[0],
        verdict.score,
        verdict.reason,
        "\n  C:",
        case.claim,
        "\n  P:",
        " // ".join(case.premises),
    )


if __name__ == "__main__":
    main()
