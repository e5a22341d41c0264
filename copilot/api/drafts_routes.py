"""Routes of drafts and of the audit log. Their names and JSON are DESIGN's contract.

A bearer token says who decides; version and digest say on what. A client that shows a draft to a person sends back the token it got
with it, so that an old page cannot decide anew; a script that leaves it out decides on what it names.
"""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from copilot.api.routes import signed_in_at
from copilot.conversation import Copilot
from copilot.drafts.desk import Desk
from copilot.drafts.draft import Draft
from copilot.drafts.errors import NotYours
from copilot.identity import Person

MAY_READ_AUDIT = frozenset({"compliance"})

ShortText = Annotated[str, Field(max_length=200)]


class NewDraft(BaseModel):
    """An action to draft."""

    action: ShortText
    order: ShortText
    wanted: dict[ShortText, Annotated[str, Field(max_length=4000)]] = Field(
        default_factory=dict, max_length=20
    )


class Decision(BaseModel):
    """What exactly is decided."""

    version: int
    digest: Annotated[str, Field(max_length=64)]
    token: Annotated[str, Field(max_length=100)] | None = None


class Change(BaseModel):
    """What of a version is put another way."""

    version: int
    wanted: dict[ShortText, Annotated[str, Field(max_length=4000)]] = Field(max_length=20)


class Handed(BaseModel):
    """Who is asked to decide."""

    to: ShortText = ""


class Resolution(BaseModel):
    """What somebody saw in Odoo."""

    outcome: Literal["executed", "failed"]
    reason: Annotated[str, Field(max_length=2000)]


class NewStop(BaseModel):
    """What is stopped, and why."""

    scope: ShortText = "all"
    reason: Annotated[str, Field(max_length=2000)]


class Rejection(Decision):
    reason: Annotated[str, Field(max_length=2000)] = ""


def build_router(copilot: Copilot) -> APIRouter:
    """The routes, on one copilot."""
    router = APIRouter()
    signed_in = signed_in_at(copilot)

    def with_rights_of_now(person: Annotated[Person, Depends(signed_in)]) -> Person:
        return copilot.identity.current(person)

    Who = Annotated[Person, Depends(with_rights_of_now)]

    def desk() -> Desk:
        return copilot.desk

    def token_of(person: Person, draft_id: str, given: str | None) -> str:
        return given if given is not None else desk().drafts.token(person, draft_id)

    @router.post("/api/v1/drafts", status_code=201)
    def new_draft(body: NewDraft, person: Who) -> dict[str, Any]:
        """Draft an action for an order. Changes nothing in Odoo."""
        draft = desk().draft(person, body.action, {**body.wanted, "order": body.order})
        return (desk().executor.run(person, draft) if draft.state == "approved" else draft).to_json()

    @router.get("/api/v1/drafts")
    def drafts(
        person: Who,
        mine: bool = False,
        waiting: bool = False,
        order: Annotated[str, Query(max_length=100)] = "",
    ) -> dict[str, Any]:
        """The drafts this person may see: all, those they asked for, or those they could decide now."""
        found = (
            desk().drafts.waiting_for(person)
            if waiting
            else desk().drafts.listed(person, mine=mine, order=order)
        )
        return {"drafts": [draft.to_json() for draft in found]}

    @router.get("/api/v1/drafts/{draft_id}")
    def one_draft(draft_id: str, person: Who) -> dict[str, Any]:
        """A draft, the token for this person's decision (empty: it is not theirs to decide), and from when on their approval counts:
        a draft of high risk is read first (null: at once)."""
        draft, token = desk().drafts.show(person, draft_id)
        counts = desk().drafts.readable_from(person, draft) if token else None
        return draft.to_json() | {"token": token, "approve_from": counts.isoformat() if counts else None}

    @router.post("/api/v1/drafts/{draft_id}/edit")
    def edit(draft_id: str, body: Change, person: Who) -> dict[str, Any]:
        """Put one's own undecided draft another way: its next version, which nobody has approved yet."""
        return desk().edit(person, draft_id, version=body.version, changed=body.wanted).to_json()

    @router.post("/api/v1/drafts/{draft_id}/submit")
    def submit(draft_id: str, person: Who, body: Handed | None = None) -> dict[str, Any]:
        """Hand one's own draft to its approvers; one of them may be asked by an activity in Odoo."""
        return desk().submit(person, draft_id, to=body.to if body else "").to_json()

    @router.post("/api/v1/drafts/{draft_id}/approve")
    def approve(draft_id: str, body: Decision, person: Who) -> dict[str, Any]:
        """Approve exactly this version; where that completes the approval it is run at once, with this person's Odoo session."""
        token = token_of(person, draft_id, body.token)
        return (
            desk().approve(person, draft_id, version=body.version, digest=body.digest, token=token).to_json()
        )

    @router.post("/api/v1/drafts/{draft_id}/reject")
    def reject(draft_id: str, body: Rejection, person: Who) -> dict[str, Any]:
        """Reject exactly this version, with a reason."""
        token = token_of(person, draft_id, body.token)
        done: Draft = desk().reject(
            person, draft_id, version=body.version, digest=body.digest, token=token, reason=body.reason
        )
        return done.to_json()

    @router.post("/api/v1/drafts/{draft_id}/cancel")
    def cancel(draft_id: str, person: Who) -> dict[str, Any]:
        """Take one's own draft back."""
        return desk().cancel(person, draft_id).to_json()

    @router.post("/api/v1/drafts/{draft_id}/resolve")
    def resolve(draft_id: str, body: Resolution, person: Who) -> dict[str, Any]:
        """Say what became of an uncertain draft, after a look into Odoo; roles supervisor and compliance."""
        return desk().drafts.resolve(person, draft_id, body.outcome, body.reason).to_json()

    @router.get("/api/v1/stops")
    def stops(person: Who) -> dict[str, Any]:
        """The stop switches that are on."""
        return {"stops": [vars(one) for one in desk().drafts.stops()]}

    @router.post("/api/v1/stops", status_code=201)
    def stop(body: NewStop, person: Who) -> dict[str, Any]:
        """Stop one kind of action, or all: nothing of it is approved or run any more; roles supervisor and compliance."""
        desk().drafts.stop(person, body.scope, body.reason)
        return {"stops": [vars(one) for one in desk().drafts.stops()]}

    @router.delete("/api/v1/stops/{scope}")
    def lift(scope: str, person: Who) -> dict[str, Any]:
        """Lift a stop; role compliance."""
        desk().drafts.resume(person, scope)
        return {"stops": [vars(one) for one in desk().drafts.stops()]}

    @router.get("/api/v1/audit")
    def audit(
        person: Who,
        subject: Annotated[str, Query(max_length=100)] = "",
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> dict[str, Any]:
        """The audit log, for compliance: entries in order, and whether the chain holds."""
        if not person.roles & MAY_READ_AUDIT:
            raise NotYours("Only compliance reads the audit log.")
        log = desk().audit
        names, verdict = log.names(), log.verify()
        return {
            "entries": [
                {**vars(entry), "body": dict(entry.body), "name": names.get(entry.actor, "")}
                for entry in log.read(subject=subject, after=after, limit=limit)
            ],
            "total": verdict.entries,
            "holds": verdict.holds,
            "problems": [{"seq": one.seq, "kind": one.kind, "text": one.text} for one in verdict.problems],
        }

    return router
