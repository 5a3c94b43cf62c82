"""What every response carries so that a page can do no more than it must.

Gradio's page has inline scripts, which get a nonce as the page passes; injected ones don't have it and don't run.
Its HTML component makes functions out of its own templates, hence 'unsafe-eval'; values never become code there.
Its theme and components set inline styles.
"""

import re
import secrets
from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_SCRIPT = re.compile(rb"<script(?=[\s>])")
_FOREIGN_META = re.compile(rb"<meta[^>]*(?:og:|twitter:)[^>]*>")


class Guard:
    """ASGI middleware: security headers on everything, nonces and our own head in Gradio's page."""

    def __init__(self, app: ASGIApp, head: Sequence[str] = ()) -> None:
        self.app = app
        self.head = "".join(head).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wants_page = scope["method"] == "GET" and not scope["path"].startswith(("/gradio_api", "/assets", "/static"))
        if wants_page:  # the page is changed on its way, so it can't come compressed
            plain = [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]
            scope = {**scope, "headers": plain}
        nonce = secrets.token_urlsafe(16)
        held: list[Message] = []

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**_HEADERS, "content-security-policy": _POLICY.format(nonce=nonce)})
                download = headers.get("content-disposition", "").startswith("attachment")
                if wants_page and headers.get("content-type", "").startswith("text/html") and not download:
                    headers["cache-control"] = "no-store"
                    held.append(message)
                    return
            elif held:
                held.append(message)
                if not message.get("more_body"):
                    for part in self._changed(held, nonce):
                        await send(part)
                return
            await send(message)

        await self.app(scope, receive, guarded)

    def _changed(self, held: Sequence[Message], nonce: str) -> tuple[Message, Message]:
        start, *parts = held
        body = b"".join(part.get("body", b"") for part in parts)
        body = _FOREIGN_META.sub(b"", body).replace(b"<head>", b"<head>" + self.head, 1)
        body = _SCRIPT.sub(b'<script nonce="' + nonce.encode() + b'"', body)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        return start, {"type": "http.response.body", "body": body}
