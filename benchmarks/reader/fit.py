"""Fits the two linear models of `rag.answering.scorer`, with SciPy's L-BFGS."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.scorer import FAR
from rag.answering.signals import Floats

Array = NDArray[np.float64]


def fit_ranking(
    groups: Sequence[tuple[Floats, NDArray[np.bool_]]],
    weights: Array,
    names: Sequence[str],
    signs: Mapping[str, int],
    penalties: Mapping[str, float],
) -> dict[str, Any]:
    """A model that puts each gold sentence above all that aren't gold in its own question.

    The loss of a gold sentence is ``log(1 + sum(exp(s_other - s_gold)))``. Differences between questions teach
    nothing, so the sets' mixture does not leak into it. At last a slope and a bias are fitted to the log loss
    of single sentences, which makes the scores probabilities.

    Args:
        groups: Rows and labels of each question, with both gold and other sentences.
        weights: One a question.
        names: The columns of the rows.
        signs: The signals to use, and whether each may only speak for (1) or against (-1) a sentence.
        penalties: Of the squared weight, by signal.
    """
    columns = [list(names).index(name) for name in signs]
    x, mean, spread = _standard(np.concatenate([rows for rows, _ in groups])[:, columns])
    gold = np.concatenate([labels for _, labels in groups])
    starts = np.cumsum([0, *(len(labels) for _, labels in groups[:-1])])
    sizes = np.array([len(labels) for _, labels in groups])
    golds = np.repeat(np.add.reduceat(gold.astype(float), starts), sizes)
    share = np.repeat(weights / weights.sum(), sizes) * gold / golds
    penalty = np.array([penalties[name] for name in signs])

    def loss(parameters: Array) -> tuple[float, Array]:
        score = x @ parameters
        top = np.repeat(np.maximum.reduceat(np.where(gold, -np.inf, score), starts), sizes)
        others = np.where(gold, 0.0, np.exp(np.minimum(score - top, 0.0)))
        total = np.repeat(np.add.reduceat(others, starts), sizes)
        over = np.log(total) + top - score
        push = share * _chance(over)
        pull = np.repeat(np.add.reduceat(push, starts), sizes) * others / total
        value = float((share * np.logaddexp(0, over)).sum() + (penalty * parameters**2).sum())
        return value, x.T @ (pull - push) + 2 * penalty * parameters

    found = _minimise(loss, np.zeros(len(columns)), _bounds(signs))
    slope, bias = _platt(x @ found, gold, np.repeat(weights, sizes))
    return _stored(signs, mean, spread, found * slope, bias)


def fit_chance(
    rows: Floats,
    labels: NDArray[np.bool_],
    weights: Array,
    names: Sequence[str],
    signs: Mapping[str, int],
    penalties: Mapping[str, float],
) -> dict[str, Any]:
    """A logistic regression of the labels; `signs` and `penalties` as in `fit_ranking`.

    Where sets disagree with the sign that a signal has for a reader, they teach how the sets were made.
    """
    columns = [list(names).index(name) for name in signs]
    x, mean, spread = _standard(rows[:, columns])
    share = weights / weights.sum()
    penalty = np.array([penalties[name] for name in signs])

    def loss(parameters: Array) -> tuple[float, Array]:
        score = x @ parameters[:-1] + parameters[-1]
        error = share * (_chance(score) - labels)
        value = float((share * np.logaddexp(0, np.where(labels, -score, score))).sum())
        gradient = np.append(x.T @ error + 2 * penalty * parameters[:-1], error.sum())
        return value + float((penalty * parameters[:-1] ** 2).sum()), gradient

    found = _minimise(loss, np.zeros(len(columns) + 1), [*_bounds(signs), (None, None)])
    return _stored(signs, mean, spread, found[:-1], float(found[-1]))


def _bounds(signs: Mapping[str, int]) -> list[tuple[float | None, float | None]]:
    return [(0, None) if sign > 0 else (None, 0) for sign in signs.values()]


def _platt(score: Array, labels: NDArray[np.bool_], weights: Array) -> tuple[float, float]:
    share = weights / weights.sum()

    def loss(parameters: Array) -> tuple[float, Array]:
        logit = parameters[0] * score + parameters[1]
        error = share * (_chance(logit) - labels)
        value = float((share * np.logaddexp(0, np.where(labels, -logit, logit))).sum())
        return value, np.array([error @ score, error.sum()])

    slope, bias = _minimise(loss, np.array([1.0, 0.0]))
    return float(slope), float(bias)


def _standard(rows: Floats) -> tuple[Array, Array, Array]:
    mean, spread = rows.mean(axis=0, dtype=np.float64), rows.std(axis=0, dtype=np.float64) + 1e-3
    return np.clip((rows - mean) / spread, -FAR, FAR), mean, spread


def _minimise(loss: Callable[[Array], tuple[float, Array]], start: Array, bounds: Any = None) -> Array:
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _chance(logits: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))))


def _stored(names: Iterable[str], mean: Array, spread: Array, weights: Array, bias: float) -> dict[str, Any]:
    values = zip(names, mean, spread, weights, strict=True)
    signals = {name: [round(float(v), 5) for v in (m, s, w)] for name, m, s, w in values if abs(w) >= 5e-4}
    return {"bias": round(bias, 5), "signals": signals}
