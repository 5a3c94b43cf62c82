"""The Library page: what is in it, whether it is sound, and the settings in force."""

import re
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.errors import FootnoteError
from rag.settings import Settings
from ui.offering import offer
from ui.web.render import kind, render

if TYPE_CHECKING:
    from rag.library.health import Health
    from ui.workspace import Workspace

_PASSWORD = re.compile(r"//[^/@\s]+@")


def library_page(workspace: "Workspace", tab: gr.Tab) -> None:
    """Builds the page inside the current Gradio block."""

    def check() -> Iterator[tuple[Any, ...]]:
        from rag.library import health

        yield from _examined(lambda: health.examine(workspace.library), "Comparing catalogue, vectors and postings …")

    def repair() -> Iterator[tuple[Any, ...]]:
        yield from _examined(lambda: _mended(workspace), "Mending what can be made again …", mended=True)

    with gr.Column(elem_id="library", min_width=0):
        about = gr.HTML(render("library_loading.html"), apply_default_css=False, js_on_load=None)
        with gr.Row(elem_id="health-row"):
            look = gr.Button("Check the library", elem_id="check", scale=0, min_width=160)
            mend = gr.Button("Repair", elem_id="repair", variant="primary", visible=False, scale=0, min_width=100)
        found = gr.HTML(elem_id="health", apply_default_css=False, js_on_load=None)

    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    tab.select(lambda: overview(workspace), None, [about], **quiet)
    for button, work in ((look, check), (mend, repair)):
        button.click(work, None, [found, mend], **quiet, concurrency_id="health", concurrency_limit=1)


def overview(workspace: "Workspace") -> str:
    """What is in the library, what it is read with, and the settings in force."""
    try:
        return render("library.html", **_facts(workspace), settings=list(_settings(workspace.settings)))
    except FootnoteError as error:
        return render("problem.html", what=error.what, hint=error.hint)


def _facts(workspace: "Workspace") -> dict[str, Any]:
    library, settings = workspace.library, workspace.settings
    sources = library.sources()
    found = offer(settings.chat)
    return {
        "figures": [
            ("Sources", f"{len(sources):,}"),
            ("Passages", f"{sum(source.chunks for source in sources):,}"),
            ("Characters", f"{sum(source.characters for source in sources):,}"),
            ("Conversations", f"{len(library.conversations.list()):,}"),
            ("Changes so far", f"{library.revision:,}"),
        ],
        "about": {
            "Models": [
                ("Embedder", settings.embedder.model),
                ("Reranker", settings.reranker.model or "none"),
                ("Chat model", settings.chat.model or "none: answers quote the sources"),
                *([("Models found", found)] if found else []),
            ],
            "This library": [
                ("Kinds of sources", ", ".join(sorted({kind(source.media_type) for source in sources})) or "none"),
                ("Folder", str(library.folder)),
                ("Version", _version()),
            ],
        },
    }


def _examined(work: "Callable[[], Health]", doing: str, *, mended: bool = False) -> Iterator[tuple[Any, ...]]:
    yield render("health.html", health=None, doing=doing), gr.update(visible=False)
    try:
        health = work()
    except FootnoteError as error:
        yield render("problem.html", what=error.what, hint=error.hint), gr.update(visible=False)
    else:
        yield render("health.html", health=health, mended=mended), gr.update(visible=not health.ok and not mended)


def _mended(workspace: "Workspace") -> "Health":
    """Repairs the library, embedding anew what has lost its vector."""
    from rag.library import health

    found = health.repair(workspace.library)
    if any(check.name == "embeddings" and not check.ok for check in found.checks):
        workspace.rebuild()
        found = health.examine(workspace.library)
    return found


def _settings(settings: Settings) -> Iterator[tuple[str, str, str, bool]]:
    """Every setting as ``section.name``, its value, what it means, and whether it differs from what it is by default.

    Keys and passwords are masked: keys by their type, passwords where they stand in an address.
    """
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if not hasattr(value, "model_fields_set"):
            usual = field.get_default(call_default_factory=True)
            yield name, str(value), field.description or "", value != usual
            continue
        for inner, about in type(value).model_fields.items():
            own = getattr(value, inner)
            yield f"{name}.{inner}", _shown(own), about.description or "", own != about.get_default()


def _shown(value: object) -> str:
    return "none" if value is None else _PASSWORD.sub("//**********@", str(value))


def _version() -> str:
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "not installed as a package"
