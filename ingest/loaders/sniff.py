"""What a file is, by its content.

The name, or an HTTP header, only decides between readings that the content allows: Markdown is also text.
"""

import io
import json
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from ingest.encodings import decode
from ingest.loaders.file import shown_name
from rag.errors import SourceError

_HEAD = 64 * 1024  # bytes of text looked at
_LONGEST_DIRECTORY = 4 * 1024 * 1024  # bytes of a ZIP's list of contents
_MAX_BINARY = 0.02  # share of control characters from which text is no text

_MAGIC = {
    b"{\\rtf": "application/rtf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}
_REFUSED = {
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\xca\xfe\xba\xbe": "a program",
    b"\xcf\xfa\xed\xfe": "a program",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a": "a RAR archive",
    b"\x1f\x8b\x08": "a gzip archive",
    b"BZh9": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a Zstandard archive",
    b"SQLite format 3\0": "a SQLite database",
    b"ID3": "a sound recording",
    b"OggS": "a recording",
    b"%!PS": "a PostScript file",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ZIPPED = {  # a member that tells -> media type
    "word/document.xml": _OFFICE + "wordprocessingml.document",
    "ppt/presentation.xml": _OFFICE + "presentationml.presentation",
    "xl/workbook.xml": _OFFICE + "spreadsheetml.sheet",
}
_WITH_MIMETYPE = {
    "application/epub+zip",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet",
}
_OLE_STREAMS = {
    "__properties_version1.0": "application/vnd.ms-outlook",
    "EncryptedPackage": "application/x-encrypted-office",
    "WordDocument": "application/msword",
    "PowerPoint Document": "application/vnd.ms-powerpoint",
    "Workbook": "application/vnd.ms-excel",
    "Book": "application/vnd.ms-excel",
}
_BY_SUFFIX = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdx": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".eml": "message/rfc822",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
_BY_HINT = {"text/markdown", "text/csv", "text/tab-separated-values", "text/html", "message/rfc822"}

_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I)
_ANY_TAG = re.compile(r"<(?:p|div|h[1-6]|table|ul|ol|br|span|a|body|section|article)\b[^<>]*>", re.I)
_XML = re.compile(r"\s*<(?:\?xml\b|!DOCTYPE\s|[A-Za-z_][\w.:-]*(?:\s+[\w.:-]+\s*=|\s*/?>))")
_SRT = re.compile(r"\s*\d+[ \t]*\n\d{1,2}:\d\d:\d\d[,.]\d{1,3} +-->")
_MAIL_FIELD = re.compile(
    r"^(?:From|To|Cc|Subject|Date|Received|Return-Path|Message-ID|MIME-Version|Content-Type|Delivered-To|Reply-To|"
    r"X-[\w-]+|DKIM-Signature|Sender|In-Reply-To|References|List-[\w-]+|Content-Transfer-Encoding):",
    re.I,
)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(?=[\w-]+[ \t]*:).*?\n---[ \t]*\n", re.DOTALL)


def sniff(data: bytes, name: str, hint: str | None = None) -> str:
    """The media type of a file.

    Args:
        data: All of it.
        name: Its name, which only counts among readings of text.
        hint: Its ``Content-Type``; counts like the name, which wins.

    Raises:
        SourceError: It is empty, or of a kind that has no text to read.
    """
    shown = shown_name(name)
    if not data:
        raise SourceError(f"{shown} is empty.", "Check that it was saved or downloaded wholly.")
    if b"%PDF-" in data[:1024]:
        return "application/pdf"
    for magic, media_type in _MAGIC.items():
        if data.startswith(magic):
            return media_type
    for magic, what in _REFUSED.items():
        if data.startswith(magic):
            raise SourceError(f"{shown} is {what}, which has no text to read.", "Add the documents themselves.")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(_ZIP):
        return _in_zip(data)
    if data.startswith(_OLE):
        return _in_ole(data, shown)
    return _text_type(_head(data, shown), PurePosixPath(name.replace("\\", "/")).suffix.lower(), hint)


def _in_zip(data: bytes) -> str:
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or int.from_bytes(data[end + 12 : end + 16], "little") > _LONGEST_DIRECTORY:
        return "application/zip"  # no document has so many parts
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            for member, media_type in _ZIPPED.items():
                if member in names:
                    return media_type
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 200:
                mimetype = archive.read("mimetype").decode("ascii", errors="replace").strip()
                if mimetype.removesuffix("-template") in _WITH_MIMETYPE:
                    return mimetype.removesuffix("-template")
            if "META-INF/container.xml" in names:
                return "application/epub+zip"
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError):
        pass  # the loader says what is wrong with it
    return "application/zip"


