"""Running a question set on the page, comparing runs, and making test cases of answers."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.schema import Answer, Inquiry
from tests.browser.conftest import FERRY, LIGHTHOUSE, OpenPage, ask, library_of, serving
from ui.web.runs import runs, runs_folder, sets_folder
from ui.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

TIMES = "The ferry to Orran leaves the harbour twice a day, at 7:30 and at 16:00."
QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "times",
        "question": "At what times does the ferry to Orran leave?",
        "answerable": True,
        "answer": "At 7:30 and 16:00.",
        "key_facts": [["7:30"], ["16:00"]],
        "evidence": [TIMES],
        "type": "fact",
    },
    {
        "id": "captain",
        "question": "Who won the chess championship in Buenos Aires?",
        "answerable": False,
        "answer": None,
        "key_facts": [],
        "evidence": [],
        "type": "unanswerable",
    },
    {
        "id": "wrong",
        "question": "Who was the first keeper of the lighthouse?",
        "answerable": True,
        "answer": "Set wrong on purpose.",
        "key_facts": [["Ebenezer <b>Nobody</b>"]],
        "evidence": ["The first keeper was Josiah Penn, who served for 22 years."],
        "type": "fact",
    },
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    texts = {"ferry.md": FERRY, "lighthouse.md": LIGHTHOUSE}
    with library_of(tmp_path_factory.mktemp("bench"), texts) as workspace:
        yield workspace


@pytest.fixture(scope="module")
def bench_site(bench: Workspace) -> Iterator[str]:
    with serving(bench) as address:
        yield address


def to_evaluate(page: "Page") -> None:
    page.get_by_role("tab", name="Evaluate").click()
    page.wait_for_selector("#go")


def upload(page: "Page", file: Path) -> None:
    if not page.locator("#add-set input[type=file]").count():
        page.click("#add-set .label-wrap")
    page.set_input_files("#add-set input[type=file]", str(file))


def run(page: "Page") -> str:
    before = page.input_value("#run input")
    page.click("#go")
    page.wait_for_function("was => document.querySelector('#run input').value !== was", arg=before, timeout=30_000)
    page.wait_for_selector(".run .results")
    return page.input_value("#run input")


def test_a_set_is_uploaded_run_browsed_compared_and_its_report_downloaded(
    open_page: OpenPage, bench_site: str, tmp_path: Path
) -> None:
    page = open_page(address=bench_site)
    to_evaluate(page)
    file = tmp_path / "mine.jsonl"
    file.write_text("\n".join(json.dumps(question) for question in QUESTIONS))
    upload(page, file)
    page.wait_for_function("document.querySelector('#set input').value === 'mine.jsonl'")
    first = run(page)
    assert "67%" in page.inner_text(".figures")
    assert page.locator(".results > li").count() == 3

    page.click("#kind input")
    page.get_by_role("option", name="cited but answered wrong").click()
    page.wait_for_function("document.querySelectorAll('.results > li').length === 1")
    page.click(".results summary")
    page.click(".results .fn")
    page.wait_for_selector(".panel mark >> visible=true")
    assert "Josiah Penn" in page.locator(".panel mark >> visible=true").inner_text()

    with page.expect_download() as saved:
        page.get_by_text("Download the report").click()
    report = Path(saved.value.path()).read_text("utf-8")
    assert QUESTIONS[0]["question"] in report and "<b>Nobody" not in report

    page.click("#baseline input")
    page.get_by_role("option", name=first).click()
    run(page)
    assert "No difference" in page.inner_text(".verdict")


def test_a_run_is_stopped_and_goes_on_where_it_was(
    open_page: OpenPage, bench: Workspace, bench_site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    waits = threading.Event()

    def ask_slowly(inquiry: Inquiry) -> Answer:
        if inquiry.question in wanted:
            asked.append(inquiry.question)
            if len(asked) > 4:  # two are asked at once
                waits.wait(20)
        return type(bench).ask(bench, inquiry)

    questions = [{**QUESTIONS[0], "id": f"times-{n}", "question": f"{QUESTIONS[0]['question']} {n}"} for n in range(9)]
    wanted = [question["question"] for question in questions]
    monkeypatch.setattr(bench, "ask", ask_slowly)
    sets_folder(bench).mkdir(parents=True, exist_ok=True)
    (sets_folder(bench) / "nine.jsonl").write_text("\n".join(map(json.dumps, questions)), "utf-8")
    page = open_page(address=bench_site)
    to_evaluate(page)
    page.click("#set input")
    page.get_by_role("option", name="nine.jsonl").click()
    page.click("#go")
    page.wait_for_selector("text=/[34] of 9 asked/", timeout=30_000)
    assert page.locator("#go").is_disabled()
    page.click("#stop")
    page.wait_for_selector("#stop:disabled")
    waits.set()  # those under way are still answered, and kept
    page.wait_for_selector("#unfinished .stopped-name")
    assert page.locator("#stop").is_hidden() and page.locator("#go").is_enabled()
    assert "of 9 asked" in page.inner_text("#unfinished") and "of 9 asked" not in page.inner_text("#running")
    name = page.inner_text("#unfinished .stopped-name")
    assert name not in runs(bench)

    before = len(asked)
    page.reload()
    to_evaluate(page)
    page.get_by_role("button", name=f"Go on with {name}").click()
    page.wait_for_function("name => document.querySelector('#run input').value === name", arg=name, timeout=30_000)
    assert name in runs(bench) and page.locator("#unfinished li").count() == 0
    assert sorted(asked) == wanted  # nothing is asked twice
    assert 4 <= before < 9, before
    assert page.locator(".results > li").count() == 9


def test_a_stopped_run_that_can_not_go_on_says_why_and_can_be_deleted(
    open_page: OpenPage, bench: Workspace, bench_site: str
) -> None:
    folder = runs_folder(bench) / "old-20200101-000000"
    folder.mkdir(parents=True)
    (folder / "questions.jsonl").write_text(json.dumps(QUESTIONS[0]) + "\n", "utf-8")
    (folder / "run.json").write_text(json.dumps({"model": "another", "finished_at": None}), "utf-8")
    page = open_page(address=bench_site)
    to_evaluate(page)
    assert "0 of 1 asked" in page.locator("#unfinished li", has_text=folder.name).inner_text()
    page.get_by_role("button", name=f"Go on with {folder.name}").click()
    page.wait_for_selector("#running .failed", timeout=20_000)
    assert "can't be continued" in page.inner_text("#running .failed")
    assert "run the question set anew" in page.inner_text("#running .failed")
    page.get_by_role("button", name=f"Delete {folder.name}").click()
    page.locator("#unfinished li", has_text=folder.name).wait_for(state="detached")
    assert not folder.exists()


def test_mistakes_in_a_set_are_named_with_line_and_field(open_page: OpenPage, bench_site: str, tmp_path: Path) -> None:
    page = open_page(address=bench_site)
    to_evaluate(page)
    file = tmp_path / "bad.jsonl"
    file.write_text(json.dumps(QUESTIONS[0]) + '\n{"id": "two"}\n')
    upload(page, file)
    page.wait_for_selector("#running .failed")
    said = page.inner_text("#running .failed")
    assert "line 2" in said and "question" in said


def test_an_answer_becomes_a_test_case(open_page: OpenPage, bench: Workspace, bench_site: str) -> None:
    page = open_page(address=bench_site)
    ask(page, QUESTIONS[0]["question"])
    page.click("[data-testcase]")
    page.wait_for_selector("#case >> visible=true")
    assert page.get_by_label("Question", exact=True).input_value() == QUESTIONS[0]["question"]
    assert TIMES in page.get_by_label("Evidence").input_value()
    page.get_by_label("Key facts").fill("7:30 | half past seven\n16:00")
    page.click("#add-case")
    page.wait_for_selector("#case [role=status]")
    line = (bench.library.folder / "evaluation/sets/from-chat.jsonl").read_text("utf-8").splitlines()[-1]
    case = json.loads(line)
    assert case["key_facts"] == [["7:30", "half past seven"], ["16:00"]]
    assert TIMES in case["evidence"] and case["answerable"] is True

    page.click("#add-case")  # the same again
    page.wait_for_selector("#case .problem")
    assert "is taken" in page.inner_text("#case .problem")


def test_a_verdict_is_kept_with_its_reason(open_page: OpenPage, bench: Workspace, bench_site: str) -> None:
    page = open_page(address=bench_site)
    ask(page, QUESTIONS[2]["question"])
    page.click("[data-verdict=bad]")
    page.get_by_role("button", name="Incomplete").click()
    page.wait_for_selector(".reason[aria-pressed=true]")
    kept = [json.loads(line) for line in (bench.library.folder / "feedback.jsonl").read_text("utf-8").splitlines()]
    assert kept[-1]["verdict"] == "bad" and kept[-1]["reason"] == "Incomplete"
    assert kept[-1]["answer"]["question"] == QUESTIONS[2]["question"]


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_page_fits_the_window(open_page: OpenPage, width: int) -> None:
    page = open_page(width, 844)
    to_evaluate(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.querySelector('#bench').scrollWidth <= document.querySelector('#bench').clientWidth")
