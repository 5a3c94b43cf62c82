from http.server import BaseHTTPRequestHandler
from pathlib import Path

from rag.settings import Settings, load_settings
from tests.integration.test_web import reply, serving
from ui.workspace import open_workspace

BODY = (
    "<html><head><title>Tides</title></head><body><h1>Tides</h1><p>The moon pulls the sea {} metres.</p></body></html>"
)


class Page:
    """A page with validators; notes what it was asked and what it answered."""

    def __init__(self) -> None:
        self.edition = 1
        self.answered: list[int] = []

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        same = handler.headers["If-None-Match"] == f'"{self.edition}"'
        assert not same or handler.headers["If-Modified-Since"] == "Sun, 22 Nov 2026 10:00:00 GMT"
        self.answered.append(304 if same else 200)
        body = b"" if same else BODY.format(self.edition).encode()
        headers = {"ETag": f'"{self.edition}"', "Last_Modified": "Sun, 22 Nov 2026 10:00:00 GMT"}
        reply(self.answered[-1], body, Content_Type="text/html", **headers)(handler)


def settings(tmp_path: Path, **chunking: int) -> Settings:
    return load_settings(
        {"library": tmp_path / "library", "ingest": {"allow_private_addresses": True}, "chunking": chunking}
    )


def test_a_page_that_has_not_changed_is_not_sent_or_parsed_again(tmp_path: Path) -> None:
    page = Page()
    with serving({"/tides": page, "/robots.txt": reply(404)}) as site:
        address = f"{site}/tides"
        with open_workspace(settings(tmp_path)) as workspace:
            assert workspace.ingest([address]).count("added") == 1
            again = workspace.ingest([address])
            assert again.count("unchanged") == 1
            assert page.answered == [200, 304]
            assert again.outcomes[0].title == "Tides"
            page.edition = 2
            assert workspace.ingest([address]).count("updated") == 1
            assert "2 metres" in workspace.library.text(workspace.library.sources()[0].id).text
            assert workspace.ingest([address]).count("unchanged") == 1
            assert page.answered == [200, 304, 200, 304]
        with open_workspace(settings(tmp_path, max_tokens=64)) as workspace:
            # What is made of it has changed, so its bytes are needed whether they have changed or not.
            assert workspace.ingest([address]).count("updated") == 1
            assert page.answered[-1] == 200
            assert len(workspace.library.sources()) == 1
