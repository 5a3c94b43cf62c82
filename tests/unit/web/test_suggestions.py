"""First questions out of a library's own sentences."""

import json
from pathlib import Path

import pytest

from rag.schema import Source
from ui.web.suggestions import question_from, question_sets_beside


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        (
            "The lighthouse at Skerry Point was built in 1871 by Agnes Tolland.",
            "When was the lighthouse at Skerry Point built?",
        ),
        ("The Quad is the grouping of Australia,\nIndia, Japan and the United States.", "What is the Quad?"),
        ("Josiah Penn was the first keeper.", "Who was Josiah Penn?"),
        ("TICAD VI was the sixth of its kind.", "What was TICAD VI?"),
        ("ASEAN is a league of ten states.", "What is ASEAN?"),
        ("The leaflet of 2018 says that Orran is the oldest harbour of the coast.", None),
        ("The council thought Skerry was the better place for it.", None),
        ("An alternative was a tax of 53 crowns.", None),
        ("Officials' level is the safer reading.", None),
        ("Officials' level is a safer reading of it.", None),
        ("Penn was the first keeper.", None),
        ("It is a lighthouse.", None),
        ("The ferry leaves twice a day.", None),
        ("", None),
        ("<script>alert(1)</script> is a script.", None),
    ],
)
def test_a_plain_sentence_gives_the_question_it_answers(sentence: str, question: str | None) -> None:
    assert question_from(sentence) == question


def test_question_sets_lie_beside_the_sources_or_one_folder_above(tmp_path: Path) -> None:
    (tmp_path / "briefs").mkdir()
    (tmp_path / "questions.jsonl").write_text(json.dumps({"question": "x"}))
    about = {"id": "s", "title": "t", "version": 1, "content_hash": "h", "characters": 1, "chunks": 1}
    source = Source.model_validate(
        {**about, "added_at": "", "updated_at": "", "locations": [str(tmp_path / "briefs" / "one.md"), "upload:two.md"]}
    )
    assert question_sets_beside([source]) == [tmp_path / "questions.jsonl"]
