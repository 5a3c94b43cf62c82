"""Claims with their sources: faithful ones from open data and our own questions, and the same with a fault put in.

Read from a folder of open data sets (FoolMeTwice and SummEdits as pairs of premise and hypothesis, MTRAG's answers
with human judgements, WiCE), given on the command line; nothing of them is kept here. Our own questions are only
ever measured on, never fitted on.
"""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.support import alter
from rag.answering.wording import stems, words
from rag.sentences import split_sentences

SOURCES = Path(__file__).parents[2] / "sources"
FAITHFUL, OTHER_EVIDENCE = "faithful", "other evidence"
SMALLEST = "faithful, smallest evidence set"
"""WiCE's claims once more, with the smallest set that one annotator marked rather than all that any of them did."""
NEIGHBOURS = 3
"""Sentences on each side of the evidence that a passage of 200 word pieces holds, about."""


@dataclass(frozen=True)
class Case:
    """A claim, the sentences it is said to rest on, what stands around them, and whether they support it."""

    origin: str
    kind: str
    claim: str
    premises: tuple[str, ...]
    context: str
    supported: bool


def to_fit(data: Path) -> list[Case]:
    """Cases the weights are fitted on."""
    chance = random.Random(7)
    cases = [*_pairs(data / "train" / "nli_fm2.jsonl", "fm2"), *_edits(data / "train" / "nli_summedits.jsonl", chance)]
    cases += [case for case in _judged(data) if not _held_out(case)]
    return [*cases, *_altered(cases, 1, ("figure", "name", "name nearby", "negation", "opposite")),
            *_mismatched(cases, 11, 450)]  # fmt: skip


def to_measure(data: Path) -> list[Case]:
    """Cases the check is measured on."""
    cases = [*_own_questions(), *_wice(data), *(case for case in _judged(data) if _held_out(case))]
    return [*cases, *_altered(cases, 2, ("figure", "name", "name nearby", "negation", "opposite")),
            *_mismatched(cases, 12, 120)]  # fmt: skip


def _altered(cases: Iterable[Case], seed: int, kinds: Sequence[str]) -> Iterator[Case]:
    chance = random.Random(seed)
    faithful = [case for case in cases if case.kind == FAITHFUL]
    everyone = [name for case in faithful for name in alter.names_in(case.claim)]
    for case in faithful:
        nearby = alter.names_in(" ".join(case.premises))
        for kind in kinds:
            claim = _alter(kind, case.claim, everyone, nearby, chance)
            if claim and claim != case.claim:
                yield replace(case, kind=kind, claim=claim, supported=False)


def _alter(kind: str, claim: str, everyone: Sequence[str], nearby: Sequence[str], chance: random.Random) -> str | None:
    match kind:
        case "figure":
            return alter.other_figure(claim, chance)
        case "name":
            return alter.other_name(claim, everyone, chance)
        case "name nearby":
            return alter.other_name(claim, nearby, chance)
        case "negation":
            return alter.negated(claim, chance)
        case _:
            return alter.opposite(claim, chance)


def _mismatched(cases: Iterable[Case], seed: int, most: int) -> Iterator[Case]:
    """Claims with the evidence of another one that shares the most words with them, of sixty."""
    chance = random.Random(seed)
    by_origin: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.kind == FAITHFUL:
            by_origin[case.origin.split()[0]].append(case)
    for some in by_origin.values():
        for case in chance.sample(some, min(most, len(some))):
            own = set(case.premises)
            others = [o for o in chance.sample(some, min(60, len(some))) if not own & set(o.premises)]
            best = max(others, key=lambda o: _shared(case.claim, " ".join(o.premises)))
            yield replace(case, kind=OTHER_EVIDENCE, premises=best.premises, context=best.context, supported=False)


def _pairs(path: Path, origin: str) -> Iterator[Case]:
    for row in _rows(path):
        kind = FAITHFUL if row["label"] == "entailment" else "unsupported"
        yield Case(origin, kind, row["hypothesis"], tuple(_sentences(row["premise"])), "", kind == FAITHFUL)


def _edits(path: Path, chance: random.Random) -> Iterator[Case]:
    """Sentences of summaries; of a summary that was spoilt, it isn't known which sentence, unless it has one."""
    rows = _rows(path)
    chance.shuffle(rows)
    for row in rows[:1500]:
        if len(row["hypothesis"]) >= 600 or len(row["premise"]) >= 6000:
            continue
        claims, source = _sentences(row["hypothesis"]), _sentences(row["premise"])
        faithful = row["label"] == "entailment"
        for claim in claims[:2] if faithful else claims if len(claims) == 1 else []:
            yield Case(
                "summedits", FAITHFUL if faithful else "unsupported", claim, _nearest(claim, source), "", faithful
            )


