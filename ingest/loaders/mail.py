"""E-mails and Outlook messages: who, when, what, then the attachments."""

import io
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes
from email.message import Message
from email.policy import default
from email.utils import parsedate_to_datetime
from typing import Any, cast

from ingest.encodings import decode
from ingest.loaders.file import File
from ingest.loaders.html_blocks import words_of
from ingest.loaders.parts import add_part
from ingest.parsed import Parsed, TextBuilder, canonical, one_line

_SHOWN = ("From", "To", "Cc", "Date")
_MANY = 10  # recipients listed


def load(file: File) -> Parsed:
    """Read an e-mail."""
    message = message_from_bytes(file.data, policy=default)
    texts, attachments = [], []
    for part in _leaves(message):
        name = _safe(part.get_filename)
        if part.get_content_disposition() == "attachment" or name or part.get_content_maintype() != "text":
            attachments.append((name, part))
        else:
            texts.append((part.get_content_subtype(), _part_text(part)))
    plain = "\n\n".join(text for kind, text in texts if kind != "html").strip()
    rich = "\n\n".join(words_of(text) for kind, text in texts if kind == "html").strip()
    headers = {name: _header(message, name) for name in (*_SHOWN, "Subject")}
    body = rich if len(plain) < len(rich) / 2 else plain
    files = [_attached(file, name, part) for name, part in attachments if not _is_inline_picture(part)]
    return _built(file, "message/rfc822", headers, body, filter(None, files))


def load_outlook(file: File) -> Parsed:
    """Read an Outlook message."""
    from oxmsg import Message as OutlookMessage

    message: Any = OutlookMessage.load(io.BytesIO(file.data))
    headers = {name: one_line(str(message.message_headers.get(name) or "")) for name in _SHOWN}
    recipients = [r.email_address or r.name for r in message.recipients]
    headers["From"] = headers["From"] or one_line(message.sender or "")
    headers["To"] = headers["To"] or ", ".join(one_line(r) for r in recipients if r)
    headers["Date"] = headers["Date"] or (message.sent_date.isoformat() if message.sent_date else "")
    headers["Subject"] = one_line(message.subject or "")
    body = message.body or words_of(message.html_body or "")
    files = [
        file.inner(a.file_bytes, a.file_name or "attachment", a.mime_type)
        for a in message.attachments
        if a.attached_by_value and a.file_bytes and not (a.mime_type or "").startswith("image/")
    ]
    return _built(file, "application/vnd.ms-outlook", headers, body, files)


def _built(file: File, media_type: str, headers: Mapping[str, str], body: str, attached: Iterable[File]) -> Parsed:
    builder = TextBuilder()
    notes: list[str] = []
    builder.heading(headers["Subject"], 1)
    builder.add("\n".join(f"{name}: {headers[name]}" for name in _SHOWN if headers[name]))
    builder.add(_unquoted(canonical(body)))
    for each in attached:
        add_part(builder, each, f"Attachment: {each.shown}", notes)
    return builder.build(
        title=headers["Subject"] or file.title,
        media_type=media_type,
        metadata={"author": headers["From"], "date": _day(headers["Date"])},
        notes=notes,
    )


def _leaves(part: Message) -> Iterator[Message]:
    """The parts that have content; a message within counts as one, for it is read as a file of its own."""
    if part.is_multipart() and part.get_content_type() != "message/rfc822":
        for inner in cast(list[Message], part.get_payload()):
            yield from _leaves(inner)
    else:
        yield part


def _safe(call: Any) -> str:
    """A value of a header that may be malformed."""
    try:
        return one_line(str(call() or ""))
    except (ValueError, LookupError, AttributeError, TypeError, IndexError):
        return ""


def _header(message: Message, name: str) -> str:
    value = _safe(lambda: message.get(name))
    people = value.split(", ")
    return ", ".join(people[:_MANY]) + (f" and {len(people) - _MANY} others" if len(people) > _MANY else "")


def _part_text(part: Message) -> str:
    data = part.get_payload(decode=True)
    declared = _safe(part.get_content_charset)
    decoded = decode(data, declared or None) if isinstance(data, bytes) else None
    return decoded.text if decoded else ""


def _is_inline_picture(part: Message) -> bool:
    return part.get_content_maintype() == "image" and "Content-ID" in part


def _attached(file: File, name: str, part: Message) -> File | None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else None
        return file.inner(inner.as_bytes(), name or "message.eml") if isinstance(inner, Message) else None
    data = part.get_payload(decode=True)
    return file.inner(data, name or "attachment", kind) if isinstance(data, bytes) and data else None


def _unquoted(text: str) -> str:
    """The text without the marks of quoted lines, whose words stay."""
    return "\n".join(line.lstrip("> ") if line.startswith(">") else line for line in text.split("\n"))


def _day(date: str) -> str | None:
    try:
        return parsedate_to_datetime(date).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return date[:10] if date[:4].isdigit() else None
