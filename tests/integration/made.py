"""Makes small files of many formats, so that no fixture is copied from anywhere."""

import io
import zipfile
from collections.abc import Mapping, Sequence


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


Placed = tuple[float, float, float, str]
"""Left, bottom (points), letter size, text."""


def pdf(pages: Sequence[Sequence[Placed]], info: Mapping[str, str] | None = None, extra: str = "") -> bytes:
    """A PDF with text at given places, in the order given. A text that begins with ``*`` is bold, with ``~`` white."""
    objects = ["<</Type/Catalog/Pages 2 0 R" + extra + ">>", ""]
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    objects.append("<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>")
    kids = []
    for page in pages:
        drawn = []
        for left, bottom, size, text in page:
            font, words = ("F2", text[1:]) if text.startswith("*") else ("F1", text)
            colour = "1 1 1 rg" if words.startswith("~") else "0 g"
            words = words.removeprefix("~")
            escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
            drawn.append(f"{colour} BT /{font} {size} Tf {left} {bottom} Td ({escaped}) Tj ET")
        stream = "\n".join(drawn)
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        fonts = "<</Font<</F1 3 0 R/F2 4 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources{fonts}/Contents {len(objects)} 0 R>>"
        )
    objects[1] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}>>"
    trailer = f"<</Root 1 0 R/Size {len(objects) + 2}"
    if info:
        objects.append("<<" + "".join(f"/{key}({value})" for key, value in info.items()) + ">>")
        trailer += f"/Info {len(objects)} 0 R"
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    start = len(out)
    xref = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return out + f"{xref}trailer\n{trailer}>>\nstartxref\n{start}\n%%EOF".encode()


def prose(lines: Sequence[str], top: float = 720, left: float = 72, size: float = 10) -> list[Placed]:
    """Lines of a paragraph, one below the other."""
    return [(left, top - 12 * i, size, line) for i, line in enumerate(lines)]


_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def epub(chapters: Mapping[str, str], title: str = "A Book") -> bytes:
    """A book of XHTML chapters, its table of contents last in the archive but not in the spine."""
    items = "".join(f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in chapters)
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>Ada Quill</dc:creator><dc:language>en</dc:language>"
        f"<dc:date>2019-05-01T00:00:00Z</dc:date></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    pages = {
        f"OEBPS/{name}.xhtml": f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        f"<body>{body}</body></html>"
        for name, body in reversed(chapters.items())
    }
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": _CONTAINER, "OEBPS/book.opf": book, **pages}
    )


_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {"office": "office", "text": "text", "table": "table", "draw": "drawing"}.items()
)


def odt(body: str) -> bytes:
    """An OpenDocument text."""
    text = f"<office:body><office:text>{body}</office:text></office:body>"
    content = f"<office:document-content {_ODF}>{text}</office:document-content>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})
