"""How well the words of a source support a sentence, told without a second model.

Figures, names and negation are compared literally, since that is where similarity misleads most; the rest is
told from the words both share and from the nearness of their vectors. The weights are fitted
(`benchmarks.support.fit`) on open data. Where they are hardly enough, a small model that reads both has a say.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.answering.figures import MONTH, ORDINAL, YEAR, Figure, derivable, figures, is_month
from rag.answering.names import is_mostly_there, name_index, names, rival
from rag.answering.polarity import overstated, turned
from rag.answering.wording import EMPTY, stems, words
from rag.sentences import split_sentences

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, one row a text."""

Reads = Callable[[str, Sequence[str]], float]
"""A sentence and its evidence to how well the evidence bears it out, 0 to 1: what a cross-encoder gives."""

WEIGHTS = "support.json"
HARDLY = 0.25
"""A chance below this is hardly enough: such a claim is supported only if the reader doesn't doubt it."""
DOUBTED = 0.08
"""What the reader gives a claim that it doubts, at most."""
_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"")
_OMITTED = re.compile(r"\[[^\]]*\]|\.\.\.|…")
"""What a quote leaves out, or has put in between square brackets."""
_WORD = re.compile(r"[^\W_]+")
_POINTS = re.compile(
    r"\b(?:he|she|it|they|him|them|his|her|hers|its|their|this|these|that|those|former|latter)\b", re.I
)
"""Words of a source that stand for a name given before."""
_LONGEST_CLAIM = 2_000
"""Characters of a claim that are read: no sentence is longer."""
_DECISIVE = ("figures_missing", "figures_moved", "names_missing", "misquoted", "turned_over")
"""A claim with one of these isn't supported, however near it comes otherwise."""
_NEVER_HIGHER = 0.5
"""How near to the line between supported and not such a claim may come."""


@dataclass(frozen=True)
class Verdict:
    """How well a claim is supported, 0 to 1, whether that is enough, and in words why not."""

    score: float
    supported: bool
    reason: str | None = None


@dataclass(frozen=True)
class Findings:
    """What comparing a claim with its premises found: numbers to weigh, and reasons, the gravest first."""

    signals: Mapping[str, float]
    reasons: tuple[str, ...]


class SupportChecker:
    """Compares claims with what they are said to rest on. Thread-safe.

    Args:
        embed: Gives the vectors of texts.
        reads: A model that reads a claim together with its evidence, where there is one.
    """

    def __init__(self, embed: Embed, reads: Reads | None = None) -> None:
        self.embed = embed
        self._reads = reads

    def check(self, claim: str, premises: Sequence[str], context: str = "") -> Verdict:
        """How well the premises, taken together, support the claim.

        Args:
            claim: One sentence.
            premises: Exact words of the sources: sentences or whole passages.
            context: What stands around the premises (title, neighbouring sentences). It may give the names that
                the premises only point to ("he", "the company"), but no figures.
        """
        sentences = [premise[a:b] for premise in premises for a, b in split_sentences(premise)]
        if not sentences or not claim.strip():
            return Verdict(0.0, False, "no source is given for this")
        vectors = self.embed([claim, *sentences])
        return self.weigh(claim, sentences, vectors[1:] @ vectors[0], context)

    def weigh(self, claim: str, sentences: Sequence[str], cosines: NDArray[np.float32], context: str = "") -> Verdict:
        """The same for sentences whose cosines to the claim are known already."""
        findings = compare(claim, sentences, context, cosines)
        reads = self._reads
        return judge(findings, (lambda: reads(claim, sentences)) if reads else None)


