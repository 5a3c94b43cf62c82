"""The Library page: what is in it, whether it is sound, and the settings in force."""

from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import FootnoteError
from rag.settings import Settings
from ui.web.render import kind, render

if TYPE_CHECKING:
    from rag.library.health import Health
    from ui.workspace import Workspace


def library_page(workspace: "Workspace", tab: gr.Tab) -> None:
    """Builds the page inside the current Gradio block."""

    def shown() -> str:
        sources = workspace.library.sources()
        types = sorted({kind(source.media_type) for source in sources})
        return render(
            "library.html",
            figures=[
                ("Sources", f"{len(sources):,}"),
                ("Passages", f"{sum(source.chunks for source in sources):,}"),
                ("Characters", f"{sum(source.characters for source in sources):,}"),
                ("Changes so far", f"{workspace.library.revision:,}"),
            ],
            about=[
                ("Version", _version()),
                ("Folder", str(workspace.library.folder)),
                ("Kinds of sources", ", ".join(types) or "none"),
                ("Embedder", workspace.settings.embedder.model),
                ("Reranker", workspace.settings.reranker.model or "none"),
                ("Chat model", workspace.settings.chat.model or "none: answers quote the sources"),
            ],
            settings=list(_settings(workspace.settings)),
        )

    def check() -> Iterator[tuple[Any, ...]]:
        from rag.library import health

        yield from _examined(lambda: health.examine(workspace.library))

    def repair() -> Iterator[tuple[Any, ...]]:
        from rag.library import health

        yield from _examined(lambda: health.repair(workspace.library))

    with gr.Column(elem_id="library", min_width=0):
        overview = gr.HTML(apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="health-row"):
            look = gr.Button("Check the library", elem_id="check", scale=0, min_width=160)
            mend = gr.Button("Repair", elem_id="repair", variant="primary", visible=False, scale=0, min_width=100)
        found = gr.HTML(elem_id="health", apply_default_css=False, js_on_load=None)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(shown, None, [overview], **quiet)
    for button, work in ((look, check), (mend, repair)):
        button.click(work, None, [found, mend], **quiet, concurrency_id="health", concurrency_limit=1)


def _examined(work: "Any") -> Iterator[tuple[Any, ...]]:
    yield render("health.html", health=None), gr.update(visible=False)
    try:
        health: Health = work()
    except FootnoteError as error:
        yield render("problem.html", what=error.what, hint=error.hint), gr.update(visible=False)
    else:
        yield render("health.html", health=health), gr.update(visible=not health.ok)


def _settings(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Every setting as ``section.name``, its value and what it means; keys and passwords are masked by their type."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if not hasattr(value, "model_fields_set"):
            yield name, str(value), field.description or ""
            continue
        for inner, about in type(value).model_fields.items():
            yield f"{name}.{inner}", str(getattr(value, inner)), about.description or ""


def _version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "not installed as a package"
