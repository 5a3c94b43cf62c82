"""Files made to do harm: each is refused or contained within its limits, and the next file is read as ever."""

import io
import json
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest.limits import Limits, MiB
from ingest.loaders import load
from ingest.parsed import Parsed, canonical
from ingest.sandbox import Sandbox
from rag.errors import SourceError
from tests.integration import made

SECONDS = 8.0
LIMITS = Limits(seconds=SECONDS, memory_bytes=1024 * MiB, unpacked_bytes=50 * MiB, text_characters=20_000_000)
LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12))
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def billion_laughs() -> bytes:
    return f'<?xml version="1.0"?>{LAUGHS}]><x><p>before</p><p>&a11;</p></x>'.encode()


def outside_entity() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><p>before &e;</p></x>'


def laughing_word() -> bytes:
    import docx

    buffer = io.BytesIO()
    docx.Document().save(buffer)
    parts = {}
    with zipfile.ZipFile(buffer) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = f"<w:document {W}><w:body><w:p><w:r><w:t>before &a11;</w:t></w:r></w:p></w:body></w:document>"
    parts["word/document.xml"] = f'<?xml version="1.0"?>{LAUGHS}]>{body}'.encode()
    return made.zipped(parts)


def zip_bomb() -> bytes:
    return made.zipped({"zeros.txt": b"\0" * 60_000_000})


def nested_zips(depth: int = 30) -> bytes:
    data = made.zipped({"note.txt": "at the bottom"})
    for level in range(depth):
        data = made.zipped({f"level{level}.zip": data, f"level{level}.txt": f"words of level {level}"})
    return data


def overlapping_zip() -> bytes:
    """One compressed body that every entry of the directory points at (after Fifield, WOOT 2019)."""
    body = zlib.compress(b"a" * 10_000_000, 9)[2:-4]
    checksum = zlib.crc32(b"a" * 10_000_000)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 33, checksum, len(body), 10_000_000, 5, 0) + b"a.txt"
    directory = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 33, checksum, len(body), 10_000_000, 8, 0, 0, 0, 0, 0, 0
        )
        + f"{i:04}.txt".encode()
        for i in range(1000)
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), len(local) + len(body), 0)
    return local + body + directory + end


def lying_zip() -> bytes:
    """A member that unpacks to far more than it says."""
    data = bytearray(made.zipped({"a.txt": b"word " * 4_000_000}))
    for signature, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = data.rfind(signature)
        data[start + place : start + place + 4] = (100).to_bytes(4, "little")
    return bytes(data)


def traversing_zip() -> bytes:
    names = ("../../escaped.txt", "/tmp/escaped.txt", "C:\\escaped.txt", "a/../../escaped.txt", "line\nbreak.txt")
    return made.zipped({name: f"words of {i}" for i, name in enumerate(names)})


def zip_with_symlink() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("passwords.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    data = bytearray(made.zipped({"a.txt": "secret"}))
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.rfind(signature) + place] |= 1
    return bytes(data)


def many_members() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for i in range(6_000):
            archive.writestr(f"{i}.txt", "x")
    return buffer.getvalue()


def cyclic_pdf() -> bytes:
    return made.pdf([made.prose(["x"])]).replace(b"/Kids[6 0 R]", b"/Kids[2 0 R]")


