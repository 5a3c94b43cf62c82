"""Which loader reads which media type."""

from collections.abc import Mapping

from ingest.loaders import (
    archive,
    csv,
    docx,
    epub,
    html,
    image,
    jsons,
    mail,
    markdown,
    odf,
    pdf,
    plain,
    pptx,
    rtf,
    subtitles,
    xlsx,
    xml,
)
from ingest.loaders.file import Loader

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."

LOADERS: Mapping[str, Loader] = {
    "text/plain": plain.load,
    "text/markdown": markdown.load,
    "text/html": html.load,
    "application/pdf": pdf.load,
    _OFFICE + "wordprocessingml.document": docx.load,
    _OFFICE + "presentationml.presentation": pptx.load,
    _OFFICE + "spreadsheetml.sheet": xlsx.load,
    "text/csv": csv.load,
    "text/tab-separated-values": csv.load,
    "application/epub+zip": epub.load,
    _ODF + "text": odf.load,
    _ODF + "presentation": odf.load,
    _ODF + "spreadsheet": odf.load,
    "application/rtf": rtf.load,
    "message/rfc822": mail.load,
    "application/vnd.ms-outlook": mail.load_outlook,
    "application/json": jsons.load,
    "application/jsonl": jsons.load_lines,
    "application/xml": xml.load,
    "application/x-subrip": subtitles.load,
    "text/vtt": subtitles.load,
    "application/zip": archive.load,
    "image/gif": image.load,
    "image/jpeg": image.load,
    "image/png": image.load,
    "image/tiff": image.load,
    "image/webp": image.load,
}
