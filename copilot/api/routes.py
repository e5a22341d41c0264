"""HTTP routes. Their names and JSON are DESIGN's contract; the OpenAPI page is at /docs."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
import json
import logging
from collections.abc import AsyncIterator, Callable
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field, SecretStr

from copilot.answer import MAX_QUESTION_BYTES, Done, Progress, Question, TextPart
from copilot.conversation import Copilot
from copilot.drafts.errors import DraftError, DraftRefused, NotYours, Stopped
from copilot.errors import (
    CopilotError,
    NotFound,
    NotPermitted,
    NotSignedIn,
    QuestionError,
    StateUnavailable,
    TooMany,
)
from copilot.feedback import MOST_COMMENT, Feedback
from copilot.identity import Person
from copilot.ui.streaming import from_thread
from erp_tools.actions.action import CannotDraft
from erp_tools.errors import (
    AccessDenied,
    OdooError,
    OdooUnavailable,
    SessionEnded,
    SignInBraked,
    SignInRefused,
)
from retrieval.errors import RetrievalError

log = logging.getLogger(__name__)

MAX_TOP = 50

_STATUS: tuple[tuple[type[Exception], int], ...] = (
    (QuestionError, 422),
    (NotSignedIn, 401),
    (NotPermitted, 403),
    (TooMany, 429),
    (NotFound, 404),
    (NotYours, 403),
    (Stopped, 423),
    (DraftRefused, 422),
    (DraftError, 409),
    (CannotDraft, 422),
    (StateUnavailable, 503),
    (SignInRefused, 401),
    (SessionEnded, 401),
    (SignInBraked, 429),
    (AccessDenied, 403),
    (OdooUnavailable, 503),
    (OdooError, 502),
    (RetrievalError, 503),
    (CopilotError, 500),
)


class SignIn(BaseModel):
    """Odoo login and password or API key."""

    login: str = Field(min_length=1, max_length=200)
    password: SecretStr = Field(min_length=1, max_length=500)


class SignedIn(BaseModel):
    token: str
    name: str
    roles: list[str]


class Opinion(BaseModel):
    """What is good or wrong about an answer, in a person's words."""

    comment: str = Field(default="", max_length=MOST_COMMENT)


