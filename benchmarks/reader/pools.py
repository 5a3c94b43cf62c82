"""Open question sets as pools: every passage of a set is a corpus, and each question is asked of all of it.

Two layouts are read: the training rows (question, sentences, evidence indexes) and folders with `corpus.jsonl`,
`qa.jsonl` and `qrels/`. Gold is kept as sentence texts, since the same sentence may stand in several passages.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.sentences import split_sentences

CHUNK_WORDS = 150  # about 200 word pieces


@dataclass(frozen=True)
class Chunk:
    """A stored piece of a passage: its header and its sentences."""

    passage: str
    header: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """What is embedded and indexed."""
        return self.header + " ".join(self.sentences)


@dataclass(frozen=True)
class Asked:
    """A question and the sentences that answer it: `gold` by passage id, empty if nothing does."""

    pool: str
    question: str
    answerable: bool
    gold: dict[str, frozenset[str]] = field(default_factory=dict)
    passage: str | None = None  # the one it was written against, also where that has no answer


@dataclass(frozen=True)
class Pool:
    """A corpus and its questions."""

    name: str
    chunks: tuple[Chunk, ...]
    questions: tuple[Asked, ...]


def training_pool(name: str, rows: Iterable[dict[str, Any]]) -> Pool:
    """A training set: its rows' questions, over all their passages."""
    by_passage: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_passage.setdefault("\n".join(row["passage_sentences"]), []).append(row)
    chunks: list[Chunk] = []
    asked: list[Asked] = []
    for number, (key, some) in enumerate(sorted(by_passage.items())):
        passage, sentences = f"{name}-{number}", [s for s in key.split("\n") if s.strip()]
        header = f"{title}\n\n" if (title := some[0].get("title")) else ""
        chunks += _cut(passage, header, sentences)
        for row in some:
            gold = frozenset(squeeze(row["passage_sentences"][i]) for i in row["evidence"])
            question = f"{row['scenario']} {row['question']}" if row.get("scenario") else row["question"]
            asked.append(Asked(name, question, bool(gold), {passage: gold} if gold else {}, passage))
    return Pool(name, tuple(chunks), tuple(asked))


def read_squad(folder: Path) -> Pool:
    """SQuAD 2.0: gold is the sentence that the answer's offset falls into."""
    corpus: dict[str, str] = {}
    chunks: list[Chunk] = []
    for row in _rows(folder / "corpus.jsonl"):
        sentences = [row["text"][a:b] for a, b in split_sentences(row["text"])]
        corpus[row["_id"]] = row["text"]
        chunks += _cut(row["_id"], f"{row['title']}\n\n", sentences)
    asked = []
    for row in _rows(folder / "qa.jsonl"):
        passage = row["evidence"][0]
        text, starts = corpus[passage], row.get("answer_starts") or []
        gold = frozenset(squeeze(text[a:b]) for a, b in split_sentences(text) if any(a <= at < b for at in starts))
        asked.append(Asked("squad", row["question"], bool(gold), {passage: gold} if gold else {}, passage))
    return Pool("squad", tuple(chunks), tuple(asked))


def read_clapnq(folder: Path) -> Pool:
    """ClapNQ: gold is the sentences that annotators selected."""
    chunks: list[Chunk] = []
    parts: dict[str, list[str]] = {}
    for row in _rows(folder / "corpus.jsonl"):
        parts[row["_id"]] = [row["text"][a:b] for a, b in split_sentences(row["text"])]
        chunks += _cut(row["_id"], f"{row['title']}\n\n", parts[row["_id"]])
    asked = []
    for row in _rows(folder / "qa.jsonl"):
        passage = row["evidence"][0]
        selected = [squeeze(s) for some in row.get("selected_sentences") or [] for s in some]
        gold = frozenset(squeeze(s) for s in parts[passage] if _selected(squeeze(s), selected))
        answerable = bool(row["answerable"])
        asked.append(Asked("clapnq", row["question"], answerable, {passage: gold} if answerable else {}, passage))
    return Pool("clapnq", tuple(chunks), tuple(asked))


def squeeze(text: str) -> str:
    """The text without white space, for comparing sentences that were cut or spaced differently."""
    return re.sub(r"\s+", "", text)


def _selected(sentence: str, selected: Sequence[str]) -> bool:
    return len(sentence) > 3 and any(sentence in other or other in sentence for other in selected)


def _cut(passage: str, header: str, sentences: Iterable[str]) -> Iterator[Chunk]:
    some: list[str] = []
    words = 0
    for sentence in sentences:
        length = len(sentence.split())
        if some and words + length > CHUNK_WORDS:
            yield Chunk(passage, header, tuple(some))
            some, words = [], 0
        some.append(sentence)
        words += length
    if some:
        yield Chunk(passage, header, tuple(some))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
