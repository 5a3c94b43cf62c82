"""Versions that were replaced: the text of one stays as long as a kept answer cites it, and is never searched."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from rag.library import tables as t
from rag.library.embedding_cache import drop_vectors_of

SUPERSEDED = "superseded"


@dataclass(frozen=True)
class SourceVersion:
    """A version of a source whose text is still here: the current one, or an earlier one that an answer cites."""

    version: int
    current: bool
    created_at: str
    characters: int


def supersede(connection: Connection, where: ColumnElement[bool]) -> list[int]:
    """Ends versions that were replaced; those that a kept answer cites leave their text behind, the others nothing.

    Returns the ids of their chunks.
    """
    ended = select(t.versions.c.id).where(where)
    gone = list(connection.execute(select(t.chunks.c.id).where(t.chunks.c.version_id.in_(ended))).scalars())
    drop_vectors_of(connection, ended)
    connection.execute(delete(t.versions).where(where, ~_cited()))
    for table in (t.chunks, t.sentences):
        connection.execute(delete(table).where(table.c.version_id.in_(ended)))
    connection.execute(update(t.versions).where(where).values(state=SUPERSEDED))
    return gone


def drop_uncited(connection: Connection) -> None:
    """Drops the texts that no kept answer cites any more."""
    connection.execute(delete(t.versions).where(t.versions.c.state == SUPERSEDED, ~_cited()))


def superseded_problems(connection: Connection) -> list[str]:
    """Superseded versions that are more than a cited text, in words; empty if all is well."""
    v = t.versions.c
    searched = exists().where(t.chunks.c.version_id == v.id) | exists().where(t.sentences.c.version_id == v.id)
    looked_at: tuple[tuple[Any, str], ...] = (
        (~_cited(), "version {} was replaced and no answer cites it"),
        (searched, "version {} was replaced and still has chunks or sentences"),
    )
    return [
        sentence.format(version)
        for wrong, sentence in looked_at
        for version in connection.execute(select(v.id).where(v.state == SUPERSEDED, wrong)).scalars()
    ]


def _cited() -> ColumnElement[bool]:
    return exists().where(t.cited.c.version_id == t.versions.c.id)
