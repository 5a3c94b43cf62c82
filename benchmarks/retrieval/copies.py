"""Near-duplicates: whether leaving them out finds more, and whether it loses anything where there are none."""

import random
import re
from collections.abc import Mapping

import numpy as np

from benchmarks.reader.vectors import VectorFile
from benchmarks.retrieval.scores import Mean, Values, difference, mean
from benchmarks.retrieval.search import Searched, Way, as_hit
from benchmarks.retrieval.sets import Collection, Piece
from rag.retrieval import without_duplicates
from rag.settings import RetrievalSettings

COPIED = 0.1
"""Share of documents that others repeat."""

ALTERED = 0.03
"""Share of a copy's words that differ."""

OF = " (copy "
TOP_K = RetrievalSettings().top_k


def with_copies(collection: Collection, times: int) -> Collection:
    """A tenth of the documents, drawn with a fixed seed, repeated so often with a few words altered."""
    names = list(dict.fromkeys(piece.document for piece in collection.pieces))
    copied = set(random.Random(0).sample(names, round(COPIED * len(names))))
    pieces = list(collection.pieces)
    for number in range(times):
        chance = random.Random(number)
        pieces += [
            Piece(f"{piece.document}{OF}{number})", piece.header, _altered(piece.text, chance), piece.start)
            for piece in collection.pieces
            if piece.document in copied
        ]
    return Collection(f"{collection.name}, {times} copies of 10 %", pieces, collection.queries, collection.qrels)


def _altered(text: str, chance: random.Random) -> str:
    return re.sub(r"\w+", lambda word: word[0][::-1] if chance.random() < ALTERED else word[0], text)


def tabled(collection: Collection, vectors: VectorFile) -> dict[str, dict[str, Mean]]:
    """Prints what is found among the eight passages shown, with near-duplicates left out and not."""
    found: dict[str, dict[str, Mean]] = {}
    for times in (0, 1, 3):
        repeated = with_copies(collection, times) if times else collection
        searched = Searched(repeated, vectors)
        print(f"\n### Near-duplicates: {repeated.name}, {len(collection.queries)} questions\n")
        print("| | evidence found | different documents | different, where a copied one was found |\n|---|---|---|---|")
        with_, without = (_shown(searched, overlap) for overlap in (RetrievalSettings().duplicate_overlap, None))
        found[f"{repeated.name}: left out"] = {name: mean(values) for name, values in with_.items()}
        found[f"{repeated.name}: kept"] = {name: difference(without[name], with_[name]) for name in with_}
        for label in ("left out", "kept"):
            print(f"| {label} | {' | '.join(map(str, found[f'{repeated.name}: {label}'].values()))} |", flush=True)
    return found


def _shown(searched: Searched, overlap: float | None) -> Mapping[str, Values]:
    collection = searched.collection
    numbers = {name: number for number, name in enumerate(dict.fromkeys(p.document for p in collection.pieces))}
    copied = {_original(name) for name in numbers if OF in name}
    evidence, different, concerned = [], [], []
    for question, grades in collection.qrels.items():
        order = [i for i, _ in searched.ranking((collection.queries[question],), Way())]
        hits = [as_hit(collection.pieces[i], i, numbers) for i in order]
        kept = without_duplicates(hits, overlap, TOP_K) if overlap else hits[:TOP_K]
        shown = {_original(hit.chunk.source_id) for hit in kept}
        evidence.append(len(shown & set(grades)) / len(grades))
        different.append(len(shown))
        if copied & {_original(hit.chunk.source_id) for hit in hits[:TOP_K]}:
            concerned.append(len(shown))
    return {
        "evidence": np.array(evidence),
        "different": np.array(different, float),
        "different, concerned": np.array(concerned or different, float),
    }


def _original(name: str) -> str:
    return name.split(OF)[0]
