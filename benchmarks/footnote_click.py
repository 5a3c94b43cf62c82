"""Measures the time from a click on a footnote to highlighted words in view: ``python -m benchmarks.footnote_click``.

A PDF of 200 pages made here is put into a temporary library, a question is asked of it in headless Chromium, and 20
times a footnote is clicked whose words stand on another page each time. Measured inside the page, from the click's own
time stamp: until the frame in which the marked words lie within the panel and, after that, until the picture of the
page with the words boxed is there. The panel's scroll is moved away between clicks.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.screenshots import chromium, served
from rag.settings import load_settings
from tests.integration.made import pdf, prose
from ui.workspace import open_workspace

PAGES, CLICKS = 200, 20
_NAMES = ("Abel", "Brandt", "Cole", "Dahl", "Ester", "Falk", "Grue", "Holm", "Iver", "Juul")
_DEEDS = ("mended the sluice", "counted the herring", "painted the mole", "buried the bell", "sold the lighter")
_MEASURE = """async ([source, version, start, end]) => {
    const body = [...document.querySelectorAll('.panel-body')].find(one => one.offsetWidth);
    body.replaceChildren();
    const button = document.createElement('button');
    Object.assign(button.dataset, {source, version, start, end});
    document.querySelector('.exchange .said').append(button);
    await new Promise(done => setTimeout(done, 400));
    const seen = () => {
        const mark = body.querySelector('.text mark')?.getBoundingClientRect();
        const room = body.getBoundingClientRect();
        const top = body.querySelector('.paper')?.getBoundingClientRect().bottom ?? room.top;
        return Boolean(mark && mark.top >= top && mark.bottom <= room.bottom);
    };
    const pictured = () => Boolean(body.querySelector('.word-box') && body.querySelector('.page-drawn img')?.complete);
    const until = (test) => new Promise(done => {
        const look = () => (test() ? done(performance.now()) : requestAnimationFrame(look));
        look();
    });
    const began = performance.now();
    button.click();
    const [words, picture] = await Promise.all([until(seen), until(pictured)]);
    button.remove();
    return [words - began, picture - began];
}"""


def book() -> bytes:
    """A PDF of 200 pages, each with words of its own; most sentences recur, since each is embedded only once."""
    chance = random.Random(7)
    deeds = [f"Keeper {who} {what} and wrote {n} down." for who in _NAMES for what in _DEEDS for n in range(3, 9)]
    pages = []
    for number in range(1, PAGES + 1):
        lines = [f"On page {number} the harbour book tells of a night with {number * 17} lamps."]
        pages.append(prose(lines + [chance.choice(deeds) for _ in range(40)]))
    return pdf(pages, {"Title": "The harbour book"})


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory(prefix="footnote-click-") as folder:
        file = Path(folder) / "harbour.pdf"
        file.write_bytes(book())
        with open_workspace(load_settings({"library": Path(folder) / "library"})) as workspace:
            print("Adding a book of 200 pages ...", file=sys.stderr)
            workspace.ingest([str(file)])
            (source,) = workspace.library.sources()
            text = workspace.library.text(source.id)
            places = []
            for page in text.pages[4 :: max(1, len(text.pages) // CLICKS)][:CLICKS]:
                start = text.text.index("Keeper ", page.start + 900)
                places.append([source.id, source.version, start, text.text.index(" down.", start) + 6])
            with served(workspace) as address, chromium() as browser:
                words, pictures = zip(*_measured(browser, address, places), strict=True)
    summaries = {"words": _summary(words), "picture": _summary(pictures)}
    if as_json:
        print(json.dumps({"pages": PAGES, "clicks": len(words), "characters": len(text.text), "ms": summaries}))
        return
    print(f"{len(words)} clicks in a PDF of {PAGES} pages, {len(text.text):,} characters")
    for name, label in (("words", "highlighted words in view"), ("picture", "page image with boxes there")):
        print(f"{label:30}" + "".join(f"  {key} {value:6.0f} ms" for key, value in summaries[name].items()))


def _measured(browser: Any, address: str, places: list[list[Any]]) -> list[tuple[float, float]]:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.goto(address)
    page.wait_for_selector("#transcript .empty h1", timeout=60_000)
    page.fill("#question textarea", "What did keeper Holm do?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".exchange:not([aria-busy]) .said", timeout=60_000)
    page.evaluate(_MEASURE, places[0])  # the process that draws starts with the first picture
    return [tuple(page.evaluate(_MEASURE, place)) for place in places]


def _summary(times: Any) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return {"p50": round(statistics.median(times), 1), "p95": round(cuts[-1], 1), "max": round(max(times), 1)}


if __name__ == "__main__":
    main()
