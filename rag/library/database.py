"""The database under the catalogue: opened, migrated, and its failures explained."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from rag.errors import LibraryError
from rag.library import tables

T = TypeVar("T")
MANY = 500  # values in one IN (...), below SQLite's limit on variables


class Database:
    """One SQLite file in WAL mode. Thread-safe; every `write` is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._writing = self._engine.execution_options(footnote_writes=True)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    def _migrate(self) -> None:
        with self.read() as connection:
            version = tables.schema_version(connection)
        if version > len(tables.MIGRATIONS):
            raise LibraryError(
                f"The library at {self.path.parent} was written by a newer Footnote (schema {version}, "
                f"this one knows {len(tables.MIGRATIONS)}).",
                "Update Footnote, or name another folder with --library.",
            )
        if version < len(tables.MIGRATIONS):
            with self.write() as connection:
                tables.migrate(connection)

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing."""
        with self._explained(), self._writing.begin() as connection:
            yield connection

    def flush(self) -> None:
        """Empties the write-ahead log into the file, so that what was deleted is on the disk no more."""
        connection = self._engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Database failures as a sentence about this library."""
        try:
            yield
        except IntegrityError:  # a mistake of ours, not of the file
            raise
        except OperationalError as error:
            raise LibraryError(
                f"The library at {self.path.parent} can't be used: {error.orig}.",
                "Check that the folder is writable, that the disk has space, and that nothing else has the file open.",
            ) from error
        except DatabaseError as error:
            raise LibraryError(
                f"The catalogue {self.path} is damaged: {error.orig}.",
                "Restore it from a backup, or move the folder away and add the sources again.",
            ) from error


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # `_begin` says when a transaction begins, not the driver's guess
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer waits for its turn at once: one that read first and then wrote could be refused without waiting.
    writes = connection.get_execution_options().get("footnote_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items in lists of at most `MANY`."""
    some = list(items)
    for at in range(0, len(some), MANY):
        yield some[at : at + MANY]
