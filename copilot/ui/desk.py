"""The desk: drafts to decide, as plain pages. What is decided is named by version and digest; the token in the form is used up once."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Word`.
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from copilot.drafts.draft import Draft
from copilot.drafts.errors import DraftError
from copilot.drafts.switches import MAY_LIFT, MAY_STOP
from copilot.identity import Person, owner_of
from copilot.ui.context import UiContext
from copilot.ui.labels import DRAFT_STATES, moment_text, zone_of
from copilot.ui.links import allowed_url
from copilot.ui.pages import answered
from copilot.ui.templating import page
from erp_tools.actions.action import CannotDraft
from erp_tools.actions.types import ACTION_NAMES
from erp_tools.actions.wording_anew import changeable
from erp_tools.errors import OdooError

Word = Annotated[str, Form(max_length=4000)]
MaybeWord = Annotated[str | None, Form(max_length=4000)]


def build_router(context: UiContext) -> APIRouter:
    """``/desk`` and ``/desk/ID``, with the forms that approve, reject and cancel."""
    router = APIRouter(include_in_schema=False)
    copilot = context.copilot

    @router.get("/desk")
    def desk(request: Request) -> Response:
        def show(person: Person) -> Response:
            person = copilot.identity.current(person)
            waiting = copilot.desk.drafts.waiting_for(person)
            known = {draft.draft_id for draft in waiting}
            others = [draft for draft in copilot.desk.drafts.listed(person) if draft.draft_id not in known]
            return page(
                "desk.html",
                waiting=[_row(draft, person) for draft in waiting],
                others=[_row(draft, person) for draft in others[:100]],
                **_stops(copilot, person),
            )

        return answered(request, context, show)

    @router.post("/desk/stop")
    def stop(request: Request, scope: Word = "all", reason: Word = "") -> Response:
        def act(person: Person) -> Response:
            copilot.desk.drafts.stop(copilot.identity.current(person, at_once=True), scope, reason)
            return RedirectResponse("/desk", status_code=303)

        return answered(request, context, act)

    @router.post("/desk/lift")
    def lift(request: Request, scope: Word) -> Response:
        def act(person: Person) -> Response:
            copilot.desk.drafts.resume(copilot.identity.current(person, at_once=True), scope)
            return RedirectResponse("/desk", status_code=303)

        return answered(request, context, act)

    @router.get("/desk/{draft_id}")
    def one_draft(request: Request, draft_id: str) -> Response:
        return answered(request, context, lambda person: _page(copilot, context, person, draft_id, ""))

    @router.post("/desk/{draft_id}/approve")
    def approve(
        request: Request, draft_id: str, version: Annotated[int, Form()], digest: Word, token: Word
    ) -> Response:
        def act(person: Person) -> None:
            copilot.desk.approve(person, draft_id, version=version, digest=digest, token=token)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    @router.post("/desk/{draft_id}/reject")
    def reject(
        request: Request,
        draft_id: str,
        version: Annotated[int, Form()],
        digest: Word,
        token: Word,
        reason: Word = "",
    ) -> Response:
        def act(person: Person) -> None:
            copilot.desk.reject(person, draft_id, version=version, digest=digest, token=token, reason=reason)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    @router.post("/desk/{draft_id}/submit")
    def submit(request: Request, draft_id: str, to: Word = "") -> Response:
        def act(person: Person) -> None:
            copilot.desk.submit(person, draft_id, to=to)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    @router.post("/desk/{draft_id}/edit")
    def edit(
        request: Request,
        draft_id: str,
        version: Annotated[int, Form()],
        subject: MaybeWord = None,
        text: MaybeWord = None,
        summary: MaybeWord = None,
        to: MaybeWord = None,
        until: MaybeWord = None,
        date: MaybeWord = None,
        carrier: MaybeWord = None,
    ) -> Response:
        given = {
            "subject": subject, "text": text, "summary": summary, "to": to, "until": until, "date": date, "carrier": carrier,
        }  # fmt: skip
        changed = {name: value for name, value in given.items() if value is not None}

        def act(person: Person) -> None:
            copilot.desk.edit(person, draft_id, version=version, changed=changed)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    @router.post("/desk/{draft_id}/resolve")
    def resolve(
        request: Request,
        draft_id: str,
        outcome: Annotated[Literal["executed", "failed"], Form()],
        reason: Word = "",
    ) -> Response:
        def act(person: Person) -> None:
            copilot.desk.drafts.resolve(person, draft_id, outcome, reason)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    @router.post("/desk/{draft_id}/cancel")
    def cancel(request: Request, draft_id: str) -> Response:
        def act(person: Person) -> None:
            copilot.desk.cancel(person, draft_id)

        return answered(request, context, lambda person: _decided(copilot, context, person, draft_id, act))

    return router


def _decided(copilot: Any, context: UiContext, person: Person, draft_id: str, act: Any) -> Response:
    """Do it with the rights of now, then show the draft as it stands; a refusal is said above it."""
    person = copilot.identity.current(person, at_once=True)
    try:
        act(person)
    except (DraftError, CannotDraft, OdooError) as error:
        return _page(copilot, context, person, draft_id, str(error), status=409)
    return RedirectResponse(f"/desk/{draft_id}", status_code=303)


def _page(
    copilot: Any, context: UiContext, person: Person, draft_id: str, problem: str, *, status: int = 200
) -> Response:
    person = copilot.identity.current(person)
    draft, token = copilot.desk.drafts.show(person, draft_id)
    return page(
        "draft.html",
        status=status,
        draft=draft,
        row=_row(draft, person),
        token=token,
        approve_from=_moment(copilot.desk.drafts.readable_from(person, draft), person) if token else "",
        why_not="" if token else copilot.desk.drafts.why_not(person, draft),
        alone=draft.verdict.get("approvers", 1) == 1,
        problem=problem,
        clauses=_clauses(draft),
        facts=[
            {
                "name": one["display_name"],
                "url": allowed_url(one["url"], odoo_address=context.odoo_address or ""),
            }
            for one in draft.evidence
            if "quote" not in one
        ],
        may_resolve=draft.state == "uncertain" and bool(person.roles & MAY_STOP),
        own=draft.requester == owner_of(person),
        wishes=changeable(draft.action, draft.payload, draft.changes),
        exact=copilot.desk.executor.is_exact(person),
        undecided=draft.state in ("drafted", "submitted"),
    )


def _clauses(draft: Draft) -> list[dict[str, Any]]:
    """What the draft quotes, clause by clause in the document's order of mention; each quote opens at its own place."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for one in draft.evidence:
        if "quote" in one:
            quote = {"text": str(one["quote"]), "url": str(one["url"])}
            found.setdefault((str(one["title"]), str(one["section"])), []).append(quote)
    return [
        {"title": title, "section": section, "quotes": quotes} for (title, section), quotes in found.items()
    ]