def compare(claim: str, sentences: Sequence[str], context: str, cosines: NDArray[np.float32]) -> Findings:
    """What tells a supported claim from another; the cosines are those of the sentences to the claim."""
    claim, premise = claim[:_LONGEST_CLAIM], " ".join(sentences)
    said, source = words(claim), words(premise)
    said_stems, source_stems = stems(said), stems(source)
    figure_signals, figure_reasons = _figures(claim, premise, context)
    name_signals, name_reasons, displacing, named = _names(claim, premise, context)
    counted = {w.stem for f in figures(claim) for w in words(f.text)}
    plain = {s for s in said_stems if s not in counted | named}
    uncovered = {s for s in plain if s not in source_stems}
    run = [w.stem for w in said if w.content]
    pairs = set(pairwise(run))
    source_run = [w.stem for w in source if w.content]
    near = {(a, b) for i, a in enumerate(source_run) for b in source_run[max(0, i - 3) : i + 4]}
    turn = turned(said, [words(sentence) for sentence in sentences])
    misquoted = _misquoted(claim, f"{premise} {context}")
    turning = ["the source denies this" if turn.more <= 0 else "the source doesn't deny this, as is said here"]
    reasons = [f"the source doesn't have the words “{quote}”" for quote in misquoted] + figure_reasons + name_reasons
    reasons += turning if turn.share else []
    if turn.opposites:
        reasons.append(f"the source says “{turn.opposites[1]}”, not “{turn.opposites[0]}”")
    reasons += displacing
    signals = {
        **figure_signals,
        **name_signals,
        "misquoted": float(bool(misquoted)),
        "uncovered": len(uncovered) / (len(plain) + 1.0),
        "coverage": len(said_stems & source_stems) / (len(said_stems) or 1),
        "pairs": len(pairs & near) / (len(pairs) + 1.0),
        "cosine": float(cosines.max(initial=0.0)),
        "cosine_mean": float(cosines.mean()) if len(cosines) else 0.0,
        "turned": turn.share,
        "turned_and_more": float(turn.share > 0 and turn.more != 0),
        "turned_over": float(turn.share == 1 and turn.more != 0),
        "negations_added": float(turn.more > 0),
        "negations_dropped": float(turn.more < 0),
        "opposed": float(turn.opposites is not None),
        "overstated": float(overstated(claim, premise)),
        "length": math.log1p(len(said_stems)),
        "source_length": math.log1p(len(source_stems)),
    }
    missing = [w.text for w in said if w.stem in uncovered]
    if missing:
        shown = ", ".join(f"“{w}”" for w in dict.fromkeys(missing[:4]))
        reasons.append(f"the source doesn't say this; nothing in it matches {shown}")
    return Findings(signals, tuple(reasons))


def contradicted(findings: Findings) -> bool:
    """Whether a figure, name or quote alone shows that the claim isn't the source's."""
    return any(findings.signals[name] > 0 for name in _DECISIVE)


def judge(findings: Findings, read: Callable[[], float] | None = None) -> Verdict:
    """The findings weighed; `read` gives what a reader makes of the claim, and is only asked where it matters."""
    fitted = weights()
    logit = fitted["bias"] + sum(weight * findings.signals[name] for name, weight in fitted["weights"].items())
    score = 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
    if contradicted(findings):
        score = min(score, fitted["threshold"] * _NEVER_HIGHER)
    line = fitted["threshold"]
    if read and line <= score < HARDLY and read() < DOUBTED:
        line = HARDLY
    supported = score >= line
    # Shown scores are spread so that 0.5 is the line between supported and not.
    shown = 0.5 + 0.5 * (score - line) / (1 - line) if supported else 0.5 * score / line
    reason = None if supported else (findings.reasons or ("the source doesn't say this clearly",))[0]
    return Verdict(round(shown, 4), supported, reason)


@cache
def weights() -> Any:
    """The fitted weights, as `benchmarks.support.fit` wrote them."""
    return json.loads(files("rag.answering").joinpath(WEIGHTS).read_text(encoding="utf-8"))


def _misquoted(claim: str, source: str) -> list[str]:
    """What the claim puts between quotation marks, at some length, and the source doesn't have in these words.

    Titles, most of whose words have capitals, are names rather than quotes.
    """
    have = " ".join(_WORD.findall(source.casefold()))
    wrong = []
    for match in _QUOTED.finditer(claim):
        quote = match[1] or match[2]
        parts = _WORD.findall(quote)
        is_title = sum(part[0].isupper() or part[0].isdigit() for part in parts) > len(parts) / 2
        pieces = [" ".join(_WORD.findall(piece)).casefold() for piece in _OMITTED.split(quote)]
        if len(parts) > 3 and not is_title and any(piece not in have for piece in pieces):
            wrong.append(quote)
    return wrong


