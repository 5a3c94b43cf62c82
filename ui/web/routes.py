"""What the page fetches beside Gradio's events: a source around a quote, the list of sources, our static files."""

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from rag.errors import FootnoteError, SourceError
from rag.library.library import Library
from rag.schema import Citation, Passage
from ui.web.excerpt import AROUND, excerpt
from ui.web.render import render
from ui.web.runs import runs, runs_folder

if TYPE_CHECKING:
    from ui.workspace import Workspace

_FURTHEST = 400_000


def routes(workspace: "Workspace") -> APIRouter:
    """The routes under ``/view``. They answer with fragments of HTML that the page puts in its source panel."""
    router = APIRouter(prefix="/view", default_response_class=HTMLResponse)

    @router.get("/sources")
    def sources() -> str:
        return render("source_list.html", sources=workspace.library.sources())

    @router.get("/source/{source_id}")
    def source(
        source_id: str,
        version: int | None = None,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        around: Annotated[int, Query(ge=1_000, le=_FURTHEST)] = AROUND,
        answer: str | None = None,
    ) -> HTMLResponse:
        try:
            return HTMLResponse(_source(workspace.library, source_id, version, start, end, around))
        except FootnoteError as error:
            kept = _words_kept(workspace.library, answer, source_id, version, start, end)
            html = kept or render("problem.html", what=error.what, hint=error.hint)
            return HTMLResponse(html, status_code=404)

    @router.get("/run/{name}/{part}")
    def run(name: str, part: Literal["report.html", "results.csv"]) -> Response:
        if name not in runs(workspace):
            return HTMLResponse(render("problem.html", what="There is no such run.", hint=""), status_code=404)
        # As a download it is never a page of this site.
        return FileResponse(runs_folder(workspace) / name / part, filename=f"{name}-{part}")

    return router


def _source(library: Library, source_id: str, version: int | None, start: int, end: int, around: int) -> str:
    text = library.text(source_id, version)
    start, end = min(start, len(text.text)), min(end, len(text.text))
    page = max((p for p in text.pages if p.start <= start), key=lambda p: p.start, default=None)
    heading = max((h for h in text.headings if h.start <= start), key=lambda h: h.start, default=None)
    source = library.source(source_id)
    drawable = bool(text.pages) and library.originals.has(library.catalogue.content_of(text.version) or "")
    return render(
        "source.html",
        source=source,
        version=text.version,
        changed=text.version != source.version,
        shown=excerpt(text, start, max(start, end), around),
        start=start,
        end=end,
        wider=min(around * 4, _FURTHEST) if around < _FURTHEST else None,
        page=page.number if page and end > start else None,
        paper=(page or text.pages[0]).number if drawable else None,
        heading=heading.title if heading and end > start and heading.title != text.title else None,
    )


def _words_kept(
    library: Library, answer_id: str | None, source_id: str, version: int | None, start: int, end: int
) -> str | None:
    """The words of a source that is no longer there, as they are kept in an answer."""
    exchange = library.conversations.exchange(answer_id) if answer_id else None
    if exchange is None or exchange.answer is None:
        return None
    here = (source_id, version, start, end)
    cited: tuple[Citation | Passage, ...] = (*exchange.answer.citations, *exchange.answer.passages)
    found = next((one for one in cited if (one.source_id, one.version, one.start, one.end) == here), None)
    if found is None:
        return None
    quote = found.quote if isinstance(found, Citation) else found.text
    passage = found.passage if isinstance(found, Citation) else found.text
    before, quoted, after = passage.partition(quote)
    try:
        changed = library.source(source_id).id
    except SourceError:
        changed = None
    return render("kept_words.html", cited=found, before=before, quoted=quoted or quote, after=after, changed=changed)
