import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.report import Progress
from ui.cli import app

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on an empty library of one's own."""
    monkeypatch.setenv("FOOTNOTE_LIBRARY", str(tmp_path / "library"))
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments))


def failed(result: Result) -> str:
    """The one message of a command that failed as a user's mistake should: exit code 1, no traceback."""
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    message = result.stderr.strip()
    assert len(message.splitlines()) <= 2, message
    return message


def test_from_a_file_to_a_cited_answer(run: Run) -> None:
    added = run("ingest", str(ISLAND))
    assert added.exit_code == 0
    assert "3 added, 0 updated, 0 unchanged, 0 failed" in added.stdout
    assert "chunks, en\n" in added.stdout
    answered = run("ask", "How long is the breakwater?")
    assert "412 metres" in answered.stdout
    assert "[1]" in answered.stdout
    listed = run("sources", "list")
    assert "The Marrow ferry" in listed.stdout
    assert run("doctor").exit_code == 0


def test_ask_json_is_the_contract(run: Run) -> None:
    run("ingest", str(ISLAND))
    result = run("ask", "How long is the breakwater?", "--json")
    answer = json.loads(result.stdout)
    assert {
        "question", "standalone_question", "answer", "refused", "confidence", "statements", "citations", "passages",
        "model", "timings_ms",
    } <= answer.keys()  # fmt: skip
    assert {"text", "citations", "support", "supported"} <= answer["statements"][0].keys()
    assert {
        "number", "source_id", "title", "url", "page", "heading", "start", "end", "quote", "passage",
    } <= answer["citations"][0].keys()  # fmt: skip
    assert {"source_id", "start", "end", "text", "scores"} <= answer["passages"][0].keys()
    assert {"dense", "bm25", "fused", "rerank"} == answer["passages"][0]["scores"].keys()
    source = json.loads(run("sources", "show", answer["citations"][0]["source_id"], "--json").stdout)
    cited = answer["citations"][0]
    assert source["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_a_source_is_shown_with_its_health(run: Run, tmp_path: Path) -> None:
    words = (
        "The moon pulls the sea towards it, and the sun helps it twice in every month of the year. CafÃ© dÃ©jÃ\xa0 vu."
    )
    (tmp_path / "tides.txt").write_text(words, encoding="utf-8")
    report = json.loads(run("ingest", str(tmp_path / "tides.txt"), "--json").stdout)
    shown = run("sources", "show", report["outcomes"][0]["source_id"]).stdout
    assert "health     en" in shown
    assert "of the words look garbled" in shown


def test_history_makes_a_follow_up(run: Run, tmp_path: Path) -> None:
    run("ingest", str(ISLAND))
    history = tmp_path / "history.json"
    history.write_text(json.dumps([{"question": "Who commands the ferry?", "answer": "Captain Ines Mora."}]))
    answer = json.loads(run("ask", "What has she asked for?", "--history", str(history), "--json").stdout)
    assert "second vessel" in answer["answer"]
    history.write_text('[{"question": 3}]')
    assert "0.question" in failed(run("ask", "And then?", "--history", str(history)))


def test_removing_a_source(run: Run) -> None:
    report = json.loads(run("ingest", str(ISLAND), "--json").stdout)
    source_id = report["outcomes"][0]["source_id"]
    assert run("sources", "remove", source_id).exit_code == 0
    assert len(json.loads(run("sources", "list", "--json").stdout)) == 2
    assert source_id in failed(run("sources", "show", source_id))
    assert json.loads(run("doctor", "--json").stdout)["ok"] is True


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.txt", b"", "empty.txt is empty"),
        ("binary.txt", bytes(range(256)) * 50, "binary.txt"),
        ("missing.txt", None, "is not there"),
    ],
)
def test_a_file_that_cannot_be_added_is_one_clear_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("ingest", str(tmp_path / name))
    assert said in failed(result)
    assert "1 failed" in result.stdout


