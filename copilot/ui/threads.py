"""Conversations in the chat's sidebar: Chainlit's data layer on our own store, and the routes its page calls for them.

Nothing is kept twice: a conversation's messages are made from its answers. Chainlit knows a person by login alone, so every door here
asks who the browser is and lets the store decide whose conversation it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import uuid
from collections.abc import Mapping
from typing import Any

from chainlit.data.base import BaseDataLayer
from chainlit.types import PageInfo, PaginatedResponse
from chainlit.user import PersistedUser, User
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from copilot.answer import Answer
from copilot.errors import CopilotError, NotFound, NotSignedIn, StateUnavailable
from copilot.feedback import Feedback, Vote
from copilot.identity import Person, owner_of
from copilot.store import MAX_PAGE, MAX_TITLE, StoredAnswer, StoredThread
from copilot.ui import chainlit_shell
from copilot.ui.at_risk_card import at_risk_card
from copilot.ui.card import answer_cards, source_pages
from copilot.ui.context import UiContext, current
from copilot.ui.draft_card import drafts_of
from copilot.ui.labels import zone_of
from copilot.ui.markdown import safe_markdown
from copilot.ui.options_card import options_card
from copilot.ui.votes import run_of_answer, thumb_of

NAME = "Distribution Copilot"
RUN = "on_message"
"""What Chainlit calls the step around one question's answer; its page draws the thumbs of a step of this name."""
_UNUSED = "1970-01-01T00:00:00+00:00"


class ThreadLayer(BaseDataLayer):  # type: ignore[misc]
    """What Chainlit asks of a data layer. What it wants stored is stored already when it asks."""

    async def get_user(self, identifier: str) -> PersistedUser | None:
        return None  # a login alone does not say who it is: `create_user` is given the browser's handle, too

    async def create_user(self, user: User) -> PersistedUser | None:
        handle = user.metadata.get("browser")
        try:
            person = current().sign_ins.person(handle if isinstance(handle, str) else None)
        except NotSignedIn:
            # A page from before a restart: it may connect, owns nothing, and is told to sign in again by the chat itself.
            return PersistedUser(
                id="", identifier=user.identifier, metadata={"browser": handle}, createdAt=_UNUSED
            )
        return PersistedUser(
            id=owner_of(person),
            identifier=person.login,
            display_name=person.name,
            metadata={"browser": handle},
            createdAt=_UNUSED,
        )

    async def get_thread(self, thread_id: str) -> dict[str, Any] | None:
        """For a conversation whose owner is signed in at a browser now; Chainlit then compares the login."""
        return await asyncio.to_thread(_resumable, thread_id)

    async def get_thread_author(self, thread_id: str) -> str:
        found = await asyncio.to_thread(_resumable, thread_id)
        return str(found["userIdentifier"]) if found else ""

    async def list_threads(self, pagination: Any, filters: Any) -> PaginatedResponse[dict[str, Any]]:
        return PaginatedResponse(
            data=[], pageInfo=PageInfo(hasNextPage=False, startCursor=None, endCursor=None)
        )

    async def update_thread(
        self, thread_id: str, name: str | None = None, user_id: str | None = None, *_: Any, **__: Any
    ) -> None:
        """Called with the first question, before the page looks at its list again: the conversation begins. A rename comes by our
        own route."""
        if name and user_id:
            with contextlib.suppress(StateUnavailable, NotFound):  # the turn itself says so
                await asyncio.to_thread(current().copilot.store.begin, user_id, thread_id, name)

    async def delete_thread(self, thread_id: str) -> None:
        """Comes by our own route."""

    async def create_step(self, step_dict: Any) -> None:
        """A turn's answer is kept by the turn."""

    async def update_step(self, step_dict: Any) -> None: ...

    async def delete_step(self, step_id: str) -> None: ...

    async def create_element(self, element: Any) -> None: ...

    async def get_element(self, thread_id: str, element_id: str) -> None:
        return None

    async def delete_element(self, element_id: str, thread_id: str | None = None) -> None: ...

    async def upsert_feedback(self, feedback: Any) -> str:
        """A thumb comes by our own route (`copilot.ui.votes`), which knows whose it is."""
        return ""

    async def delete_feedback(self, feedback_id: str) -> bool:
        return False

    async def get_favorite_steps(self, user_id: str) -> list[Any]:
        return []

    async def build_debug_url(self) -> str:
        return ""

    async def close(self) -> None: ...


class _Pagination(BaseModel):
    first: int = Field(default=20, ge=1, le=MAX_PAGE)
    cursor: str | None = Field(default=None, max_length=40)


class _Filter(BaseModel):
    search: str | None = Field(default=None, max_length=200)


class _Wanted(BaseModel):
    pagination: _Pagination = _Pagination()
    filter: _Filter = _Filter()


class _Renamed(BaseModel):
    thread_id: str = Field(alias="threadId", max_length=40)
    name: str = Field(min_length=1, max_length=MAX_TITLE)


class _Deleted(BaseModel):
    thread_id: str = Field(alias="threadId", max_length=40)


