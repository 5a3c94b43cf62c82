"""Which loader reads which media type."""

from collections.abc import Mapping

from ingest.loaders import html, markdown, pdf, plain
from ingest.loaders.file import Loader

LOADERS: Mapping[str, Loader] = {
    "text/plain": plain.load,
    "text/markdown": markdown.load,
    "text/html": html.load,
    "application/pdf": pdf.load,
}
