"""Subtitles (SubRip and WebVTT): what is said, as paragraphs."""

import html
import re

from ingest.loaders.file import File
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_TIME = re.compile(r"(?:(\d{1,3}):)?(\d\d):(\d\d)[,.](\d{1,3})\s+-->\s+(?:(\d{1,3}):)?(\d\d):(\d\d)[,.](\d{1,3})")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^<>]+)>")
_TAG = re.compile(r"</?[^>\n]{0,200}>|\{\\[^}\n]{0,100}\}")
_STOP = re.compile(r"[.!?…。\uff01\uff1f][\"'”’»)]*$")
_PAUSE = 3.0  # seconds without speech: a new paragraph
_PARAGRAPH = 400  # characters after which the next full sentence ends one


def load(file: File) -> Parsed:
    """Read subtitles."""
    decoded = file.decode()
    builder = TextBuilder()
    paragraph, last_end, last_words = "", 0.0, ""
    for start, end, words in _cues(canonical(decoded.text)):
        if words == last_words:  # rolling captions say each line twice
            continue
        full = len(paragraph) > _PARAGRAPH and _STOP.search(paragraph)
        if paragraph and (start - last_end > _PAUSE or full):
            builder.add(paragraph)
            paragraph = ""
        paragraph = f"{paragraph} {words}".strip()
        last_end, last_words = end, words
    builder.add(paragraph)
    return builder.build(
        title=file.title,
        media_type="text/vtt" if decoded.text.lstrip("\ufeff").startswith("WEBVTT") else "application/x-subrip",
        metadata=decoded.metadata,
        notes=decoded.notes,
    )


def _cues(text: str) -> list[tuple[float, float, str]]:
    """Start and end in seconds, and the words."""
    cues = []
    for block in text.split("\n\n"):
        match = _TIME.search(block)
        if not match or block.startswith(("NOTE", "STYLE", "REGION")):
            continue
        words = block[match.end() :].partition("\n")[2]
        words = _VOICE.sub(lambda m: f"{m[1].strip()}: ", words)
        if words := one_line(html.unescape(_TAG.sub("", words))):
            cues.append((_seconds(*match.groups()[:4]), _seconds(*match.groups()[4:]), words))
    return cues


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