def build_router(context: UiContext, shell: chainlit_shell.Shell) -> APIRouter:
    """The page's routes for conversations: they stand before Chainlit's own, which stay shut."""
    router = APIRouter(include_in_schema=False)

    def person(request: Request) -> Person:
        return context.sign_ins.person(chainlit_shell.handle_in(request.cookies))

    @router.get("/thread/{thread_id}")
    def page(thread_id: str, request: Request) -> Response:
        try:
            person(request)
        except NotSignedIn:
            return RedirectResponse("/login", status_code=303)
        return shell.response(request)

    @router.get("/thread/{thread_id}/export")
    def export(thread_id: str, request: Request) -> Response:
        """The conversation as a Markdown file; the same as `GET /api/v1/threads/{id}/export`, for a browser's sign-in."""
        try:
            who = person(request)
        except NotSignedIn:
            return RedirectResponse("/login", status_code=303)
        text = context.copilot.threads.as_markdown(who, thread_id)
        name = re.sub(r"[^\w-]", "", thread_id)[:40]
        headers = {
            "content-disposition": f'attachment; filename="conversation-{name}.md"',
            "cache-control": "no-store",
        }
        return PlainTextResponse(text, media_type="text/markdown", headers=headers)

    @router.post("/project/threads")
    def listed(wanted: _Wanted, request: Request) -> Response:
        who = person(request)
        found = context.copilot.threads.page(
            who,
            limit=wanted.pagination.first,
            before=wanted.pagination.cursor,
            search=wanted.filter.search or "",
        )
        data = [
            {"id": one["thread_id"], "createdAt": one["last_at"], "name": one["title"], "userIdentifier": who.login, "steps": []}
            for one in found["threads"]
        ]  # fmt: skip
        info = {
            "hasNextPage": found["next"] is not None,
            "startCursor": data[0]["id"] if data else None,
            "endCursor": found["next"],
        }
        return JSONResponse({"data": data, "pageInfo": info}, headers={"cache-control": "no-store"})

    @router.get("/project/thread/{thread_id}")
    def opened(thread_id: str, request: Request) -> Response:
        who = person(request)
        store = context.copilot.store
        thread = store.thread(thread_id, owner_of(who))
        given = store.answers_of(thread_id, owner_of(who))
        return JSONResponse(_thread(thread, given, who, context), headers={"cache-control": "no-store"})

    @router.put("/project/thread")
    def renamed(body: _Renamed, request: Request) -> Response:
        context.copilot.threads.rename(person(request), body.thread_id, body.name)
        return JSONResponse({"success": True})

    @router.delete("/project/thread")
    def deleted(body: _Deleted, request: Request) -> Response:
        context.copilot.threads.delete(person(request), body.thread_id)
        return JSONResponse({"success": True})

    return router


def _resumable(thread_id: str) -> dict[str, Any] | None:
    context = current()
    try:
        thread = context.copilot.store.find_thread(thread_id)
        if thread is None:
            return None
        person = context.sign_ins.signed_in_as(thread.owner)
        if person is None:
            return None
        given = context.copilot.store.answers_of(thread_id, thread.owner)
    except (CopilotError, NotFound):
        return None
    return _thread(thread, given, person, context)


def _thread(
    thread: StoredThread, given: list[StoredAnswer], person: Person, context: UiContext
) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    elements: list[dict[str, Any]] = []
    feedback = Feedback(context.copilot.store, context.copilot.settings.data_dir)
    votes = feedback.of([one.answer_id for one in given])
    for one in given:
        drawn = _drawn(one, thread.thread_id, person, context, votes.get(one.answer_id))
        steps += drawn[0]
        elements += drawn[1]
    return {
        "id": thread.thread_id,
        "createdAt": thread.begun_at,
        "name": thread.title,
        "userId": thread.owner,
        "userIdentifier": person.login,
        "tags": [],
        "metadata": {},
        "steps": steps,
        "elements": elements,
    }


def _drawn(
    one: StoredAnswer, thread_id: str, person: Person, context: UiContext, vote: Vote | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The two messages of a turn, the run that carries its thumb, and the cards; their ids are the same each time."""
    answer = Answer.from_json(one.body)
    shared = {"threadId": thread_id, "createdAt": one.answered_at, "start": one.answered_at, "end": one.answered_at,
              "streaming": False, "metadata": {}, "tags": [], "parentId": None, "isError": False, "input": ""}  # fmt: skip
    asked_id, told_id, run_id = _id(one, "asked"), _id(one, "told"), run_of_answer(one.answer_id)
    text = safe_markdown(answer.text, sources=source_pages(answer), odoo_address=context.odoo_address)
    steps = [
        {**shared, "id": asked_id, "type": "user_message", "name": person.login, "output": answer.question},
        {**shared, "id": run_id, "type": "run", "name": RUN, "output": "", "parentId": asked_id, "feedback": thumb_of(vote, run_id)},
        {**shared, "id": told_id, "type": "assistant_message", "name": NAME, "output": text, "parentId": run_id},
    ]  # fmt: skip
    cards: list[tuple[str, Mapping[str, Any]]] = [
        ("AnswerCard", props) for props in answer_cards(answer, zone=zone_of(person.user.timezone))
    ]
    if at_risk := at_risk_card(answer, odoo_address=context.odoo_address):
        cards.append(("AtRiskCard", at_risk))
    if options := options_card(answer):
        cards.append(("OptionsCard", options))
    cards += [("DraftCard", props) for props in drafts_of(context, person, answer)]
    elements = [
        {
            "id": _id(one, f"card {number}"), "threadId": thread_id, "type": "custom", "name": name, "display": "inline",
            "props": dict(props), "forId": told_id, "mime": "application/json",
        }
        for number, (name, props) in enumerate(cards)
    ]  # fmt: skip
    return steps, elements


def _id(one: StoredAnswer, part: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{one.answer_id} {part}"))
