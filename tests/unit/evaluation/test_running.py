import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from evaluation.comparison import compare_runs
from evaluation.errors import RunError
from evaluation.evidence import Texts
from evaluation.gate import failed_limits, limits, lost
from evaluation.provenance import provenance
from evaluation.questions import Question, QuestionSet
from evaluation.report.page import write_report
from evaluation.results import Result, Run, read_run
from evaluation.running import run_questions
from evaluation.scoring import Scorer
from rag.errors import EmbedderMismatchError, ModelError
from rag.schema import Answer, Inquiry
from rag.settings import load_settings

Quote = Callable[..., Answer]
Evaluate = Callable[..., Run]


@pytest.fixture
def questions(question: Callable[..., Question]) -> list[Question]:
    return [question(f"q{number:02}", question=f"When was the mill built ({number})?") for number in range(20)]


@pytest.fixture
def run(texts: Texts, questions: list[Question], tmp_path: Path) -> Evaluate:
    """Runs the questions into a folder of this name."""

    def go(name: str, ask: Callable[[Inquiry], Answer], asked: Sequence[Question] = questions, **changed: Any) -> Run:
        made_by = provenance(QuestionSet("mill", tuple(asked)), load_settings(), texts, 1) | changed
        return run_questions(asked, ask, tmp_path / name, Scorer(texts), made_by)

    return go


