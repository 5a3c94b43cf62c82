"""The Sources page: add files and addresses, see what became of each, read, file, update and remove sources."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from ingest.targets import Target
from rag.errors import FootnoteError
from ui.web.adding import Additions, addresses, again, uploads
from ui.web.removals import Removals
from ui.web.render import render

if TYPE_CHECKING:
    from ui.workspace import Workspace

# The page's own script tells what was clicked; see static/sources.js.
_ON_LOAD = """sources.shelf(element, {
    cancel: data => trigger('cancel', data),
    describe: data => trigger('describe', data),
    remove: data => trigger('remove', data),
    renew: data => trigger('renew', data),
    scope: data => trigger('scope', data),
    undo: data => trigger('undo', data),
})"""
_MOST_AT_ONCE = 1_000  # sources removed by one click


@dataclass(frozen=True)
class SourcesPage:
    """What other pages hang on to: `shelf` tells which sources the chat is to be limited to."""

    shelf: Any


def sources_page(workspace: "Workspace", tab: gr.Tab) -> SourcesPage:
    """Builds the page inside the current Gradio block."""
    additions, removals = Additions(workspace), Removals(workspace)

    def listed() -> str:
        return render(
            "sources_table.html", sources=workspace.library.sources(), about=workspace.library.catalogue.about()
        )

    def told(kind: str, words: str, source: str = "", undo: str = "") -> str:
        return render("notice.html", kind=kind, words=words, source=source, undo=undo)

    def put(targets: Callable[[], list[Target]]) -> Iterator[tuple[Any, ...]]:
        """Progress, notice and table."""
        try:
            wanted = targets()
        except FootnoteError as error:
            yield gr.skip(), told("problem", str(error)), gr.skip()
            return
        for adding in additions.add(wanted):
            yield render("adding.html", adding=adding), "", listed() if adding.finished else gr.skip()

    def put_files(paths: list[str] | None, collection: str) -> Iterator[tuple[Any, ...]]:
        try:
            for shown in put(lambda: uploads(paths or [], collection.strip() or None)):
                yield *shown, gr.skip()
        finally:
            for path in paths or []:  # Gradio's copies are no longer needed
                with suppress(OSError):
                    Path(path).unlink()
        yield gr.skip(), gr.skip(), gr.skip(), None

    def put_addresses(text: str, collection: str) -> Iterator[tuple[Any, ...]]:
        for shown in put(lambda: addresses(text, collection.strip() or None)):
            yield *shown, ""

    def renew(event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        yield from put(lambda: again(workspace, workspace.library.source(str(event.source))))

    def cancel(event: gr.EventData) -> None:
        additions.stop(str(event.token))

    def remove(event: gr.EventData) -> tuple[str, str]:
        wanted = [str(one) for one in event.sources][:_MOST_AT_ONCE]
        try:
            token, titles = removals.remove(wanted)
        except FootnoteError as error:
            return told("problem", str(error)), listed()
        return told("removed", f"{named(titles)} removed.", " ".join(wanted), token), listed()

    def undo(event: gr.EventData) -> tuple[str, str]:
        try:
            titles = removals.undo(str(event.token))
        except FootnoteError as error:
            return told("problem", str(error)), listed()
        return told("restored", f"{named(titles)} back in the library."), listed()

    def describe(event: gr.EventData) -> tuple[str, str]:
        source = str(event.source)
        try:
            workspace.describe(source, title=str(event.title), collection=str(event.collection), tags=str(event.tags))
        except FootnoteError as error:
            return told("refused", str(error), source), gr.skip()
        return told("described", "Saved.", source), listed()

    with gr.Row(elem_id="sources"):
        with gr.Column(elem_id="shelf", min_width=0):
            gr.HTML(render("sources_head.html"), apply_default_css=False, js_on_load=None)
            files = gr.File(
                elem_id="drop",
                label="Files to add",
                show_label=False,
                file_count="multiple",
                type="filepath",
                height=104,
            )
            with gr.Row(elem_id="address-row"):
                address = gr.Textbox(
                    elem_id="address",
                    label="Addresses of web pages or documents, one a line",
                    placeholder="https://…",
                    max_lines=6,
                    max_length=20_000,
                    container=True,
                    submit_btn="Add",
                )
                collection = gr.Textbox(
                    elem_id="collection", label="Collection", placeholder="None", max_length=100, scale=0, min_width=150
                )
            progress = gr.HTML(elem_id="adding", apply_default_css=False, js_on_load=None)
            notice = gr.HTML(elem_id="notice", apply_default_css=False, js_on_load=None)
            gr.HTML(render("sources_tools.html"), elem_id="shelf-tools", apply_default_css=False, js_on_load=None)
            table = gr.HTML(
                render("shelf_loading.html"), elem_id="shelf-table", apply_default_css=False, js_on_load=_ON_LOAD
            )
        gr.HTML(
            render("panel.html", name="Source", listed=False, hint="Choose a source to see what is in it."),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load=None,
        )

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    at_once: dict[str, Any] = {**quiet, "queue": False}
    tab.select(listed, None, [table], **quiet)
    # One ingestion runs at a time anyway; the others wait in the queue.
    adding: dict[str, Any] = {**quiet, "concurrency_id": "add", "concurrency_limit": 1}
    shown = [progress, notice, table]
    files.upload(put_files, [files, collection], [*shown, files], **adding)
    address.submit(put_addresses, [address, collection], [*shown, address], **adding)
    table.renew(renew, None, shown, **adding)
    table.cancel(cancel, None, None, **at_once)
    table.remove(remove, None, [notice, table], **quiet)
    table.undo(undo, None, [notice, table], **quiet)
    table.describe(describe, None, [notice, table], **quiet)
    return SourcesPage(table)


def limit_chat_from(page: SourcesPage, tabs: gr.Tabs, scope: Any, choices: Callable[[], list[tuple[str, str]]]) -> None:
    """Makes "ask only these" on the Sources page open the Ask page with just those sources or collections chosen."""

    def chosen(event: gr.EventData) -> tuple[Any, Any]:
        known = choices()
        wanted = {str(one) for one in event.scope}
        value = [value for _, value in known if value in wanted]
        return gr.update(selected="ask"), gr.update(choices=known, value=value, visible=True)

    page.shelf.scope(chosen, None, [tabs, scope], show_progress="hidden", api_visibility="private")


def named(titles: Sequence[str]) -> str:
    """One title, or how many there are, as the beginning of a sentence."""
    return f"“{titles[0]}” is" if len(titles) == 1 else f"{len(titles)} sources are"
