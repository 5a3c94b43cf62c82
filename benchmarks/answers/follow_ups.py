"""Follow-up questions against human rewrites: `python -m benchmarks.answers.follow_ups DATA_DIR`.

For each turn that has turns before it, the rewrites of the whole set are a corpus, those of the same
conversation being the hard negatives: how often is the turn's own human rewrite first, or among the first five?
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.answers.open_sets import interval
from benchmarks.reader.vectors import VectorFile
from rag.conversation import standalone_question
from rag.models.embedder import load_embedder
from rag.schema import Inquiry, Turn
from rag.settings import load_settings

SETS = ("mtrag_rewrites/rewrites.jsonl", "train/rewrite_cast.jsonl", "train/rewrite_ikat.jsonl")


def turns(path: Path) -> Iterator[tuple[Inquiry, str]]:
    """Questions with their earlier turns, and the human rewrite of each."""
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        if row.get("personal"):  # its rewrite tells what only a user's profile says
            continue
        earlier = row["conversation_user_turns"][:-1] if "last_turn" in row else row["history"]
        history = tuple(Turn(question=said) for said in earlier if not said.startswith("[SYSTEM]"))
        if history:
            yield (
                Inquiry(question=row.get("last_turn") or row["question"], history=history),
                (row.get("human_rewrite") or row["rewrite"]),
            )


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-reader")
    args = parser.parse_args()
    vectors = VectorFile(args.cache / "vectors", load_embedder(load_settings()))
    for name in SETS:
        asked = list(turns(args.data / name))
        rewrites = sorted({rewrite for _, rewrite in asked})
        own = np.array([rewrites.index(rewrite) for _, rewrite in asked])
        raw = [inquiry.question for inquiry, _ in asked]
        full = [standalone_question(inquiry) for inquiry, _ in asked]
        vectors.ensure([*rewrites, *raw, *full])
        corpus = vectors(rewrites)
        similar = {"raw": vectors(raw) @ corpus.T, "expanded": vectors(full) @ corpus.T}
        similar["both, averaged"] = (similar["raw"] + similar["expanded"]) / 2
        for way, scores in similar.items():
            rank = (scores > scores[np.arange(len(own)), own][:, None]).sum(axis=1)
            for k in (1, 5):
                found = (rank < k).astype(float)
                told = interval(lambda some, found=found: float(found[some].mean()), len(found))  # type: ignore[misc]
                print(f"| {name} | {len(own)} | {way} | recall@{k} | {told} |", flush=True)


if __name__ == "__main__":
    main()
