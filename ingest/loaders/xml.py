"""XML of any kind: an element with words of its own is a paragraph, what is named like a title is a heading."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from ingest.encodings import decode
from ingest.loaders.file import File
from ingest.loaders.html_blocks import local_name
from ingest.loaders.package import parse_xml
from ingest.parsed import Parsed, TextBuilder, one_line
from rag.errors import SourceError

_HEADINGS = {"title", "heading", "head", "article-title", "h1", "h2", "h3", "h4", "h5", "h6"}
_ROWS = {"tr", "row"}
_NOT_READ = {"script", "style", "svg"}
_TITLE_LENGTH = 300


def load(file: File) -> Parsed:
    """Read an XML file. Its own entities are not expanded.

    Raises:
        SourceError: It isn't XML.
    """
    try:
        root = parse_xml(file.data)
        notes: list[str] = []
    except etree.XMLSyntaxError as error:
        root, notes = _mended(file, error)
    builder = TextBuilder()
    _add(builder, root, 0)
    parsed = builder.build(title="", media_type="application/xml", notes=notes)
    title = parsed.headings[0].title if parsed.headings else ""
    return parsed.model_copy(update={"title": title if 0 < len(title) <= _TITLE_LENGTH else file.title})


def _mended(file: File, error: etree.XMLSyntaxError) -> tuple[Any, list[str]]:
    """What can be read of XML that isn't well-formed."""
    decoded = decode(file.data, file.charset)
    try:
        if decoded is None:
            raise error
        text = decoded.text.partition("?>")[2] if decoded.text.lstrip().startswith("<?xml") else decoded.text
        root = parse_xml(text.encode("utf-8"), lenient=True)
    except etree.XMLSyntaxError:
        raise SourceError(f"{file.shown} is not XML: {error.msg}.", "Open it and save it again.") from None
    return root, [f"It is not well-formed: {one_line(str(error.msg))}. What could be read was."]


def _add(builder: TextBuilder, element: Any, depth: int) -> None:
    name = local_name(element)
    if not isinstance(element.tag, str) or name in _NOT_READ:
        return
    if name in _HEADINGS:
        builder.heading(_words(element), max(1, depth - 1))
    elif name in _ROWS and len(element):
        builder.add(" | ".join(filter(None, (one_line(_words(cell)) for cell in element))))
    elif _has_words(element):
        builder.add(one_line(_words(element)))
    else:
        for child in element:
            _add(builder, child, depth + 1)


def _has_words(element: Any) -> bool:
    """Whether there is text right in the element, so that it reads as one paragraph with what is inside it."""
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _words(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for text in element.itertext():
        yield str(text)
