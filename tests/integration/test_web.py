"""Fetching from the web, against servers on this machine and a resolver that lies."""

import contextlib
import gzip
import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingest.addresses import is_public
from ingest.loaders import load
from ingest.web import fetch
from rag.errors import SourceError
from rag.settings import Settings

PAGE = b"<html><head><title>On tides</title></head><body><h1>On tides</h1><p>The moon pulls the sea.</p></body></html>"
Reply = Callable[[BaseHTTPRequestHandler], None]


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Reply:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextlib.contextmanager
def serving(routes: dict[str, Reply]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(ConnectionError):
                routes.get(self.path, reply(404))(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(**ingest: object) -> Settings:
    return Settings(ingest={"allow_private_addresses": True, "fetch_seconds": 5, **ingest})


def test_a_page_comes_with_its_address_and_validators_and_can_be_read() -> None:
    routes = {
        "/old": reply(301, Location="/tides"),
        "/tides": reply(200, PAGE, Content_Type="text/html; charset=utf-8", ETag='"7"', Last_Modified="yesterday"),
    }
    with serving(routes) as site:
        fetched = fetch(f"{site}/old#part", settings())
        assert (fetched.final_url, fetched.etag, fetched.last_modified) == (f"{site}/tides", '"7"', "yesterday")
    page = load(fetched.data, fetched.final_url, fetched.media_type)
    assert (page.title, page.text) == ("On tides", "On tides\n\nThe moon pulls the sea.")


def test_a_compressed_page_is_unpacked() -> None:
    with serving({"/z": reply(200, gzip.compress(PAGE), Content_Encoding="gzip")}) as site:
        assert fetch(f"{site}/z", settings()).data == PAGE


def test_what_has_not_changed_is_not_sent_again() -> None:
    def conditional(handler: BaseHTTPRequestHandler) -> None:
        reply(304 if handler.headers["If-None-Match"] == '"7"' else 200)(handler)

    with serving({"/tides": conditional}) as site:
        assert fetch(f"{site}/tides", settings(), etag='"7"').not_modified
        assert not fetch(f"{site}/tides", settings()).not_modified


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fe80::1]",
        "[fd00::1]",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_internal_addresses_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises(SourceError, match=r"inside a network|not a web address"):
        fetch(f"http://{host}:9/", settings(allow_private_addresses=False))


def test_a_redirect_to_an_internal_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # The server stands in for a public one: only its own address counts as public.
    with serving({"/": reply(302, Location="http://127.0.0.2:80/admin"), "/robots.txt": reply(404)}) as site:
        monkeypatch.setattr("ingest.addresses.is_public", lambda address: str(address) == "127.0.0.1")
        with pytest.raises(SourceError, match=r"leads to 127\.0\.0\.2"):
            fetch(f"{site}/", settings(allow_private_addresses=False))


def test_a_host_with_one_internal_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolver(host: str, port: int, **_: object) -> list[object]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("93.184.216.34", "10.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(SourceError, match=r"leads to 10\.0\.0\.1"):
        fetch("http://mixed.example/", settings(allow_private_addresses=False))


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, port: int, *args: object, **options: object) -> object:
        if host == "rebind.example":
            asked.append(host)
            host = "127.0.0.1"
        return real(host, port, *args, **options)

    with serving({"/": reply(200, PAGE, Connection="close"), "/robots.txt": reply(404)}) as site:
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        connected: list[object] = []
        create = socket.create_connection
        monkeypatch.setattr(
            socket, "create_connection", lambda to, *a, **k: (connected.append(to[0]), create(to, *a, **k))[1]
        )
        fetch(site.replace("127.0.0.1", "rebind.example") + "/", settings())
    assert connected and set(connected) == {"127.0.0.1"}
    assert len(asked) == len(connected)  # one resolution a connection, none between check and use


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/passwd", "not an http"),
        ("ftp://example.org/a", "not an http"),
        ("gopher://example.org/", "not an http"),
        ("javascript:alert(1)", "not an http"),
        ("http://", "no host"),
        ("http://user:secret@example.org/", "user name or password"),
        ("http://example.org:99999/", "not a web address"),
    ],
)
def test_other_schemes_and_forged_addresses_are_refused(url: str, says: str) -> None:
    with pytest.raises(SourceError, match=says) as refused:
        fetch(url, settings())
    assert "secret" not in str(refused.value)


def test_a_redirect_to_a_file_is_refused() -> None:
    with (
        serving({"/": reply(302, Location="file:///etc/passwd")}) as site,
        pytest.raises(SourceError, match="not an http"),
    ):
        fetch(f"{site}/", settings())


def test_a_circle_of_redirects_ends() -> None:
    with (
        serving({"/a": reply(302, Location="/b"), "/b": reply(302, Location="/a")}) as site,
        pytest.raises(SourceError, match="redirects more than"),
    ):
        fetch(f"{site}/a", settings())


def test_what_robots_txt_forbids_is_not_fetched() -> None:
    rules = b"User-agent: *\nDisallow: /private\nAllow: /private/open$\n"
    routes = {"/robots.txt": reply(200, rules), "/private/open": reply(200, PAGE), "/private/x": reply(200, PAGE)}
    with serving(routes) as site:
        assert fetch(f"{site}/private/open", settings()).data == PAGE
        with pytest.raises(SourceError, match=r"robots\.txt forbids"):
            fetch(f"{site}/private/x", settings())


def test_a_site_whose_robots_txt_fails_is_left_alone() -> None:
    with (
        serving({"/robots.txt": reply(503), "/": reply(200, PAGE)}) as site,
        pytest.raises(SourceError, match="status 503"),
    ):
        fetch(f"{site}/", settings())


def test_a_slow_drip_ends_at_the_time_limit() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for i in range(100):
            handler.wfile.write(f"X-{i}: y\r\n".encode())
            time.sleep(0.1)

    with serving({"/": drip}) as site:
        begun = time.monotonic()
        with pytest.raises(SourceError, match="took longer than 1 s"):
            fetch(f"{site}/", settings(fetch_seconds=1))
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize("declared", [True, False])
def test_an_endless_body_ends_at_the_size_limit(declared: bool) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        if declared:
            handler.send_header("Content-Length", "9" * 12)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"x" * 100_000)

    with serving({"/": pour}) as site, pytest.raises(SourceError, match="larger than 1 MB"):
        fetch(f"{site}/", settings(max_file_mb=1))


def test_a_gzip_bomb_ends_at_the_size_limit() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with (
        serving({"/": reply(200, bomb, Content_Encoding="gzip")}) as site,
        pytest.raises(SourceError, match="larger than 1 MB"),
    ):
        fetch(f"{site}/", settings(max_file_mb=1))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (reply(404), "404"),
        (reply(401), "wants a login"),
        (reply(200, b"\0\0", Content_Type="video/mp4"), "no text"),
        (reply(200, b"abc", Content_Encoding="gzip"), "damaged"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(answer: Reply, says: str) -> None:
    with serving({"/": answer}) as site, pytest.raises(SourceError, match=says):
        fetch(f"{site}/", settings())


def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(SourceError, match="can't be reached"):
        fetch(f"http://127.0.0.1:{port}/", settings())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_count_as_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