def _in_ole(data: bytes, shown: str) -> str:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {entry[0] for entry in ole.listdir()}
    except Exception as error:  # olefile lets IndexError, struct.error and others through on damaged files
        raise SourceError(f"{shown} is a damaged Office file: {error}.", "Open and save it again.") from None
    for stream, media_type in _OLE_STREAMS.items():
        if stream in streams:
            return media_type
    raise SourceError(f"{shown} is an Office file of an unknown kind.", "Save it as PDF or DOCX.")


def _head(data: bytes, shown: str) -> str:
    """The beginning of a text file, whatever its encoding."""
    binary = SourceError(
        f"{shown} is not text: it is binary data of an unknown kind.", "Convert it to text, PDF or an Office format."
    )
    if not data.strip(b" \t\r\n\0"):
        raise SourceError(f"{shown} has no text: it is blank.", "Check that it was saved or downloaded wholly.")
    decoded = decode(data)
    if decoded is None:
        raise binary
    head = decoded.text[:_HEAD]
    odd = sum(1 for c in head if (c < " " and c not in "\t\n\r\f\x1b\x1a") or c in "\x7f\ufffd")
    if odd > _MAX_BINARY * len(head):
        raise binary
    return head.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _text_type(head: str, suffix: str, hint: str | None) -> str:
    start = head.lstrip()
    if start.startswith("WEBVTT"):
        return "text/vtt"
    if _SRT.match(head):
        return "application/x-subrip"
    if _HTML.match(_past_prologue(start)):
        return "text/html"
    wanted = _BY_SUFFIX.get(suffix) or _hinted(hint)
    if wanted == "text/html" and (_ANY_TAG.search(head) or suffix in (".html", ".htm")):
        return "text/html"
    if _looks_like_mail(head) and (suffix == ".eml" or not wanted):
        return "message/rfc822"
    if wanted in ("text/markdown", "text/csv", "text/tab-separated-values"):
        return wanted
    if start[:1] in ("{", "[") and (json_type := _json_type(head, suffix)):
        return json_type
    if _XML.match(head) and (suffix not in ("", ".txt", ".text") or start.startswith("<?xml")):
        return "application/xml"
    return "text/markdown" if _FRONT_MATTER.match(head) else "text/plain"


def _past_prologue(start: str) -> str:
    """What comes after an XML declaration and comments."""
    while (opening := start[:4]) == "<!--" or opening == "<?xm":
        end = start.find("-->" if opening == "<!--" else ">")
        if end < 0:
            return ""
        start = start[end + 1 :].lstrip(">-").lstrip()
    return start


def _hinted(hint: str | None) -> str | None:
    media_type = (hint or "").partition(";")[0].strip().lower()
    return media_type if media_type in _BY_HINT else None


def _looks_like_mail(head: str) -> bool:
    """Header fields up to the first blank line, three or more of them known ones."""
    lines = head.lstrip("\n").split("\n\n", 1)[0].split("\n")
    fields = [line for line in lines if line[:1] not in (" ", "\t") and not line.startswith("From ")]
    known = sum(1 for line in fields if _MAIL_FIELD.match(line))
    return known >= 3 and all(re.match(r"[!-9;-~]+:", line) for line in fields)


def _json_type(head: str, suffix: str) -> str | None:
    first, _, rest = head.strip().partition("\n")
    second = rest.partition("\n")[0]
    if _is_json(first) and (not rest or _is_json(second) or suffix in (".jsonl", ".ndjson")):
        return "application/jsonl" if rest else "application/json"
    if suffix in (".json", ".geojson", ".ipynb"):
        return "application/json"
    if suffix in (".jsonl", ".ndjson"):
        return "application/jsonl"
    return "application/json" if _is_json(head) else None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False
