"""The numbers behind a chart in an Office file, as a table."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def chart_table(space: Any) -> list[list[str]]:
    """A row a category, a column a series, below the chart's title.

    Args:
        space: The ``c:chartSpace`` element of a chart part.
    """
    title = "".join(text.text or "" for heading in space.iter(_C + "title") for text in heading.iter(_A + "t"))
    series = list(space.iter(_C + "ser"))
    names = [" ".join(_values(each, "tx")) for each in series]
    categories = next(filter(None, (list(_values(each, "cat", "xVal")) for each in series)), [])
    columns = [list(_values(each, "val", "yVal")) for each in series]
    rows = [list(row) for row in zip_longest(categories, *columns, fillvalue="")]
    return [[title], ["", *names], *rows] if rows else [[title]]


def _values(series: Any, *kinds: str) -> Iterator[str]:
    for kind in kinds:
        for part in series.iterchildren(_C + kind):
            for value in part.iter(_C + "v"):
                yield value.text or ""
