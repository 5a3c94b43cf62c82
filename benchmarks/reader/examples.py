"""What the cross-encoder is taught with: a question or claim, a passage in sentences, and what is known of them.

Rows of the open training sets, cut to what the network reads at once. A share of the answerable questions is
put to a second passage of its set, too, that shares their words and lacks the answer; another share to its own
passage, altered so that it isn't answered there; another as it is to its own passage without the sentences that answer.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.reader.altered import altered

CountTokens = Callable[[str], int]

# Rows taken of each set, at most; docs/reader.md has their origin and licences.
SETS = {
    "squad2_unansq": 5000,
    "squad1_nqg": 8000,
    "qed_nq": 4000,
    "boolq_evidence": 1300,
    "conditionalqa": 1000,
    "omos": 700,
    "policyqa": 700,
    "policyqa_neg": 400,
    "selqa": 1200,
    "selqa_neg": 900,
    "qamr": 1500,
    "ares_record": 650,
    "ares_nq": 900,
    "ares_hotpotqa": 1000,
    "ares_wow": 900,
    "fm2_claims": 1000,
    "wice_train": 900,
    "nli_fm2": 2600,
    "nli_summedits": 900,
}
CLAIMS = {"fm2_claims", "wice_train"}
# Sets whose questions stand on their own, so that another passage of the set can be said not to answer.
ASKED_OF_OTHERS = {"squad2_unansq", "squad1_nqg", "qed_nq", "ares_record", "ares_nq", "ares_hotpotqa", "ares_wow"}
OTHERS, ALTERED, BEREFT = 0.35, 0.25, 0.3
TITLED = 0.5  # passages are shown with their title this often, so that the network can do without
READ = 224  # word pieces of question and passage together


@dataclass(frozen=True)
class Example:
    """One passage read with one question. What isn't known is None and teaches nothing.

    Attributes:
        question: A question, or a claim.
        title: Of the passage; may be empty.
        sentences: The passage.
        evidence: Whether each sentence is part of the answer.
        answerable: Whether the passage answers the question.
        supported: Whether the passage supports the claim.
        answer: The answer's words where a set gives them.
    """

    question: str
    title: str
    sentences: tuple[str, ...]
    evidence: tuple[bool, ...] | None = None
    answerable: bool | None = None
    supported: bool | None = None
    answer: str = ""


def examples(folder: Path, count: CountTokens, seed: int, epoch: int = 0) -> list[Example]:
    """All examples of an epoch, passages in a drawn order.

    The rows are the same in every epoch; which questions are put to other passages or altered, which titles are shown
    and where long passages are cut is drawn anew.
    """
    chance = random.Random(f"{seed} {epoch}")
    taken: list[Example] = []
    for name in SETS:
        some = list(taught_rows(folder, name, seed))
        if name in ASKED_OF_OTHERS:
            some += [*_asked_of_others(some, chance), *_altered(some, chance), *_bereft(some, chance)]
        taken += some
    by_passage: dict[tuple[str, ...], list[Example]] = {}
    for example in taken:
        by_passage.setdefault(example.sentences, []).append(example)
    together = list(by_passage.values())  # a question beside its twin that isn't answered
    chance.shuffle(together)
    shown = (replace(e, title=e.title if chance.random() < TITLED else "") for some in together for e in some)
    return [fitting for example in shown if (fitting := _cut(example, count, chance))]


def taught_rows(folder: Path, name: str, seed: int = 0) -> Iterator[Example]:
    """The rows of a set that are taught, as they are: whole passages, so that what is left over was never read."""
    by_passage: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / f"{name}.jsonl").open(encoding="utf-8"):
        row = json.loads(line)
        by_passage.setdefault(row.get("premise") or "\n".join(row["passage_sentences"]), []).append(row)
    passages = list(by_passage.values())
    random.Random(f"{seed} {name}").shuffle(passages)
    if name == "squad1_nqg":  # its real unanswerable questions first: there are few
        passages.sort(key=lambda rows: all(row["answerable"] for row in rows))
    for row in [row for rows in passages for row in rows][: SETS[name]]:
        yield _pair(row) if "premise" in row else _row(row, name)


def _row(row: dict[str, Any], name: str) -> Example:
    evidence = set(row["evidence"])
    question = f"{row['scenario']} {row['question']}" if row.get("scenario") else row["question"]
    supported = None
    if name == "fm2_claims":
        supported = row["answer_text"] == "SUPPORTS"
    elif name == "wice_train" and not evidence:
        supported = False  # the others are supported in part
    return Example(
        question=question,
        title=row.get("title") or "",
        sentences=tuple(row["passage_sentences"]),
        evidence=tuple(i in evidence for i in range(len(row["passage_sentences"]))),
        answerable=None if name in CLAIMS else bool(row["answerable"]),
        supported=supported,
        answer=(row.get("answer_text") or "").lower(),
    )


def _pair(row: dict[str, Any]) -> Example:
    return Example(row["hypothesis"], "", (row["premise"],), supported=row["label"] == "entailment")


def _asked_of_others(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Questions put to a passage like them in words that shares no sentence with theirs and lacks the answer."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

    passages = list(dict.fromkeys(e.sentences for e in examples))
    texts = [" ".join(p).lower() for p in passages]
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    asked = [e for e in examples if e.answerable and chance.random() < OTHERS]
    likeness = vectorizer.transform([e.question for e in asked]) @ matrix.T
    for row, example in enumerate(asked):
        near = likeness.getrow(row)
        own = set(example.sentences)
        ranked = [near.indices[i] for i in (-near.data).argsort()[:20]]
        fit = [
            at for at in ranked if own.isdisjoint(passages[at]) and not (example.answer and example.answer in texts[at])
        ]
        if fit:
            other = passages[chance.choice(fit[:4])]
            yield Example(example.question, "", other, (False,) * len(other), answerable=False)


def _altered(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Questions put to their own passage with a name, figure or word exchanged, so that it doesn't answer them."""
    for example in examples:
        if example.answerable and chance.random() < ALTERED:
            question = altered(example.question, example.sentences, chance)
            if question:
                none = (False,) * len(example.sentences)
                yield replace(example, question=question, evidence=none, answerable=False, answer="")


def _bereft(examples: Sequence[Example], chance: random.Random) -> Iterator[Example]:
    """Questions put to what their passage says besides the answer: on the matter, and silent on what is asked."""
    for example in examples:
        if not example.answerable or example.evidence is None or chance.random() >= BEREFT:
            continue
        rest = tuple(s for s, is_gold in zip(example.sentences, example.evidence, strict=True) if not is_gold)
        if len(rest) > 1 and not (example.answer and example.answer in " ".join(rest).lower()):
            yield replace(example, sentences=rest, evidence=(False,) * len(rest), answerable=False, answer="")


def _cut(example: Example, count: CountTokens, chance: random.Random) -> Example | None:
    """The example as far as it is read: whole sentences around its evidence; None if not even one fits."""
    room = READ - 4 - count(example.question) - count(example.title)
    lengths = [count(sentence) for sentence in example.sentences]
    if sum(lengths) <= room:
        return example
    if example.evidence is None:
        return None  # a premise cut short supports less than it did
    gold = [i for i, is_gold in enumerate(example.evidence) if is_gold]
    first = max(0, gold[0] - chance.randrange(4)) if gold else 0
    last, used = first, 0
    while last < len(lengths) and used + lengths[last] <= room:
        used += lengths[last]
        last += 1
    if gold and not any(first <= i < last for i in gold):
        return None
    if last == first:
        return None
    return replace(example, sentences=example.sentences[first:last], evidence=example.evidence[first:last])
