"""A server on this machine that lists models as Ollama does."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_ollama(*models: str, body: str | None = None) -> Iterator[str]:
    """Its address. It answers /api/tags with these models, or with any other text."""
    listed = body if body is not None else json.dumps({"models": [{"name": name} for name in models]})

    class Tags(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/tags" else 404)
            self.end_headers()
            self.wfile.write(listed.encode())

        def log_message(self, *args: object) -> None:
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Tags) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
