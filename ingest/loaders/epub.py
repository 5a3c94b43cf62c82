"""EPUB books: the chapters of the spine, in its order."""

import html
import posixpath
import re
from typing import Any
from urllib.parse import unquote

from lxml import etree

from ingest.encodings import decode
from ingest.loaders.file import File
from ingest.loaders.html_blocks import add_blocks, blocks_of, drop_unseen, local_name, parse_html
from ingest.loaders.package import Package, opened, parse_xml
from ingest.parsed import Parsed, TextBuilder, one_line
from rag.errors import SourceError

_ENTITY = re.compile(rb"&(?!(?:lt|gt|amp|quot|apos|#\d+|#x[0-9a-fA-F]+);)(\w{2,32};)")
_CHAPTER = ("application/xhtml+xml", "text/html", "application/xml")


def load(file: File) -> Parsed:
    """Read a book.

    Raises:
        SourceError: It is damaged, or its text is encrypted.
    """
    builder, notes = TextBuilder(), []
    with opened(file) as package:
        place = _package_document(package, file)
        document = package.xml(place)
        for name in _spine(document, posixpath.dirname(place)):
            if name not in package:
                notes.append(f"The part {one_line(name)} is missing.")
                continue
            chapter = _tree(package.read(name))
            body = (
                next((e for e in chapter.iter() if local_name(e) == "body"), chapter) if chapter is not None else None
            )
            if body is not None:
                drop_unseen(body)
                add_blocks(builder, blocks_of(body))
        if not builder.text and "META-INF/encryption.xml" in package:
            raise SourceError(f"{file.shown} is encrypted.", "Add a copy without copy protection.")
    return builder.build(
        title=_about(document, "title") or file.title,
        media_type="application/epub+zip",
        metadata={
            "author": _about(document, "creator"),
            "date": _about(document, "date")[:10],
            "language": _about(document, "language"),
            "publisher": _about(document, "publisher"),
        },
        notes=notes,
    )


def _package_document(package: Package, file: File) -> str:
    for element in package.xml("META-INF/container.xml").iter("{*}rootfile"):
        if path := element.get("full-path"):
            return unquote(path)
    raise SourceError(f"{file.shown} doesn't say where its chapters are.", "It may be damaged: get it again.")


def _spine(document: Any, folder: str) -> list[str]:
    """The names of the chapters in reading order, tables of contents left out."""
    items = {item.get("id"): item for item in document.iter("{*}item")}
    names = []
    for reference in document.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        if item.get("media-type") in _CHAPTER and item.get("href"):
            names.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href")).partition("#")[0])))
    return list(dict.fromkeys(names))


def _tree(data: bytes) -> Any:
    """A chapter as XML, or as HTML if it isn't well-formed."""
    known = _ENTITY.sub(
        lambda m: html.unescape(m[0].decode("ascii", "ignore")).encode("ascii", "xmlcharrefreplace"), data
    )
    try:
        return parse_xml(known)
    except etree.XMLSyntaxError:
        decoded = decode(data)
        return parse_html(decoded.text) if decoded else None


def _about(document: Any, name: str) -> str:
    found = next(document.iter("{http://purl.org/dc/elements/1.1/}" + name), None)
    return one_line(found.text or "") if found is not None else ""
