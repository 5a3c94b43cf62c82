"""The Sources page: add files and addresses, see what became of each, read and remove sources."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from ingest.targets import Target
from rag.errors import FootnoteError
from ui.web.adding import add, addresses, uploads
from ui.web.render import render

if TYPE_CHECKING:
    from ui.workspace import Workspace

_ON_LOAD = "footnotes.table(element, source => trigger('remove', {source}))"


def sources_page(workspace: "Workspace", tab: gr.Tab) -> None:
    """Builds the page inside the current Gradio block."""

    def listed(problem: str | None = None) -> str:
        return render("sources_table.html", sources=workspace.library.sources(), problem=problem)

    def put(targets: list[Target]) -> Iterator[tuple[Any, ...]]:
        for adding in add(workspace, targets):
            yield render("adding.html", adding=adding), listed() if adding.finished else gr.skip()

    def put_files(paths: list[str] | None, collection: str) -> Iterator[tuple[Any, ...]]:
        try:
            for shown in put(uploads(paths or [], collection.strip() or None)):
                yield *shown, gr.skip()
        finally:
            for path in paths or []:  # Gradio's copies are no longer needed
                with suppress(OSError):
                    Path(path).unlink()
        yield gr.skip(), gr.skip(), None

    def put_addresses(text: str, collection: str) -> Iterator[tuple[Any, ...]]:
        for shown in put(addresses(text, collection.strip() or None)):
            yield *shown, ""

    def remove(event: gr.EventData) -> str:
        try:
            workspace.remove([str(event.source)])
        except FootnoteError as error:
            return listed(str(error))
        return listed()

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
                    label="Address of a web page or document",
                    placeholder="https://…",
                    max_length=4_000,
                    container=True,
                    submit_btn="Add",
                )
                collection = gr.Textbox(
                    elem_id="collection", label="Collection", placeholder="None", max_length=100, scale=0, min_width=150
                )
            progress = gr.HTML(elem_id="adding", apply_default_css=False, js_on_load=None)
            table = gr.HTML(elem_id="shelf-table", apply_default_css=False, js_on_load=_ON_LOAD)
        gr.HTML(
            render("panel.html", name="Source", listed=False, hint="Choose a source to read it as Footnote does."),
            elem_classes="panel-slot",
            apply_default_css=False,
            js_on_load=None,
        )

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(listed, None, [table], **quiet)
    # One ingestion runs at a time anyway; the others wait in the queue.
    adding: dict[str, Any] = {**quiet, "concurrency_id": "add", "concurrency_limit": 1}
    files.upload(put_files, [files, collection], [progress, table, files], **adding)
    address.submit(put_addresses, [address, collection], [progress, table, address], **adding)
    table.remove(remove, None, [table], **quiet)
