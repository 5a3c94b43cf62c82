"""What formats are called when an error is told to a person."""

_OFFICE = "application/vnd.openxmlformats-officedocument."

_NAMES = {
    "application/pdf": "a PDF",
    _OFFICE + "wordprocessingml.document": "a Word document",
    _OFFICE + "presentationml.presentation": "a PowerPoint presentation",
    _OFFICE + "spreadsheetml.sheet": "an Excel workbook",
    "application/msword": "an old Word document (.doc)",
    "application/vnd.ms-powerpoint": "an old PowerPoint presentation (.ppt)",
    "application/vnd.ms-excel": "an old Excel workbook (.xls)",
    "application/vnd.oasis.opendocument.text": "an OpenDocument text",
    "application/vnd.oasis.opendocument.presentation": "an OpenDocument presentation",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument spreadsheet",
    "application/x-encrypted-office": "an encrypted Office file",
    "application/epub+zip": "an EPUB book",
    "application/rtf": "an RTF document",
    "application/vnd.ms-outlook": "an Outlook message",
    "application/zip": "a ZIP archive",
    "application/json": "JSON",
    "application/jsonl": "JSON lines",
    "application/xml": "XML",
    "application/x-subrip": "SubRip subtitles",
    "message/rfc822": "an e-mail",
    "text/csv": "a CSV table",
    "text/tab-separated-values": "a TSV table",
    "text/html": "a web page",
    "text/markdown": "Markdown",
    "text/plain": "text",
    "text/vtt": "WebVTT subtitles",
}
_HINTS = {
    "application/msword": "Save it as DOCX or PDF and add that.",
    "application/vnd.ms-powerpoint": "Save it as PPTX or PDF and add that.",
    "application/vnd.ms-excel": "Save it as XLSX or CSV and add that.",
    "application/x-encrypted-office": "Save it without a password and add that.",
}


def what_is(media_type: str) -> str:
    """A media type as a person would say it, with its article."""
    if media_type.startswith("image/"):
        return "a picture"
    return _NAMES.get(media_type, media_type)


def hint_for(media_type: str) -> str:
    """What to do about a file of a type that can't be read."""
    return _HINTS.get(media_type, "Save it as PDF, HTML or text and add that.")
