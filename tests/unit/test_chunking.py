import itertools
import random
import time

import pytest

from ingest.chunking import Piece, chunk_text
from rag.models.embedder import Embedder
from rag.schema import Heading, Page
from rag.sentences import split_sentences

MAX_TOKENS, LIMIT = 60, 96


def cut(embedder: Embedder, text: str, headings: tuple[Heading, ...] = (), **more: object) -> list[Piece]:
    given = {"title": "A title", "max_tokens": MAX_TOKENS, "limit": LIMIT} | more
    return chunk_text(text, headings=headings, count_tokens=embedder.count_tokens, **given)  # type: ignore[arg-type]


def some_text(seed: int) -> tuple[str, tuple[Heading, ...], tuple[Page, ...]]:
    """A text of headings, paragraphs, tables, lists, other scripts and things without spaces, with its maps."""
    rng = random.Random(seed)
    words = [
        "sea",
        "Treaty",
        "naïve",
        "U.S.",
        "3.14",
        "«oui»",
        "e.g.",
        "whale-bone",
        "Ünïcode",
        "🐋",
        "a\u200bb",
        "x" * 30,
    ]

    def prose(longest: int) -> str:
        return " ".join(
            " ".join(rng.choices(words, k=rng.randint(1, 25))) + rng.choice([".", "!", "?", " …", "", ".”"])
            for _ in range(rng.randint(1, longest))
        )

    makers = [
        lambda: prose(12),
        lambda: prose(1),
        lambda: "\n".join(f"- {prose(1)}" for _ in range(rng.randint(1, 9))),
        lambda: "\n".join("| " + " | ".join(rng.choices(words, k=4)) + " |" for _ in range(rng.randint(1, 30))),
        lambda: "".join(rng.choices("海軍は太平洋へ三隻の船を送った。「はい」", k=rng.randint(1, 400))),
        lambda: "".join(rng.choices("abcdef0123456789/+", k=rng.randint(1, 3000))),
        lambda: prose(3).replace(" ", "\n"),
        lambda: " \t\u00a0 ",
    ]
    text, headings, pages = rng.choice(["", "\n\n", "  "]), [], []
    for number in range(rng.randint(0, 25)):
        if rng.random() < 0.3:
            title = prose(1)[: rng.choice([20, 2000])].strip()
            headings.append(Heading(start=len(text), level=rng.randint(1, 4), title=title))
            text += title + rng.choice(["\n", "\n\n"])
        if rng.random() < 0.3:
            pages.append(Page(start=len(text), number=number + 1))
        text += rng.choice(makers)() + rng.choice(["\n\n", "\n \n\n", "\n\n\n\n"])
    return text, tuple(headings), tuple(pages)


@pytest.mark.parametrize("seed", range(40))
def test_chunks_cover_all_of_a_text_in_order_within_the_limit(embedder: Embedder, seed: int) -> None:
    text, headings, pages = some_text(seed)
    pieces = cut(embedder, text, headings, pages=pages)

    covered = set()
    for piece in pieces:
        chunk = text[piece.start : piece.end]
        assert chunk and chunk == chunk.strip()
        assert embedder.count_tokens(chunk) <= MAX_TOKENS
        assert embedder.count_tokens(piece.header + chunk) + 2 <= LIMIT
        covered.update(range(piece.start, piece.end))
    lost = [text[i] for i in range(len(text)) if i not in covered and not text[i].isspace()]
    assert not lost

    spans = [(piece.start, piece.end) for piece in pieces]
    assert spans == sorted(set(spans))
    assert all(a[1] < b[1] for a, b in itertools.pairwise(spans))  # no chunk lies within another

    for piece in pieces:
        at = max((page for page in pages if page.start <= piece.start), key=lambda page: page.start, default=None)
        assert piece.page == (at.number if at else None)


@pytest.mark.parametrize("seed", range(40))
def test_every_sentence_lies_within_a_chunk(embedder: Embedder, seed: int) -> None:
    text, headings, _ = some_text(seed)
    pieces = cut(embedder, text, headings)
    edges = {edge for piece in pieces for edge in (piece.start, piece.end)}
    for start, end in split_sentences(text, edges):
        assert any(piece.start <= start and end <= piece.end for piece in pieces), text[start:end]


@pytest.mark.parametrize("seed", range(40))
def test_a_chunk_has_words_below_one_heading_only(embedder: Embedder, seed: int) -> None:
    text, headings, _ = some_text(seed)
    for piece in cut(embedder, text, headings):
        inside = [h for h in headings if piece.start < h.start < piece.end]
        starts = [*(h.start for h in inside), piece.end]
        for before, after in zip([piece.start, *starts], starts, strict=False):  # only headings without words below
            assert after == piece.end or "\n" not in text[before:after].strip() or before == after


def test_a_heading_stands_with_the_words_below_it(embedder: Embedder) -> None:
    body = "The harbour was dredged again in the spring of that year. " * 30
    text = f"Part one\n\nHarbours\n\n{body.strip()}"
    headings = (Heading(start=0, level=1, title="Part one"), Heading(start=10, level=2, title="Harbours"))
    pieces = cut(embedder, text, headings)
    assert len(pieces) > 3
    assert text[pieces[0].start : pieces[0].end].startswith("Part one\n\nHarbours\n\nThe harbour")
    assert {piece.heading for piece in pieces} == {"Part one › Harbours"}
    assert pieces[0].header == "A title › Part one › Harbours\n\n"


def test_a_long_paragraph_is_cut_between_sentences_and_repeats_the_last_one(embedder: Embedder) -> None:
    text = " ".join(f"Ship number {i} left the harbour in the morning." for i in range(40))
    pieces = cut(embedder, text)
    for before, after in itertools.pairwise(pieces):
        shared = text[after.start : before.end]
        assert shared.startswith("Ship number") and shared.endswith("in the morning.") and shared.count(".") == 1
    apart = cut(embedder, text, overlap_sentences=0)
    assert all(before.end < after.start for before, after in itertools.pairwise(apart))


def test_a_title_that_is_too_long_gives_way_to_the_heading(embedder: Embedder) -> None:
    heading = Heading(start=0, level=1, title="Harbours")
    (piece,) = cut(embedder, "Harbours\n\nThey were dredged.", (heading,), title="endless " * 200)
    assert piece.header == "Harbours\n\n"


def test_an_empty_text_has_no_chunks(embedder: Embedder) -> None:
    assert cut(embedder, "") == cut(embedder, " \n\n\t ") == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "word " * 40_000,
        "海" * 60_000,
        "e.g. " * 40_000,
        "." * 200_000,
        "A short line\n" * 15_000,
        "| a | b |\n" * 20_000,
        "x\n\n" * 60_000,
    ],
    ids=["one word", "words", "cjk", "abbreviations", "dots", "lines", "table", "paragraphs"],
)
def test_a_huge_run_of_anything_is_cut_into_small_chunks_in_linear_time(embedder: Embedder, text: str) -> None:
    began = time.process_time()
    pieces = cut(embedder, text, max_tokens=200, limit=256)
    assert time.process_time() - began < 5  # what is quadratic takes a minute
    assert max(piece.end - piece.start for piece in pieces) <= 2_000
    assert pieces[-1].end >= len(text.rstrip())