def _figures(claim: str, premise: str, context: str) -> tuple[dict[str, float], list[str]]:
    claimed, stated = figures(claim), figures(premise)
    missing, moved, worked_out, uncounted, dated = [], [], 0, 0, 0
    reasons = []
    dates = [f for f in figures(context) if f.kind in (YEAR, MONTH)]
    for figure in claimed:
        same = [other for other in stated if figure.agrees(other)]
        if same:
            elsewhere = _moved(figure, same, stated)
            if elsewhere:
                moved.append(figure)
                reasons.append(f"the source says {_phrase(elsewhere)}, not {_phrase(figure)}")
        elif derivable(figure, claim, premise) or (figure.kind == "ordinal" and figure.value == 1):
            worked_out += 1  # "first" is more often concluded than copied
        else:
            instead = _instead(figure, claimed, stated)
            if not instead and figure.kind == ORDINAL:
                uncounted += 1  # "third album": counted from more than this source tells
            elif not instead and any(figure.agrees(date) for date in dates):
                dated += 1  # a date holds on for the sentences after the one that gives it
            else:
                missing.append(figure)
            if instead:
                reasons.append(f"the source says {_phrase(instead)}, not {_phrase(figure)}")
            else:
                reasons.append(f"the source doesn't mention {_phrase(figure)}")
    with_rival = sum(_instead(f, claimed, stated) is not None for f in missing)
    return {
        "figures_missing": float(min(2, len(missing))),
        "figure_missing": float(bool(missing)),
        "figures_with_rival": float(min(2, with_rival)),
        "figures_moved": float(min(2, len(moved))),
        "figures_worked_out": float(min(2, worked_out)),
        "figures_around": float(min(2, dated)),
        "figures_uncounted": float(min(2, uncounted)),
        "figures_found": float(min(3, len(claimed) - len(missing) - worked_out - uncounted - dated)),
    }, reasons


def _moved(figure: Figure, same: Sequence[Figure], stated: Sequence[Figure]) -> Figure | None:
    """What the source counts so many of, where the claim counts another thing that the source counts, too."""
    if not figure.unit or figure.unit in EMPTY or is_month(figure.unit) or figure.kind not in ("plain", "ordinal"):
        return None

    def unit(f: Figure) -> str:
        return words(f.unit)[0].stem if f.unit and words(f.unit) else ""

    own = unit(figure)
    if any(unit(other) == own for other in same):
        return None
    return next((o for o in stated if unit(o) == own and o.kind == figure.kind and not figure.agrees(o)), None)


def _instead(figure: Figure, claimed: Sequence[Figure], stated: Sequence[Figure]) -> Figure | None:
    """What the source says in place of a figure it doesn't have."""
    free = [o for o in stated if o.kind == figure.kind and not any(f.agrees(o) for f in claimed)]
    same_unit = [o for o in free if o.unit and o.unit == figure.unit]
    return next(iter(same_unit or free), None)


def _phrase(figure: Figure) -> str:
    unit = figure.unit if figure.unit and figure.unit not in EMPTY and figure.kind != "year" else ""
    return f"{figure.text.strip()} {unit}".strip()


def _names(claim: str, premise: str, context: str) -> tuple[dict[str, float], list[str], list[str], set[str]]:
    claimed, sourced = names(claim), names(premise)
    said, source = words(claim), words(premise)
    here, around, own = name_index(premise), name_index(context), name_index(claim)
    others = [name for name in sourced if own.missing(name)]
    missing = initial = partly = only_around = displaced = 0
    points = _POINTS.search(premise) is not None
    reasons: list[str] = []
    displacing: list[str] = []
    for name in claimed:
        gone = here.missing(name)
        other = rival(name, said, [*others, *(n for n in sourced if set(n.parts) & set(name.parts))], source)
        other = other if other in others else None
        instead = f"; it speaks of {other.text}" if other else ""
        if not gone:
            displaced += other is not None
        elif not around.missing(name, here) and not other:
            only_around += 1
            if not points and sourced:
                reasons.append(f"the source doesn't mention {name.text} here")
        elif name.initial:
            initial += 1
            reasons.append(f"the source doesn't mention {name.text}{instead}")
        elif is_mostly_there(name, gone, sourced):
            partly += 1
        else:
            missing += 1
            reasons.insert(0, f"the source doesn't mention {name.text}{instead}")
        if not gone and other:
            displacing.append(f"the source says this of {other.text}, not of {name.text}")
    stems_of_names = {w.stem for name in claimed if not name.initial for w in words(name.text)}
    return (
        {
            "names_missing": float(min(2, missing)),
            "name_missing": float(missing > 0),
            "initial_missing": float(min(1, initial)),
            "names_partly": float(min(2, partly)),
            "names_around": float(min(2, only_around)),
            "names_displaced": float(min(2, displaced)),
            "names_found": float(min(3, len(claimed) - missing - initial - partly - only_around)),
        },
        reasons,
        displacing,
        stems_of_names,
    )
