"""How well scanned pages are read: draws pages of the starter library's texts, spoils them, compares what OCR reads.

``python -m benchmarks.ocr`` prints a Markdown table. A page is turned by up to 0.7 degrees, blurred, given noise, and
saved as JPEG of quality 60 in a PDF.
"""

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from ingest.loaders import load
from ingest.parsed import one_line
from ingest.sandbox import Sandbox

_BRIEFS = Path(__file__).parents[1] / "sources" / "briefs"
_PAGE, _MARGIN, _GAP = (8.27, 11.69), 0.9, 0.3  # inches
_LEADING = 1.35


def main() -> None:
    texts = [load(path.read_bytes(), path.name).text for path in sorted(_BRIEFS.glob("*.md"))[:2]]
    print("| dots per inch | columns | letters | letter size | wrong | seconds a page |\n|---|---|---|---|---|---|")
    with Sandbox() as sandbox:
        for dpi in (150, 200, 300):
            for columns, points in ((1, 11), (1, 9), (2, 10)):
                wrong = letters = 0
                begun = time.monotonic()
                for seed, text in enumerate(texts):
                    picture, expected = _page(text, dpi, columns, points)
                    read = one_line(sandbox.load(_saved(_spoiled(picture, seed, dpi), dpi), "scan.pdf").text)
                    wrong += _distance(read, expected)
                    letters += len(expected)
                seconds = (time.monotonic() - begun) / len(texts)
                print(
                    f"| {dpi} | {columns} | {letters:,} | {points} pt | {wrong / letters:.2%} | {seconds:.1f} |",
                    flush=True,
                )


def _page(text: str, dpi: int, columns: int, points: int) -> tuple[Any, str]:
    """A page of text, and the words that had room on it."""
    width, height = (round(side * dpi) for side in _PAGE)
    margin, gap, leading = round(_MARGIN * dpi), round(_GAP * dpi), round(points * _LEADING * dpi / 72)
    column = (width - 2 * margin - (columns - 1) * gap) // columns
    picture = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(points * dpi / 72)
    written: list[str] = []
    at, down = 0, margin
    for paragraph in text.split("\n\n"):
        for line in _lines(one_line(paragraph), lambda words: draw.textlength(words, font) <= column):
            if down > height - margin - leading:
                at, down = at + 1, margin
                if at == columns:
                    return picture, " ".join(written)
            draw.text((margin + at * (column + gap), down), line, 20, font)
            written.append(line)
            down += leading
        down += leading // 2
    return picture, " ".join(written)


def _lines(paragraph: str, fits: Any) -> list[str]:
    lines = [""]
    for word in paragraph.split():
        longer = f"{lines[-1]} {word}".strip()
        if fits(longer):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _spoiled(picture: Any, seed: int, dpi: int) -> Any:
    chance = np.random.default_rng(seed)
    turned = picture.rotate(chance.uniform(-0.7, 0.7), resample=Image.Resampling.BICUBIC, fillcolor=255)
    soft = np.asarray(turned.filter(ImageFilter.GaussianBlur(dpi / 400)), dtype=float)
    return Image.fromarray((soft + chance.normal(0, 12, soft.shape)).clip(0, 255).astype("uint8"))


def _saved(picture: Any, dpi: int) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PDF", resolution=dpi, quality=60)
    return buffer.getvalue()


def _distance(a: str, b: str) -> int:
    """How many letters must be put in, taken out or changed to make `b` of `a` (Levenshtein)."""
    letters, places = np.array([ord(c) for c in b]), np.arange(len(b) + 1)
    row = places
    for done, letter in enumerate(a, start=1):
        best = np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))
        row = np.minimum.accumulate(np.concatenate(([done], best)) - places) + places
    return int(row[-1])


if __name__ == "__main__":
    main()
