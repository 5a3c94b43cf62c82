"""Takes the pictures of the README and docs anew: the real app over the starter library, in headless Chromium.

``python -m benchmarks.screenshots [--all DIR]``: by default only the README's pictures, into ``docs/screenshots``;
with ``--all`` every page in three widths and both themes, into DIR, to be looked at.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.settings import load_settings
from ui.workspace import Workspace, open_workspace

ROOT = Path(__file__).parents[1]
SHOTS = ROOT / "docs" / "screenshots"
QUESTION = "What did the tariffs of March 2018 put on steel and aluminum?"
UNANSWERED = "Who won the chess championship in Buenos Aires?"
HEIGHTS = {390: 844, 768: 1024, 1440: 900}
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


@contextmanager
def starter_site() -> Iterator[str]:
    """The app over a temporary library made of the starter library; its address."""
    with (
        tempfile.TemporaryDirectory(prefix="footnote-shots-") as folder,
        open_workspace(load_settings({"library": Path(folder) / "library"})) as workspace,
    ):
        print("Loading the starter library ...", file=sys.stderr)
        report = workspace.ingest([str(ROOT / "sources" / "briefs"), str(ROOT / "sources" / "digest.md")])
        if report.failed:
            sys.exit(f"The starter library can't be loaded: {report.failed[0].reason}")
        with served(workspace) as address:
            yield address


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """The app of a workspace, warmed up; its address."""
    import uvicorn

    from ui.web import create_app

    workspace.warm_up()
    servers: list[uvicorn.Server] = []

    async def run() -> None:
        servers.append(uvicorn.Server(uvicorn.Config(create_app(workspace), port=0, log_level="error")))
        await servers[0].serve()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    while not (servers and servers[0].started):
        time.sleep(0.05)
    yield f"http://127.0.0.1:{servers[0].servers[0].sockets[0].getsockname()[1]}"
    servers[0].should_exit = True
    thread.join(10)


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    names = (os.environ.get("FOOTNOTE_CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    binary = next((found for name in names if name and (found := shutil.which(name))), None)
    if binary is None:
        sys.exit("No Chromium found; install one or name it in FOOTNOTE_CHROMIUM.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=list(ARGUMENTS))
        yield browser
        browser.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every page, width and theme, into this folder")
    every = parser.parse_args().all
    with starter_site() as address, chromium() as browser:
        if every is None:
            SHOTS.mkdir(parents=True, exist_ok=True)
            _take(browser, address, _footnote, 1440, light=SHOTS / "ask.png", dark=SHOTS / "ask-dark.png")
            _take(browser, address, _source, 1440, light=SHOTS / "source.png")
            _take(browser, address, _evaluate, 1440, light=SHOTS / "evaluate.png")
        else:
            every.mkdir(parents=True, exist_ok=True)
            for width in HEIGHTS:
                for name, prepare in PAGES.items():
                    light, dark = (every / f"{name}-{width}{theme}.png" for theme in ("", "-dark"))
                    _take(browser, address, prepare, width, light=light, dark=dark)


def _take(browser: Any, address: str, prepare: Any, width: int, **shots: Path) -> None:
    """Brings a page into the state to be shown, and takes a picture of it in each theme."""
    page = browser.new_page(viewport={"width": width, "height": HEIGHTS[width]})
    page.set_default_timeout(120_000)
    page.goto(address)
    page.wait_for_selector(".suggestion, #transcript h1")
    prepare(page)
    for theme, path in shots.items():
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(1_200)  # transitions
        page.screenshot(path=path)
        print(path, file=sys.stderr)
    page.close()


def _ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy])")


def _home(page: Any) -> None:
    page.wait_for_selector(".suggestion")


def _answer(page: Any) -> None:
    _ask(page, QUESTION)
    page.hover(".fn")


def _footnote(page: Any) -> None:
    _ask(page, QUESTION)
    page.click(".fn")
    page.wait_for_selector(".panel mark")
    page.mouse.move(5, 5)


def _refusal(page: Any) -> None:
    _ask(page, UNANSWERED)


def _sources(page: Any) -> None:
    page.get_by_role("tab", name="Sources").click()
    page.wait_for_selector(".shelf-title")


def _source(page: Any) -> None:
    _sources(page)
    page.locator(".shelf-title").first.click()
    page.wait_for_selector(".panel .about h4 >> visible=true")
    page.wait_for_selector(".panel .about .asks li")  # its questions are tried out first


def _conversations(page: Any) -> None:
    _ask(page, QUESTION)
    page.click("[data-kept]")
    page.wait_for_selector(".kept-title")
    page.wait_for_selector(".follow-ups .suggestion")


def _evaluate(page: Any) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    page.wait_for_function("document.querySelector('#set input')?.value")
    page.wait_for_timeout(500)
    if not page.locator(".run").count():
        page.click("#go")
        page.wait_for_selector(".run", timeout=600_000)
    page.locator(".results summary").nth(0).click()
    page.locator(".results .fn").first.click()
    page.wait_for_selector(".panel mark >> visible=true")


def _library(page: Any) -> None:
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".facts")
    page.click("#check")
    page.wait_for_selector("#health .verdict")


PAGES = {
    "home": _home,
    "answer": _answer,
    "footnote": _footnote,
    "refusal": _refusal,
    "conversations": _conversations,
    "sources": _sources,
    "source": _source,
    "evaluate": _evaluate,
    "library": _library,
}

if __name__ == "__main__":
    main()
