"""Which part of retrieval does what: ``python -m benchmarks.retrieval.ablation DATA_DIR [--out FILE.json]``.

DATA_DIR has folders in BEIR's format, and may have ``train/selqa.jsonl`` and ``chunking_open/``; docs/retrieval.md
names them. None is about the starter library's article. Prints a Markdown table a part: the reference's means, and
the paired differences of the other rows, with 95 % bootstrap intervals over questions.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.reader.vectors import VectorFile
from benchmarks.retrieval import copies, neighbours
from benchmarks.retrieval.neighbours import Documents
from benchmarks.retrieval.parts import Part, parts
from benchmarks.retrieval.scores import MEASURES, Mean, Values, difference, mean, measured, pooled
from benchmarks.retrieval.search import Searched
from benchmarks.retrieval.sets import Collection, Cut, cutter, read_collection, read_worded_twice
from rag.models.embedder import load_embedder
from rag.settings import load_settings

FOLDERS = ("scifact", "squad2_dev_half", "clapnq_open", "anthropic_docs", "hotpot_100")
WORDED_TWICE = Path("train") / "selqa.jsonl"
COPIED = ("squad2_dev_half", "clapnq_open")
NEIGHBOURS, COPIES = "Neighbours", "Near-duplicates"
SHOWN = "nDCG@10"
ALSO_SHOWN = "recall@5"


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "footnote-retrieval")
    parser.add_argument("--parts", nargs="*", default=[""], help="only parts whose titles begin so")
    parser.add_argument("--sets", nargs="*", help="only these collections")
    parser.add_argument("--out", type=Path, help="every measure of every row, as JSON")
    args = parser.parse_args()
    settings = load_settings()
    embedder = load_embedder(settings)
    cut = cutter(embedder, settings)
    vectors = VectorFile(args.cache, embedder)
    collections = list(read_all(args.data, cut, args.sets))
    searched = [Searched(c, vectors) for c in collections]
    everything: dict[str, object] = {}
    for part in parts(fillers(collections), embedder.count_tokens):
        if part.title.startswith(tuple(args.parts)):
            everything[part.title] = tabled(part, searched)
    if NEIGHBOURS.startswith(tuple(args.parts)):
        for documents in whole_documents(args.data, cut):
            if not args.sets or documents.collection.name in args.sets:
                one = Searched(documents.collection, vectors)
                everything[f"{NEIGHBOURS}, {documents.collection.name}"] = neighbours.tabled(documents, one)
    if COPIES.startswith(tuple(args.parts)):
        for collection in collections:
            if collection.name in (args.sets or COPIED):
                everything[f"{COPIES}, {collection.name}"] = copies.tabled(collection, vectors)
    if args.out:
        args.out.write_text(json.dumps(everything, indent=1, default=vars) + "\n", encoding="utf-8")


def read_all(data: Path, cut: Cut, wanted: Sequence[str] | None) -> Iterator[Collection]:
    """The collections that are there and wanted; None wants all."""
    for name in FOLDERS:
        if (data / name).is_dir() and (not wanted or name in wanted):
            yield read_collection(data / name, cut)
    if (data / WORDED_TWICE).exists() and (not wanted or WORDED_TWICE.stem in wanted):
        yield read_worded_twice(data / WORDED_TWICE, cut)


def fillers(collections: Sequence[Collection]) -> dict[str, list[str]]:
    """The texts that a collection's long questions are buried in: those of the collection before it."""
    texts = {collection.name: [piece.text for piece in collection.pieces] for collection in collections}
    names = [*texts]
    return {name: texts[names[at - 1]] for at, name in enumerate(names)}


def whole_documents(data: Path, cut: Cut) -> Iterator[Documents]:
    """Collections whose evidence is in spans of whole documents."""
    if (data / "chunking_open").is_dir():
        yield neighbours.read_spans(data / "chunking_open", cut)
    if (data / "squad2_dev_half").is_dir():
        yield neighbours.read_articles(data / "squad2_dev_half", cut)


def tabled(part: Part, collections: Sequence[Searched]) -> dict[str, dict[str, dict[str, Mean]]]:
    """Prints a part's table and gives all of its numbers: by row, collection and measure."""
    print(f"\n### {part.title}\n")
    asked = {s.collection.name: {row.label: row.asked(s) for row in part.rows} for s in collections}
    collections = [s for s in collections if all(asked[s.collection.name].values())]
    names = [searched.collection.name for searched in collections]
    print(f"| | {' | '.join(names)} | all | all, {ALSO_SHOWN} |\n|---|{'---|' * (len(names) + 2)}", flush=True)
    reference: list[dict[str, Values]] = []
    found: dict[str, dict[str, dict[str, Mean]]] = {}
    for row in part.rows:
        values = []
        for searched in collections:
            wordings = asked[searched.collection.name][row.label]
            searched.vectors.ensure(
                way if isinstance(way, str) else way[0] for ways in wordings.values() for way in ways
            )
            ranked = {question: searched.documents(ways, row.way) for question, ways in wordings.items()}
            values.append(measured(ranked, searched.collection.qrels))
        reference = reference or values
        shown = _against(values, reference) if values is not reference else _alone(values)
        found[row.label] = dict(zip([*names, "all"], shown, strict=True))
        cells = [str(cell[SHOWN]) for cell in shown] + [str(shown[-1][ALSO_SHOWN])]
        print(f"| {row.label} | {' | '.join(cells)} |", flush=True)
    return found


def _alone(values: Sequence[dict[str, Values]]) -> list[dict[str, Mean]]:
    every = {m: pooled([v[m] for v in values]) for m in MEASURES}
    alone = [{m: mean(v[m]) for m in MEASURES} for v in values]
    return [*alone, {m: Mean(**vars(d)) for m, d in every.items()}]


def _against(values: Sequence[dict[str, Values]], reference: Sequence[dict[str, Values]]) -> list[dict[str, Mean]]:
    both = list(zip(values, reference, strict=True))
    apart: list[dict[str, Mean]] = [{m: difference(v[m], r[m]) for m in MEASURES} for v, r in both]
    return [*apart, {m: pooled([v[m] - r[m] for v, r in both]) for m in MEASURES}]


if __name__ == "__main__":
    main()
