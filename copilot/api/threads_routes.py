"""Conversations over HTTP: list, open, rename, delete, export. Whose they are is decided where they are kept."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from pydantic import BaseModel, Field

from copilot.conversation import Copilot
from copilot.identity import Person
from copilot.store import MAX_PAGE, MAX_TITLE

ThreadId = Annotated[str, Path(max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]


class Title(BaseModel):
    """What a conversation is called from now on."""

    title: str = Field(min_length=1, max_length=MAX_TITLE)


def build_router(copilot: Copilot, signed_in: Callable[..., Person]) -> APIRouter:
    """The routes of a person's own conversations."""
    router = APIRouter(prefix="/api/v1/threads")
    Who = Annotated[Person, Depends(signed_in)]

    @router.get("")
    def threads(
        person: Who,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
        before: Annotated[str | None, Query(max_length=40)] = None,
        search: Annotated[str, Query(max_length=200)] = "",
    ) -> dict[str, Any]:
        """Your conversations, the last used first; `next` is the `before` of the next page."""
        return copilot.threads.page(person, limit=limit, before=before, search=search)

    @router.get("/{thread_id}")
    def thread(thread_id: ThreadId, person: Who) -> dict[str, Any]:
        """A conversation with its answers."""
        return copilot.threads.open(person, thread_id)

    @router.patch("/{thread_id}")
    def rename(thread_id: ThreadId, body: Title, person: Who) -> dict[str, Any]:
        """Give a conversation another title."""
        return copilot.threads.rename(person, thread_id, body.title)

    @router.delete("/{thread_id}", status_code=204)
    def delete(thread_id: ThreadId, person: Who) -> None:
        """Delete a conversation. Its answers stay on record for audits."""
        copilot.threads.delete(person, thread_id)

    @router.get("/{thread_id}/export")
    def export(
        thread_id: ThreadId, person: Who, format: Literal["markdown", "json"] = "markdown"
    ) -> Response:
        """A conversation as a file."""
        kind, name = ("md", "markdown") if format == "markdown" else ("json", "json")
        headers = {"Content-Disposition": f'attachment; filename="conversation-{thread_id}.{kind}"'}
        if format == "json":
            return JSONResponse(copilot.threads.open(person, thread_id), headers=headers)
        return PlainTextResponse(
            copilot.threads.as_markdown(person, thread_id), media_type=f"text/{name}", headers=headers
        )

    return router
