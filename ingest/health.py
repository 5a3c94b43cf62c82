"""What a source's text alone tells of its health, before it is cut and stored."""

from ingest.garbled import garbled
from ingest.language import language_of
from ingest.parsed import Parsed
from ingest.report import HEALTH, Health

_MUCH = 0.01  # share of garbled words that is worth a note


def with_health(parsed: Parsed) -> Parsed:
    """The same with its health in the metadata, and the language that the text is in if the document doesn't say."""
    said = parsed.metadata.get("language")
    language = said or language_of(parsed.text)
    bad = garbled(parsed.text)
    pages = int(parsed.metadata.get("page_count") or (parsed.pages[-1].number if parsed.pages else 0))
    by_ocr = tuple(parsed.metadata.get("pages_by_ocr", ()))
    read = {page.number for page in parsed.pages}
    notes = parsed.notes
    if bad.share >= _MUCH:
        notes += (f"{bad.share:.0%} of the words look garbled, such as “{bad.example}”: add a better copy.",)
    health = Health(
        language=language,
        language_from="document" if said else "text" if language else None,
        pages=pages,
        pages_without_text=tuple(number for number in range(1, pages + 1) if number not in read) if read else (),
        pages_by_ocr=by_ocr,
        tables=parsed.tables,
        garbled=round(bad.share, 4),
        notes=notes,
    )
    about = {key: value for key, value in parsed.metadata.items() if key != "pages_by_ocr"}
    if language:
        about["language"] = language
    return parsed.model_copy(
        update={"metadata": {**about, HEALTH: health.model_dump(mode="json")}, "notes": health.notes}
    )
