import json
from pathlib import Path
from typing import Any

import pytest

from evaluation.errors import QuestionSetError
from evaluation.evidence import Texts
from evaluation.questions import load_questions, read_questions

GOOD: dict[str, Any] = {
    "id": "good",
    "question": "When was the mill built?",
    "answerable": True,
    "answer": "In 1804.",
    "key_facts": [["1804"]],
    "evidence": ["The mill was built in 1804."],
    "type": "fact",
}


def line(**fields: Any) -> bytes:
    return json.dumps({name: value for name, value in (GOOD | fields).items() if value is not ...}).encode() + b"\n"


MISTAKES: list[tuple[bytes, str, str]] = [
    (b'{"id": "a", "question": \n', "file", "not valid JSON"),
    (line(id="b", question=...), "question", "is missing"),
    (line(id="c", answerable="yes"), "answerable", "must be true or false"),
    (line(), "id", "'good' is taken by line 1"),
    (
        line(id="e", evidence=["The mill was built in 1805."], key_facts=[["1805"]]),
        "evidence[0]",
        "isn't in any source",
    ),
    (line(id="f", question="long " * 20_000), "question", "100,000 characters"),
    (line(id="g").replace(b"mill built", b"m\xfcll built"), "question", "UTF-8"),
    (line(id="h", evidense=["x"]), "evidense", "did you mean 'evidence'"),
    (line(id="i", type="follow-up"), "history", "is missing"),
    (line(id="j", type="yes-no"), "answer", "Yes or No"),
    (line(id="k", question="  "), "question", "is blank"),
    (line(id="l", key_facts=[[]]), "key_facts[0]", "no words"),
]


def test_twelve_mistakes_get_twelve_errors_that_name_line_and_field(tmp_path: Path, texts: Texts) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(line() + b"".join(mistake for mistake, _, _ in MISTAKES) + line(id="last"))
    with pytest.raises(QuestionSetError) as raised:
        load_questions(path, texts=texts)
    listed = [said.strip() for said in str(raised.value).splitlines() if said.startswith("  ")]
    assert len(listed) == 12
    for number, (said, (_, field, message)) in enumerate(zip(listed, MISTAKES, strict=True), start=2):
        assert said.startswith(f"line {number}, {field}: "), said
        assert message in said
    assert len(str(raised.value)) < 5_000, "a long question isn't repeated whole"
    assert "the 2 good questions" in str(raised.value)


def test_the_good_questions_can_still_be_run(tmp_path: Path, texts: Texts) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(line() + b"".join(mistake for mistake, _, _ in MISTAKES) + line(id="last"))
    loaded = load_questions(path, skip_invalid=True, texts=texts)
    assert [question.id for question in loaded.questions] == ["good", "last"]
    assert len(loaded.errors) == 12


def test_evidence_that_the_library_lacks_warns_but_does_not_stop_a_run(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_bytes(line())
    loaded = load_questions(path, texts=Texts({"other": "Nothing about mills."}))
    assert len(loaded.questions) == 1
    assert [(problem.field, problem.warning) for problem in loaded.problems] == [("evidence[0]", True)]


@pytest.mark.parametrize("name", ["set.jsonl", "set.csv", "set.yaml"])
@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff"])
def test_an_empty_file_says_so(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(QuestionSetError, match="is empty"):
        load_questions(tmp_path / name)


def test_files_that_are_not_question_sets_are_named(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="can't be read"):
        load_questions(tmp_path / "missing.jsonl")
    (tmp_path / "set.xlsx").write_bytes(b"PK")
    with pytest.raises(QuestionSetError, match=r"Use one of \.jsonl"):
        load_questions(tmp_path / "set.xlsx")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(QuestionSetError, match="can't be read"):
        load_questions(tmp_path / "folder.csv")


def test_utf16_is_named_and_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(line().decode().encode("utf-16"))
    with pytest.raises(QuestionSetError, match="UTF-16"):
        load_questions(tmp_path / "a.jsonl")
    (tmp_path / "b.jsonl").write_bytes(b"\xef\xbb\xbf" + line())
    assert len(load_questions(tmp_path / "b.jsonl").questions) == 1


def test_csv_names_lines_and_columns_and_refuses_formulas(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text(
        "id,question,answerable,key_facts,evidence\n"
        'a,"When was it built,\nand by whom?",yes,"1804 | the year 1804\nMarr",\n'
        'b,"=HYPERLINK(""http://x"")",true,1804,\n'
        "c,What?,perhaps,1804,\n"
        "d,What?,true,1804,,too many\n",
        "utf-8",
    )
    read = read_questions(path)
    assert read.questions[0].key_facts == (("1804", "the year 1804"), ("Marr",))
    assert [(problem.line, problem.field) for problem in read.errors] == [
        (5, "question"),
        (6, "answerable"),
        (7, "file"),
    ]
    assert "formula" in read.errors[0].message


def test_yaml_names_lines_and_refuses_aliases(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(
        "- id: a\n  question: What?\n  answerable: false\n- id: b\n  question: 7\n  answerable: true\n", "utf-8"
    )
    read = read_questions(path)
    assert [question.id for question in read.questions] == ["a"]
    assert [(problem.line, problem.field) for problem in read.errors] == [(4, "question")]
    path.write_text("- &x {id: a}\n- *x\n", "utf-8")
    assert "aliases" in str(read_questions(path).errors[0])


def test_deep_nesting_and_repeated_fields_are_mistakes_not_crashes(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": ' + "[" * 100_000 + "\n" + '{"id": "a", "id": "b"}\n[1]\n{"id": NaN}\n', "utf-8")
    assert [problem.line for problem in read_questions(path).errors] == [1, 2, 3, 4]


def test_a_sets_fingerprint_is_the_same_in_every_format_and_changes_with_what_is_asked(tmp_path: Path) -> None:
    from evaluation.question_writing import write_questions

    (tmp_path / "a.jsonl").write_bytes(line())
    read = read_questions(tmp_path / "a.jsonl")
    write_questions(tmp_path / "b.yaml", read.questions)
    assert read_questions(tmp_path / "b.yaml").fingerprint == read.fingerprint
    (tmp_path / "a.jsonl").write_bytes(line(answer="In the year 1804."))
    assert read_questions(tmp_path / "a.jsonl").fingerprint != read.fingerprint