def test_an_index_of_another_embedder_is_refused_and_rebuilt_on_request(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(ISLAND))
    monkeypatch.setenv("FOOTNOTE_EMBEDDER__MAX_TOKENS", "200")
    assert "footnote rebuild" in failed(run("ask", "How long is the breakwater?"))
    assert "footnote rebuild" in failed(run("ingest", str(ISLAND)))
    assert run("rebuild").exit_code == 0
    assert "412 metres" in run("ask", "How long is the breakwater?").stdout
    assert run("doctor").exit_code == 0


def test_wrong_settings_and_wrong_usage(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("ask").exit_code == 2
    assert run("dance").exit_code == 2
    assert "empty" in failed(run("ask", "  "))
    monkeypatch.setenv("FOOTNOTE_RETRIEVAL__TOP_K", "many")
    assert "retrieval.top_k" in failed(run("ask", "How long is the breakwater?"))


def test_a_second_process_is_told_who_has_the_library(run: Run, tmp_path: Path) -> None:
    run("ingest", str(ISLAND))
    holder = "import sys, time; from pathlib import Path; from rag.library.library import open_library\n"
    holder += "with open_library(Path(sys.argv[1])): print('open', flush=True); time.sleep(60)"
    command = [sys.executable, "-c", holder, str(tmp_path / "library")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        process.stdout.readline()
        message = failed(run("ask", "How long is the breakwater?"))
        process.kill()
    assert str(process.pid) in message
    assert "412 metres" in run("ask", "How long is the breakwater?").stdout


def test_unchanged_files_cost_no_embedder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("ingest", str(ISLAND))

    def load(*_: object) -> None:
        raise AssertionError("the embedder was loaded")

    with monkeypatch.context() as patch:
        patch.setattr("ui.workspace.load_embedder", load)
        again = run("ingest", str(ISLAND))
    assert again.exit_code == 0, again.output
    assert "3 unchanged" in again.stdout


def test_ctrl_c_ends_an_ingestion_and_what_is_finished_stays(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def pressing(*_: object) -> Iterator[Callable[[Progress], None]]:
        yield lambda step: os.kill(os.getpid(), signal.SIGINT) if step.outcome else None

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored here
    with monkeypatch.context() as patch:
        patch.setattr("ingest.pipeline.BATCH_SOURCES", 1)
        patch.setattr("ui.printed.progress_bar", pressing)
        stopped = run("ingest", str(ISLAND))
    assert stopped.exit_code == 130, stopped.output
    assert "Stopped after 1 sources, which stay. Run it again for the rest." in stopped.stderr
    assert "1 added" in stopped.stdout
    assert "2 added, 0 updated, 1 unchanged" in run("ingest", str(ISLAND)).stdout
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler  # as it was


def test_kill_at_any_instant_leaves_each_source_old_or_new(run: Run, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ISLAND, tmp_path / "sources"))
    run("ingest", str(ISLAND / "harbour.md"))
    run("ingest", str(folder))
    question = "How long is the breakwater?"
    before = json.loads(run("ask", question, "--json").stdout)["answer"]
    old, new = "55 minutes", "48 minutes"
    ferry = folder / "ferry.txt"
    command = [sys.executable, "-m", "ui.cli", "ingest", str(folder)]
    # The work lies between the start of Python and the end of a whole run; that is where instants are drawn from.
    began = time.monotonic()
    subprocess.run([*command, "--json"], check=True, capture_output=True, cwd=Path(__file__).parents[2])
    whole = time.monotonic() - began
    for number in range(10):
        now, then = (new, old) if number % 2 == 0 else (old, new)
        ferry.write_text(ferry.read_text().replace(then, now) + f"\nEdition {number} of this leaflet.\n")
        with subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL, env=dict(os.environ)
        ) as process:
            time.sleep(whole * (0.35 + 0.08 * number))
            process.send_signal(signal.SIGKILL)
        health = json.loads(run("doctor", "--json").stdout)
        assert health["ok"], health
        answers = json.loads(run("ask", "How long does the crossing take?", "--json").stdout)["answer"]
        assert (old in answers) != (new in answers)
        assert json.loads(run("ask", question, "--json").stdout)["answer"] == before
