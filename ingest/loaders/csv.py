"""Comma-, semicolon- or tab-separated values."""

import csv
import io
import sys

from ingest.loaders.file import File
from ingest.loaders.tables import add_table
from ingest.parsed import Parsed, TextBuilder

_DELIMITERS = ",;\t|"
_SAMPLE = 64 * 1024


def load(file: File) -> Parsed:
    """Read a table."""
    decoded = file.decode()
    text = decoded.text.replace("\0", "")
    csv.field_size_limit(min(sys.maxsize, max(131_072, len(text) + 1)))
    tab = file.suffix in (".tsv", ".tab")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tab else _delimiter(text[:_SAMPLE]))
    builder = TextBuilder()
    note = add_table(builder, reader)
    return builder.build(
        title=file.title,
        media_type="text/tab-separated-values" if tab else "text/csv",
        metadata=decoded.metadata,
        notes=[*decoded.notes, *([note] if note else [])],
    )


def _delimiter(sample: str) -> str:
    """The mark that parts the first lines into the same number of cells, and into the most."""
    lines = [line for line in sample.splitlines()[:20] if line.strip()]
    best, best_score = ",", 0.0
    for mark in _DELIMITERS:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        usual = max(set(counts), key=counts.count, default=0)
        score = usual * counts.count(usual) / max(1, len(counts)) if usual > 1 else 0.0
        if score > best_score:
            best, best_score = mark, score
    return best
