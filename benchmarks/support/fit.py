"""Fits the weights of the support check: python -m benchmarks.support.fit DATA_FOLDER.

A logistic regression over what `rag.answering.support.compare` finds. Claims with a missing figure or name or a
false quote are left out: the check decides those without weights. The threshold lets through all but `SPARED` of
the faithful sentences of SummEdits and MTRAG.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.support.cases import Case, to_fit
from benchmarks.support.findings import all_findings
from rag.answering import support

SPARED = 0.015
WEIGHT = {"figure": 3.0, "name": 1.5, "negation": 2.0}
LEFT_OUT = ("misquoted", "turned_over")  # not there in the fitting data, or decisive in any case


def main() -> None:
    """Fits and writes the weights beside the check."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    cases = to_fit(given.data)
    findings = all_findings(cases, given.vectors)
    kept = [(c, f) for c, f in zip(cases, findings, strict=True) if not support.contradicted(f)]
    names = [name for name in kept[0][1].signals if name not in LEFT_OUT]
    rows = np.array([[f.signals[name] for name in names] for _, f in kept])
    labels = np.array([c.supported for c, _ in kept])
    weight = np.array([_weight(c) for c, _ in kept])
    weight[labels] *= weight[~labels].sum() / weight[labels].sum()
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=0.3, max_iter=3000).fit(scaler.transform(rows), labels, sample_weight=weight)
    scores = model.predict_proba(scaler.transform(rows))[:, 1]
    plain = np.array([c.supported and c.origin.split()[0] in ("summedits", "mtrag") for c, _ in kept])
    coefficients = model.coef_[0] / scaler.scale_
    fitted = {
        "bias": round(float(model.intercept_[0] - (coefficients * scaler.mean_).sum()), 5),
        "threshold": round(float(np.quantile(scores[plain], SPARED)), 4),
        "weights": {name: round(float(w), 5) for name, w in zip(names, coefficients, strict=True)},
    }
    target = Path(support.__file__).with_name(support.WEIGHTS)
    target.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(f"{len(kept)} cases, {int(labels.sum())} of them supported; written to {target.name}")


def _weight(case: Case) -> float:
    return WEIGHT.get(case.kind, 0.5 if case.origin == "fm2" else 1.0)


if __name__ == "__main__":
    main()
