"""Drawing a page of a PDF and finding words on it."""

import io

import pytest
from PIL import Image

from ingest.pdf_page import PageWish, PdfPage, draw, places
from rag.errors import SourceError
from tests.integration.made import pdf, prose

LEFT = [f"In the left column, line {i} tells of the old harbour" for i in range(30)]
RIGHT = [f"On the right side, row {i} speaks of the new bridge" for i in range(30)]
TWO_COLUMNS = prose(LEFT, left=50, size=8) + prose(RIGHT, left=330, size=8)


def dark_inside(page: PdfPage) -> list[float]:
    """The share of dark pixels within each box."""
    image = Image.open(io.BytesIO(page.png)).convert("L")
    shares = []
    for left, top, width, height in page.boxes:
        x, y = left * page.width, top * page.height
        pixels = image.crop((x, y, x + width * page.width, y + height * page.height)).tobytes()
        shares.append(sum(pixel < 128 for pixel in pixels) / len(pixels))
    return shares


def test_quoted_words_are_boxed_line_by_line_where_they_stand() -> None:
    data = pdf([prose(["The comet was seen above Lorn in the spring of", "1804, as the clerk wrote down."], top=400)])
    page = draw(data, PageWish(number=1, words="in the spring of 1804"))
    assert len(page.boxes) == 2 and page.count == 1
    (_, first, width, height), (left, second, *_) = page.boxes
    assert second > first + 0.5 * height and left == pytest.approx(72 / 612, abs=0.01) and width < 0.25
    assert first == pytest.approx((792 - 400 - 10) / 792, abs=0.02)
    assert all(share > 0.05 for share in dark_inside(page))


def test_words_in_the_second_column_are_boxed_in_the_second_column() -> None:
    page = draw(pdf([TWO_COLUMNS]), PageWish(number=1, words="row 17 speaks of the new bridge"))
    assert len(page.boxes) == 1
    left, top, width, _ = page.boxes[0]
    assert left > 0.5 and left + width < 1 and top == pytest.approx((792 - 720 + 12 * 17 - 8) / 792, abs=0.02)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_on_a_turned_page_the_boxes_turn_with_it(turn: int) -> None:
    data = pdf([prose(["The comet was seen above Lorn."], top=700)]).replace(
        b"/MediaBox[0 0 612 792]", f"/MediaBox[0 0 612 792]/Rotate {turn}".encode()
    )
    page = draw(data, PageWish(number=1, words="seen above Lorn"))
    assert (page.width > page.height) == (turn != 180)
    assert len(page.boxes) == 1 and dark_inside(page)[0] > 0.05
    _, _, width, height = page.boxes[0]
    assert (width * page.width < height * page.height) == (turn != 180)  # the line runs up or down


def test_of_words_that_stand_twice_those_at_the_right_place_are_boxed() -> None:
    data = pdf([prose([f"It rained on day {i // 10}." for i in range(40)])])
    first = draw(data, PageWish(number=1, words="It rained on day 2.", before=0.5))
    assert first.boxes[0][1] == pytest.approx((792 - 720 + 12 * 20 - 10) / 792, abs=0.03)


def test_words_that_are_not_there_get_no_box() -> None:
    assert (
        draw(pdf([prose(["The comet was seen."])]), PageWish(number=1, words="A whale was caught at dawn")).boxes == ()
    )


def test_hyphens_blanks_and_table_bars_make_no_difference() -> None:
    assert places("thecomet1804wasseen", "comet1804") == [(3, 12)]
    data = pdf([prose(["The light-", "house stood for a hundred years."])])
    assert len(draw(data, PageWish(number=1, words="The lighthouse | stood")).boxes) == 2


def test_a_quote_that_a_running_head_cuts_is_found_in_pieces() -> None:
    quote = "themastersofthevesselwaitedforthetideandforthepilotofthebay"
    assert places("x" + quote[:30] + "page12harbourreview" + quote[30:], quote) == [(1, 31), (50, 79)]


def test_a_huge_page_is_drawn_small() -> None:
    data = pdf([prose(["A wall chart."])]).replace(b"[0 0 612 792]", b"[0 0 200 14000]")
    page = draw(data, PageWish(number=1))
    assert page.width * page.height <= 4_100_000


def test_a_page_that_is_not_there_and_a_file_that_is_none_are_refused() -> None:
    with pytest.raises(SourceError, match="no page 7"):
        draw(pdf([prose(["One page."])]), PageWish(number=7))
    with pytest.raises(SourceError, match="can't be drawn"):
        draw(b"%PDF-1.4 nothing", PageWish(number=1))
