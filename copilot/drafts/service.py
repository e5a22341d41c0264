"""Where drafts are kept and handed over; `Drafts` is everything that people do with them. Every change and its audit entry are one
transaction."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from copilot.drafts import store
from copilot.drafts.book import asked_for_by_a_person, shown_of, situation_of, subject_of, verdict_json
from copilot.drafts.deciding import DECISIONS_PER_HOUR, Deciding
from copilot.drafts.decision_rights import ContractSays, Situation, Tier, Verdict
from copilot.drafts.draft import OPEN, UNDECIDED, Draft, risk_of
from copilot.drafts.errors import DraftRefused, WrongState
from copilot.drafts.switches import Switches
from copilot.errors import TooMany
from copilot.identity import Person, owner_of
from erp_tools.actions.action import Plan, digest_of
from erp_tools.lateness.taxonomy import Certainty

OPEN_DRAFTS_PER_PERSON = 10
"""RELIABILITY T14."""


class Drafts(Deciding, Switches):
    """Safe to use from several threads; see `DraftBook` for its arguments."""

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
        self.refuse_if_off()
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
                    verdict=verdict_json(verdict),
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
                    self._note(connection, "draft.superseded", subject_of(old), actor, version=old.version)
                store.insert(connection, draft)
                self._note(
                    connection, "draft.drafted", subject_of(draft), actor, **shown_of(draft), order=plan.order
                )
                if verdict.kind == "automatic":
                    draft = store.move(connection, draft, "approved", runner=owner_of(person))
                    self._note(
                        connection,
                        "draft.approved",
                        subject_of(draft),
                        actor,
                        **shown_of(draft),
                        automatic=True,
                    )
        if refusal is not None:
            raise refusal
        return draft

    def submit(self, person: Person, draft_id: str) -> Draft:
        """Hand a draft to its approvers. Raises NotFound (not theirs), WrongState."""
        with self._database.changing() as connection:
            draft = self._theirs(connection, person, draft_id)
            draft = store.move(connection, draft, "submitted")
            self._note(
                connection,
                "draft.submitted",
                subject_of(draft),
                self._actor(connection, person),
                **shown_of(draft),
            )
        return draft

    def note_unasked(self, person: Person, draft: Draft, why: str) -> None:
        """Put on record that nobody could be asked by an activity in Odoo."""
        with self._database.changing() as connection:
            self._note(
                connection, "draft.asked", subject_of(draft), self._actor(connection, person), colleague="", outcome=why[:500]
            )  # fmt: skip

    def _replaced(self, connection: sa.Connection, person: Person, draft_id: str) -> Draft:
        old = self._theirs(connection, person, draft_id)
        if old.state not in UNDECIDED:
            raise WrongState(f"This draft is {old.state}; draft it anew instead of changing it.")
        return old


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
        verdict=verdict_json(verdict),
        evidence=tuple(dict(one) for one in evidence),
        warnings=tuple(warnings),
        risk=risk_of(plan.action, verdict_json(verdict)),
        answer_id=answer_id,
        thread_id=thread_id,
        created_at=now.isoformat(timespec="milliseconds"),
        expires_at=(now + timedelta(hours=hours)).isoformat(timespec="seconds"),
    )


__all__ = ["DECISIONS_PER_HOUR", "OPEN", "OPEN_DRAFTS_PER_PERSON", "Drafts", "situation_of"]
