"""From bytes to text: by mark, by declaration, as UTF-8, or by a careful guess that is owned up to."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What the WHATWG encoding standard reads under these names.
_WEB_NAMES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "iso-8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "x-gbk": "gb18030",
    "unicode": "utf-16",
}
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["'] |
    <meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""",
    re.IGNORECASE | re.VERBOSE,
)
_SAMPLE = 256 * 1024  # bytes looked at to guess; ample for letter statistics
_DOUBTFUL_MESS, _FEW_BYTES = 0.1, 48
_TIE, _SAME = 0.06, 0.005  # in charset-normalizer's scores: below, a usual encoding wins over a rare or usual one
_SPARSE = 0.15  # share of bytes beyond ASCII in Western text
_USUAL = ("cp1252", "cp1250", "cp1251", "cp932", "gb18030", "big5", "cp949", "euc_jp", "koi8_r", "cp1257", "cp1254")
_ESCAPED = {b"\x1b$)C": "iso2022_kr", b"\x1b$B": "iso2022_jp", b"\x1b$@": "iso2022_jp", b"\x1b(J": "iso2022_jp"}


@dataclass(frozen=True)
class Decoded:
    """Text, the encoding it was in, and a sentence if that encoding is a doubtful guess."""

    text: str
    encoding: str
    note: str | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """The encoding, if it is worth telling."""
        return {} if self.encoding in ("utf-8", "ascii") else {"encoding": self.encoding}

    @property
    def notes(self) -> tuple[str, ...]:
        """The note, if there is one."""
        return (self.note,) if self.note else ()


def decode(data: bytes, declared: str | None = None) -> Decoded | None:
    """The text in `data`, or None if it isn't text.

    Args:
        data: The whole file.
        declared: The encoding that came with it, from an HTTP header or a mail part. A mark and UTF-8 win over it.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    if wide := _wide(data):
        return _lenient(data, wide)
    if b"\0" in data:
        return None
    for escape, encoding in _ESCAPED.items():
        if escape in data[:_SAMPLE] and (decoded := _by_name(data, encoding)):
            return decoded
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    for name in (declared, _declaration(data)):
        if name and (decoded := _by_name(data, name)):
            return decoded
    return _guess(data)


def _lenient(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    note = f"{lost} characters could not be read as {encoding.upper()} and are shown as \ufffd." if lost else None
    return Decoded(text, encoding, note)


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: Western text then has zeros in every second (or three of four) places."""
    head = data[:4096]
    if len(head) < 4 or b"\0" not in head:
        return None
    zeros = [head[i::4].count(0) / max(1, len(head[i::4])) for i in range(4)]
    patterns = {
        "utf-32-le": (False, True, True, True),
        "utf-32-be": (True, True, True, False),
        "utf-16-le": (False, True, False, True),
        "utf-16-be": (True, False, True, False),
    }
    for encoding, pattern in patterns.items():
        if all((share > 0.7) if zero else (share < 0.2) for share, zero in zip(zeros, pattern, strict=True)):
            return encoding
    for encoding, line_end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")):  # what isn't Western still has lines
        if line_end in head and _is_words(head[: len(head) // 2 * 2], encoding):
            return encoding
    return None


def _is_words(data: bytes, encoding: str) -> bool:
    """Whether nearly all is letters, blanks and punctuation of no more than a few scripts."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    good = sum(c.isalnum() or c.isspace() or unicodedata.category(c)[0] == "P" for c in text)
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}
    return good > 0.97 * len(text) and len(scripts) <= 8


def _declaration(data: bytes) -> str | None:
    match = _DECLARED.search(data[:4096])
    return (match[1] or match[2]).decode("ascii") if match else None


def _by_name(data: bytes, name: str) -> Decoded | None:
    name = name.strip().lower()
    try:
        encoding = codecs.lookup(_WEB_NAMES.get(name, name)).name
        if encoding in ("utf-8", "utf-16", "utf-32", "idna", "punycode", "unicode_escape", "raw_unicode_escape"):
            return None  # UTF-8 was tried; the rest aren't charsets, or would have had a mark
        return Decoded(data.decode(encoding), encoding)
    except (LookupError, ValueError):
        return None


def _guess(data: bytes) -> Decoded | None:
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data[:_SAMPLE]))
    if not matches:
        return None
    best = matches[0]
    tied = _SAME if best.encoding in _USUAL else _TIE
    near = [m for m in matches if m.chaos <= best.chaos + _SAME and m.coherence >= best.coherence - tied]
    chosen = min((m.encoding for m in near), key=lambda name: _USUAL.index(name) if name in _USUAL else len(_USUAL))
    texts = {str(m) for m in near}
    doubtful = len(texts) > 1 or best.chaos > _DOUBTFUL_MESS or len(data) < _FEW_BYTES
    if best.coherence == 0 and sum(byte > 127 for byte in data) < _SPARSE * len(data) and _by_name(data, "cp1252"):
        chosen, doubtful = "cp1252", True  # no language was recognised: few letters beyond ASCII are likelier Western
    decoded = _lenient(data, chosen)
    if decoded.note or doubtful:
        note = f"The encoding is uncertain: it was read as {chosen}, and some letters may be wrong."
        return Decoded(decoded.text, chosen, note)
    return decoded
