"""Where drafts are made and decided: a plan read from Odoo, joined to the cause and to the clause, kept under the decision rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from copilot.audit import Audit
from copilot.drafts.asking import Asking
from copilot.drafts.contract_fit import contract_fit
from copilot.drafts.decision_rights import Tier
from copilot.drafts.draft import UNDECIDED, Draft
from copilot.drafts.errors import DraftChanged
from copilot.drafts.executor import Executor
from copilot.drafts.service import Drafts
from copilot.identity import Person
from erp_tools.actions.action import CannotDraft, Plan, digest_of
from erp_tools.actions.approvers import Colleague
from erp_tools.actions.assign_activity import find_colleague
from erp_tools.actions.types import ACTION_TYPES, ActionType
from erp_tools.actions.wording_anew import changeable, wishes_of
from erp_tools.errors import OdooError
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.taxonomy import Certainty, Diagnosis
from erp_tools.lateness.wording import list_text
from erp_tools.odoo.gateway import OdooServer
from erp_tools.orders import resolve_orders
from erp_tools.reads.currencies import read_rates
from retrieval.passage import Reader
from retrieval.search import Library

OUT_OF_ALL_BOUNDS = Decimal(10) ** 12
"""An amount in a currency that Odoo has no rate for counts as larger than any limit of the decision rights."""

RESTS_ON_A_CAUSE: frozenset[ActionType] = frozenset(
    {
        "split_delivery",
        "release_ship_complete",
        "source_from_warehouse",
        "reallocate_stock",
        "substitute_product",
    }
)
"""These are right only if the cause is what we say it is, so its certainty counts."""


class Desk:
    """Everything about drafts that chat, pages, HTTP and the command line need."""

    def __init__(
        self,
        *,
        drafts: Drafts,
        executor: Executor,
        audit: Audit,
        server: OdooServer,
        library: Library,
        asking: Asking,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._asking = asking
        self.drafts, self.executor, self.audit = drafts, executor, audit
        self._server, self._library, self._clock = server, library, clock

    def draft(
        self,
        person: Person,
        action: str,
        wanted: Mapping[str, Any],
        *,
        answer_id: str = "",
        thread_id: str = "",
        replaces: str = "",
        warnings: Sequence[str] = (),
        diagnosis: Diagnosis | None = None,
    ) -> Draft:
        """Plan an action for an order as this person may see it, and keep it as a draft. Changes nothing in Odoo.

        Args:
            wanted: what the person asked for, by name: ``order`` always; see each action for the rest.
            answer_id: of the answer that it was drafted in; then nothing is approved by itself, and asking twice makes one draft.
            diagnosis: of the order, where it was made a moment ago.

        Raises:
            CannotDraft: it makes no sense; says why or asks what is open.
            DraftRefused, TooMany, OdooError.
        """
        if action not in ACTION_TYPES:
            raise CannotDraft(
                f"There is no kind of action called {action!r}. There are: {', '.join(ACTION_TYPES)}."
            )
        now = self._clock()
        with person.lock:
            plan = self.drafts.actions[action].plan(person.session, wanted, now=now, server=self._server)
            if answer_id and (same := self._same(person, plan)):
                return same
            certainty = self._certainty(person, plan, now, diagnosis)
        carrier = str(wanted.get("carrier") or "")
        fit = contract_fit(
            self._library,
            _reader(person),
            plan.action,
            customer_ref=plan.customer_ref,
            on_date=now.date(),
            carrier=carrier,
            products=plan.products,
        )
        facts = [
            {"id": f"E{number}", "model": fact.model, "record_id": fact.record_id, "display_name": fact.display_name,
             "fields": dict(fact.fields), "url": fact.url}
            for number, fact in enumerate(plan.facts, start=1)
        ]  # fmt: skip
        return self.drafts.save(
            person, self._in_policy_currency(person, plan), tier=_tier(plan.tier), certainty=certainty, contract=fit.says,
            evidence=[*fit.evidence, *facts], warnings=warnings, answer_id=answer_id, thread_id=thread_id, replaces=replaces,
        )  # fmt: skip

    def edit(self, person: Person, draft_id: str, *, version: int, changed: Mapping[str, str]) -> Draft:
        """Put one's own undecided draft another way: a new version, planned and judged anew, whose approvals begin from nothing.

        Args:
            changed: name of a wish that `erp_tools.actions.wording_anew.changeable` lists -> what it shall be.

        Raises:
            CannotDraft: nothing is changed, that cannot be changed, or it makes no sense so.
            DraftChanged: it is not what was shown any more. NotFound (not theirs), WrongState, DraftRefused, TooMany, OdooError.
        """
        draft = self.drafts.look(person, draft_id)
        if draft.version != version:
            raise DraftChanged(
                "This draft was changed since it was shown to you. Open it again and change what stands there."
            )
        wishes = wishes_of(draft.action, draft.payload, draft.changes)
        known = {one.name for one in changeable(draft.action, draft.payload, draft.changes)}
        if unknown := sorted(set(changed) - known):
            may = f"what may be changed is {list_text(sorted(known))}" if known else "draft it anew"
            raise CannotDraft(f"In this draft {list_text(unknown)} cannot be changed; {may}.")
        wanted = {**wishes, **{name: value.replace("\r\n", "\n").strip() for name, value in changed.items()}}
        if wanted == wishes:
            raise CannotDraft("Nothing is changed: it says so already.")
        done = self.draft(
            person, draft.action, {**{name: value for name, value in wanted.items() if value}, "order": draft.order},
            answer_id=draft.answer_id, thread_id=draft.thread_id, replaces=draft_id, warnings=draft.warnings,
        )  # fmt: skip
        self._asking.end(person)
        return self.executor.run(person, done) if done.state == "approved" else done

    def submit(self, person: Person, draft_id: str, *, to: str = "") -> Draft:
        """Hand one's own draft to its approvers, and ask a few of them by activities in Odoo.

        Args:
            to: the colleague's name as in Odoo who alone is asked; empty: those who may decide, as far as Odoo says who they are.

        Raises:
            CannotDraft: there is no single colleague of that name; nothing was handed over.
            NotFound (not theirs), WrongState; OdooError: the named colleague could not be asked; the draft waits on the desk all the same.
        """
        if to.strip():
            with person.lock:
                row = find_colleague(person.session, to.strip())
            named = Colleague(
                user_id=row["id"], login=str(row.get("login") or row["id"]), name=str(row["name"]), roles=frozenset(), by_our_groups=False
            )  # fmt: skip
            draft = self.drafts.submit(person, draft_id)
            self._asking.ask(person, draft, [named], self._clock())
            return draft
        draft = self.drafts.submit(person, draft_id)
        try:
            self._asking.ask(person, draft, self._asking.whom(person, draft), self._clock())
        except OdooError as error:  # it waits on the desk, where its approvers find it
            self.drafts.note_unasked(person, draft, str(error))
        return draft

    def approve(self, person: Person, draft_id: str, *, version: int, digest: str, token: str) -> Draft:
        """Approve what was shown and, if that completes the approval, run it at once with this person's own session.

        Raises:
            as `Drafts.approve`; what happens after the approval is in the draft's state, never an error.
        """
        draft = self.drafts.approve(person, draft_id, version=version, digest=digest, token=token)
        done = self.executor.run(person, draft) if draft.state == "approved" else draft
        self._asking.end(person)
        return done

    def reject(
        self, person: Person, draft_id: str, *, version: int, digest: str, token: str, reason: str
    ) -> Draft:
        """As `Drafts.reject`; nobody else is asked any more then."""
        draft = self.drafts.reject(
            person, draft_id, version=version, digest=digest, token=token, reason=reason
        )
        self._asking.end(person)
        return draft

    def cancel(self, person: Person, draft_id: str) -> Draft:
        """As `Drafts.cancel`; nobody is asked any more then."""
        draft = self.drafts.cancel(person, draft_id)
        self._asking.end(person)
        return draft

    def tidy(self) -> None:
        """Take back what was asked about drafts that ended meanwhile, with whoever is signed in. Raises StateUnavailable."""
        self._asking.end()

    def _same(self, person: Person, plan: Plan) -> Draft | None:
        """The draft of exactly this that still waits for somebody's word."""
        digest = digest_of(plan.action, plan.payload, plan.snapshot)
        mine = self.drafts.listed(person, states=sorted(UNDECIDED), mine=True, order=plan.order)
        return next((one for one in mine if one.digest == digest), None)

    def _certainty(self, person: Person, plan: Plan, now: datetime, diagnosis: Diagnosis | None) -> Certainty:
        """How sure the leading cause of the order is, where the action rests on it."""
        if plan.action not in RESTS_ON_A_CAUSE:
            return "proven"
        if diagnosis is None:
            resolution = resolve_orders(person.session, plan.order)
            if resolution.status != "one":
                return "unknown"
            diagnosis = diagnose(person.session, resolution.order, now=now, server=self._server)
        leading = diagnosis.causes[0]
        return (
            "unknown" if leading.code in {"unknown", "on_time"} and diagnosis.is_late else leading.certainty
        )

    def _in_policy_currency(self, person: Person, plan: Plan) -> Plan:
        """The amount as the decision rights count it, at Odoo's own rate of today; without a rate it counts above every limit."""
        wanted = self.drafts.rights().currency
        if plan.currency == wanted:
            return plan
        with person.lock:
            rates = read_rates(person.session, [plan.currency, wanted])
        amount = rates.in_company_currency(plan.amount, plan.currency)
        if rates.company_currency != wanted:  # the table is in another currency than this company
            one = rates.in_company_currency(Decimal(1), wanted)
            amount = round(amount / one, 2) if amount is not None and one else None
        return replace(plan, amount=OUT_OF_ALL_BOUNDS if amount is None else amount)


def _reader(person: Person) -> Reader:
    return Reader(login=person.login, roles=person.roles, companies=person.companies)


def _tier(letter: str) -> Tier:
    return letter if letter in ("A", "B", "C") else "none"  # type: ignore[return-value]
