"""What the page fetches about conversations: their list, their export, an answer to copy, questions to follow it.

Changes come as PATCH and DELETE, which a browser sends to another site only with that site's leave.
"""

import re
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, Response
from pydantic import BaseModel, Field

from rag.library.conversations import LONGEST_TITLE
from ui.web.export import answer_as_markdown, as_html, as_json, as_markdown
from ui.web.follow_ups import FollowUps
from ui.web.render import render

if TYPE_CHECKING:
    from ui.workspace import Workspace

_FORMATS = {
    "md": (as_markdown, "text/markdown"),
    "html": (as_html, "text/html"),
    "json": (as_json, "application/json"),
}
_SHOWN = 300  # conversations in the list; a search looks at all of them


class NewTitle(BaseModel):
    """What a conversation is to be called."""

    title: Annotated[str, Field(min_length=1, max_length=4 * LONGEST_TITLE)]


def conversation_routes(workspace: "Workspace") -> APIRouter:
    """The routes under ``/view/conversations`` and ``/view/answers``."""
    router = APIRouter(prefix="/view", default_response_class=HTMLResponse)
    kept = workspace.library.conversations
    follow_ups = FollowUps(workspace)

    @router.get("/conversations")
    def conversations(q: Annotated[str, Query(max_length=200)] = "", opened: str = "") -> str:
        found = kept.list(q)
        return render("kept_list.html", found=found[:_SHOWN], more=len(found) - _SHOWN, words=q.strip(), opened=opened)

    @router.patch("/conversations/{conversation_id}", status_code=204)
    def rename(conversation_id: str, new: NewTitle) -> Response:
        kept.rename(conversation_id, new.title)
        return Response(status_code=204)

    @router.delete("/conversations/{conversation_id}", status_code=204)
    def delete(conversation_id: str) -> Response:
        kept.delete(conversation_id)
        return Response(status_code=204)

    @router.get("/conversations/{conversation_id}/export.{form}")
    def export(conversation_id: str, form: Literal["md", "html", "json"]) -> Response:
        conversation = kept.get(conversation_id)
        if conversation is None:
            return _gone("This conversation was deleted.")
        write, media_type = _FORMATS[form]
        # As a download it is never a page of this site.
        name = f"{_file_name(conversation.title)}.{form}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        text = write(conversation, kept.exchanges(conversation_id))
        return Response(text.encode("utf-8", "replace"), media_type=f"{media_type}; charset=utf-8", headers=headers)

    @router.get("/answers/{answer_id}.md")
    def markdown(answer_id: str) -> Response:
        exchange = kept.exchange(answer_id)
        return PlainTextResponse(answer_as_markdown(exchange)) if exchange else _gone("This answer was deleted.")

    @router.get("/answers/{answer_id}/follow-ups")
    def following(answer_id: str) -> str:
        return render("follow_ups.html", questions=follow_ups.of(answer_id))

    return router


def _gone(what: str) -> HTMLResponse:
    return HTMLResponse(render("problem.html", what=what, hint=""), status_code=404)


def _file_name(title: str) -> str:
    """A title as letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].rstrip("-") or "conversation"
