"""What neighbouring chunks add: the evidence among the characters that are shown, whatever their ranks.

Ranks can't tell: a passage with its neighbours finds more and takes more room. So all ways get the same room.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.retrieval.scores import Difference, Mean, Values, difference, mean
from benchmarks.retrieval.search import Searched, Way, as_hit
from benchmarks.retrieval.sets import MOST, Collection, Cut, Piece
from rag.retrieval import LONGEST_PASSAGE, passages
from rag.schema import SourceText
from rag.sentences import split_sentences

ROOM = (1_000, 2_000, 4_000, 6_000)
"""Characters shown."""

TOP_K = 8
Span = tuple[str, int, int]
"""A document, and the part of its text that is shown or wanted."""


@dataclass(frozen=True)
class Documents:
    """Whole documents, questions, and from question to the spans that answer it."""

    collection: Collection
    texts: dict[str, str]
    evidence: dict[str, list[Span]]


def read_spans(folder: Path, cut: Cut) -> Documents:
    """``docs/*.md`` and ``qa.jsonl`` whose evidence is in spans."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / "docs").glob("*.md"))}
    rows = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    evidence = {row["id"]: [(e["doc"], e["start"], e["end"]) for e in row["evidence"]] for row in rows}
    queries = {row["id"]: row["question"] for row in rows}
    return Documents(
        _collection(folder.name, {n: n.replace("_", " ") for n in texts}, texts, queries, cut), texts, evidence
    )


def read_articles(folder: Path, cut: Cut) -> Documents:
    """Paragraphs with titles, put together to articles again; the sentence that holds the answer is the evidence."""
    paragraphs = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [json.loads(line) for line in (folder / "qa.jsonl").read_text(encoding="utf-8").splitlines()]
    texts: dict[str, str] = defaultdict(str)
    places: dict[str, tuple[str, int, str]] = {}
    for row in paragraphs:
        places[row["_id"]] = row["title"], len(texts[row["title"]]), row["text"]
        texts[row["title"]] += row["text"] + "\n\n"
    answerable = [row for row in rows if row["answerable"]]
    drawn = np.random.default_rng(0).choice(len(answerable), min(MOST, len(answerable)), replace=False)
    queries, evidence = {}, {}
    for row in (answerable[i] for i in sorted(drawn)):
        title, at, text = places[row["evidence"][0]]
        answer = row["answer_starts"][0]
        start, end = next((s, e) for s, e in split_sentences(text) if s <= answer < e)
        queries[row["id"]], evidence[row["id"]] = row["question"], [(title, at + start, at + end)]
    return Documents(
        _collection(f"{folder.name}, whole articles", {t: t for t in texts}, texts, queries, cut), texts, evidence
    )


def _collection(
    name: str, titles: dict[str, str], texts: dict[str, str], queries: dict[str, str], cut: Cut
) -> Collection:
    return Collection(name, [p for d, text in texts.items() for p in cut(d, titles[d], text)], queries, {})


Show = Callable[[Sequence[int], Documents], Iterable[Span]]
"""From numbers of pieces, best first, to what is shown, best first."""


def apart(ranked: Sequence[int], documents: Documents) -> Iterable[Span]:
    """Each chunk by itself."""
    return (_span(documents.collection.pieces[i]) for i in ranked)


def merged(longest: int = LONGEST_PASSAGE) -> Show:
    """As the product does: of the first eight, those that follow each other as one, then the next eight."""

    def show(ranked: Sequence[int], documents: Documents) -> Iterable[Span]:
        names = list(documents.texts)
        numbers = {name: number for number, name in enumerate(names)}
        texts = {
            number: SourceText(source_id=name, version=number, title=name, text=documents.texts[name])
            for name, number in numbers.items()
        }
        for at in range(0, len(ranked), TOP_K):
            hits = [as_hit(documents.collection.pieces[i], i, numbers) for i in ranked[at : at + TOP_K]]
            for passage in passages(hits, texts, True, longest):
                yield names[passage.version], passage.start, passage.end

    return show


def with_neighbours(before: int, after: int) -> Show:
    """Each chunk together with so many before and after it."""

    def show(ranked: Sequence[int], documents: Documents) -> Iterable[Span]:
        pieces = documents.collection.pieces
        for i in ranked:
            first, last = i, i
            while first > i - before and first > 0 and pieces[first - 1].document == pieces[i].document:
                first -= 1
            while last < i + after and last + 1 < len(pieces) and pieces[last + 1].document == pieces[i].document:
                last += 1
            yield pieces[i].document, pieces[first].start, _span(pieces[last])[2]

    return show


WAYS: dict[str, Show] = {
    "neighbours that were found, merged (the product)": merged(),
    "merged up to 2,500 characters": merged(2_500),
    "merged up to 1,000 characters": merged(1_000),
    "each chunk by itself": apart,
    "with the chunk after it": with_neighbours(0, 1),
    "with the chunks before and after it": with_neighbours(1, 1),
}


def tabled(documents: Documents, searched: Searched) -> dict[str, dict[str, Mean]]:
    """Prints the share of evidence that is shown, by way and room, and gives the numbers."""
    print(f"\n### Neighbours: {documents.collection.name}, {len(documents.collection.queries)} questions\n")
    print(f"| evidence shown in characters | {' | '.join(f'{room:,}' for room in ROOM)} |\n|---|{'---|' * len(ROOM)}")
    searched.vectors.ensure(documents.collection.queries.values())
    ranked = {q: [i for i, _ in searched.ranking((text,), Way())] for q, text in documents.collection.queries.items()}
    reference: list[Values] = []
    found: dict[str, dict[str, Mean]] = {}
    for label, show in WAYS.items():
        shown = {q: list(show(order, documents)) for q, order in ranked.items()}
        values = [np.array([evidence_shown(shown[q], documents.evidence[q], room) for q in shown]) for room in ROOM]
        cells: list[Mean | Difference] = (
            [difference(v, r) for v, r in zip(values, reference, strict=True)]
            if reference
            else [mean(v) for v in values]
        )
        reference = reference or values
        found[label] = {str(room): cell for room, cell in zip(ROOM, cells, strict=True)}
        print(f"| {label} | {' | '.join(map(str, cells))} |", flush=True)
    return found


def evidence_shown(shown: Iterable[Span], evidence: Sequence[Span], room: int) -> float:
    """The share of the evidence among the first `room` characters. What is shown twice takes room twice."""
    seen: dict[str, set[int]] = defaultdict(set)
    for document, start, end in shown:
        end = min(end, start + room)
        seen[document].update(range(start, end))
        room -= end - start
        if room <= 0:
            break
    wanted = {(document, at) for document, start, end in evidence for at in range(start, end)}
    return sum(at in seen[document] for document, at in wanted) / len(wanted)


def _span(piece: Piece) -> Span:
    return piece.document, piece.start, piece.start + len(piece.text)
