"""The app as it is, over a small library made of texts in the tests, in a real headless Chromium."""

import asyncio
import os
import shutil
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Error, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LIGHTHOUSE = """---
title: The lighthouse at Skerry Point
url: https://lighthouse.example/skerry
---

# The lighthouse at Skerry Point

## Stone and lamp

The lighthouse at Skerry Point was built in 1871 by the engineer Agnes Tolland. It stands 43 metres high and is made of
grey granite from the Harrow quarry. Its lamp burned whale oil until 1889.

## The keepers of the light

The first keeper was Josiah Penn, who served for 22 years. He kept bees on the western slope. After him came his
daughter Miriam Penn, who recorded every ship that passed in a blue ledger.
"""
FERRY = """# The ferry to Orran

The ferry to Orran leaves the harbour twice a day, at 7:30 and at 16:00. A ticket costs four shillings. In winter the
ferry does not sail when the wind is above force seven.
"""
HOSTILE = """# Field notes on the marsh heron

The marsh heron <script>window.stolen = 1</script> nests in the reeds of Lake Vann <img src="http://foreign.example/x.png"
onerror="window.stolen = 2"> each April.

The heron's eggs are pale blue </mark></p><h1>Forged</h1> and ![a picture](http://foreign.example/heron.png) number
three to five. The heron feeds on eels and newts <button class="fn" data-source="x">9</button> as said before [7].
"""


@pytest.fixture(autouse=True)
def let_gradio_use_old_pandas() -> None:
    """Gradio's queue sums up its events with options that pandas 3 deprecates; that is no fault of ours."""
    warnings.filterwarnings("ignore", message="'future.no_silent_downcasting'|The copy keyword")


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A headless Chromium, for the whole run."""
    names = (os.environ.get("FOOTNOTE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    binary = next((found for name in names if name and (found := shutil.which(name))), None)
    if binary is None:
        pytest.skip("no Chromium found; install one or name it in FOOTNOTE_CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@contextmanager
def serving(workspace: Workspace) -> Iterator[str]:
    """The app of a workspace on a port of its own; its address."""
    import uvicorn

    from ui.web import create_app

    workspace.warm_up()
    servers: list[uvicorn.Server] = []

    async def run() -> None:  # made inside its loop, as `serve` does: otherwise Gradio leaves loops of its own open
        config = uvicorn.Config(create_app(workspace), port=0, log_level="error", timeout_graceful_shutdown=1)
        servers.append(uvicorn.Server(config))
        await servers[0].serve()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    until = time.monotonic() + 120  # on a busy machine; 3 s on an idle one
    while not (servers and servers[0].started):
        assert thread.is_alive() and time.monotonic() < until, "the app didn't start"
        time.sleep(0.05)
    yield f"http://127.0.0.1:{servers[0].servers[0].sockets[0].getsockname()[1]}"
    servers[0].should_exit = True
    thread.join(10)


@contextmanager
def library_of(folder: Path, texts: dict[str, str]) -> Iterator[Workspace]:
    """A workspace with a library made of texts, by file name."""
    files = folder / "files"
    files.mkdir(parents=True)
    for name, text in texts.items():
        (files / name).write_text(text, "utf-8")
    with open_workspace(load_settings({"library": folder / "library"})) as workspace:
        assert not workspace.ingest([str(files)]).failed
        yield workspace


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app over a lighthouse, a ferry, a hostile document and a book of 200 pages."""
    texts = {"lighthouse.md": LIGHTHOUSE, "ferry.md": FERRY, "heron.txt": HOSTILE, "book.txt": long_book()}
    with library_of(tmp_path_factory.mktemp("site"), texts) as workspace, serving(workspace) as address:
        yield address


def long_book() -> str:
    """A text as long as 200 pages, with one sentence in its middle that is like no other."""
    about = ("harvest", "weather", "market", "roads", "wells", "bridges", "schools", "mills")
    paragraphs = [
        f"Entry {n}. The clerk noted the state of the {about[n % 8]} in parish {n // 8} with his usual patience. " * 4
        for n in (i % 48 for i in range(1500))  # few different ones: what is the same is embedded once
    ]
    paragraphs[750] = "On that day the clerk saw a comet with a green tail above the granary of Thessaly Farm."
    return "\n\n".join(paragraphs)


OpenPage = Callable[..., "Page"]


@pytest.fixture
def open_page(browser: "Browser", site: str) -> Iterator[OpenPage]:
    """Opens the app; fails the test if the page had an error or asked for anything outside this machine."""
    faults: list[str] = []
    contexts = []

    def opened(width: int = 1280, height: int = 800, address: str = site, **context: object) -> "Page":
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(f"error in the page: {error}") if not _cut(error) else None)
        page.on(
            "console", lambda said: faults.append(said.text) if said.type == "error" and not _harmless(said) else None
        )
        page.on("request", lambda request: _check(request.url, address, faults))
        page.goto(address)
        page.wait_for_selector("#transcript .empty h1")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults


def _cut(error: "Error") -> bool:
    """Whether Gradio complains that a stream was cut, as happens when a page is left or reloaded while it loads."""
    return error.name == "AbortError" or "AbortError" in error.message


def _harmless(said: "ConsoleMessage") -> bool:
    """Whether it is the same complaint, said to the console; or that a source is gone, which the page explains."""
    if "AbortError" in said.text or said.text.strip() == "Unexpected error Connection errored out.":
        return True
    return "404" in said.text and "/view/source/" in said.location["url"]


def _check(url: str, address: str, faults: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        faults.append(f"foreign request: {url}")


def ask(page: "Page", question: str) -> None:
    """Puts a question and waits for the whole answer."""
    before = page.locator(".exchange").count()
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.exchange:not([aria-busy])').length > n", arg=before, timeout=15_000
    )
