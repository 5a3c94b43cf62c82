"""The Ask page: a conversation on the left, the source it rests on to the right."""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chain import LONGEST_QUESTION
from rag.errors import FootnoteError
from rag.schema import Inquiry
from ui.web.conversation import Conversation, asked, last, turns
from ui.web.render import render
from ui.web.suggestions import Suggestions

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

# The page's own script finds the questions offered inside the transcript and hands them over as an event.
_ON_LOAD = "footnotes.transcript(element, question => trigger('submit', {question}))"


def ask_page(workspace: "Workspace") -> None:
    """Builds the page inside the current Gradio block."""
    suggestions = Suggestions(workspace)

    def shown(conversation: Conversation) -> str:
        empty = not conversation
        return render(
            "transcript.html",
            conversation=conversation,
            suggestions=suggestions.get() if empty else (),
            count=len(workspace.library.sources()) if empty else 0,
        )

    def put(question: str, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        """Streams the growing transcript: text box, conversation, transcript."""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        history = turns(conversation)
        conversation = asked(conversation, question.strip())
        yield gr.update(value="", submit_btn=False, stop_btn=True), conversation, shown(conversation)
        try:
            for answer in workspace.stream(Inquiry(question=question, history=history)):
                conversation = last(conversation, answer=answer)
                yield gr.skip(), conversation, shown(conversation)
        except FootnoteError as error:
            conversation = last(conversation, error=str(error))
        except Exception:
            _log.exception("The question could not be answered")
            conversation = last(conversation, error="Something unforeseen went wrong; the server's log says what.")
        yield gr.update(submit_btn=True, stop_btn=False), conversation, shown(conversation)

    def put_suggested(event: gr.EventData, conversation: Conversation) -> Iterator[tuple[Any, ...]]:
        yield from put(str(event.question)[:LONGEST_QUESTION], conversation)

    def stopped(conversation: Conversation) -> tuple[Any, ...]:
        if conversation and conversation[-1].waiting:
            conversation = last(conversation, stopped=True)
        return gr.update(submit_btn=True, stop_btn=False), conversation, shown(conversation)

    def begin_again() -> tuple[Any, ...]:
        return gr.update(value="", submit_btn=True, stop_btn=False), (), shown(())

    with gr.Row(elem_id="ask"):
        with gr.Column(elem_id="talk", min_width=0):
            transcript = gr.HTML(
                elem_id="transcript", apply_default_css=False, js_on_load=_ON_LOAD, value=render("loading.html")
            )
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    elem_id="question",
                    label="Your question",
                    show_label=False,
                    container=False,
                    placeholder="Ask about your sources",
                    lines=1,
                    max_lines=6,
                    max_length=LONGEST_QUESTION,
                    autofocus=True,
                    submit_btn=True,
                    scale=1,
                )
                again = gr.Button("New", elem_id="again", size="sm", min_width=0, scale=0)
        gr.HTML(render("panel.html"), elem_id="panel", apply_default_css=False, js_on_load="footnotes.listSources()")

    conversation = gr.State(())
    outputs = [question, conversation, transcript]
    quiet: dict[str, Any] = {"outputs": outputs, "show_progress": "hidden", "api_visibility": "private"}
    asking: Any = [
        question.submit(put, [question, conversation], **quiet, concurrency_id="ask", concurrency_limit=2),
        transcript.submit(put_suggested, [conversation], **quiet, concurrency_id="ask"),
    ]
    question.stop(stopped, [conversation], **quiet, cancels=asking, queue=False)
    again.click(begin_again, [], **quiet, cancels=asking)
    gr.on(None, lambda: shown(()), outputs=[transcript], show_progress="hidden", api_visibility="private")
