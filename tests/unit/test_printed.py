"""What the command line makes of an answer."""

import pytest
from rich.console import Console

from rag.schema import Answer, Statement
from ui import printed


def answer() -> Answer:
    first = Statement(text="It \x1b opened in 1974.", citations=(1,), supported=True, emphasis=((15, 19),))
    second = Statement(text="It closed in 1981.", citations=(2,), supported=True, emphasis=((13, 17),))
    return Answer(
        question="When?",
        standalone_question="When?",
        answer=f"{first.text} [1] {second.text} [2]",
        statements=(first, second),
    )


def test_what_was_asked_for_is_bold_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(printed, "_console", lambda: Console(force_terminal=True, soft_wrap=True, highlight=False))
    printed.print_answer(answer())
    said = capsys.readouterr().out
    assert "in \x1b[1m1974\x1b[0m." in said and "in \x1b[1m1981\x1b[0m." in said


def test_and_plain_where_it_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    printed.print_answer(answer())
    said = capsys.readouterr().out
    assert "\x1b" not in said and "It closed in 1981. [2]" in said
