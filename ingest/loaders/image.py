"""Pictures of text: scans and photographs, a page each."""

import io
from typing import Any

from ingest.loaders import ocr
from ingest.loaders.file import File
from ingest.loaders.pdf import add_pages
from ingest.loaders.pdf_pages import Page
from ingest.parsed import Parsed, TextBuilder
from rag.errors import SourceError

_PIXELS = 100_000_000  # a sheet of A2 at 600 dpi


def load(file: File) -> Parsed:
    """Read the text in a picture.

    Raises:
        SourceError: The extra that reads pictures isn't installed, or it is damaged or too large.
    """
    if not ocr.is_installed():
        raise SourceError(f"{file.shown} is a picture.", ocr.HINT)
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = None  # we look ourselves, and refuse in our own words
    with Image.open(io.BytesIO(file.data)) as picture:
        media_type = Image.MIME.get(picture.format or "", "image/unknown")
        pages, left = [], 0
        for number, frame in enumerate(ImageSequence.Iterator(picture), start=1):
            if frame.width * frame.height > _PIXELS:
                size = f"{frame.width:,} by {frame.height:,}"
                raise SourceError(f"{file.shown} has {size} pixels, which is too many.", "Make it smaller.")
            if number > file.limits.ocr_pages:
                left += 1
                continue
            height = frame.height * 72 / 200  # as if it had 200 dpi: what a picture says of this is often wrong
            pages.append(Page(number, height, ocr.read_picture(_upright(frame), height)))
            file.alive()
    builder = TextBuilder()
    add_pages(builder, pages, {})
    notes = [f"{left} more pages were not read: {file.limits.ocr_pages} are the limit."] if left else []
    return builder.build(
        title=file.title,
        media_type=media_type,
        metadata={"page_count": len(pages) + left, "pages_by_ocr": [page.number for page in pages if page.lines]},
        notes=notes if builder.text else ["No letters were found in it."],
    )


def _upright(frame: Any) -> Any:
    """The picture as a camera meant it to be held, on white where it is transparent."""
    from PIL import Image, ImageOps

    turned = ImageOps.exif_transpose(ocr.reduced(frame))
    if "A" in turned.getbands() or "transparency" in turned.info:
        solid = turned.convert("RGBA")
        white = Image.new("RGBA", solid.size, "white")
        return Image.alpha_composite(white, solid)
    return turned
