"""The web application: our routes and guard around the Gradio pages, and the server that runs it."""

import asyncio
import logging
import os
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from rag.errors import FootnoteError

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
_HEAD = (
    '<link rel="icon" href="/view/static/footnote.svg" type="image/svg+xml">',
    '<link rel="stylesheet" href="/view/static/footnote.css">',
    '<link rel="stylesheet" href="/view/static/sources.css">',
    '<link rel="stylesheet" href="/view/static/conversations.css">',
    '<script src="/view/static/footnotes.js"></script>',
    '<script src="/view/static/conversations.js"></script>',
    '<script src="/view/static/sources.js"></script>',
)
_LOCAL = ("localhost", "127.0.0.1", "[::1]")
_WAITING = 16  # questions that may wait; the next one is told that it is busy
_AT_ONCE = 2
_KEPT_FOR = 24 * 3600  # seconds after which Gradio's copies of uploads go


def build(workspace: "Workspace") -> "gr.Blocks":
    """The pages, as Gradio blocks."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    import gradio as gr

    from ui.web.pages.ask import ask_page, scopes
    from ui.web.pages.case_form import open_cases_from
    from ui.web.pages.evaluate import evaluate_page
    from ui.web.pages.library import library_page
    from ui.web.pages.sources import limit_chat_from, sources_page
    from ui.web.render import render

    with gr.Blocks(
        title="Footnote",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(3600, _KEPT_FOR),
    ) as pages:
        gr.HTML(render("header.html"), elem_id="header", apply_default_css=False, js_on_load=None)
        with gr.Tabs(elem_id="pages") as tabs:
            with gr.Tab("Ask", id="ask") as tab:
                asking = ask_page(workspace, pages, tab)
            with gr.Tab("Sources", id="sources") as tab:
                shelf = sources_page(workspace, tab)
            with gr.Tab("Evaluate", id="evaluate") as tab:
                form = evaluate_page(workspace, tab)
            with gr.Tab("Library", id="library") as tab:
                library_page(workspace, tab)
        open_cases_from(asking, tabs, form)
        limit_chat_from(shelf, tabs, asking.scope, lambda: scopes(workspace))
    pages.queue(max_size=_WAITING, default_concurrency_limit=_AT_ONCE, api_open=False)
    return cast("gr.Blocks", pages)  # Gradio types entering its blocks as Any


def create_app(workspace: "Workspace", host: str = "127.0.0.1") -> "FastAPI":
    """The pages with the routes they fetch from, guarded. Further routes can be added under ``/api``."""
    pages = build(workspace)
    from fastapi import FastAPI
    from fastapi.staticfiles import StaticFiles
    from gradio import mount_gradio_app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from ui.web.conversation_routes import conversation_routes
    from ui.web.routes import routes
    from ui.web.security import Guard
    from ui.web.source_routes import source_routes
    from ui.web.theme import theme

    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(routes(workspace))
    app.include_router(conversation_routes(workspace))
    app.include_router(source_routes(workspace))
    app.mount("/view/static", StaticFiles(directory=STATIC))
    mount_gradio_app(
        app,
        pages,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=f"{workspace.settings.ingest.max_file_mb}mb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=theme(),
    )
    app.add_middleware(Guard, head=_HEAD)
    if host in ("127.0.0.1", "localhost", "::1"):  # a foreign name for this address is an attack (DNS rebinding)
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(_LOCAL))
    return app


def serve(workspace: "Workspace", host: str = "127.0.0.1", port: int = 7860) -> None:
    """Serves the web app until it is stopped.

    Raises:
        FootnoteError: The address can't be listened on.
    """
    listening = _listen(host, port)
    import uvicorn

    shown = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    address = f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}"
    workspace.library.announce(address)
    threading.Thread(target=_warm_up, args=(workspace,), name="warm-up", daemon=True).start()
    print(f"Footnote is at {address}", flush=True)

    async def run() -> None:
        # Gradio makes locks as it is built; outside the loop they would each get a loop of their own.
        app = create_app(workspace, host)
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=3)
        await uvicorn.Server(config).serve(sockets=[listening])

    with suppress(KeyboardInterrupt):
        asyncio.run(run())


def _warm_up(workspace: "Workspace") -> None:
    try:
        workspace.warm_up()
    except Exception as error:  # whoever asks is told
        _log.warning("Warming up failed: %s", error)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that the port is known to be free before anything is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise FootnoteError(
            f"The address {host}:{port} can't be listened on: {error.strerror or error}.",
            "Stop what is using it, or choose another with --port.",
        ) from None
    return listening
