"""The thumbs under an answer in the chat: the page's calls for them, and how a thumb finds its answer.

Chainlit's page votes on the run around an answer. An answer of the chat is called like its run, so a thumb finds it after a reload and
after a restart, and nothing has to remember which belongs to which.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from copilot.api.routes import refusal
from copilot.errors import CopilotError, NotFound
from copilot.feedback import MOST_COMMENT, Feedback, Vote
from copilot.identity import Person
from copilot.ui import chainlit_shell
from copilot.ui.context import UiContext

UP, DOWN = 1, 0
"""The values of Chainlit's thumbs."""
_NO_ANSWER = "There is no answer of yours behind this thumb, so nothing was kept."


def answer_of_run(run_id: str) -> str:
    """The id of the answer that a run of the chat ends in. Raises NotFound: it is no run's id."""
    try:
        return uuid.UUID(run_id).hex
    except ValueError:
        raise NotFound(_NO_ANSWER) from None


def run_of_answer(answer_id: str) -> str:
    """The run that an answer is drawn in; an id of another form (an old one, a test's) stands for itself."""
    try:
        return str(uuid.UUID(answer_id))
    except ValueError:
        return answer_id


def thumb_of(vote: Vote | None, run_id: str) -> dict[str, Any] | None:
    """A vote as Chainlit's page draws it."""
    if vote is None:
        return None
    value = UP if vote.opinion == "good" else DOWN
    return {"id": run_id, "forId": run_id, "value": value, "comment": vote.comment or None}


class _Thumb(BaseModel):
    run_id: str = Field(alias="forId", max_length=40)
    value: Literal[0, 1]
    comment: str | None = Field(default=None, max_length=MOST_COMMENT)


class _Voted(BaseModel):
    feedback: _Thumb


class _Withdrawn(BaseModel):
    run_id: str = Field(alias="feedbackId", max_length=40)


def build_router(context: UiContext) -> APIRouter:
    """The page's routes for thumbs: they stand before Chainlit's own, which stay shut."""
    router = APIRouter(include_in_schema=False)
    feedback = Feedback(context.copilot.store, context.copilot.settings.data_dir)

    def person(request: Request) -> Person:
        return context.sign_ins.person(chainlit_shell.handle_in(request.cookies))

    @router.put("/feedback")
    def voted(body: _Voted, request: Request) -> Response:
        thumb = body.feedback
        with _said_to_the_page():
            vote = feedback.bad if thumb.value == DOWN else feedback.good
            vote(person(request), answer_of_run(thumb.run_id), comment=thumb.comment or "")
        return JSONResponse({"success": True, "feedbackId": thumb.run_id})

    @router.delete("/feedback")
    def withdrawn(body: _Withdrawn, request: Request) -> Response:
        with _said_to_the_page():
            feedback.withdraw(person(request), answer_of_run(body.run_id))
        return JSONResponse({"success": True})

    return router


@contextmanager
def _said_to_the_page() -> Iterator[None]:
    """Chainlit's page shows the ``detail`` of a refusal."""
    try:
        yield
    except CopilotError as error:
        status, sentence = refusal(error)
        raise HTTPException(status, sentence) from None
