"""What every action is: a plan that people can judge, and steps that are each run once and each read back.

Nothing here decides whether it may happen; that is the decision rights' and the approver's. Steps call named business methods of
Odoo with the approver's own session, never a state field.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from erp_tools.actions.types import ActionType
from erp_tools.facts import Fact
from erp_tools.odoo.gateway import OdooServer, OdooSession

Seen = Literal["done", "not_done", "unclear"]
"""What reading back says of a step. ``unclear``: something else was done, or half of it; a person has to look."""


class CannotDraft(Exception):
    """This action makes no sense here; says why, for people."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of a preview, in Odoo's own words."""

    record: str
    """Such as ``WH/OUT/00042``."""
    what: str
    """Such as ``Carrier``."""
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What would be done, with everything a person needs to decide and a machine needs to do exactly this."""

    action: ActionType
    order_id: int
    order: str
    company: str
    """Name of the order's company: whoever may not see it may not see the draft."""
    customer_ref: str = ""
    """Our reference of the customer, such as ``C-1001``: opens their contract."""
    tier: str = ""
    """Letter of the customer's tag such as ``Tier A``; empty without one."""
    products: tuple[str, ...] = ()
    """What the order is for, as Odoo shows it: ``[FB-1001] Atlantic Salmon Fillet``."""
    payload: Mapping[str, Any]
    """JSON; ids are resolved here, so that nothing has to be looked up (and understood otherwise) when it runs."""
    snapshot: Mapping[str, Any]
    """``model,id`` -> field -> value, of everything the plan rests on; compared before anything runs."""
    summary: str
    """One sentence: what happens, to what."""
    changes: tuple[Change, ...]
    effects: tuple[str, ...] = ()
    """Knock-on effects: who loses what, what will be sent, what has to be done by hand."""
    undo: str
    """What it would take to undo it."""
    amount: Decimal
    """Value of the order's open lines, in `currency`: what the decision rights judge by."""
    currency: str
    margin_loss: Decimal | None = None
    """In percent of the amount; None: not known."""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What Odoo holds after a step, read back."""

    seen: Seen
    text: str
    """For people: ``WH/OUT/00051 holds the 7 that are still to come``."""
    records: tuple[tuple[str, int], ...] = ()
    """(model, id) of what came of it."""


class Step(Protocol):
    """One call that changes something."""

    @property
    def name(self) -> str:
        """In words, such as ``split WH/OUT/00042``; also the key of its intent."""
        ...

    @property
    def repeatable(self) -> bool:
        """True where running it again after an unknown outcome cannot do it twice (Odoo refuses, or the key finds the first)."""
        ...

    def run(self, session: OdooSession) -> None:
        """Call Odoo, once.

        Raises:
            OdooUserError, OdooRefused: it did not happen.
            OdooUnavailable: it may have happened.
        """
        ...

    def observe(self, session: OdooSession) -> Outcome:
        """Read back whether it happened; changes nothing. Raises as a read does."""
        ...


class Action(Protocol):
    """One kind of action."""

    @property
    def type(self) -> ActionType: ...

    def plan(
        self, session: OdooSession, wanted: Mapping[str, Any], *, now: datetime, server: OdooServer
    ) -> Plan:
        """What would be done for these wishes (names and quantities as people say them).

        Raises:
            CannotDraft: it makes no sense here.
            OdooError: as a read does.
        """
        ...

    def snapshot(self, session: OdooSession, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same fields as in the plan's snapshot, as they are now."""
        ...

    def precheck(self, session: OdooSession, payload: Mapping[str, Any]) -> Sequence[str]:
        """Why it cannot be run now, beyond a changed snapshot; empty when it can."""
        ...

    def steps(self, payload: Mapping[str, Any], key: str) -> Sequence[Step]:
        """The calls, in order. `key` is unique to the draft's version: what is created carries it, so that it can be found."""
        ...


def digest_of(action: ActionType, payload: Mapping[str, Any], snapshot: Mapping[str, Any]) -> str:
    """What an approval is bound to: SHA-256 over action, payload and snapshot."""
    text = json.dumps([action, payload, snapshot], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changed_fields(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is not as it was: ``sale.order,7: commitment_date was … and is …``."""
    told: list[str] = []
    for record in sorted(set(then) | set(now)):
        if record not in now:
            told.append(f"{record}: is gone")
            continue
        if record not in then:
            told.append(f"{record}: is new")
            continue
        for field in sorted(set(then[record]) | set(now[record])):
            was, is_now = then[record].get(field), now[record].get(field)
            if was != is_now:
                told.append(f"{record}: {field} was {was!r} and is {is_now!r}")
    return told
