"""`footnote eval` over a real library, as one types it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from evaluation.evidence import Texts
from evaluation.from_chat import question_from_answer
from evaluation.questions import Question
from evaluation.scoring import Scorer
from rag.schema import Inquiry
from rag.settings import load_settings
from ui.cli_eval import app
from ui.workspace import Workspace, open_workspace

ISLAND = Path(__file__).parents[1] / "fixtures" / "island"

QUESTIONS: list[dict[str, Any]] = [
    {
        "id": "length",
        "question": "How long is the breakwater?",
        "answerable": True,
        "answer": "412 metres",
        "key_facts": [["412 metres"]],
        "type": "fact",
    },
    {
        "id": "skipper",
        "question": "Who commands the ferry?",
        "answerable": True,
        "answer": "Ines Mora",
        "key_facts": [["Ines Mora"]],
        "type": "fact",
    },
    {
        "id": "pupils",
        "question": "How many pupils go to the school?",
        "answerable": True,
        "answer": "74",
        "key_facts": [["74"]],
        "type": "fact",
    },
    {
        "id": "moon",
        "question": "Which spacecraft landed on the moon of Neptune?",
        "answerable": False,
        "type": "unanswerable",
    },
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    with open_workspace(load_settings({"library": folder})) as workspace:
        workspace.ingest([str(ISLAND)])
    return folder


@pytest.fixture
def questions(tmp_path: Path, library: Path) -> Path:
    """The questions above, with the sentence that holds the key fact as evidence."""
    with open_workspace(load_settings({"library": library})) as workspace:
        texts = Texts.of(workspace.library).texts.values()
    sentences = [sentence for text in texts for line in text.splitlines() for sentence in line.split(". ")]
    rows = []
    for row in QUESTIONS:
        said = row.get("key_facts", [[None]])[0][0]
        evidence = [next(sentence for sentence in sentences if said in sentence)] if said else []
        rows.append(row | {"evidence": evidence})
    path = tmp_path / "island.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def footnote(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_set_is_run_scored_and_reported(questions: Path, library: Path, tmp_path: Path) -> None:
    ran = footnote("run", questions, "--library", library, "--out", tmp_path / "run", "--json")
    assert ran.exit_code == 0, ran.output
    summary = json.loads(ran.stdout)
    assert (summary["n"], summary["answerable"], summary["errors"]) == (4, 3, 0)
    assert summary["answer_correct"] == summary["citation_correct"] == summary["quotes_verbatim"] == 1
    assert summary["abstention_strict"] == 1
    written = {path.name for path in (tmp_path / "run").iterdir()}
    assert written == {
        *("run.json", "questions.jsonl", "results.jsonl", "summary.json", "report.html", "junit.xml", "results.csv")
    }


def test_the_gate_fails_with_what_was_missed_and_which_questions_turned(
    questions: Path, library: Path, tmp_path: Path
) -> None:
    first = footnote("run", questions, "--library", library, "--out", tmp_path / "a", "--min", "right=0.9")
    assert first.exit_code == 0, first.output
    missed = footnote("run", questions, "--library", library, "--out", tmp_path / "a", "--max", "median_answer_chars=3")
    assert missed.exit_code == 1
    assert "median_answer_chars is" in missed.stderr
    same = footnote("run", questions, "--library", library, "--out", tmp_path / "b", "--baseline", tmp_path / "a")
    assert same.exit_code == 0, same.output
    assert "No difference" in same.stdout


def test_a_wrong_limit_is_refused_before_anything_is_asked(questions: Path, library: Path, tmp_path: Path) -> None:
    refused = footnote("run", questions, "--library", library, "--out", tmp_path / "a", "--min", "accuracy=1")
    assert refused.exit_code == 1
    assert "There is no metric 'accuracy'" in refused.stderr
    assert not (tmp_path / "a").exists()


def test_two_runs_are_compared_in_words_and_in_json(questions: Path, library: Path, tmp_path: Path) -> None:
    for name in "ab":
        footnote("run", questions, "--library", library, "--out", tmp_path / name)
    compared = footnote("compare", tmp_path / "a", tmp_path / "b", "--json")
    assert json.loads(compared.stdout)["verdict"] == "no difference"
    assert "No difference" in footnote("compare", tmp_path / "a", tmp_path / "b").stdout
    lost = footnote("compare", tmp_path / "a", tmp_path / "nowhere")
    assert (lost.exit_code, lost.stdout) == (1, "")
    assert "is not the folder of a run" in lost.stderr


def test_a_set_with_mistakes_is_refused_and_its_good_questions_run_if_asked_to(
    questions: Path, library: Path, tmp_path: Path
) -> None:
    with questions.open("a", encoding="utf-8") as lines:
        lines.write('{"id": "broken"\n')
        lines.write(json.dumps({**QUESTIONS[0], "id": "invented", "evidence": ["It is 412 metres of marble."]}) + "\n")
    refused = footnote("run", questions, "--library", library, "--out", tmp_path / "a")
    assert refused.exit_code == 1
    assert "line 5, file: is not valid JSON" in refused.stderr
    assert "line 6, evidence[0]: isn't in any source" in refused.stderr
    ran = footnote("run", questions, "--library", library, "--out", tmp_path / "a", "--skip-invalid", "--json")
    assert ran.exit_code == 0
    assert json.loads(ran.stdout)["n"] == 4
    assert "skipped: line 5" in ran.stderr


def test_check_names_mistakes_and_looks_for_the_evidence(questions: Path, library: Path) -> None:
    assert footnote("check", questions, "--library", library).exit_code == 0
    questions.write_text(questions.read_text("utf-8").replace("Ines", "Inez"), "utf-8")
    checked = footnote("check", questions, "--library", library, "--json")
    assert checked.exit_code == 1
    problems = json.loads(checked.stdout)["problems"]
    assert [(problem["line"], problem["field"]) for problem in problems] == [(2, "evidence[0]")]


def test_a_template_is_written_checked_and_changed_into_other_formats(tmp_path: Path) -> None:
    assert footnote("template", tmp_path / "t.yaml").exit_code == 0
    assert footnote("template", tmp_path / "t.yaml").exit_code == 1, "it doesn't overwrite"
    assert footnote("check", tmp_path / "t.yaml").exit_code == 0
    assert footnote("export", tmp_path / "t.yaml", tmp_path / "t.csv").exit_code == 0
    assert footnote("import", tmp_path / "t.csv", tmp_path / "all.jsonl").exit_code == 0
    again = footnote("import", tmp_path / "t.csv", tmp_path / "all.jsonl")
    assert (again.exit_code, "is taken by line 1" in again.stderr) == (1, True)
    assert "4 good questions, 0 mistakes" in footnote("check", tmp_path / "all.jsonl").stdout


def test_a_chat_answer_becomes_a_test_case_that_the_same_answer_passes(island: Workspace) -> None:
    answer = island.ask(Inquiry(question="How long is the breakwater?"))
    case: Question = question_from_answer(answer)
    result = Scorer(Texts.of(island.library)).score(case, answer, 1)
    assert result.scores["right"] is True
    assert result.scores["recall@10"] == 1


@pytest.mark.usefixtures("embedder")
def test_retrieval_is_measured_on_a_benchmark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "models").symlink_to(load_settings().cache / "models")  # converting one takes 20 seconds
    monkeypatch.setenv("FOOTNOTE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "title": "Bees", "text": "make honey"}\n')
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "Who makes honey?"}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    measured = json.loads(footnote("retrieval", tmp_path, "--json").stdout)
    assert measured["modes"]["hybrid"]["ndcg@10"] == 1
    assert "hybrid" in footnote("retrieval", tmp_path).stdout
    assert footnote("retrieval", tmp_path / "nowhere").exit_code == 1
