"""The Ask page: a conversation on the left, the source it rests on to the right."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import gradio as gr

from rag.chain import LONGEST_QUESTION, checked
from rag.errors import FootnoteError
from rag.library.conversations import Conversations
from rag.schema import Inquiry
from ui.web.conversation import Conversation, Exchange, id_of, judged, last, restored
from ui.web.feedback import REASONS, keep
from ui.web.render import render
from ui.web.suggestions import Suggestions

if TYPE_CHECKING:
    from ui.workspace import Workspace

_log = logging.getLogger(__name__)

# The page's own script finds what is clicked inside the transcript and hands it over as an event.
_ON_TRANSCRIPT = """footnotes.transcript(element, {
    ask: question => trigger('submit', {question}),
    judge: said => trigger('feedback', said),
    keep: index => trigger('testcase', {index}),
});
footnotes.conversation(element, {
    edit: (id, question) => trigger('edit', {id, question}),
})"""
_ON_BAR = """footnotes.conversations(element, {
    open: address => trigger('open', {address}),
})"""
_ADDRESS = "(_, ...others) => [location.search, ...others]"


@dataclass(frozen=True)
class AskPage:
    """What other pages hang on to: the transcript and the conversation it shows."""

    transcript: Any
    conversation: Any
    scope: Any


def ask_page(workspace: "Workspace", pages: gr.Blocks, tab: gr.Tab) -> AskPage:
    """Builds the page inside the current Gradio block."""
    suggestions = Suggestions(workspace)
    kept = workspace.library.conversations

    def shown(conversation: Conversation, linked: str | None = None, notice: str | None = None) -> str:
        empty = not conversation
        found = kept.get(id_of(conversation) or "")
        return render(
            "transcript.html",
            conversation=conversation,
            kept=found,
            linked=linked,
            notice=notice,
            suggestions=suggestions.get() if empty else (),
            count=len(workspace.library.sources()) if empty else 0,
            reasons=REASONS,
        )

    def begun(
        question: str, conversation: Conversation, scope: list[str], instead_of: str | None
    ) -> tuple[Conversation, Inquiry]:
        """The conversation with the question at its end, as it is kept: other windows may have gone on with it."""
        inquiry = checked(Inquiry(question=question, sources=chosen(workspace, scope)))
        asked = kept.ask(inquiry.question, id_of(conversation), instead_of)
        conversation = last(restored(kept.exchanges(asked.conversation_id)), stopped=False)
        return conversation, inquiry.model_copy(update={"history": conversation[-1].history})

    def put(
        question: str, conversation: Conversation, scope: list[str], instead_of: str | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Streams the growing transcript: text box, conversation, transcript. Only a whole answer is kept."""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip()
            return
        conversation = (*conversation, Exchange(question))
        try:
            conversation, inquiry = begun(question, conversation[:-1], scope, instead_of)
            yield gr.update(value="", submit_btn=False, stop_btn=True), conversation, shown(conversation)
            for answer in workspace.stream(inquiry):
                conversation = last(conversation, answer=answer)
                if answer.complete:
                    kept.answered(conversation[-1].id or "", answer)
                else:
                    yield gr.skip(), conversation, shown(conversation)
        except FootnoteError as error:
            conversation = last(conversation, error=str(error))
        except Exception:
            _log.exception("The question could not be answered")
            conversation = last(conversation, error="Something unforeseen went wrong; the server's log says what.")
        yield gr.update(submit_btn=True, stop_btn=False), conversation, shown(conversation)

    def put_suggested(event: gr.EventData, conversation: Conversation, scope: list[str]) -> Iterator[tuple[Any, ...]]:
        yield from put(str(event.question)[:LONGEST_QUESTION], conversation, scope)

    def put_edited(event: gr.EventData, conversation: Conversation, scope: list[str]) -> Iterator[tuple[Any, ...]]:
        yield from put(str(event.question)[:LONGEST_QUESTION], conversation, scope, str(event.id))

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
        kept.judge(exchange.id or "", verdict, reason)
        return conversation, shown(conversation)

    def at(address: str) -> tuple[Any, ...]:
        """The conversation that an address names, and the transcript of it."""
        conversation, linked, notice = _found(kept, address)
        return conversation, shown(conversation, linked, notice)

    def go(event: gr.EventData) -> tuple[Any, ...]:
        return gr.update(value="", submit_btn=True, stop_btn=False), *at(str(event.address))

    def opened(address: str, conversation: Conversation, scope: list[str]) -> tuple[Any, ...]:
        choices = scopes(workspace)
        still = [value for value in scope if value in {known for _, known in choices}]
        limits = gr.update(choices=choices, value=still, visible=len(choices) > 1)
        if conversation and "a" not in parse_qs(address.removeprefix("?")):
            return gr.skip(), shown(conversation), limits
        return *at(address), limits

    with gr.Row(elem_id="ask"):
        with gr.Column(elem_id="talk", min_width=0):
            bar = gr.HTML(render("talk_bar.html"), elem_id="talk-bar", apply_default_css=False, js_on_load=_ON_BAR)
            transcript = gr.HTML(
                elem_id="transcript", apply_default_css=False, js_on_load=_ON_TRANSCRIPT, value=render("loading.html")
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
        gr.HTML(
            render("panel.html", name="Sources", listed=True),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load="footnotes.listSources()",
        )

    conversation = gr.State(())
    address = gr.Textbox(visible=False)  # filled by the browser with what it was opened at
    outputs = [question, conversation, transcript]
    hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    asked: Any = {"inputs": [conversation, scope], "outputs": outputs, "concurrency_id": "ask", **hidden}
    asking: Any = [
        question.submit(put, **{**asked, "inputs": [question, conversation, scope]}, concurrency_limit=2),
        transcript.submit(put_suggested, **asked),
        transcript.edit(put_edited, **asked),
    ]
    question.stop(stopped, [conversation], outputs, cancels=asking, queue=False, **hidden)
    bar.open(go, None, outputs, cancels=asking, **hidden)
    for appears in (pages.load, tab.select):  # the library may have changed meanwhile
        appears(opened, [address, conversation, scope], [conversation, transcript, scope], js=_ADDRESS, **hidden)
    transcript.feedback(judge, [conversation], [conversation, transcript], **hidden)
    return AskPage(transcript, conversation, scope)


def exchange_of(event: gr.EventData, conversation: Conversation) -> Exchange | None:
    """The finished exchange that an event of the transcript is about."""
    index = event.index if isinstance(event.index, int) else -1
    exchange = conversation[index] if 0 <= index < len(conversation) else None
    return exchange if exchange and exchange.whole else None


def _found(kept: Conversations, address: str) -> tuple[Conversation, str | None, str | None]:
    """The conversation named by the query of an address, the answer it leads to, and what to say if it is gone."""
    query = parse_qs(address.removeprefix("?"))
    conversation_id, answer_id = query.get("c", [""])[0], query.get("a", [""])[0]
    if answer_id:
        exchange = kept.exchange(answer_id)
        if exchange is None:
            return (), None, "This answer was deleted."
        conversation_id = exchange.conversation_id
    conversation = restored(kept.exchanges(conversation_id)) if conversation_id else ()
    gone = conversation_id and not conversation
    return conversation, answer_id or None, "This conversation was deleted." if gone else None


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
