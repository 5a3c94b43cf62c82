"""Where sources lie. A source has one location at least: without any left, it goes."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, insert, select

from rag.library import tables as t
from rag.library.database import batches
from rag.library.records import Location


def put_places(connection: Connection, places: Sequence[Location], left: Iterable[str] = ()) -> list[str]:
    """Stores locations and drops others, within the caller's transaction.

    Returns the ids of the sources that lay at some of them and have no location any more.
    """
    c = t.locations.c
    by_location = {place.location: place for place in places}
    owners: set[str] = set()
    for some in batches({*by_location, *left}):
        owners.update(connection.execute(select(c.source_id).where(c.location.in_(some))).scalars())
        connection.execute(delete(t.locations).where(c.location.in_(some)))
    there: set[str] = set()
    for some in batches({place.source_id for place in places}):
        there.update(connection.execute(select(t.sources.c.id).where(t.sources.c.id.in_(some))).scalars())
    rows = [
        {
            "location": place.location,
            "source_id": place.source_id,
            "size": place.size,
            "mtime_ns": place.mtime_ns,
            "etag": place.etag,
            "last_modified": place.last_modified,
        }
        for place in by_location.values()
        if place.source_id in there  # it may have been removed meanwhile
    ]
    if rows:
        connection.execute(insert(t.locations), rows)
    placed: set[str] = set()
    for some in batches(owners):
        placed.update(connection.execute(select(c.source_id).where(c.source_id.in_(some))).scalars())
    return sorted(owners - placed)
