"""The Ask page: a conversation on the left, the source it rests on to the right."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chain import LONGEST_QUESTION
from rag.errors import FootnoteError
from rag.schema import Inquiry
from ui.web.conversation import Conversation, Exchange, asked, judged, last, turns
from ui.web.feedback import REASONS, keep
from ui.web.render import render
from ui.web.suggestions import Suggestions

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

# The page's own script finds the questions offered inside the transcript and hands them over as an event.
_ON_LOAD = """footnotes.transcript(element, {
    ask: question => trigger('submit', {question}),
    judge: said => trigger('feedback', said),
    keep: index => trigger('testcase', {index}),
})"""


@dataclass(frozen=True)
class AskPage:
    """What other pages hang on to: the transcript and the conversation it shows."""

    transcript: Any
    conversation: Any


def ask_page(workspace: "Workspace", pages: gr.Blocks, tab: gr.Tab) -> AskPage:
    """Builds the page inside the current Gradio block."""
    suggestions = Suggestions(workspace)

    def shown(conversation: Conversation) -> str:
        empty = not conversation
        return render(
            "transcript.html",
            conversation=conversation,
            suggestions=suggestions.get() if empty else (),
            count=len(workspace.library.sources()) if empty else 0,
            reasons=REASONS,
        )

    def put(question: str, conversation: Conversation, scope: list[str]) -> Iterator[tuple[Any, ...]]:
        """Streams the growing transcript: text box, conversation, transcript."""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        history = turns(conversation)
        conversation = asked(conversation, question.strip())
        yield gr.update(value="", submit_btn=False, stop_btn=True), conversation, shown(conversation)
        try:
            for answer in workspace.stream(
                Inquiry(question=question, history=history, sources=chosen(workspace, scope))
            ):
                conversation = last(conversation, answer=answer)
                yield gr.skip(), conversation, shown(conversation)
        except FootnoteError as error:
            conversation = last(conversation, error=str(error))
        except Exception:
            _log.exception("The question could not be answered")
            conversation = last(conversation, error="Something unforeseen went wrong; the server's log says what.")
        yield gr.update(submit_btn=True, stop_btn=False), conversation, shown(conversation)

    def put_suggested(event: gr.EventData, conversation: Conversation, scope: list[str]) -> Iterator[tuple[Any, ...]]:
        yield from put(str(event.question)[:LONGEST_QUESTION], conversation, scope)

    def stopped(conversation: Conversation) -> tuple[Any, ...]:
        if conversation and conversation[-1].waiting:
            conversation = last(conversation, stopped=True)
        return gr.update(submit_btn=True, stop_btn=False), conversation, shown(conversation)

    def judge(event: gr.EventData, conversation: Conversation) -> tuple[Any, ...]:
        exchange = exchange_of(event, conversation)
        if exchange is None:
            return gr.skip(), gr.skip()
        verdict = "bad" if event.verdict == "bad" else "good"
        reason = event.reason if verdict == "bad" and event.reason in REASONS else None
        conversation = judged(conversation, int(event.index), verdict, reason)
        keep(workspace.library.folder, conversation[int(event.index)])
        return conversation, shown(conversation)

    def begin_again() -> tuple[Any, ...]:
        return gr.update(value="", submit_btn=True, stop_btn=False), (), shown(())

    def opened(conversation: Conversation, scope: list[str]) -> tuple[Any, ...]:
        choices = scopes(workspace)
        kept = [value for value in scope if value in {known for _, known in choices}]
        return shown(conversation), gr.update(choices=choices, value=kept, visible=len(choices) > 1)

    with gr.Row(elem_id="ask"):
        with gr.Column(elem_id="talk", min_width=0):
            transcript = gr.HTML(
                elem_id="transcript", apply_default_css=False, js_on_load=_ON_LOAD, value=render("loading.html")
            )
            with gr.Row(elem_id="scope-row"):
                scope = gr.Dropdown(
                    elem_id="scope",
                    label="Answer from these sources only",
                    show_label=False,
                    container=False,
                    multiselect=True,
                    choices=[],
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
        gr.HTML(
            render("panel.html", name="Sources", listed=True),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load="footnotes.listSources()",
        )

    conversation = gr.State(())
    outputs = [question, conversation, transcript]
    quiet: dict[str, Any] = {"outputs": outputs, "show_progress": "hidden", "api_visibility": "private"}
    asking: Any = [
        question.submit(put, [question, conversation, scope], **quiet, concurrency_id="ask", concurrency_limit=2),
        transcript.submit(put_suggested, [conversation, scope], **quiet, concurrency_id="ask"),
    ]
    question.stop(stopped, [conversation], **quiet, cancels=asking, queue=False)
    again.click(begin_again, [], **quiet, cancels=asking)
    for appears in (pages.load, tab.select):  # the library may have changed meanwhile
        appears(opened, [conversation, scope], [transcript, scope], show_progress="hidden", api_visibility="private")
    transcript.feedback(
        judge, [conversation], [conversation, transcript], show_progress="hidden", api_visibility="private"
    )
    return AskPage(transcript, conversation)


def exchange_of(event: gr.EventData, conversation: Conversation) -> Exchange | None:
    """The finished exchange that an event of the transcript is about."""
    index = event.index if isinstance(event.index, int) else -1
    exchange = conversation[index] if 0 <= index < len(conversation) else None
    return exchange if exchange and exchange.answer and exchange.answer.complete else None


_COLLECTION = "collection:"


def scopes(workspace: "Workspace") -> list[tuple[str, str]]:
    """What a question can be limited to, as shown and as chosen: collections, then sources."""
    sources = workspace.library.sources()
    collections = sorted({source.collection for source in sources if source.collection})
    return [(f"Collection: {name}", _COLLECTION + name) for name in collections] + [(s.title, s.id) for s in sources]


def chosen(workspace: "Workspace", scope: list[str]) -> frozenset[str] | None:
    """The ids of the sources meant by what was chosen; None means all."""
    if not scope:
        return None
    wanted = set(scope)
    return frozenset(
        source.id
        for source in workspace.library.sources()
        if source.id in wanted or (source.collection and _COLLECTION + source.collection in wanted)
    )
