"""How fast Footnote starts, answers and ingests: ``python -m benchmarks.speed`` (or ``make bench``).

Each time stands beside the time that an empty Python process takes on the same machine at the same moment, since
milliseconds alone say more about the machine than about the program.
"""

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rag.schema import Inquiry
from rag.settings import load_settings
from ui.workspace import open_workspace, starter_manifest

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "sources" / "questions.jsonl"
# Tells when, after the process was started, the embedder began to load.
UNTIL_EMBEDDER = """
import sys, time
import ui.cli, ui.workspace
began = float(sys.argv[1])
load = ui.workspace.load_embedder
def noted(settings):
    print("embedder", time.time() - began, file=sys.stderr)
    return load(settings)
ui.workspace.load_embedder = noted
sys.argv = ["footnote", *sys.argv[2:]]
ui.cli.main()
"""


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    """Measures on a temporary library made of the starter library."""
    nothing = [sys.executable, "-c", "pass"]
    empty = statistics.median(seconds(lambda: subprocess.run(nothing, check=True)) for _ in range(9))
    print(f"{platform.machine()}, Python {platform.python_version()}; an empty Python process: {empty * 1000:.0f} ms\n")

    def show(what: str, value: float) -> None:
        print(f"{what:<58}{value * 1000:>9.0f} ms {value / empty:>8.1f} x")

    manifest = starter_manifest()
    assert manifest is not None
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"library": Path(folder)})
        with open_workspace(settings) as workspace:
            show("embedder ready", seconds(lambda: workspace.embedder))
            show("starter library ingested", seconds(lambda: workspace.sync(manifest)))
            show("starter library synced again, nothing changed", seconds(lambda: workspace.sync(manifest)))
            workspace.warm_up()
            questions = [json.loads(line)["question"] for line in QUESTIONS.read_text().splitlines()]
            times = sorted(seconds(lambda q=q: workspace.ask(Inquiry(question=q))) for q in questions)  # type: ignore[misc]
            show(f"an answer, warm: median of {len(times)}", statistics.median(times))
            show("an answer, warm: 95th percentile", times[int(0.95 * len(times))])
        command = [sys.executable, "-c", UNTIL_EMBEDDER]
        cold, before = [], []
        for _ in range(5):
            arguments = [str(time.time()), "ask", questions[0], "--library", folder]
            began = time.perf_counter()
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=True, cwd=ROOT)
            cold.append(time.perf_counter() - began)
            before.append(float(done.stderr.split("embedder")[1].split()[0]))
        show("footnote ask, cold: median of 5", statistics.median(cold))
        show("  of it before the embedder begins to load", statistics.median(before))


if __name__ == "__main__":
    main()
