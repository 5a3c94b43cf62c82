"""PowerPoint presentations: a page a slide, its title as heading, tables, and the speaker's notes."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.loaders.charts import chart_table
from ingest.loaders.file import File
from ingest.loaders.package import opened
from ingest.parsed import Parsed, TextBuilder, one_line


def load(file: File) -> Parsed:
    """Read a presentation."""
    import pptx

    builder, blank = TextBuilder(), []
    with opened(file) as package:
        deck: Any = pptx.Presentation(io.BytesIO(package.office()))
    for number, slide in enumerate(deck.slides, start=1):
        before = builder.text_length
        builder.page(number)
        _add_slide(builder, slide)
        if builder.text_length == before:
            blank.append(number)
    about = deck.core_properties
    changed = about.modified or about.created
    parsed = builder.build(
        title="",
        media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        metadata={
            "author": one_line(about.author or ""),
            "date": changed.date().isoformat() if changed else None,
            "language": about.language,
        },
        notes=[f"{len(blank)} of {len(deck.slides)} slides have no text."] if blank else [],
    )
    title = one_line(about.title or "")
    if not title or title.lower() in ("powerpoint presentation", "powerpoint-präsentation"):
        title = parsed.headings[0].title if parsed.headings else file.title
    return parsed.model_copy(update={"title": title})


def _add_slide(builder: TextBuilder, slide: Any) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.heading(title.text_frame.text, 1)
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if getattr(shape, "has_table", False) and shape.has_table:
            builder.table([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif getattr(shape, "has_chart", False) and shape.has_chart:
            builder.table(chart_table(shape.chart.element))
        elif getattr(shape, "has_text_frame", False) and shape.has_text_frame:
            builder.add("\n".join(_lines(shape.text_frame)))
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        words = notes.text.strip()
        builder.add(f"Notes: {words}" if words else "")


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """All shapes, those in groups as well."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _lines(frame: Any) -> Iterator[str]:
    """The paragraphs of a text frame; as a list if there are several."""
    paragraphs = [(p.level, p.text.replace("\v", "\n").strip()) for p in frame.paragraphs]
    paragraphs = [(level, text) for level, text in paragraphs if text]
    for level, text in paragraphs:
        yield f"{'  ' * level}- {text}" if len(paragraphs) > 1 else text