def _judged(data: Path) -> Iterator[Case]:
    """Sentences of answers that all three judges called fully faithful, with the sentences nearest to them."""
    for row in _rows(data / "mtrag_human_judged" / "judged.jsonl"):
        judged = row["human_faithfulness_1_4"]
        if not judged or min(judged) < 4 or not row["contexts"] or "ANSWERABLE" not in row["answerability"]:
            continue
        source = [s for text in row["contexts"] for s in _sentences(text)][:150]
        told = [s for s in _sentences(row["response"]) if len(s.split()) > 4 and not _numbered(s)]
        for claim in told[:3]:
            context = " ".join(row["contexts"])
            yield Case(
                f"mtrag {row['task_id']} {row['model']}", FAITHFUL, claim, _nearest(claim, source), context, True
            )


def _held_out(case: Case) -> bool:
    _, task, model = case.origin.split(" ", 2)
    return int(hashlib.sha256(task.encode()).hexdigest(), 16) % 2 == 1 and model == "reference"


def _wice(data: Path) -> Iterator[Case]:
    for row in _rows(data / "wice" / "dev.jsonl"):
        source, claim = row["evidence_sentences"], row["claim"].strip()
        about = [s for s in source if s.startswith("(meta")]
        if row["label"] == "supported":
            sets = row["supporting_sentence_sets"]
            for kind, marked in (
                (SMALLEST, min(sets, key=len)),
                (FAITHFUL, sorted({i for one in sets for i in one})),
            ):
                chosen = tuple(dict.fromkeys([*about, *(source[i] for i in marked)]))
                yield Case("wice", kind, claim, chosen, _around(source, marked), True)
        elif row["label"] == "not_supported":
            nearest = _nearest(claim, source[:200])
            around = _around(source, [source.index(sentence) for sentence in nearest])
            yield Case("wice", "unsupported", claim, nearest, around, False)


def _around(source: Sequence[str], marked: Iterable[int]) -> str:
    """What a passage would have around these sentences: the page's title, and some sentences on each side."""
    near = {j for i in marked for j in range(max(0, i - NEIGHBOURS), i + NEIGHBOURS + 1)}
    return " ".join(s for j, s in enumerate(source) if j in near or s.startswith("(meta"))


def _own_questions() -> Iterator[Case]:
    """Our reference answers, which paraphrase the briefs, with their evidence and the brief it stands in."""
    for row in _rows(SOURCES / "questions.jsonl"):
        if row["answerable"] and row["evidence"]:
            texts = [found.read_text(encoding="utf-8") for name in row["source"] if (found := _brief(name))]
            paragraphs = [p for text in texts for p in text.split("\n\n") if any(e in p for e in row["evidence"])]
            evidence = tuple(_whole(piece, paragraphs) for piece in row["evidence"])
            yield Case("starter", FAITHFUL, row["answer"], evidence, " ".join(paragraphs), True)


def _whole(evidence: str, paragraphs: Sequence[str]) -> str:
    """The evidence with the rest of the sentences that it is part of, as the check gets to see it."""
    for paragraph in paragraphs:
        at = paragraph.find(evidence)
        if at >= 0:
            inside = [(a, b) for a, b in split_sentences(paragraph) if a < at + len(evidence) and b > at]
            return paragraph[inside[0][0] : inside[-1][1]]
    return evidence


def _brief(name: str) -> Path | None:
    return next((path for path in (SOURCES / name, SOURCES / "briefs" / name) if path.is_file()), None)


def _nearest(claim: str, source: Sequence[str], k: int = 3) -> tuple[str, ...]:
    usable = [s for s in source if len(s) > 3]
    ranked = sorted(range(len(usable)), key=lambda i: -_shared(claim, usable[i]))
    return tuple(usable[i] for i in sorted(ranked[:k]))


def _shared(claim: str, text: str) -> float:
    have = stems(words(text))
    return len(stems(words(claim)) & have) / float((3 + len(have)) ** 0.3)


def _numbered(sentence: str) -> bool:
    return any(part.rstrip(".").isdigit() and part.endswith(".") for part in sentence.split())


def _sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in split_sentences(text)]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