def _stops(copilot: Any, person: Person) -> dict[str, Any]:
    """What is stopped, and what this person may do about it."""
    zone = zone_of(person.user.timezone)
    names: dict[str, str] = {"all": "All actions", **{str(code): name for code, name in ACTION_NAMES.items()}}
    on = [
        {
            "scope": one.scope,
            "name": names.get(one.scope, one.scope),
            "by": one.by,
            "since": moment_text(one.since, zone=zone),
            "reason": one.reason,
        }
        for one in copilot.desk.drafts.stops()
    ]
    return {
        "stops": on,
        "scopes": list(names.items()),
        "may_stop": bool(person.roles & MAY_STOP),
        "may_lift": bool(person.roles & MAY_LIFT),
    }


def _moment(at: datetime | None, person: Person) -> str:
    """From when on an approval counts, to the second; empty: it does now."""
    if at is None or at <= datetime.now(UTC):
        return ""
    return f"{at.astimezone(zone_of(person.user.timezone)):%H:%M:%S}"


def _row(draft: Draft, person: Person) -> dict[str, Any]:
    zone = zone_of(person.user.timezone)
    return {
        "id": draft.draft_id,
        "summary": draft.summary,
        "action": ACTION_NAMES[draft.action],
        "order": draft.order,
        "state": DRAFT_STATES[draft.state],
        "code": draft.state,
        "risk": draft.risk,
        "requester": draft.requester_name,
        "created": moment_text(draft.created_at, zone=zone),
        "expires": moment_text(draft.expires_at, zone=zone),
    }
