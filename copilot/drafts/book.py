"""What people see of drafts: which there are, which they may decide, and the token that a decision takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.decision_rights import DecisionRights, Situation, Verdict
from copilot.drafts.draft import UNDECIDED, Draft, Risk, State, risk_of
from copilot.drafts.errors import DraftRefused
from copilot.drafts.tables import MIGRATIONS
from copilot.errors import NotFound
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Action
from erp_tools.actions.types import ActionType

ANYBODY = frozenset({"service", "supervisor", "purchasing", "sales", "finance"})
"""Whoever works with orders."""

_RISKS: tuple[Risk, ...] = ("low", "medium", "high")


class DraftBook:
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

    def refuse_if_off(self) -> None:
        """Nothing is drafted or approved under prompts, a policy or a model that nobody released (RELIABILITY R16)."""
        if why := self.why_off():
            raise DraftRefused(why)

    def prepare(self) -> None:
        """Make the tables. Raises StateUnavailable."""
        self._audit.prepare()
        self._database.prepare("drafts", MIGRATIONS)

    def verdict_of(self, draft: Draft) -> Verdict:
        """What the decision rights of now say of a stored draft."""
        verdict = self.rights().verdict(situation_of(draft))
        return asked_for_by_a_person(verdict, answer_id=draft.answer_id, warnings=draft.warnings)

    def show(self, person: Person, draft_id: str) -> tuple[Draft, str]:
        """A draft in full, as this person may see it, and the token for their decision (empty where there is none to make).

        For whoever may decide it, the time to read it begins with the first showing.

        Raises:
            NotFound: none that they may see.
        """
        return self._shown_to(person, draft_id, in_full=True)

    def token(self, person: Person, draft_id: str) -> str:
        """The token for somebody's decision on what they name by version and digest; nothing is shown to them. Raises NotFound."""
        return self._shown_to(person, draft_id, in_full=False)[1]

    def _shown_to(self, person: Person, draft_id: str, *, in_full: bool) -> tuple[Draft, str]:
        with self._database.changing() as connection:
            draft = self._visible(connection, person, draft_id)
            token = ""
            if draft.state in UNDECIDED and not self._may_not(connection, person, draft):
                token = secrets.token_urlsafe(24)
                store.give_nonce(connection, token, draft, owner_of(person), self._at())
                if in_full:
                    store.note_opened(connection, draft, owner_of(person), self._now().isoformat())
        return draft, token

    def readable_from(self, person: Person, draft: Draft) -> datetime | None:
        """When this person's approval of this version counts, because they had the time to read it; None: at once."""
        with self._database.reading() as connection:
            return self._readable_from(connection, person, draft)[1]

    def _readable_from(
        self, connection: sa.Connection, person: Person, draft: Draft
    ) -> tuple[datetime | None, datetime | None]:
        """(when it was first shown to them in full, from when on their approval counts); a draft that they never opened counts
        from now."""
        risk = max(draft.risk, risk_of(draft.action, verdict_json(self.verdict_of(draft))), key=_RISKS.index)
        seconds = self.rights().reading_seconds(risk)
        at = store.opened_at(connection, draft, owner_of(person))
        opened = datetime.fromisoformat(at) if at else None
        if not seconds:
            return opened, None
        return opened, (opened or self._now()) + timedelta(seconds=seconds)

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

    def _actor(self, connection: sa.Connection, person: Person) -> str:
        return self._audit.actor_of(connection, owner_of(person), person.name)

    def _note(
        self,
        connection: sa.Connection,
        kind: str,
        subject: str,
        actor: str,
        *,
        words: Mapping[str, str] | None = None,
        **body: Any,
    ) -> None:
        self._audit.append(connection, kind, subject=subject, body=body, actor=actor, words=words)

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


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    return asdict(replace(verdict, roles=frozenset())) | {"roles": sorted(verdict.roles)}


def shown_of(draft: Draft) -> dict[str, Any]:
    """What an entry of the audit says of a draft: enough to prove later what was approved, no free text of people."""
    return {"action": draft.action, "version": draft.version, "digest": draft.digest}


def _may_see(person: Person, draft: Draft) -> bool:
    """Whoever asked for it; its approvers and compliance, in the same company of the same Odoo."""
    if draft.requester == owner_of(person):
        return True
    same_place = draft.requester.startswith(f"{person.odoo}#") and draft.company in person.companies
    return same_place and bool(person.roles & ({*draft.approver_roles, "compliance"}))


def subject_of(draft: Draft) -> str:
    return f"draft:{draft.draft_id}"
