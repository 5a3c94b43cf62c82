"""Reading a benchmark in BEIR's format: documents, queries and judgements (arXiv 2104.08663)."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.errors import BenchmarkError


@dataclass(frozen=True)
class Benchmark:
    """A retrieval benchmark.

    Attributes:
        name: The folder's name.
        documents: From document id to its title, a blank, and its text.
        queries: From query id to its text; only those that are judged.
        qrels: From query id to the grades of documents; above 0 is relevant.
    """

    name: str
    documents: Mapping[str, str]
    queries: Mapping[str, str]
    qrels: Mapping[str, Mapping[str, int]]


def read_benchmark(folder: Path, split: str = "test") -> Benchmark:
    """Read ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv``.

    Raises:
        BenchmarkError: A file is missing or broken (with its line), or nothing is judged.
    """
    documents = {
        _text(row, "_id"): f"{row.get('title') or ''} {row.get('text') or ''}".strip()
        for row in _rows(folder / "corpus.jsonl")
    }
    texts = {_text(row, "_id"): _text(row, "text") for row in _rows(folder / "queries.jsonl")}
    qrels = _qrels(folder / "qrels" / f"{split}.tsv")
    unknown = [query for query in qrels if query not in texts]
    if unknown:
        raise BenchmarkError(
            f"{folder / 'queries.jsonl'} lacks {len(unknown)} queries that are judged, such as '{unknown[0]}'.",
            "The three files must belong together.",
        )
    if not documents or not qrels:
        raise BenchmarkError(f"{folder} holds no documents, or no judgements.", "Check the folder's files.")
    return Benchmark(folder.resolve().name, documents, {query: texts[query] for query in qrels}, qrels)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict) or "_id" not in row:
                        raise BenchmarkError(f"{path}, line {number}: has no '_id'.", "Every line needs one.")
                    yield row
    except OSError as error:
        raise BenchmarkError(f"{path} can't be read: {error.strerror}.", _LAYOUT) from None
    except UnicodeDecodeError:
        raise BenchmarkError(f"{path} isn't UTF-8 text.", "Save it as UTF-8.") from None
    except ValueError as error:
        raise BenchmarkError(f"{path}, line {number}: is not valid JSON: {error}.", "Mend the line.") from None


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    """Judgements, from ``query-id  corpus-id  score`` lines after a header."""
    qrels: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
                if not row or (number == 1 and len(row) == 3 and not row[2].lstrip("-").isdigit()):
                    continue
                try:
                    query, document, grade = row
                    qrels.setdefault(query, {})[document] = int(grade)
                except ValueError:
                    raise BenchmarkError(
                        f"{path}, line {number}: is not a judgement: {row!r:.100}.",
                        "A line is a query id, a document id and a grade, with tabs between.",
                    ) from None
    except OSError as error:
        raise BenchmarkError(f"{path} can't be read: {error.strerror}.", _LAYOUT) from None
    except UnicodeDecodeError:
        raise BenchmarkError(f"{path} isn't UTF-8 text.", "Save it as UTF-8.") from None
    return qrels


def _text(row: Mapping[str, Any], field: str) -> str:
    return str(row.get(field) or "")


_LAYOUT = "A benchmark is a folder with corpus.jsonl, queries.jsonl and qrels/test.tsv."