def test_a_run_writes_a_line_a_question_and_a_summary(run: Evaluate, quote: Quote, tmp_path: Path) -> None:
    done = run("a", lambda _: quote("The mill was built in 1804."))
    lines = [json.loads(line) for line in (tmp_path / "a" / "results.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in lines] == [question.id for question in done.questions]
    assert lines[0]["answer"] == "The mill was built in 1804. [1]"
    assert lines[0]["citations"][0]["quote"] == "The mill was built in 1804."
    assert lines[0]["scores"]["right"] is True
    assert {"question", "refused", "confidence", "passages", "latency_ms"} <= lines[0].keys()
    summary = json.loads((tmp_path / "a" / "summary.json").read_text("utf-8"))
    assert (summary["n"], summary["right"], summary["quotes_verbatim"], summary["recall@1"]) == (20, 1, 1, 1)
    assert summary["run"]["question_set"] == "mill"
    assert summary["run"]["finished_at"]


def test_an_interrupted_run_goes_on_where_it_stopped(run: Evaluate, quote: Quote, tmp_path: Path) -> None:
    asked: list[str] = []
    lock = threading.Lock()

    def until_the_tenth(inquiry: Inquiry) -> Answer:
        with lock:
            asked.append(inquiry.question)
            if len(asked) > 10:
                raise KeyboardInterrupt
        return quote("The mill was built in 1804.")

    with pytest.raises(KeyboardInterrupt):
        run("a", until_the_tenth)
    written = (tmp_path / "a" / "results.jsonl").read_bytes()
    kept = written.count(b"\n")
    assert 8 <= kept <= 10
    with pytest.raises(RunError, match="isn't complete"):
        read_run(tmp_path / "a")
    (tmp_path / "a" / "results.jsonl").write_bytes(written + b'{"id": "q19", "quest')  # cut off by a crash

    again: list[str] = []

    def the_rest(inquiry: Inquiry) -> Answer:
        again.append(inquiry.question)
        return quote("The mill was built in 1804.")

    done = run("a", the_rest)
    assert len(again) == 20 - kept
    assert [result.id for result in done.results] == [f"q{number:02}" for number in range(20)]
    assert run("a", lambda _: pytest.fail("a complete run asks nothing")).results == done.results


@pytest.mark.parametrize(
    ("changed", "called"),
    [({"library_revision": 2}, "library revision"), ({"model": "x"}, "model"), ({"seed": 3, "model": "x"}, "seed")],
)
def test_another_run_is_not_continued_and_what_changed_is_named(
    run: Evaluate, quote: Quote, changed: dict[str, Any], called: str
) -> None:
    run("a", lambda _: quote("The mill was built in 1804."))
    with pytest.raises(RunError, match=called):
        run("a", lambda _: quote("The mill was built in 1804."), **changed)


def test_other_questions_are_another_run(run: Evaluate, quote: Quote, questions: list[Question]) -> None:
    run("a", lambda _: quote("The mill was built in 1804."))
    with pytest.raises(RunError, match="questions changed"):
        run("a", lambda _: quote("The mill was built in 1804."), questions[:5])


def test_a_folder_with_other_files_is_left_alone(run: Evaluate, quote: Quote, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "thesis.txt").write_text("mine")
    with pytest.raises(RunError, match="isn't empty"):
        run("a", lambda _: quote("The mill was built in 1804."))
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["thesis.txt"]


def test_one_failing_question_is_a_wrong_answer_and_is_asked_again(run: Evaluate, quote: Quote) -> None:
    def flaky(inquiry: Inquiry) -> Answer:
        if "(3)" in inquiry.question:
            raise ModelError("The chat model timed out.")
        return quote("The mill was built in 1804.")

    done = run("a", flaky)
    assert [(result.id, result.failure) for result in done.results if result.error] == [("q03", "error")]
    assert done.results[3].scores["right"] is False
    mended = run("a", lambda _: quote("The mill was built in 1804."))
    assert not [result.id for result in mended.results if result.error]


def test_an_unusable_library_stops_the_run(run: Evaluate) -> None:
    def refuse(_: Inquiry) -> Answer:
        raise EmbedderMismatchError("Another embedder.", "Rebuild.")

    with pytest.raises(EmbedderMismatchError):
        run("a", refuse)


def test_a_run_in_which_everything_failed_says_why(run: Evaluate) -> None:
    def refuse(_: Inquiry) -> Answer:
        raise ModelError("The chat model can't be reached.")

    with pytest.raises(RunError, match="can't be reached"):
        run("a", refuse)


def test_two_identical_runs_do_not_differ(run: Evaluate, quote: Quote) -> None:
    a, b = (run(name, lambda _: quote("The mill was built in 1804.")) for name in "ab")
    comparison = compare_runs(a, b)
    assert comparison.verdict == "no difference"
    assert comparison.sentence.startswith("No difference: 20 of 20")
    assert not comparison.broken + comparison.mended + comparison.worse
    assert all(metric.difference == 0 and metric.p == 1 for metric in comparison.metrics)
    assert comparison.smallest_detectable == pytest.approx(6 / 20)


def test_one_question_in_five_broken_on_purpose_is_worse_and_they_are_listed(
    run: Evaluate, quote: Quote, question: Callable[..., Question]
) -> None:
    asked = [question(f"q{number:02}", question=f"When was the mill built ({number})?") for number in range(60)]
    chosen = {question.question: question.id for question in asked[::5]}

    def broken(inquiry: Inquiry) -> Answer:
        return quote("Nobody knows who dug it." if inquiry.question in chosen else "The mill was built in 1804.")

    a = run("a", lambda _: quote("The mill was built in 1804."), asked)
    b = run("b", broken, asked)
    comparison = compare_runs(a, b)
    assert comparison.verdict == "worse"
    assert comparison.sentence.startswith("B is worse than A: 48 of 60 questions right against 60 (-20.0 points")
    assert [turned.id for turned in comparison.broken] == list(chosen.values())
    assert {turned.failure for turned in comparison.broken} == {"not-retrieved"}
    assert comparison.metrics[0].low < -0.2 < comparison.metrics[0].high < 0
    said = "\n".join(lost(comparison))
    assert all(id in said for id in chosen.values())
    assert compare_runs(b, a).verdict == "better"
    assert not lost(compare_runs(b, a))


def test_a_difference_that_could_be_chance_is_not_called_one(run: Evaluate, quote: Quote) -> None:
    a = run("a", lambda _: quote("The mill was built in 1804."))
    b = run(
        "b",
        lambda asked: quote("It ground rye and oats." if "(3)" in asked.question else "The mill was built in 1804."),
    )
    comparison = compare_runs(a, b)
    assert comparison.verdict == "no difference"
    assert "could be chance" in comparison.sentence
    assert [turned.id for turned in comparison.broken] == ["q03"]


def test_only_the_questions_of_both_runs_are_compared(run: Evaluate, quote: Quote, questions: list[Question]) -> None:
    a = run("a", lambda _: quote("The mill was built in 1804."))
    b = run("b", lambda _: quote("The mill was built in 1804."), questions[5:])
    assert (compare_runs(a, b).n, compare_runs(a, b).only_in) == (15, (5, 0))
    other = run("c", lambda _: quote("The mill was built in 1804."), [questions[0].model_copy(update={"id": "z"})])
    with pytest.raises(RunError, match="share no question"):
        compare_runs(a, other)


def test_what_produced_two_runs_is_compared_too(run: Evaluate, quote: Quote) -> None:
    a = run("a", lambda _: quote("The mill was built in 1804."))
    settings = load_settings({"retrieval": {"top_k": 3}})
    changed = {"settings": settings.model_dump(mode="json"), "settings_fingerprint": settings.fingerprint()}
    b = run("b", lambda _: quote("The mill was built in 1804."), **changed)
    assert "settings.retrieval.top_k: 8 -> 3" in compare_runs(a, b).changed


def test_limits_are_read_and_held(run: Evaluate, quote: Quote) -> None:
    assert limits(["right=0.7", " p95_ms = 2000"], "--min") == {"right": 0.7, "p95_ms": 2000}
    for wrong in ("right", "right=", "=1", "right=much"):
        with pytest.raises(RunError, match="--min"):
            limits([wrong], "--min")
    summary = {"right": 0.65, "false_abstention": 0.2, "polarity": None}
    assert failed_limits(summary, {"right": 0.65}, {"false_abstention": 0.2}) == []
    missed = failed_limits(summary, {"right": 0.66, "polarity": 0.1}, {"false_abstention": 0.1})
    assert missed[0] == "right is 0.65, but must be at least 0.66."
    assert "couldn't be measured" in missed[1]
    assert missed[2] == "false_abstention is 0.2, but must be at most 0.1."


def failing(result: Result) -> str | None:
    return result.failure


def test_where_it_went_wrong_is_the_first_step_that_failed(
    run: Evaluate, quote: Quote, question: Callable[..., Question]
) -> None:
    right = quote("The mill was built in 1804.")
    both = quote("The mill was built in 1804.", "It ground rye and oats.")
    cases: list[tuple[Question, Answer, str | None]] = [
        (question("right"), right, None),
        (
            question("elsewhere", evidence=["Built in 1804 by Marr."]),
            quote("It ground rye and oats."),
            "not-in-library",
        ),
        (question("missed"), quote("It ground rye and oats."), "not-retrieved"),
        (
            question("half", key_facts=[["1804"], ["rye"]], evidence=["The mill was built in 1804.", "rye and oats"]),
            right,
            "not-retrieved",
        ),
        (
            question("unchosen"),
            both.model_copy(update={"citations": both.citations[1:], "answer": "Rye."}),
            "not-chosen",
        ),
        (question("refused"), right.model_copy(update={"refused": True}), "refused"),
        (question("garbled"), right.model_copy(update={"answer": "In 1408. [1]"}), "wrong-answer"),
        (question("silent", answerable=False, type="unanswerable"), right, "answered-unanswerable"),
    ]
    answers = {case.id: answer for case, answer, _ in cases}
    asked = [case.model_copy(update={"question": case.id}) for case, _, _ in cases]
    done = run("a", lambda inquiry: answers[inquiry.question], asked)
    assert {result.id: failing(result) for result in done.results} == {case.id: why for case, _, why in cases}


def test_the_files_for_other_tools_hold_nothing_dangerous(
    run: Evaluate, quote: Quote, question: Callable[..., Question], tmp_path: Path
) -> None:
    import csv
    import xml.etree.ElementTree as ElementTree

    asked = [question("=1+1", question="@cmd </failure><script>\x00?"), question("ok")]
    done = run("a", lambda asked: quote("The mill was built in 1804.", text="=HYPERLINK(1) \x1b[2J ]]>"), asked)
    write_report(done)
    with (tmp_path / "a" / "results.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert (rows[0]["id"], rows[0]["answer"][:3], rows[0]["question"][0]) == ("'=1+1", "'=H", "'")
    suite = ElementTree.parse(tmp_path / "a" / "junit.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "2", "0")
    assert [case.get("name") for case in suite] == ["=1+1", "ok"]
    assert suite[0][0].get("message") == "cited but answered wrong"