class Ask(BaseModel):
    """A question, and the conversation it belongs to."""

    text: str = Field(max_length=20 * MAX_QUESTION_BYTES)
    thread_id: str | None = Field(default=None, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")


def signed_in_at(copilot: Copilot) -> Callable[..., Person]:
    """The dependency that tells who asks, by their bearer token."""
    bearer = HTTPBearer(auto_error=False)

    def signed_in(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Person:
        if credentials is None:
            raise NotSignedIn(
                "Sign in first: POST /api/v1/session with your Odoo login, then send the token as a bearer token."
            )
        return copilot.identity.by_token(credentials.credentials)

    return signed_in


def build_router(copilot: Copilot) -> APIRouter:
    """All routes, on one copilot."""
    router = APIRouter()
    signed_in = signed_in_at(copilot)
    feedback = Feedback(copilot.store, copilot.settings.data_dir)
    Who = Annotated[Person, Depends(signed_in)]

    @router.post("/api/v1/session")
    def sign_in(body: SignIn) -> SignedIn:
        """Sign in with Odoo's own credentials; the token is sent as a bearer token afterwards."""
        person = copilot.identity.sign_in(body.login, body.password.get_secret_value())
        return SignedIn(token=person.token, name=person.name, roles=sorted(person.roles))

    @router.delete("/api/v1/session", status_code=204)
    def sign_out(person: Who) -> None:
        """End the sign-in."""
        copilot.identity.sign_out(person.token)

    @router.post("/api/v1/ask")
    def ask(body: Ask, person: Who) -> dict[str, Any]:
        """Ask one question."""
        return copilot.ask(person, Question(text=body.text, thread_id=body.thread_id)).to_json()

    @router.post("/api/v1/ask/stream")
    def ask_streamed(body: Ask, person: Who) -> StreamingResponse:
        """Ask one question; server-sent events `progress`, `text` and, last, `answer`."""
        events = copilot.stream(person, Question(text=body.text, thread_id=body.thread_id))
        first = next(events)  # a question that cannot be taken is refused with a status, not in the stream

        async def sent() -> AsyncIterator[str]:
            try:
                # In a thread of its own: who stops listening loses the view of the answer, not the answer (RELIABILITY R12).
                async for event in from_thread(lambda: chain([first], events)):
                    match event:
                        case Progress(text=text):
                            yield _sse("progress", {"text": text})
                        case TextPart(text=text):
                            yield _sse("text", {"text": text})
                        case Done(answer=answer):
                            yield _sse("answer", answer.to_json())
            except (
                Exception
            ) as error:  # the status line is sent: what went wrong has to be said in the stream
                log.exception("a streamed turn failed")
                yield _sse("error", {"error": type(error).__name__, "message": refusal(error)[1]})

        return StreamingResponse(
            sent(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    @router.get("/api/v1/search")
    def search(
        person: Who,
        text: Annotated[str, Query(min_length=1, max_length=2000)],
        top: Annotated[int, Query(ge=1, le=MAX_TOP)] = 10,
        collection: Annotated[str | None, Query(max_length=100)] = None,
    ) -> dict[str, Any]:
        """Search the documents this person may read."""
        return copilot.search(person, text, top=top, collection=collection)

    @router.get("/api/v1/orders/{name}/diagnosis")
    def diagnosis(name: str, person: Who) -> dict[str, Any]:
        """Why one order is late."""
        return copilot.diagnosis(person, name)

    @router.get("/api/v1/answers/{answer_id}")
    def answer(answer_id: str, person: Who) -> dict[str, Any]:
        """An answer that was given to this person."""
        return copilot.answer(person, answer_id)

    @router.get("/api/v1/answers/{answer_id}/receipt")
    def receipt(answer_id: str, person: Who) -> dict[str, Any]:
        """What rebuilds an answer."""
        return copilot.receipt(person, answer_id)

    @router.post("/api/v1/answers/{answer_id}/bad")
    def bad(answer_id: str, opinion: Opinion, person: Who) -> dict[str, str]:
        """Mark an answer of yours as bad: it becomes a candidate for the eval cases."""
        return {"candidate": feedback.bad(person, answer_id, comment=opinion.comment).name}

    @router.post("/api/v1/answers/{answer_id}/good")
    def good(answer_id: str, opinion: Opinion, person: Who) -> dict[str, str]:
        """Mark an answer of yours as good; a candidate that was made of it is withdrawn."""
        feedback.good(person, answer_id, comment=opinion.comment)
        return {"opinion": "good"}

    @router.get("/healthz")
    def healthz() -> dict[str, str]:
        """The process is alive."""
        return {"status": "ok"}

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        """What is configured, reachable, degraded; 503 when nobody could get an answer."""
        report = copilot.health.report()
        return JSONResponse(report.to_json(), status_code=200 if report.ready else 503)

    @router.get("/metrics")
    def metrics() -> PlainTextResponse:
        """Counters in the text format that Prometheus reads."""
        return PlainTextResponse(copilot.metrics.exposition(), media_type="text/plain; version=0.0.4")

    return router


def refusal(error: Exception) -> tuple[int, str]:
    """Status and sentence for an error of ours; anything else is a fault whose details stay in the log."""
    for kind, status in _STATUS:
        if isinstance(error, kind):
            return status, str(error)
    return (
        500,
        "Something went wrong on our side; it has been logged. Try again, and tell your administrator if it happens again.",
    )


async def answer_error(_request: Request, error: Exception) -> JSONResponse:
    """FastAPI's exception handler for all errors of ours."""
    status, sentence = refusal(error)
    return JSONResponse({"error": type(error).__name__, "message": sentence}, status_code=status)


async def answer_wrong_request(_request: Request, error: Exception) -> JSONResponse:
    """FastAPI's exception handler for a request that does not fit the route: one sentence instead of a list."""
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    said = "; ".join(
        f"{'.'.join(str(part) for part in one['loc'][1:]) or 'body'}: {one['msg']}" for one in problems[:3]
    )
    return JSONResponse(
        {
            "error": "WrongRequest",
            "message": f"The request does not fit ({said}). See /docs for what it takes.",
        },
        status_code=422,
    )


def _sse(event: str, data: dict[str, Any]) -> str:
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
