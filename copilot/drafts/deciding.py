"""Decisions about drafts: approve, reject, take back, say what became of it, let it expire. Every one is one transaction with its entry
in the audit.

An approval names draft, version and digest, uses up a token that was given to this person for this version, and is refused when a
record that the draft rests on is not as it was, or when a draft of high risk was open too short a time to be read. It never runs
anything itself: the executor does, with the approver's own session.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from copilot.drafts import store
from copilot.drafts.book import DraftBook, shown_of, subject_of, verdict_json
from copilot.drafts.draft import UNDECIDED, Draft
from copilot.drafts.errors import DraftChanged, DraftRefused, NotReadYet, NotYours, Stopped, WrongState
from copilot.drafts.switches import MAY_STOP
from copilot.errors import TooMany
from copilot.identity import Person, owner_of
from erp_tools.actions.action import changed_fields

DECISIONS_PER_HOUR = 30
"""RELIABILITY T14."""


class Deciding(DraftBook):
    """The part of `Drafts` that decides."""

    def approve(self, person: Person, draft_id: str, *, version: int, digest: str, token: str) -> Draft:
        """Approve exactly what was shown.

        Raises:
            NotFound, WrongState, NotYours, DraftChanged, DraftRefused, Stopped, TooMany.
            NotReadYet: it was not open to this person long enough; the token is still good.
            OdooError: the records could not be compared; nothing was decided.
        """
        with self._database.reading() as connection:
            draft = self._visible(connection, person, draft_id)
        _same_as_shown(draft, version, digest)
        self.refuse_if_off()
        now_there = self._snapshot_of(person, draft)
        problem: Exception | None = None
        with self._database.changing() as connection:
            draft = self._visible(connection, person, draft_id)
            actor = self._actor(connection, person)
            self._decidable(connection, person, draft, version, digest)
            verdict = self.verdict_of(draft)
            changed = changed_fields(draft.snapshot, now_there)
            if not store.use_nonce(connection, token, draft, owner_of(person), self._at()):
                raise NotYours(
                    "This decision's token is not valid any more. Open the draft again and decide there."
                )
            opened, counts_from = self._readable_from(connection, person, draft)
            if counts_from is not None and self._now() < counts_from:  # nothing is kept of this transaction
                raise NotReadYet(_read_it(opened, counts_from, self._now()))
            if verdict.kind not in {"approval", "automatic"}:
                draft = store.move(
                    connection, draft, "failed" if draft.state == "approved" else "stale", reason=verdict.text
                )
                self._note(connection, "draft.stale", subject_of(draft), actor, reason=verdict.text)
                problem = DraftRefused(verdict.text)
            elif changed:
                draft = store.move(connection, draft, "stale", reason="; ".join(changed)[:2000])
                self._note(connection, "draft.stale", subject_of(draft), actor, changed=changed[:50])
                problem = DraftChanged(
                    "Odoo has changed since this was drafted, so it was not approved: "
                    + "; ".join(changed[:3])
                    + ". Draft it anew."
                )
            else:
                roles = sorted(person.roles & verdict.roles)
                row = {
                    "person": owner_of(person),
                    "decision": "approve",
                    "digest": digest,
                    "roles": ",".join(roles),
                }
                store.add_decision(connection, draft, **row, decided_at=self._at())
                count = len(store.approvals(connection, draft))
                self._note(connection, "draft.approval", subject_of(draft), actor, **shown_of(draft), roles=roles, count=count,
                           of=verdict.approvers, verdict=verdict_json(verdict), **self._reading(opened))  # fmt: skip
                if count >= verdict.approvers:
                    draft = store.move(connection, draft, "approved", runner=owner_of(person))
                    self._note(connection, "draft.approved", subject_of(draft), actor, **shown_of(draft))
                elif draft.state == "drafted":
                    draft = store.move(connection, draft, "submitted")
                    self._note(connection, "draft.submitted", subject_of(draft), actor, **shown_of(draft))
        if problem is not None:
            raise problem
        return draft

    def reject(
        self, person: Person, draft_id: str, *, version: int, digest: str, token: str, reason: str
    ) -> Draft:
        """Say no. Raises as `approve`; WrongState without a reason."""
        if not reason.strip():
            raise WrongState("Say why: whoever asked for it wants to know, and so does the audit.")
        with self._database.changing() as connection:
            draft = self._visible(connection, person, draft_id)
            self._decidable(connection, person, draft, version, digest, rejecting=True)
            opened = self._readable_from(connection, person, draft)[0]
            if not store.use_nonce(connection, token, draft, owner_of(person), self._at()):
                raise NotYours(
                    "This decision's token is not valid any more. Open the draft again and decide there."
                )
            store.add_decision(
                connection,
                draft,
                person=owner_of(person),
                decision="reject",
                digest=digest,
                roles="",
                decided_at=self._at(),
            )
            if draft.state == "drafted":
                draft = store.move(connection, draft, "submitted")
            draft = store.move(connection, draft, "rejected", reason=reason.strip()[:2000])
            self._note(
                connection,
                "draft.rejected",
                subject_of(draft),
                self._actor(connection, person),
                words={"reason": draft.reason},
                **self._reading(opened),
            )
        return draft

    def cancel(self, person: Person, draft_id: str) -> Draft:
        """Take one's own draft back. Raises NotFound, WrongState."""
        with self._database.changing() as connection:
            draft = self._theirs(connection, person, draft_id)
            draft = store.move(connection, draft, "cancelled")
            self._note(connection, "draft.cancelled", subject_of(draft), self._actor(connection, person))
        return draft

    def resolve(
        self, person: Person, draft_id: str, outcome: Literal["executed", "failed"], reason: str
    ) -> Draft:
        """A person looked into Odoo and says what became of an uncertain draft. Raises NotFound, NotYours, WrongState."""
        if not person.roles & MAY_STOP:
            raise NotYours("Only a supervisor or compliance may say what became of an uncertain action.")
        if not reason.strip():
            raise WrongState("Say what you saw in Odoo.")
        with self._database.changing() as connection:
            draft = self._visible(connection, person, draft_id)
            if draft.state != "uncertain":
                raise WrongState(
                    f"This draft is {draft.state}; only an uncertain one is resolved by a person."
                )
            draft = store.move(connection, draft, outcome, reason=reason.strip()[:2000])
            self._note(
                connection,
                "draft.resolved",
                subject_of(draft),
                self._actor(connection, person),
                to=outcome,
                words={"reason": draft.reason},
            )
        return draft

    def expire(self) -> int:
        """End what nobody decided, or nobody ran, in time. How many."""
        at, ended = self._at(), 0
        with self._database.changing() as connection:
            for draft in store.find(connection, states=["drafted", "submitted", "approved"], limit=1000):
                if draft.expires_at <= at:
                    draft = store.move(connection, draft, "expired", reason="nobody decided in time")
                    self._note(connection, "draft.expired", subject_of(draft), "system")
                    ended += 1
        return ended

    def _decidable(
        self,
        connection: sa.Connection,
        person: Person,
        draft: Draft,
        version: int,
        digest: str,
        *,
        rejecting: bool = False,
    ) -> None:
        _same_as_shown(draft, version, digest)
        if draft.state not in UNDECIDED:
            raise WrongState(f"This draft is {draft.state} already.")
        if draft.expires_at <= self._at():
            raise WrongState("This draft has expired. Draft it anew.")
        if not rejecting and (why := store.stopped(connection, draft.action)):
            raise Stopped(f"Actions of this kind are stopped ({why}). Ask compliance to lift the stop.")
        if problem := self._may_not(connection, person, draft):
            raise NotYours(problem)
        since = (self._now() - timedelta(hours=1)).isoformat(timespec="seconds")
        if store.decisions_since(connection, owner_of(person), since) >= DECISIONS_PER_HOUR:
            raise TooMany(f"That was {DECISIONS_PER_HOUR} decisions in an hour. Take your time; go on later.")

    def _reading(self, opened: datetime | None) -> dict[str, Any]:
        """How long somebody had it open before they decided, for the audit; None where they decided on what they named unseen."""
        read = round((self._now() - opened).total_seconds(), 1) if opened is not None else None
        return {"opened_at": opened.isoformat(timespec="seconds") if opened else None, "read_seconds": read}

    def _snapshot_of(self, person: Person, draft: Draft) -> Mapping[str, Any]:
        with person.lock:
            return self.actions[draft.action].snapshot(person.session, draft.payload)


def _same_as_shown(draft: Draft, version: int, digest: str) -> None:
    if draft.version != version or draft.digest != digest:
        raise DraftChanged(
            "This draft was changed since it was shown to you. Open it again and decide on what stands there."
        )


def _read_it(opened: datetime | None, counts_from: datetime, now: datetime) -> str:
    left = max(1, math.ceil((counts_from - now).total_seconds()))
    if opened is None:
        return f"Open this draft and read it first; it can be approved {left} s after that."
    return f"Read this draft to the end first; it can be approved in {left} s."