def deep_pages_pdf() -> bytes:
    """A page tree that is a chain of 20,000 nodes."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>"]
    objects += [f"<</Type/Pages/Kids[{i + 1} 0 R]/Count 1>>" for i in range(2, 20_002)]
    objects.append("<</Type/Page/MediaBox[0 0 10 10]>>")
    body = "".join(f"{i} 0 obj\n{text}\nendobj\n" for i, text in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer\n<</Root 1 0 R>>\n%%EOF".encode()


def many_pages_pdf() -> bytes:
    kids = "3 0 R " * 50_000
    return (
        f"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[{kids}]/Count 50000>>\n"
        "endobj\n3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF"
    ).encode()


def flate_bomb_pdf() -> bytes:
    stream = zlib.compress(b"BT /F1 9 Tf (a) Tj ET " * 3_000_000, 9)
    tree = b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n"
    page = b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>\nendobj\n"
    head = f"4 0 obj\n<</Filter/FlateDecode/Length {len(stream)}>>\nstream\n".encode()
    content = head + stream + b"\nendstream\nendobj\n"
    return b"%PDF-1.4\n" + tree + page + content + b"trailer\n<</Root 1 0 R>>\n%%EOF"


def vast_page_pdf() -> bytes:
    """A page of 70 by 70 kilometres with a line on it and no text: drawn at its size, it would take 10^16 bytes."""
    page = made.pdf([[(0, 0, 9, "x")]]).replace(b"[0 0 612 792]", b"[0 0 2e8 2e8]")
    return page.replace(b"BT /F1 9 Tf 0 0 Td (x) Tj ET", b"0 0 m 200000000 9 l S       ")


def encrypted_pdf() -> bytes:
    """Says that it is encrypted, with a key that no empty password opens."""
    data = made.pdf([made.prose(["secret"])])
    rule = b"/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(" + b"o" * 32 + b")/U(" + b"u" * 32 + b")>>/ID[(a)(b)]"
    return data.replace(b"trailer\n<<", b"trailer\n<<" + rule)


def truncated_pdf() -> bytes:
    data = made.pdf([made.prose([f"line {i} of the page" for i in range(50)])] * 5)
    return data[: len(data) // 2]


def noise(kind: bytes) -> bytes:
    return kind + random.Random(7).randbytes(200_000)


def nested_mail(depth: int = 40) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "innermost", "a@example.org", "b@example.org"
    message.set_content("at the bottom")
    for level in range(depth):
        outer = EmailMessage()
        outer["Subject"], outer["From"], outer["To"] = f"level {level}", "a@example.org", "b@example.org"
        outer.set_content(f"words of level {level}")
        outer.add_attachment(message)
        message = outer
    return message.as_bytes()


def alias_bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    return ("---\n" + "\n".join(lines) + "\n---\nThe text.\n").encode()


def far_cell() -> bytes:
    """A sheet whose last cell is the last that there can be."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "first"
    book.active["XFD1048576"] = "last"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repeated_chapters() -> bytes:
    data = made.epub({"one": "<p>" + "word " * 20_000 + "</p>"})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["OEBPS/book.opf"] = parts["OEBPS/book.opf"].replace(
        b'<itemref idref="one"/>', b'<itemref idref="one"/>' * 50_000
    )
    return made.zipped(parts)


def repeated_cells() -> bytes:
    cell = '<table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell>'
    return made.odt(f"<table:table><table:table-row>{cell}</table:table-row></table:table>")


