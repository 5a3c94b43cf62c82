"""The catalogue's tables, and how an older catalogue becomes a newer one.

SQLAlchemy Core, so that PostgreSQL can take SQLite's place.
"""

from collections.abc import Callable

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    inspect,
    select,
)

metadata = MetaData()

# key -> value: schema, revision, embedder (a fingerprint), unclaimed (vectors were cached that may belong to nothing)
meta = Table("meta", metadata, Column("key", String(64), primary_key=True), Column("value", Text, nullable=False))

sources = Table(
    "sources",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("collection", Text),
    Column("tags", JSON, nullable=False),
    Column("added_at", String(32), nullable=False),
)

# Where a source was found. Two files with the same content are one source with two locations.
locations = Table(
    "locations",
    metadata,
    Column("location", Text, primary_key=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("size", BigInteger),
    Column("mtime_ns", BigInteger),
    Column("etag", Text),
    Column("last_modified", Text),
)

# state: 'indexing' until vectors and postings are stored, then 'ready'. A source has at most one ready version.
# One that was replaced stays as 'superseded', its text alone, as long as a kept answer cites it.
versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source_id", ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("content_hash", String(64), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("url", Text),
    Column("media_type", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("characters", Integer, nullable=False),
    Column("headings", JSON, nullable=False),
    Column("pages", JSON, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", String(32), nullable=False),
    sqlite_autoincrement=True,
)

# Chunk ids are never used twice: they name vectors and postings outside the database.
chunks = Table(
    "chunks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", Text),
    Column("page", Integer),
    Column("header", Text, nullable=False),
    Column("text_hash", String(32), nullable=False, index=True),
    sqlite_autoincrement=True,
)

sentences = Table(
    "sentences",
    metadata,
    Column("version_id", ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("end", Integer, nullable=False),
    Column("text_hash", String(32), nullable=False, index=True),
)

# Vectors by what they were made from and with: float16, so that a rebuild gives the same numbers as the first build.
embeddings = Table(
    "embeddings",
    metadata,
    Column("text_hash", String(32), primary_key=True),
    Column("embedder", String(32), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)

Index("ix_versions_source_state", versions.c.source_id, versions.c.state)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", Text, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False, index=True),
)

# A question and, once it is whole, its answer. `words` is both in lower case, to be searched.
exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("answer", JSON(none_as_null=True)),
    Column("words", Text, nullable=False),
    Column("verdict", String(16)),
    Column("reason", Text),
    Column("asked_at", String(32), nullable=False),
)

# Which versions an answer cites. They may be gone: an answer outlives the sources it rests on.
cited = Table(
    "cited",
    metadata,
    Column("exchange_id", ForeignKey("exchanges.id", ondelete="CASCADE"), primary_key=True),
    Column("version_id", Integer, primary_key=True, index=True),
    Column("source_id", String(32), nullable=False, index=True),
)


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Stores a value under a key, within the caller's transaction."""
    connection.execute(delete(meta).where(meta.c.key == key))
    connection.execute(insert(meta).values(key=key, value=value))


def _first_schema(connection: Connection) -> None:
    metadata.create_all(connection, [meta, sources, locations, versions, chunks, sentences, embeddings])


def _conversations(connection: Connection) -> None:
    metadata.create_all(connection, [conversations, exchanges, cited])


# Each step brings the schema from version i to i + 1. Steps are only ever added, and never changed once released.
MIGRATIONS: tuple[Callable[[Connection], None], ...] = (_first_schema, _conversations)


def schema_version(connection: Connection) -> int:
    """The schema version of an open catalogue; 0 for an empty database."""
    if not inspect(connection).has_table("meta"):
        return 0
    value = connection.execute(select(meta.c.value).where(meta.c.key == "schema")).scalar()
    return int(value or 0)


def migrate(connection: Connection) -> None:
    """Brings the catalogue to the current schema, step by step, within the caller's transaction."""
    have = schema_version(connection)
    for number, step in enumerate(MIGRATIONS[have:], start=have + 1):
        step(connection)
        put_meta(connection, "schema", str(number))
