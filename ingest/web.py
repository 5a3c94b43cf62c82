"""Fetches a document from the web, and from nowhere else."""

import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpcore
import httpx

from ingest.addresses import BlockedAddressError, DeadlineError, GuardedBackend
from rag.errors import SourceError
from rag.settings import Settings

_NAME = "Footnote"
USER_AGENT = f"{_NAME}/0.1 (reads single documents at its user's request)"
_REDIRECTS = 5
_ROBOTS_BYTES = 500 * 1024  # what a crawler must read at least: RFC 9309, section 2.5
_ACCEPT = "text/html,application/xhtml+xml,application/pdf,text/plain,text/markdown,*/*;q=0.5"
_NO_TEXT = ("audio/", "video/", "font/", "text/css", "text/javascript", "application/javascript", "application/wasm")


@dataclass(frozen=True)
class Fetched:
    """A document as it came.

    `media_type` is the Content-Type with its parameters. With `not_modified` the one already had is still good, and
    `data` is empty.
    """

    data: bytes
    media_type: str
    final_url: str
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False


def fetch(url: str, settings: Settings, *, etag: str | None = None, last_modified: str | None = None) -> Fetched:
    """Fetch a document.

    Private, loopback and other internal addresses are refused, at every redirect again, unless the settings allow
    them. A site's robots.txt is honoured. Proxies of the environment are not used, for they would resolve names.

    Args:
        url: An http or https address.
        settings: Limits of size and time.
        etag: What came with the version already had; the server may then say that it hasn't changed.
        last_modified: Likewise.

    Raises:
        SourceError: It isn't there, isn't allowed, isn't a document, or takes too much space or time.
    """
    limit = settings.ingest.max_file_mb * 1_000_000
    backend = GuardedBackend(settings.ingest.fetch_seconds, allow_private=settings.ingest.allow_private_addresses)
    headers: dict[bytes | str, bytes | str] = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, "Accept-Encoding": "gzip"}
    validators = {"If-None-Match": etag or "", "If-Modified-Since": last_modified or ""}
    headers.update({name: value for name, value in validators.items() if value})
    try:
        with httpcore.ConnectionPool(ssl_context=_ssl_context(), network_backend=backend) as pool:
            return _follow(pool, _checked(url), headers, limit)
    except BlockedAddressError as error:
        raise SourceError(
            f"{url} was not fetched: it leads to {error}, an address inside a network.",
            "Save the document and add the file, or set ingest.allow_private_addresses.",
        ) from None
    except (DeadlineError, httpcore.TimeoutException):
        raise SourceError(
            f"{url} took longer than {settings.ingest.fetch_seconds} s.", "Try later, or save it and add the file."
        ) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
        reason = str(error) or type(error).__name__
        raise SourceError(f"{url} can't be reached: {reason}.", "Check the address and your connection.") from None


def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=True)


def _checked(url: str) -> httpx.URL:
    """The address, if it is one that may be fetched at all."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise SourceError(f"{url[:200]!r} is not a web address: {error}.", "Check it.") from None
    if parsed.scheme not in ("http", "https"):
        raise SourceError(f"{url[:200]} is not an http or https address.", "Give a file by its path.")
    if parsed.port is not None and not 0 < parsed.port < 1 << 16:
        raise SourceError(f"{url[:200]!r} is not a web address: there is no such port.", "Check it.")
    if not parsed.host:
        raise SourceError(f"{url[:200]} names no host.", "Check the address.")
    if parsed.userinfo:
        raise SourceError(
            f"The address at {parsed.host} carries a user name or password.",
            "Leave it out, or save the document first.",
        )
    return parsed.copy_with(fragment=None)


def _follow(
    pool: httpcore.ConnectionPool, url: httpx.URL, headers: Mapping[bytes | str, bytes | str], limit: int
) -> Fetched:
    first = url
    for _ in range(_REDIRECTS + 1):
        _ask_robots(pool, url)
        with pool.stream("GET", str(url), headers=headers) as response:
            reply = httpx.Headers(response.headers)
            if response.status in (301, 302, 303, 307, 308) and "location" in reply:
                url = _checked(str(url.join(reply["location"])))
                continue
            return _document(response, reply, url, limit)
    raise SourceError(f"{first} redirects more than {_REDIRECTS} times.", "Give the address that it ends at.")


def _document(response: httpcore.Response, headers: httpx.Headers, url: httpx.URL, limit: int) -> Fetched:
    media_type = headers.get("content-type", "")
    etag, last_modified = headers.get("etag"), headers.get("last-modified")
    if response.status == 304:
        return Fetched(b"", media_type, str(url), etag, last_modified, not_modified=True)
    if response.status != 200:
        raise SourceError(f"{url} answered with status {response.status}{_meaning(response.status)}.", "Check it.")
    if media_type.lower().startswith(_NO_TEXT):
        raise SourceError(f"{url} is of type {media_type}, which has no text.", "Give the address of a document.")
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _too_large(url, limit)
    data = bytearray()
    for piece in _unpacked(response, headers.get("content-encoding", ""), url):
        data += piece
        if len(data) > limit:
            raise _too_large(url, limit)
    return Fetched(bytes(data), media_type, str(url), etag, last_modified)


def _too_large(url: httpx.URL, limit: int) -> SourceError:
    return SourceError(
        f"{url} is larger than {limit / 1e6:,.0f} MB.", "Raise ingest.max_file_mb, or take a part of it."
    )


def _meaning(status: int) -> str:
    words = {401: "it wants a login", 403: "it refuses", 404: "there is no such page", 410: "the page is gone"}
    return f" ({words[status]})" if status in words else ""


def _unpacked(response: httpcore.Response, encoding: str, url: httpx.URL) -> Iterator[bytes]:
    """The body in pieces of bounded size, however well it was compressed."""
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_stream()
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise SourceError(
            f"{url} came compressed as {encoding[:40]}, which wasn't asked for.", "Save it, add the file."
        )
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, as the data say
    try:
        for packed in response.iter_stream():
            while packed:
                yield unpacker.decompress(packed, 1 << 20)
                packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise SourceError(f"{url} came damaged: {error}.", "Try again.") from None


def _ask_robots(pool: httpcore.ConnectionPool, url: httpx.URL) -> None:
    """Refuse what the site's robots.txt forbids (RFC 9309: no such file allows all, a failing server nothing)."""
    from protego import Protego

    address = url.copy_with(raw_path=b"/robots.txt")
    for _ in range(_REDIRECTS + 1):
        with pool.stream("GET", str(address), headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"}) as reply:
            headers = httpx.Headers(reply.headers)
            if reply.status in (301, 302, 303, 307, 308) and "location" in headers:
                address = _checked(str(address.join(headers["location"])))
                continue
            if reply.status >= 500:
                raise SourceError(
                    f"{url} was not fetched: its robots.txt answers with status {reply.status}.", "Try later."
                )
            if reply.status != 200:
                return
            rules = b""
            for piece in _unpacked(reply, headers.get("content-encoding", ""), address):
                rules += piece
                if len(rules) >= _ROBOTS_BYTES:
                    break
        if not Protego.parse(rules[:_ROBOTS_BYTES].decode("utf-8", errors="replace")).can_fetch(str(url), _NAME):
            raise SourceError(f"{url} was not fetched: the site's robots.txt forbids it.", "Save it and add the file.")
        return
