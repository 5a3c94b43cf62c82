"""Nouns to HTML, through autoescaping templates: whatever stands in a document is shown as text."""

from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from rag.answering.refusal import OTHERWISE
from rag.schema import Citation, Passage, Statement
from ui.spent import spent

_TYPES = {
    "text/plain": "Text",
    "text/markdown": "Markdown",
    "text/html": "Web page",
    "text/csv": "Table",
    "application/pdf": "PDF",
    "application/epub+zip": "EPUB",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "Slides",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Sheet",
}
_CONFIDENCE = ((0.85, "High"), (0.65, "Good"), (0.0, "Fair"))


def render(template: str, **values: Any) -> str:
    """One of the templates in `ui/web/templates`, filled in."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ui.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.loopcontrols"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["otherwise"] = OTHERWISE
    environment.filters |= {
        "safe_url": safe_url,
        "kind": kind,
        "day": day,
        "confidence": confidence,
        "support": support,
        "short": short,
        "size": size,
        "pace": pace,
        "span": span,
        "place": place,
        "path": path,
        "without_heading": without_heading,
        "spent": lambda answer: spent(answer.usage, answer.cost, estimated=answer.usage_estimated),
        "pieces": pieces,
        "count": lambda n, one, many: f"{n:,} {one if n == 1 else many}",
    }
    return environment


def safe_url(url: str | None) -> str | None:
    """The address if a browser may be sent there: http or https with a host; else None."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return (url or "").strip() if parts.scheme in ("http", "https") and parts.netloc else None


def kind(media_type: str) -> str:
    """What a person calls a media type."""
    return _TYPES.get(media_type) or media_type.rpartition("/")[2].upper()


def path(heading: str | None, title: str) -> str:
    """A heading path without the source's own title at its beginning."""
    return " › ".join(step for step in (heading or "").split(" › ") if step and step != title)


def place(cited: Citation | Passage) -> str:
    """Where words stand: title, headings, page."""
    where = [cited.title, path(cited.heading, cited.title), f"page {cited.page}" if cited.page else ""]
    return " › ".join(filter(None, where))


def day(timestamp: str) -> str:
    """``2026-11-22T18:06:01+00:00`` as ``22 Nov 2026``; what isn't a timestamp as it is."""
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return timestamp
    return f"{moment.day} {moment:%b %Y}"


def without_heading(passage: Passage) -> str:
    """The words of a passage after the heading it begins with, which is shown with its place."""
    heading = (passage.heading or "").rpartition(" › ")[2]
    after = passage.text.removeprefix(heading) if heading else passage.text
    return after if after.startswith("\n") and after.strip() else passage.text


def pieces(said: Statement) -> list[tuple[str, bool]]:
    """A statement's text in pieces, each with whether it is emphasised."""
    edges = [0, *(edge for span in said.emphasis for edge in span), len(said.text)]
    cut = [(said.text[a:b], i % 2 == 1) for i, (a, b) in enumerate(pairwise(edges))]
    return [(text, strong) for text, strong in cut if text]


def size(characters: int) -> str:
    """A length for reading: ``830``, ``12k``, ``3.4M`` characters."""
    if characters < 1_000:
        return str(characters)
    return f"{characters / 1_000:.0f}k" if characters < 1_000_000 else f"{characters / 1_000_000:.1f}M"


def pace(rate: float) -> str:
    """Sources a second, for reading: ``3.2 a second``, ``14 a minute``."""
    return f"{rate:,.1f} a second" if rate >= 1 else f"{max(1, round(rate * 60))} a minute"


def span(seconds: float) -> str:
    """A time to wait, for reading: ``8 s``, ``3 min``, ``2 h``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5_400 else f"{round(seconds / 3_600)} h"


def confidence(value: float) -> str:
    """A word for a confidence."""
    return next(word for least, word in _CONFIDENCE if value >= least)


def support(value: float) -> str:
    """The step of the support mark: how many of its three bars are filled."""
    return "3" if value >= 0.8 else "2" if value >= 0.5 else "1"


def short(text: str, length: int = 320) -> str:
    """The beginning of a text on one line, cut at a word."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[:length].rsplit(" ", 1)[0] + " …"
