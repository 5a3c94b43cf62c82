"""The form in which an answer of the chat becomes a test case of a question set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from evaluation.from_chat import question_from_answer
from evaluation.question_writing import append_question
from evaluation.questions import Question
from rag.errors import FootnoteError
from ui.web.conversation import Conversation, Exchange
from ui.web.pages.ask import AskPage, exchange_of
from ui.web.render import render
from ui.web.runs import OWN_SET, set_name, sets_folder

if TYPE_CHECKING:
    from ui.workspace import Workspace


@dataclass(frozen=True)
class CaseForm:
    """The form of a test case: where it is, and the fields it is filled through, in order."""

    panel: Any
    fields: Sequence[Any]


def open_cases_from(asking: AskPage, tabs: gr.Tabs, form: CaseForm) -> None:
    """Lets answers of the chat be made into test cases."""

    def fill(event: gr.EventData, conversation: Conversation) -> tuple[Any, ...]:
        exchange = exchange_of(event, conversation)
        if exchange is None:
            return tuple(gr.skip() for _ in range(2 + len(form.fields)))
        return gr.Tabs(selected="evaluate"), gr.update(visible=True), *case_of(exchange)

    asking.transcript.testcase(
        fill,
        [asking.conversation],
        [tabs, form.panel, *form.fields],
        show_progress="hidden",
        api_visibility="private",
    )


def case_of(exchange: Exchange) -> tuple[Any, ...]:
    """What an answer prefills the form of a test case with, in the order of its fields."""
    if exchange.answer is None:
        return ("", True, "", "", "", None, "")
    case = question_from_answer(exchange.answer, exchange.history)
    facts = "\n".join(" | ".join(ways) for ways in case.key_facts)
    return (case.question, case.answerable, case.answer or "", facts, "\n\n".join(case.evidence), case, "")


def case_form(workspace: "Workspace") -> CaseForm:
    """Builds the form inside the current Gradio block, hidden until an answer is to become a case."""
    with gr.Group(visible=False, elem_id="case") as panel:
        question = gr.Textbox(label="Question", lines=1, max_lines=4)
        answerable = gr.Checkbox(True, label="The sources answer it")
        answer = gr.Textbox(label="Reference answer", lines=2, max_lines=8)
        facts = gr.Textbox(
            label="Key facts: all lines must be said, in one of the ways parted by |", lines=2, max_lines=8
        )
        evidence = gr.Textbox(label="Evidence: exact quotes, parted by an empty line", lines=2, max_lines=12)
        into = gr.Textbox(OWN_SET, label="Add to the set")
        drafted = gr.State(None)
        said = gr.HTML(apply_default_css=False, js_on_load=None)
        with gr.Row():
            add = gr.Button("Add the test case", variant="primary", elem_id="add-case")
            close = gr.Button("Close", elem_id="close-case")

    def save(asked: str, yes: bool, expected: str, lines: str, quotes: str, draft: Question | None, name: str) -> str:
        values: dict[str, Any] = {
            "question": asked.strip(),
            "answerable": yes,
            "answer": expected.strip() or None,
            "key_facts": [
                [way.strip() for way in line.split("|") if way.strip()] for line in lines.splitlines() if line.strip()
            ],
            "evidence": [quote.strip() for quote in quotes.split("\n\n") if quote.strip()],
        }
        try:
            base = draft.model_dump(mode="json") if draft else {"id": Path(set_name(asked)).stem}
            case = Question.model_validate_json(json.dumps({**base, **values}))
            file = sets_folder(workspace) / set_name(name or OWN_SET)
            file.parent.mkdir(parents=True, exist_ok=True)
            append_question(file, case)
        except FootnoteError as error:
            return render("problem.html", what=error.what, hint=error.hint)
        except ValueError as error:
            return render("problem.html", what=_first_mistake(error), hint="Mend it and add it again.")
        return render("case_added.html", name=file.name)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    add.click(save, [question, answerable, answer, facts, evidence, drafted, into], [said], **quiet)
    close.click(lambda: gr.update(visible=False), None, [panel], **quiet)
    return CaseForm(panel, [question, answerable, answer, facts, evidence, drafted, said])


def _first_mistake(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc'])) or 'The question'}: {first['msg']}."
