"""Pictures of text and scanned pages, read by the optional extra."""

import io
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.limits import Limits
from ingest.loaders import load, ocr
from ingest.sandbox import Sandbox
from rag.errors import SourceError
from tests.integration import made

needs_ocr = pytest.mark.skipif(not ocr.is_installed(), reason="footnote[ocr] is not installed")
DPI = 120


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Limits(memory_bytes=1_500_000_000)) as running:
        yield running


def picture(lines: Sequence[tuple[float, float, float, str]]) -> Image.Image:
    """A page of 6 by 5 inches with text at given places: inches from the left and the top, points, words."""
    page = Image.new("L", (6 * DPI, 5 * DPI), 255)
    draw = ImageDraw.Draw(page)
    for left, top, points, words in lines:
        draw.text((left * DPI, top * DPI), words, 0, ImageFont.load_default(points * DPI / 72))
    return page


def saved(page: Image.Image, form: str, **how: Any) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, form, **how)
    return buffer.getvalue()


TIDES = picture(
    [
        (0.5, 0.4, 24, "On tides"),
        (0.5, 1.2, 12, "The moon pulls the sea towards it, and the"),
        (0.5, 1.42, 12, "sun helps it twice in every month."),
        (0.5, 2.4, 12, "Sailors keep an almanac of every port."),
    ]
)
TEXT = "On tides\n\nThe moon pulls the sea towards it, and the sun helps it twice in every month.\n\n" + (
    "Sailors keep an almanac of every port."
)


@needs_ocr
@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_a_picture_gives_its_words_as_paragraphs_with_its_heading(sandbox: Sandbox, form: str) -> None:
    parsed = sandbox.load(saved(TIDES, form), "tide-notes.bin")
    assert parsed.text == TEXT
    assert [heading.title for heading in parsed.headings] == ["On tides"]
    assert parsed.media_type == f"image/{form.lower()}"


@needs_ocr
def test_a_scanned_page_among_others_is_read_and_noted(sandbox: Sandbox) -> None:
    scans = saved(TIDES, "PDF", save_all=True, append_images=[Image.new("L", TIDES.size, 255)], resolution=DPI)
    parsed = sandbox.load(scans, "scans.pdf")
    assert parsed.text == TEXT
    assert [page.number for page in parsed.pages] == [1]
    assert parsed.notes == ("Page 2 has no text.", "Page 1 is a scan, read by OCR.")
    assert (parsed.metadata["pages_by_ocr"], parsed.metadata["page_count"]) == ([1], 2)


@needs_ocr
def test_columns_of_a_picture_are_read_one_after_the_other(sandbox: Sandbox) -> None:
    left = ["Left one of the harbour", "left two of the harbour", "left three of the sea", "left four of the sea."]
    right = ["Right one of the hills", "right two of the hills", "right three of the wood", "right four of the wood."]
    placed = [(0.4, 0.3, 20.0, "Two columns of one page")]
    for i, (a, b) in enumerate(zip(left, right, strict=True)):
        placed += [(0.4, 1 + 0.22 * i, 11.0, a), (3.3, 1.1 + 0.22 * i, 11.0, b)]  # not on one height
    text = sandbox.load(saved(picture(placed), "PNG"), "x.png").text
    assert text == f"Two columns of one page\n\n{' '.join(left)}\n\n{' '.join(right)}"


@needs_ocr
@pytest.mark.parametrize("degrees", [90, 180])
def test_a_page_on_its_side_or_its_head_is_read_as_well(sandbox: Sandbox, degrees: int) -> None:
    turned = TIDES.rotate(degrees, expand=True)
    assert sandbox.load(saved(turned, "PNG"), "x.png").text == TEXT


@needs_ocr
def test_reading_pictures_needs_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    ocr._engine.cache_clear()
    assert load(saved(TIDES, "PNG"), "x.png").text == TEXT
    ocr._engine.cache_clear()


@needs_ocr
def test_a_picture_without_letters_is_refused_in_a_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(SourceError, match=r"x\.png has no text\. No letters were found in it"):
        sandbox.load(saved(Image.new("L", (400, 300), 255), "PNG"), "x.png")


@needs_ocr
def test_a_picture_that_would_unpack_to_gigabytes_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(SourceError, match="pixels, which is too many"):
        sandbox.load(saved(Image.new("1", (40_000, 40_000)), "PNG"), "bomb.png")


@needs_ocr
def test_a_scanned_page_that_takes_too_long_is_given_up(sandbox: Sandbox) -> None:
    scans = saved(TIDES, "PDF", save_all=True, append_images=[TIDES] * 3, resolution=DPI)
    with Sandbox(Limits(seconds=30, ocr_seconds=0.01)) as hasty, pytest.raises(SourceError, match="given up"):
        hasty.load(scans, "slow.pdf")


def test_without_the_extra_a_picture_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    with pytest.raises(SourceError, match=r"tides\.png is a picture\. Install footnote\[ocr\] to read it\."):
        load(saved(TIDES, "PNG"), "tides.png")


def test_without_the_extra_a_scanned_page_is_named_in_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_installed", lambda: False)
    scan = saved(TIDES, "PDF", resolution=DPI)
    with pytest.raises(SourceError, match=r"Page 1 has no text but a picture\. Install footnote\[ocr\] to read it\."):
        load(scan, "scan.pdf")
    parsed = load(made.pdf([made.prose(["The moon pulls the sea."]), []]), "x.pdf")
    assert parsed.notes == ("Page 2 has no text.",)
