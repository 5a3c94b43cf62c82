"""A removed source in memory, down to its ids: undoing its removal takes neither its file nor the embedder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from rag.errors import SourceError
from rag.library import tables as t
from rag.library.database import batches

Rows = list[Mapping[str, Any]]


@dataclass(frozen=True)
class Taken:
    """All rows of one source by table, the vectors of its texts, and its original files by content hash."""

    source_id: str
    title: str
    embedder: str | None
    rows: Mapping[str, Rows]
    originals: Mapping[str, bytes]

    @property
    def content_hashes(self) -> tuple[str, ...]:
        """What its versions hold."""
        return tuple(row["content_hash"] for row in self.rows["versions"])


def read_rows(connection: Connection, source_id: str) -> dict[str, Rows]:
    """The rows that go with a source: its own, and whatever hangs on it or on its versions by a foreign key."""
    ids = {
        "sources.id": [source_id],
        "versions.id": list(
            connection.execute(select(t.versions.c.id).where(t.versions.c.source_id == source_id)).scalars()
        ),
    }
    rows = {"sources": _rows(connection, t.sources, t.sources.c.id, [source_id])}
    for table in t.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.target_fullname in ids:
                rows[table.name] = _rows(connection, table, key.parent, ids[key.target_fullname])
    hashes = {row["text_hash"] for name in ("chunks", "sentences") for row in rows[name]}
    rows["embeddings"] = _rows(connection, t.embeddings, t.embeddings.c.text_hash, sorted(hashes))
    return rows


def write_rows(connection: Connection, taken: Taken) -> None:
    """Puts the rows back as they were.

    Raises:
        SourceError: What was removed has been added again meanwhile.
    """
    rows = dict(taken.rows)
    places = [row["location"] for row in rows["locations"]]
    held = connection.execute(select(t.locations.c.location).where(t.locations.c.location.in_(places))).first()
    same = connection.execute(
        select(t.versions.c.id).where(t.versions.c.content_hash.in_(taken.content_hashes))
    ).first()
    if held or same:
        raise SourceError(f"“{taken.title}” has been added again meanwhile.", "There is nothing left to undo.")
    hashes = [row["text_hash"] for row in rows["embeddings"]]
    known = {
        (row.text_hash, row.embedder)
        for some in batches(hashes)
        for row in connection.execute(select(t.embeddings).where(t.embeddings.c.text_hash.in_(some)))
    }
    rows["embeddings"] = [row for row in rows["embeddings"] if (row["text_hash"], row["embedder"]) not in known]
    for table in t.metadata.sorted_tables:
        if rows.get(table.name):
            connection.execute(insert(table), rows[table.name])


def _rows(connection: Connection, table: Table, column: Any, values: list[Any]) -> Rows:
    return [
        dict(row._mapping)
        for some in batches(values)
        for row in connection.execute(select(table).where(column.in_(some)))
    ]
