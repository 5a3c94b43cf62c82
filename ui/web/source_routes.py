"""What the page fetches about one source: its own page, hits within it, and its pages as images."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response

from rag.errors import FootnoteError
from ui.web.guide import Guide, contents
from ui.web.paper import Paper
from ui.web.render import render
from ui.web.within import LONGEST, search

if TYPE_CHECKING:
    from ui.workspace import Workspace

_MINUTES = {"cache-control": "private, max-age=300"}

Number = Annotated[int, Path(ge=1, le=1_000_000)]
Offset = Annotated[int, Query(ge=0)]


def source_routes(workspace: "Workspace") -> APIRouter:
    """The routes under ``/view`` that `sources.js` fetches fragments of HTML from."""
    router = APIRouter(prefix="/view", default_response_class=HTMLResponse)
    guide, paper = Guide(workspace), Paper(workspace)
    library = workspace.library

    @router.get("/about/{source_id}")
    def about(source_id: str) -> HTMLResponse:
        def made() -> str:
            text = library.text(source_id)
            return render(
                "about.html",
                source=library.source(source_id),
                health=text.metadata.get("health"),
                contents=contents(text),
                sentences=guide.sentences(text),
                versions=library.versions(source_id),
                mentions=library.cited_in(source_id),
                collections=sorted({s.collection for s in library.sources() if s.collection}),
                pages=len(text.pages),
            )

        return _answer(made)

    @router.get("/about/{source_id}/questions")
    def questions(source_id: str) -> HTMLResponse:
        return _answer(lambda: render("source_questions.html", questions=guide.questions(library.text(source_id))))

    @router.get("/find/{source_id}")
    def find(source_id: str, q: Annotated[str, Query(max_length=LONGEST)] = "") -> HTMLResponse:
        def made() -> str:
            text = library.text(source_id)
            return render(
                "found.html", source_id=source_id, version=text.version, query=q, found=search(workspace, text, q)
            )

        return _answer(made)

    @router.get("/page/{source_id}/{number}")
    def page(
        source_id: str, number: Number, version: int | None = None, start: Offset = 0, end: Offset = 0
    ) -> HTMLResponse:
        def made() -> str:
            text = library.text(source_id, version)
            drawn = paper.page(text, number, start, end)
            return render("page.html", source_id=source_id, text=text, page=drawn, start=start, end=end)

        return _answer(made)

    @router.get("/page/{source_id}/{number}/image.png")
    def image(
        source_id: str, number: Number, version: int | None = None, start: Offset = 0, end: Offset = 0
    ) -> Response:
        try:
            drawn = paper.page(library.text(source_id, version), number, start, end)
        except FootnoteError as error:
            return HTMLResponse(render("problem.html", what=error.what, hint=error.hint), status_code=404)
        return Response(drawn.png, media_type="image/png", headers=_MINUTES)

    return router


def _answer(made: Callable[[], str]) -> HTMLResponse:
    try:
        return HTMLResponse(made())
    except FootnoteError as error:
        return HTMLResponse(render("problem.html", what=error.what, hint=error.hint), status_code=404)
