"""What people do with drafts: save, submit, approve, reject, cancel, stop. Every change and its audit entry are one transaction.

An approval names draft, version and digest, uses up a token that was given to this person for this version, and is refused when a
record that the draft rests on is not as it was. It never runs anything itself: the executor does, with the approver's own session.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.decision_rights import ContractSays, DecisionRights, Situation, Tier, Verdict
from copilot.drafts.draft import OPEN, UNDECIDED, Draft, State, risk_of
from copilot.drafts.errors import DraftChanged, DraftRefused, NotYours, Stopped, WrongState
from copilot.drafts.tables import MIGRATIONS
from copilot.errors import NotFound, TooMany
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Action, Plan, changed_fields, digest_of
from erp_tools.actions.types import ACTION_TYPES, ActionType
from erp_tools.lateness.taxonomy import Certainty

OPEN_DRAFTS_PER_PERSON = 10
DECISIONS_PER_HOUR = 30
"""RELIABILITY T14."""

ANYBODY = frozenset({"service", "supervisor", "purchasing", "sales", "finance"})
"""Whoever works with orders."""

MAY_STOP = frozenset({"supervisor", "compliance"})
"""Roles that may throw the stop switch; only compliance may lift it."""
MAY_LIFT = frozenset({"compliance"})


class Drafts:
    """Safe to use from several threads.

    Args:
        actions: kind -> how it is planned, compared and run.
        rights: the decision rights in force now; read anew for every verdict, so that a changed policy counts at once.
        why_off: why nothing may be drafted or approved now (what runs was not released); empty: it may.
        clock: now, with timezone.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        actions: Mapping[ActionType, Action],
        rights: Callable[[], DecisionRights],
        *,
        why_off: Callable[[], str] = lambda: "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._audit, self._clock = database, audit, clock
        self.actions, self.rights, self.why_off = actions, rights, why_off

    def _refuse_if_off(self) -> None:
        """Nothing is drafted or approved under prompts, a policy or a model that nobody released (RELIABILITY R16)."""
        if why := self.why_off():
            raise DraftRefused(why)

    def prepare(self) -> None:
        """Make the tables. Raises StateUnavailable."""
        self._audit.prepare()
        self._database.prepare("drafts", MIGRATIONS)

    def save(
        self,
        person: Person,
        plan: Plan,
        *,
        tier: Tier = "none",
        certainty: Certainty = "unknown",
        contract: ContractSays = "unknown",
        evidence: Sequence[Mapping[str, Any]] = (),
        warnings: Sequence[str] = (),
        answer_id: str = "",
        thread_id: str = "",
        replaces: str = "",
    ) -> Draft:
        """Keep a plan as a draft. What needs nobody's approval is approved at once; everything else waits for people.

        Args:
            replaces: id of a draft that this is a new version of; its approvals are void.

        Raises:
            DraftRefused: the decision rights refuse it or leave it to a person in Odoo.
            TooMany: this person has too many open drafts.
            NotFound, WrongState: the draft to replace is not theirs, or no longer undecided.
        """
        self._refuse_if_off()
        situation = Situation(
            action=plan.action, amount=plan.amount, tier=tier, margin_loss=plan.margin_loss, certainty=certainty, contract=contract
        )  # fmt: skip
        verdict = asked_for_by_a_person(
            self.rights().verdict(situation), answer_id=answer_id, warnings=warnings
        )
        now = self._now()
        with self._database.changing() as connection:
            actor = self._actor(connection, person)
            if verdict.kind in {"refused", "human_only"}:
                self._note(
                    connection,
                    "draft.refused",
                    f"order:{plan.order}",
                    actor,
                    action=plan.action,
                    verdict=_json(verdict),
                )
                refusal: DraftRefused | None = DraftRefused(verdict.text)
            else:
                refusal = None
                old = self._replaced(connection, person, replaces) if replaces else None
                if old is None and store.count_open(connection, owner_of(person)) >= OPEN_DRAFTS_PER_PERSON:
                    raise TooMany(
                        f"You have {OPEN_DRAFTS_PER_PERSON} open drafts. Have one decided, or cancel one, before you draft another."
                    )
                draft = _new_draft(person, plan, situation, verdict, old, now=now, evidence=evidence, warnings=warnings,
                                   answer_id=answer_id, thread_id=thread_id)  # fmt: skip
                if old is not None:
                    store.move(connection, old, "superseded", reason=f"version {draft.version} replaced it")
                    self._note(connection, "draft.superseded", _subject(old), actor, version=old.version)
                store.insert(connection, draft)
                self._note(
                    connection, "draft.drafted", _subject(draft), actor, **_shown(draft), order=plan.order
                )
                if verdict.kind == "automatic":
                    draft = store.move(connection, draft, "approved", runner=owner_of(person))
                    self._note(
                        connection, "draft.approved", _subject(draft), actor, **_shown(draft), automatic=True
                    )
        if refusal is not None:
            raise refusal
        return draft

    def verdict_of(self, draft: Draft) -> Verdict:
        """What the decision rights of now say of a stored draft."""
        verdict = self.rights().verdict(situation_of(draft))
        return asked_for_by_a_person(verdict, answer_id=draft.answer_id, warnings=draft.warnings)

    def submit(self, person: Person, draft_id: str) -> Draft:
        """Hand a draft to its approvers. Raises NotFound (not theirs), WrongState."""
        with self._database.changing() as connection:
            draft = self._theirs(connection, person, draft_id)
            draft = store.move(connection, draft, "submitted")
            self._note(
                connection,
                "draft.submitted",
                _subject(draft),
                self._actor(connection, person),
                **_shown(draft),
            )
        return draft

    def note_asked(self, person: Person, draft: Draft, colleague: str, outcome: str) -> None:
        """Put on record whom an activity in Odoo asks to decide."""
        with self._database.changing() as connection:
            self._note(
                connection, "draft.asked", _subject(draft), self._actor(connection, person), colleague=colleague, outcome=outcome
            )  # fmt: skip

    def show(self, person: Person, draft_id: str) -> tuple[Draft, str]:
        """A draft as this person may see it, and the token for their decision (empty where there is none to make).

        Raises:
            NotFound: none that they may see.
        """
        with self._database.changing() as connection:
            draft = self._visible(connection, person, draft_id)
            token = ""
            if draft.state in UNDECIDED and not self._may_not(connection, person, draft):
                token = secrets.token_urlsafe(24)
                store.give_nonce(connection, token, draft, owner_of(person), self._at())
        return draft, token

    def look(self, person: Person, draft_id: str) -> Draft:
        """A draft as this person may see it. Raises NotFound."""
        with self._database.reading() as connection:
            return self._visible(connection, person, draft_id)

    def listed(
        self,
        person: Person,
        *,
        states: Sequence[State] = (),
        mine: bool = False,
        thread_id: str = "",
        order: str = "",
    ) -> list[Draft]:
        """The drafts this person may see, the newest first."""
        with self._database.reading() as connection:
            found = store.find(
                connection,
                states=states,
                requester=owner_of(person) if mine else "",
                thread_id=thread_id,
                order=order,
            )
        return [draft for draft in found if _may_see(person, draft)]

    def waiting_for(self, person: Person) -> list[Draft]:
        """Drafts that this person could decide now."""
        found = self.listed(person, states=sorted(UNDECIDED))
        with self._database.reading() as connection:
            return [draft for draft in found if not self._may_not(connection, person, draft)]

    def why_not(self, person: Person, draft: Draft) -> str:
        """Why this person does not decide this draft; empty when they do."""
        with self._database.reading() as connection:
            return self._may_not(connection, person, draft)

    def approve(self, person: Person, draft_id: str, *, version: int, digest: str, token: str) -> Draft:
        """Approve exactly what was shown.

        Raises:
            NotFound, WrongState, NotYours, DraftChanged, DraftRefused, Stopped, TooMany.
            OdooError: the records could not be compared; nothing was decided.
        """
        with self._database.reading() as connection:
            draft = self._visible(connection, person, draft_id)
        _same_as_shown(draft, version, digest)
        self._refuse_if_off()
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
            if verdict.kind not in {"approval", "automatic"}:
                draft = store.move(
                    connection, draft, "failed" if draft.state == "approved" else "stale", reason=verdict.text
                )
                self._note(connection, "draft.stale", _subject(draft), actor, reason=verdict.text)
                problem = DraftRefused(verdict.text)
            elif changed:
                draft = store.move(connection, draft, "stale", reason="; ".join(changed)[:2000])
                self._note(connection, "draft.stale", _subject(draft), actor, changed=changed[:50])
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
                self._note(connection, "draft.approval", _subject(draft), actor, **_shown(draft), roles=roles, count=count,
                           of=verdict.approvers, verdict=_json(verdict))  # fmt: skip
                if count >= verdict.approvers:
                    draft = store.move(connection, draft, "approved", runner=owner_of(person))
                    self._note(connection, "draft.approved", _subject(draft), actor, **_shown(draft))
                elif draft.state == "drafted":
                    draft = store.move(connection, draft, "submitted")
                    self._note(connection, "draft.submitted", _subject(draft), actor, **_shown(draft))
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
                _subject(draft),
                self._actor(connection, person),
                reason=draft.reason,
            )
        return draft

    def cancel(self, person: Person, draft_id: str) -> Draft:
        """Take one's own draft back. Raises NotFound, WrongState."""
        with self._database.changing() as connection:
            draft = self._theirs(connection, person, draft_id)
            draft = store.move(connection, draft, "cancelled")
            self._note(connection, "draft.cancelled", _subject(draft), self._actor(connection, person))
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
                _subject(draft),
                self._actor(connection, person),
                to=outcome,
                reason=draft.reason,
            )
        return draft

    def expire(self) -> int:
        """End what nobody decided, or nobody ran, in time. How many."""
        at, ended = self._at(), 0
        with self._database.changing() as connection:
            for draft in store.find(connection, states=["drafted", "submitted", "approved"], limit=1000):
                if draft.expires_at <= at:
                    draft = store.move(connection, draft, "expired", reason="nobody decided in time")
                    self._note(connection, "draft.expired", _subject(draft), "system")
                    ended += 1
        return ended

    def stop(self, person: Person, scope: str, reason: str) -> None:
        """The stop switch: nothing of this kind (or ``all``) is claimed any more. Raises NotYours, WrongState."""
        if not person.roles & MAY_STOP:
            raise NotYours("Only a supervisor or compliance may stop the copilot's actions.")
        if scope != "all" and scope not in ACTION_TYPES:
            raise WrongState(f"There is no kind of action called {scope!r}; name one of them, or all.")
        with self._database.changing() as connection:
            store.set_switch(connection, scope, by=owner_of(person), at=self._at(), reason=reason)
            self._note(
                connection,
                "switch.stopped",
                f"switch:{scope}",
                self._actor(connection, person),
                reason=reason,
            )

    def resume(self, person: Person, scope: str) -> None:
        """Lift a stop switch. Raises NotYours, NotFound."""
        if not person.roles & MAY_LIFT:
            raise NotYours("Only compliance may lift a stop.")
        with self._database.changing() as connection:
            if not store.clear_switch(connection, scope):
                raise NotFound(f"Nothing is stopped under {scope!r}.")
            self._note(connection, "switch.lifted", f"switch:{scope}", self._actor(connection, person))

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

    def _may_not(self, connection: sa.Connection, person: Person, draft: Draft) -> str:
        """Why this person may not decide this draft; empty when they may."""
        verdict = self.verdict_of(draft)
        if not person.roles & verdict.roles:
            return f"This is not yours to decide. {verdict.text}"
        if verdict.four_eyes and draft.requester == owner_of(person):
            return f"You asked for this yourself, so somebody else decides. {verdict.text}"
        if any(row["person"] == owner_of(person) for row in store.approvals(connection, draft)):
            return "You approved this already; another person is still needed."
        return ""

    def _snapshot_of(self, person: Person, draft: Draft) -> Mapping[str, Any]:
        with person.lock:
            return self.actions[draft.action].snapshot(person.session, draft.payload)

    def _visible(self, connection: sa.Connection, person: Person, draft_id: str) -> Draft:
        draft = store.newest(connection, draft_id)
        if not _may_see(person, draft):
            raise NotFound("There is no such draft that you may see.")
        return draft

    def _theirs(self, connection: sa.Connection, person: Person, draft_id: str) -> Draft:
        draft = store.newest(connection, draft_id)
        if draft.requester != owner_of(person):
            raise NotFound("There is no such draft of yours.")
        return draft

    def _replaced(self, connection: sa.Connection, person: Person, draft_id: str) -> Draft:
        old = self._theirs(connection, person, draft_id)
        if old.state not in UNDECIDED:
            raise WrongState(f"This draft is {old.state}; draft it anew instead of changing it.")
        return old

    def _actor(self, connection: sa.Connection, person: Person) -> str:
        return self._audit.actor_of(connection, owner_of(person), person.name)

    def _note(self, connection: sa.Connection, kind: str, subject: str, actor: str, **body: Any) -> None:
        self._audit.append(connection, kind, subject=subject, body=body, actor=actor)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC)

    def _at(self) -> str:
        return self._now().isoformat(timespec="seconds")