Make = Callable[[], bytes]
REFUSED: list[tuple[str, Make, str]] = [
    ("empty.txt", lambda: b"", "is empty"),
    ("blank.md", lambda: b" \n" * 1000, "no text"),
    ("zeros.txt", lambda: b"\0" * 100_000, "no text"),
    ("noise.txt", lambda: random.Random(7).randbytes(100_000), "not text|no known"),
    ("bomb.zip", zip_bomb, "decompression bomb"),
    ("overlapping.zip", overlapping_zip, "decompression bomb"),
    ("lying.zip", lying_zip, "holds nothing that can be read"),
    ("locked.zip", encrypted_zip, "encrypted"),
    ("many.zip", many_members, "more than 5,000 files"),
    ("noise.zip", lambda: noise(b"PK\3\4"), "damaged ZIP"),
    ("bomb.txt.gz", lambda: zlib.compress(b"\0" * 10_000_000, 9, wbits=31), "gzip archive"),
    ("scan.pdf", lambda: made.pdf([[]] * 3), "no text"),
    ("locked.pdf", encrypted_pdf, "encrypted"),
    ("cyclic.pdf", cyclic_pdf, "damaged|no text"),
    ("deep.pdf", deep_pages_pdf, "damaged|no text"),
    ("long.pdf", many_pages_pdf, "50,000 pages|no text|damaged"),
    ("noise.pdf", lambda: noise(b"%PDF-1.7\n"), "damaged"),
    ("noise.png", lambda: noise(b"\x89PNG\r\n\x1a\n"), "picture"),
    ("noise.tiff", lambda: noise(b"II*\0"), "picture"),
    ("noise.webp", lambda: noise(b"RIFF\xff\xff\0\0WEBPVP8 "), "picture"),
    ("noise.msg", lambda: noise(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "damaged|unknown"),
    ("deep.json", lambda: b"[" * 200_000 + b"]" * 200_000, "nested too deeply|no text"),
    ("endless.txt", lambda: b"x" * 100_000_000, "characters of text|given up"),
    ("program.txt", lambda: b"MZ\x90\0" + b"text " * 100, "a program"),
]
CONTAINED: list[tuple[str, Make, str]] = [
    ("laughs.xml", billion_laughs, "before"),
    ("outside.xml", outside_entity, "before"),
    ("laughs.docx", laughing_word, ""),
    ("laughs.html", billion_laughs, "before"),
    ("nested.zip", nested_zips, "words of level 29"),
    ("escape.zip", traversing_zip, "words of 0"),
    ("link.zip", zip_with_symlink, "/etc/passwd"),  # the name it holds, never what is there
    ("deep.html", lambda: b"<div>" * 50_000 + b"<p>words" + b"</div>" * 50_000, ""),
    ("tables.html", lambda: b"<table><tr><td>" * 3_000 + b"words", ""),
    ("quotes.md", lambda: b">" * 20_000 + b" words", ""),
    ("brackets.md", lambda: b"[" * 20_000 + b"words", ""),
    ("stars.md", lambda: b"*a **b " * 10_000, ""),
    ("aliases.md", alias_bomb, "The text."),
    ("wide.csv", lambda: b"\n".join([b",".join(b"%d" % i for i in range(10_000))] * 20), "9999"),
    ("quote.csv", lambda: b'a,b\n"' + b"x" * 3_000_000, "xxx"),
    ("far.xlsx", far_cell, "first"),
    ("repeated.odt", repeated_cells, "x | x"),
    ("chapters.epub", repeated_chapters, "word word"),
    ("truncated.pdf", truncated_pdf, ""),
    ("flate.pdf", flate_bomb_pdf, ""),
    ("mails.eml", nested_mail, "words of level 39"),
    ("vast.pdf", vast_page_pdf, ""),
    ("surrogates.txt", lambda: ("words \ud800 " + "and more " * 50).encode("utf-16", "surrogatepass"), "words"),
    ("headers.eml", lambda: b"From: a\nTo: b\nSubject: " + b"=?utf-8?b?" * 20_000 + b"\n\nwords", "words"),
    ("braces.rtf", lambda: b"{\\rtf1" + b"{" * 50_000 + b"words" + b"}" * 50_000, ""),
    ("line.txt", lambda: b"x" * 10_000_000, "xxx"),
    ("dots.txt", lambda: b"- . " * 500_000, ""),
    ("hidden.txt", lambda: "a\u200bb\u202ec\u2066d\ud800e\0f\x1b[31mg\U000e0041h".encode("utf-8", "surrogatepass"), ""),
    ("comments.html", lambda: b"<!-- " * 100_000 + b"<p>words", ""),
    ("comments.txt", lambda: b"<!-- a -->" * 6_000 + b"words", "words"),
    ("tags.md", lambda: b"<p " * 20_000 + b"words", ""),
    ("blanks.html", lambda: b"<p>words" + b" " * 300_000 + b"<?xml " * 20_000, "words"),
    ("long.jsonl", lambda: b"\n".join(json.dumps({"k" * 50: "v" * 50}).encode() for _ in range(20_000)), "vvv"),
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(LIMITS) as running:
        yield running


@pytest.fixture(autouse=True)
def _next_file_is_read(sandbox: Sandbox) -> Iterator[None]:
    yield
    assert sandbox.load(b"# Next\n\nIt is read.", "next.md").text == "Next\n\nIt is read."


def attempt(sandbox: Sandbox, name: str, data: bytes) -> Parsed | SourceError:
    begun = time.monotonic()
    try:
        result: Parsed | SourceError = sandbox.load(data, name)
    except SourceError as error:
        result = error
    assert time.monotonic() - begun < SECONDS + 3
    return result


@pytest.mark.parametrize(("name", "make", "says"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_it_is_refused_in_a_sentence(sandbox: Sandbox, name: str, make: Make, says: str) -> None:
    refused = attempt(sandbox, name, make())
    assert isinstance(refused, SourceError), refused
    with pytest.raises(SourceError, match=says):
        raise refused
    assert name in refused.what and "\n" not in refused.what and refused.hint


@pytest.mark.parametrize(("name", "make", "kept"), CONTAINED, ids=[name for name, *_ in CONTAINED])
def test_it_is_contained(sandbox: Sandbox, name: str, make: Make, kept: str) -> None:
    result = attempt(sandbox, name, make())
    if isinstance(result, SourceError):
        assert not kept, result  # what holds words must give them
        return
    assert kept in result.text
    assert canonical(result.text) == result.text
    assert "root:" not in result.text  # of /etc/passwd
    assert not any((ord(c) < 32 and c not in "\n\t") or 0xD800 <= ord(c) < 0xE000 for c in result.text)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.md",
        "/absolute.md",
        "CON.md",
        "n" * 251 + ".md",
        "a\nb.md",
        "<img src=x onerror=alert(1)>.md",
        "\ud800.md",
    ],
)
def test_a_hostile_name_is_only_a_name(sandbox: Sandbox, name: str) -> None:
    parsed = sandbox.load(b"words", name)
    assert parsed.text == "words"
    assert "\n" not in parsed.title and "/" not in parsed.title and len(parsed.title) <= 120
    with pytest.raises(SourceError) as refused:
        sandbox.load(b"", name)
    assert "\n" not in str(refused.value)


def test_a_file_that_takes_too_long_is_given_up_and_the_worker_replaced() -> None:
    slow = made.pdf([made.prose(["word " * 15] * 55)] * 400)
    with Sandbox(Limits(seconds=0.5)) as hasty:
        with pytest.raises(SourceError, match=r"given up after 0\.5 s"):
            hasty.load(slow, "slow.pdf")
        assert hasty.load(b"# Next", "next.md").text == "Next"


def test_a_file_that_takes_too_much_memory_is_given_up() -> None:
    with Sandbox(Limits(memory_bytes=300 * MiB)) as small:
        with pytest.raises(SourceError, match=r"memory|crash"):
            small.load(b"[" + b"[]," * 5_000_000 + b"[]]", "large.json")
        assert small.load(b"# Next", "next.md").text == "Next"


def test_the_worker_sees_no_keys_and_can_write_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_CHAT__API_KEY", "sk-secret")
    monkeypatch.chdir(tmp_path)
    with Sandbox() as running:
        running.load(traversing_zip(), "x.zip")
        process = running._worker._process
        environment = Path(f"/proc/{process.pid}/environ")
        if environment.exists():
            assert b"sk-secret" not in environment.read_bytes()
            limits = Path(f"/proc/{process.pid}/limits").read_text()
            assert any(line.split()[:5] == ["Max", "file", "size", "0", "0"] for line in limits.splitlines())
    assert list(tmp_path.iterdir()) == []


def test_too_large_a_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(SourceError, match="more than 10 are not read"):
        load(b"x" * 11, "x.txt", limits=Limits(file_bytes=10))
