"""The words of a diagnosis: causes, how certain they are, and what a diagnosis consists of.

Source: DESIGN "Why is it late: the causes". Codes are a contract; new ones are added here and as a file in `causes/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from erp_tools.facts import Fact, FactKey

Certainty = Literal["proven", "likely", "unknown"]

Group = Literal[
    "commercial", "inventory", "procurement", "warehouse", "transport", "promise", "after_delivery", "none"
]

CAUSES: Mapping[str, Group] = {
    "not_confirmed": "commercial",
    "credit_hold": "commercial",
    "price_mismatch": "commercial",
    "missing_documents": "commercial",
    "incomplete_master_data": "commercial",
    "cancelled": "commercial",
    "order_blocked": "commercial",
    "stock_shortage": "inventory",
    "stock_elsewhere": "inventory",
    "reserved_by_other": "inventory",
    "quality_hold": "inventory",
    "inventory_discrepancy": "inventory",
    "reservation_not_due": "inventory",
    "inbound_not_ordered": "procurement",
    "inbound_late": "procurement",
    "inbound_overdue": "procurement",
    "inbound_short": "procurement",
    "waiting_complete": "warehouse",
    "warehouse_backlog": "warehouse",
    "upstream_step_pending": "warehouse",
    "partial_backorder": "warehouse",
    "no_carrier": "transport",
    "missed_dispatch": "transport",
    "carrier_delay": "transport",
    "unrealistic_promise": "promise",
    "customer_requested_date": "promise",
    "delivery_invoice_mismatch": "after_delivery",
    "proof_of_delivery_missing": "after_delivery",
    "on_time": "none",
    "unknown": "none",
}
"""Code -> group. ``unknown`` is not a cause: it says that the order is late and none of the causes could be shown."""

OwnerRole = Literal["service", "supervisor", "purchasing", "sales", "finance", "compliance"]


@dataclass(frozen=True, kw_only=True)
class AffectedLine:
    """One order line a cause holds back."""

    line_id: int
    """sale.order.line id."""
    product: str
    """As Odoo shows the product, e.g. ``[IN-2001] Sanitary Butterfly Valve 2 in``."""
    quantity: float
    """How much of the line is affected, in the line's unit of measure."""
    unit: str


@dataclass(frozen=True, kw_only=True)
class Cause:
    """One reason why an order is late, with what proves it."""

    code: str
    """A key of `CAUSES`."""
    certainty: Certainty
    """``proven``: every condition was read in Odoo. ``likely``: it fits, but something could not be read or is only said in a
    message. ``unknown``: could not be judged; `missing` says why."""
    summary: str
    """One or two plain sentences with the figures; every figure stands in a fact of `evidence`."""
    lines: tuple[AffectedLine, ...] = ()
    evidence: tuple[FactKey, ...] = ()
    owner_role: OwnerRole
    """Who can do something about it."""
    since: date | None = None
    """The day it began to hold the order back."""
    next_steps: tuple[str, ...] = ()
    """What the owner can do now, most useful first."""
    missing: tuple[str, ...] = ()
    """What could not be read or is not recorded, in words."""


@dataclass(frozen=True, kw_only=True)
class ExpectedDate:
    """When it will ship now, as far as the records allow."""

    earliest: date | None = None
    latest: date | None = None
    """None: the records do not allow a date (`reasoning` says why). Equal to `earliest`: one date."""
    reasoning: str = ""
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One thing that happened, or is planned to happen, to an order."""

    at: datetime
    """With timezone."""
    kind: Literal[
        "ordered", "promised", "reserved", "step", "inbound", "message", "re-promised", "shipped", "expected"
    ]
    text: str
    evidence: tuple[FactKey, ...] = ()
    planned: bool = False
    """True for something that has not happened yet."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Why one order is late (or that it is not), with everything that was read to say so."""

    order: str
    """Order name, e.g. ``S00042``."""
    order_id: int
    customer: str
    customer_ref: str
    """Customer's own reference in our books (res.partner.ref), e.g. ``C-1001``; empty if none. Opens the right documents."""
    company_id: int
    promised: date | None
    """The day we promised: commitment_date, else expected_date; in the company's timezone."""
    promise_basis: Literal["commitment_date", "expected_date", "none"]
    expected: ExpectedDate
    days_late: int | None
    """Days past the promise today (or at delivery, when done); 0 = not late; None = no promise to compare with."""
    is_late: bool
    """Late now, or sure to become late on what is known."""
    causes: tuple[Cause, ...]
    """Ranked by what blocks first. Never empty: ``on_time`` or ``unknown`` stand alone."""
    timeline: tuple[TimelineEntry, ...]
    facts: tuple[Fact, ...]
    not_read: tuple[str, ...] = ()
    """What this person may not see or Odoo did not answer, in words: the answer says so."""
    carrier: str = ""
    """Carrier of the open (else the last) delivery; empty if none."""
    vendors: tuple[str, ...] = ()
    """Vendors of the purchases behind the lines."""