def asked_for_by_a_person(verdict: Verdict, *, answer_id: str, warnings: Sequence[str]) -> Verdict:
    """What nobody has to approve is for people who ask for it themselves: a draft that a brain saved, or one whose wishes come from
    elsewhere, waits for somebody's word."""
    if verdict.kind != "automatic" or not (answer_id or warnings):
        return verdict
    return replace(
        verdict, kind="approval", roles=ANYBODY, approvers=1, expires_hours=24,
        text=f"{verdict.text} It was drafted in a conversation, so a person confirms it once.",
    )  # fmt: skip


def situation_of(draft: Draft) -> Situation:
    """What the decision rights judge, from a stored draft."""
    facts = dict(draft.situation)
    loss = facts.pop("margin_loss")
    return Situation(
        **{**facts, "amount": Decimal(facts["amount"])},
        margin_loss=Decimal(loss) if loss is not None else None,
    )


def _new_draft(
    person: Person, plan: Plan, situation: Situation, verdict: Verdict, old: Draft | None, *, now: datetime,
    evidence: Sequence[Mapping[str, Any]], warnings: Sequence[str], answer_id: str, thread_id: str,
) -> Draft:  # fmt: skip
    judged = asdict(situation) | {
        "amount": str(situation.amount),
        "margin_loss": str(situation.margin_loss) if situation.margin_loss is not None else None,
    }
    hours = verdict.expires_hours or 24
    return Draft(
        draft_id=old.draft_id if old else secrets.token_hex(8),
        version=old.version + 1 if old else 1,
        action=plan.action,
        state="drafted",
        order=plan.order,
        order_id=plan.order_id,
        company=plan.company,
        requester=owner_of(person),
        requester_name=person.name,
        payload=dict(plan.payload),
        snapshot=dict(plan.snapshot),
        digest=digest_of(plan.action, plan.payload, plan.snapshot),
        summary=plan.summary,
        changes=tuple(asdict(change) for change in plan.changes),
        effects=plan.effects,
        undo=plan.undo,
        situation=judged,
        verdict=_json(verdict),
        evidence=tuple(dict(one) for one in evidence),
        warnings=tuple(warnings),
        risk=risk_of(plan.action, _json(verdict)),
        answer_id=answer_id,
        thread_id=thread_id,
        created_at=now.isoformat(timespec="milliseconds"),
        expires_at=(now + timedelta(hours=hours)).isoformat(timespec="seconds"),
    )


def _json(verdict: Verdict) -> dict[str, Any]:
    return asdict(replace(verdict, roles=frozenset())) | {"roles": sorted(verdict.roles)}


def _shown(draft: Draft) -> dict[str, Any]:
    """What an entry of the audit says of a draft: enough to prove later what was approved, no free text of people."""
    return {"action": draft.action, "version": draft.version, "digest": draft.digest}


def _same_as_shown(draft: Draft, version: int, digest: str) -> None:
    if draft.version != version or draft.digest != digest:
        raise DraftChanged(
            "This draft was changed since it was shown to you. Open it again and decide on what stands there."
        )


def _may_see(person: Person, draft: Draft) -> bool:
    """Whoever asked for it; its approvers and compliance, in the same company of the same Odoo."""
    if draft.requester == owner_of(person):
        return True
    same_place = draft.requester.startswith(f"{person.odoo}#") and draft.company in person.companies
    return same_place and bool(person.roles & ({*draft.approver_roles, "compliance"}))


def _subject(draft: Draft) -> str:
    return f"draft:{draft.draft_id}"


__all__ = ["OPEN", "Drafts", "situation_of"]
