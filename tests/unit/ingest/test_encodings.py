"""From bytes to text."""

import codecs

import pytest

from ingest.encodings import decode

TEXT = "Zażółć gęślą jaźń, powiedział żółw i poszedł nad morze, gdzie było już bardzo późno i ciemno."


def test_utf8_is_not_worth_telling() -> None:
    decoded = decode(TEXT.encode())
    assert decoded and (decoded.text, decoded.metadata, decoded.notes) == (TEXT, {}, ())


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_mark_decides(mark: bytes, encoding: str) -> None:
    decoded = decode(mark + TEXT.encode(encoding), declared="latin-1")
    assert decoded and (decoded.text, decoded.encoding) == (TEXT, encoding)


def test_what_was_declared_is_believed_unless_it_is_utf8_after_all() -> None:
    declared = decode(TEXT.encode("iso-8859-2"), declared="ISO-8859-2")
    assert declared and declared.text == TEXT and not declared.notes
    mistaken = decode(TEXT.encode(), declared="iso-8859-2")
    assert mistaken and mistaken.text == TEXT


def test_a_declaration_that_makes_no_sense_is_passed_over() -> None:
    decoded = decode(TEXT.encode("cp1250"), declared="klingon")
    assert decoded and decoded.text == TEXT and decoded.encoding == "cp1250"


def test_a_doubtful_guess_is_owned_up_to() -> None:
    decoded = decode("à la plage".encode("cp1252"))
    assert decoded and "uncertain" in decoded.notes[0]


def test_bytes_that_are_cut_short_are_told() -> None:
    decoded = decode(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"x")
    assert decoded and decoded.text.startswith(TEXT) and "could not be read" in decoded.notes[0]


def test_binary_data_are_no_text() -> None:
    assert decode(bytes(range(256)) * 4) is None
