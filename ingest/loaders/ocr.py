"""Pictures of text, read by the optional extra ``footnote[ocr]``, whose models come inside its package."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from ingest.loaders.pdf_lines import Line, Run, rows_by_place, to_lines

HINT = "Install footnote[ocr] to read it."
LONGEST_SIDE = 2200
"""Pixels. A sheet of A4 then has 188 dpi: more made no letter better, and takes more time and memory."""
_DETECTION_SIDE = 1280  # pixels: enough to find lines; at full size this takes the most memory of all
_COLUMN_LINES, _COLUMN_LETTERS = 4, 20  # a column of prose has at least so many lines, with so many letters on average
_CUTS = 8  # of the widest white bands across a page, how many may have columns above or below
_SURE = 0.85  # on average, a letter: upright pages have 0.95 and more, those on their heads 0.4 to 0.7
_ALIKE = 1.25  # lines whose heights differ by less have letters of one size: heights depend on which letters there are


@dataclass(frozen=True)
class _Piece:
    """Words found on a page, the four corners around them, in pixels, and how sure that is, 0 to 1."""

    text: str
    box: Any
    sure: float

    @property
    def is_tall(self) -> bool:
        across, down = [x for x, _ in self.box], [y for _, y in self.box]
        return len(self.text) > 3 and bool(max(down) - min(down) > 1.5 * (max(across) - min(across)))


def is_installed() -> bool:
    """Whether pictures can be read."""
    return find_spec("rapidocr") is not None


def read_picture(picture: Any, height: float) -> list[Line]:
    """The lines of a page in reading order.

    Args:
        picture: A ``PIL.Image.Image``.
        height: Of the page, in points.

    Raises:
        MemoryError: The memory that parsing may take was not enough.
    """
    page = reduced(picture).convert("RGB")
    found = _found(page)
    if not found:
        return []
    as_is = page
    for degrees in _doubtful_turns(found):
        turned = as_is.rotate(degrees, expand=True)
        other = _found(turned)
        if _worth(other) > _worth(found):
            page, found = turned, other
    scale = height / page.height
    runs = [_run(piece.text, piece.box, scale, height) for piece in found]
    return to_lines(list(_ordered(_of_few_sizes(runs))))


def _found(page: Any) -> list[_Piece]:
    import numpy as np

    try:
        found = _engine()(np.asarray(page))
    except Exception as error:
        if "bad_alloc" in str(error) or "Insufficient memory" in str(error):  # of onnxruntime and of OpenCV
            raise MemoryError from None
        raise
    return [
        _Piece(*each)
        for each in zip(found.txts or (), found.boxes if found.txts else (), found.scores or (), strict=True)
    ]


def _doubtful_turns(found: Sequence[_Piece]) -> Sequence[int]:
    """How a page may have to be turned, if it looks as if it lay on its side or stood on its head."""
    tall = sum(len(piece.text) for piece in found if piece.is_tall)
    letters = sum(len(piece.text) for piece in found)
    if tall > letters / 2:
        return (90, 270)
    return (180,) if _worth(found) < _SURE * letters else ()


def _worth(found: Sequence[_Piece]) -> float:
    return sum(piece.sure * len(piece.text) for piece in found if not piece.is_tall)


def reduced(picture: Any) -> Any:
    """The picture, no larger than is read."""
    from PIL import Image

    share = LONGEST_SIDE / max(picture.size)
    if share >= 1:
        return picture
    size = tuple(max(1, round(side * share)) for side in picture.size)
    plain = (
        picture
        if picture.mode in ("L", "RGB", "LA", "RGBA")
        else picture.convert("L" if picture.mode == "1" else "RGB")
    )
    return plain.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)


@cache
def _engine() -> Any:
    """The reader. Its models are named by path, so that nothing is ever fetched."""
    import cv2
    import rapidocr

    cv2.setNumThreads(1)  # each thread takes address space, which is limited here
    models = Path(rapidocr.__file__).parent / "models"
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # whether a line stands on its head: whole pages do, which we see to
            "Global.max_side_len": LONGEST_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": 2,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.model_path": str(next(models.glob("*_det_*.onnx"))),
            "Det.limit_type": "max",
            "Det.limit_side_len": _DETECTION_SIDE,
            "Rec.model_path": str(next(models.glob("*_rec_*.onnx"))),
            "Rec.rec_batch_num": 1,  # six lines at once took 0.4 GB more and were no faster
        }
    )


def _run(text: str, box: Any, scale: float, height: float) -> Run:
    across, down = [float(x) * scale for x, _ in box], [float(y) * scale for _, y in box]
    return Run(text, min(across), max(across), height - max(down), height - min(down))


def _of_few_sizes(runs: list[Run]) -> list[Run]:
    """The same lines, those near the usual height all made as high as that."""
    usual = median(run.size for run in runs)
    for run in runs:
        if usual / _ALIKE < run.size < usual * _ALIKE:
            run.top = run.bottom + usual
    return runs


def _ordered(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Rows in reading order: columns one after the other, found by cutting at white (Nagy and Seth, 1984)."""
    place = _gutter(runs)
    if place is not None:
        yield from _ordered([run for run in runs if run.right <= place])
        yield from _ordered([run for run in runs if run.left >= place])
        return
    for height in _bands(runs):
        above, below = [run for run in runs if run.bottom >= height], [run for run in runs if run.bottom < height]
        if _gutter(above) is not None or _gutter(below) is not None:
            yield from _ordered(above)
            yield from _ordered(below)
            return
    yield from rows_by_place(runs)


def _gutter(runs: Sequence[Run]) -> float | None:
    """Where white parts two columns of prose from top to bottom."""
    reach = 0.0
    for before, run in pairwise(sorted(runs, key=lambda run: run.left)):
        reach = max(reach, before.right)
        if run.left > reach:
            sides = [r for r in runs if r.right <= reach], [r for r in runs if r.left > reach]
            if all(len(s) >= _COLUMN_LINES and fmean(len(r.text) for r in s) >= _COLUMN_LETTERS for s in sides):
                return (reach + run.left) / 2
    return None


def _bands(runs: Sequence[Run]) -> list[float]:
    """The heights at which white runs across the page, the widest first."""
    bands = []
    lowest = float("inf")
    for above, run in pairwise(sorted(runs, key=lambda run: -run.bottom)):
        lowest = min(lowest, above.bottom)
        if run.top < lowest:
            bands.append((lowest - run.top, (lowest + run.top) / 2))
    return [height for _, height in sorted(bands, reverse=True)[:_CUTS]]
