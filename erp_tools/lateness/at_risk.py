"""Which orders are late or about to be, and which of them first: all open orders, ranked, with the reason for the rank.

The same causes as in a diagnosis, from the same files. Messages are read only for quotations and for orders that the records leave
unexplained.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.diagnosis import judge
from erp_tools.lateness.expected import forecast
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.scan import scan_open_orders, with_messages
from erp_tools.lateness.taxonomy import Certainty, ExpectedDate, OwnerRole
from erp_tools.lateness.verdict import is_at_risk, is_late
from erp_tools.lateness.wording import SMALLEST, days_text, money_text
from erp_tools.odoo.gateway import OdooServer, OdooSession

Recovery = Literal["today", "soon", "waits"]
"""``today``: somebody here can move it now; ``soon``: after a decision or a transfer; ``waits``: for somebody outside."""

RECOVERY: Mapping[str, Recovery] = {
    "warehouse_backlog": "today", "upstream_step_pending": "today", "missed_dispatch": "today", "no_carrier": "today",
    "reserved_by_other": "today", "reservation_not_due": "today", "not_confirmed": "today", "waiting_complete": "today",
    "stock_elsewhere": "soon", "credit_hold": "soon", "missing_documents": "soon", "incomplete_master_data": "soon",
    "price_mismatch": "soon", "quality_hold": "soon", "inventory_discrepancy": "soon", "cancelled": "soon",
}  # fmt: skip
"""By the leading cause; what is not here waits."""

POINTS_FOR_VALUE = 35
POINTS_FOR_TIER: Mapping[str, int] = {"A": 20, "B": 10}
POINTS_FOR_AGE = 20
"""One per day late."""
POINTS_FOR_EXPOSURE = 15
POINTS_FOR_RECOVERY: Mapping[Recovery, int] = {"today": 10, "soon": 5, "waits": 0}

_TIER = re.compile(r"\btier\s+([A-Z])\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class AtRiskOrder:
    """One order that is late or about to be."""

    order_id: int
    order: str
    customer: str
    customer_ref: str
    tier: str
    """Letter of the customer's tag such as ``Tier A``; empty without one."""
    warehouse: str
    carrier: str
    vendors: tuple[str, ...]
    promised: date | None
    days_late: int
    """0: not late yet, but the records do not keep the promise."""
    expected: ExpectedDate
    causes: tuple[str, ...]
    """Codes, what blocks first leading."""
    certainty: Certainty
    """Of the leading cause."""
    summary: str
    owner_role: OwnerRole
    value: Decimal
    """Of what is not delivered, without taxes, in `currency`."""
    currency: str
    recovery: Recovery
    score: float
    """0 to 100; only good for comparing within one list."""
    why: tuple[str, ...]
    """What gave it its rank, in words, strongest first."""
    url: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Orders of the list that share something."""

    name: str
    orders: int
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class AtRiskList:
    """All orders at risk, first the ones to look at first."""

    orders: tuple[AtRiskOrder, ...]
    scanned: int
    """Open orders that were looked at."""
    not_scanned: int
    groups: Mapping[str, tuple[Group, ...]]
    """``cause``, ``warehouse``, ``vendor``, ``carrier``, ``customer`` -> groups, the largest value first."""
    not_read: tuple[str, ...]


def orders_at_risk(
    session: OdooSession, *, now: datetime, server: OdooServer, exposure: Mapping[str, Decimal] | None = None
) -> AtRiskList:
    """Scan all open orders of this person and rank those at risk.

    Args:
        exposure: customer reference -> what their contract makes a late order cost (from the documents), for the rank.

    Raises:
        AccessDenied, OdooUnavailable: as `scan_open_orders`.
    """
    scanned = scan_open_orders(session, now=now)
    risky = [case for case in scanned.cases if is_late(case) or is_at_risk(case)]
    silent = [case for case in risky if case.order.is_quotation or judge(case)[0].cause.code == "unknown"]
    told = {case.order.order_id: case for case in with_messages(session, silent)}
    risky = [told.get(case.order.order_id, case) for case in risky]
    return rank(
        risky, url_of=server.record_url, exposure=exposure or {}, scanned=len(scanned.cases),
        not_scanned=scanned.total - len(scanned.cases), not_read=scanned.not_read,
    )  # fmt: skip


def rank(
    cases: Iterable[OrderCase], *, url_of: Callable[[str, int], str], exposure: Mapping[str, Decimal], scanned: int, not_scanned: int = 0,
    not_read: tuple[str, ...] = (),
) -> AtRiskList:  # fmt: skip
    """Rank cases that are late or at risk. Pure."""
    judged = [(case, judge(case), _open_value(case)) for case in cases]
    largest = max((value for _, _, value in judged), default=Decimal(0)) or Decimal(1)
    most_exposed = max(exposure.values(), default=Decimal(0)) or Decimal(1)
    orders = [
        _order(
            case,
            findings,
            value,
            largest=largest,
            exposed=exposure.get(case.order.customer.ref, Decimal(0)) / most_exposed,
            url_of=url_of,
        )
        for case, findings, value in judged
    ]
    orders.sort(key=lambda item: (-item.score, item.promised or date.max, item.order))
    return AtRiskList(
        orders=tuple(orders), scanned=scanned, not_scanned=not_scanned, not_read=not_read,
        groups={
            "cause": _groups(orders, lambda item: item.causes[:1]),
            "warehouse": _groups(orders, lambda item: (item.warehouse,)),
            "vendor": _groups(orders, lambda item: item.vendors),
            "carrier": _groups(orders, lambda item: (item.carrier,)),
            "customer": _groups(orders, lambda item: (item.customer,)),
        },
    )  # fmt: skip


def _open_value(case: OrderCase) -> Decimal:
    total = Decimal(0)
    for line in case.lines:
        if line.line.price is not None and line.line.remaining > SMALLEST:
            reduced = 1 - Decimal(str(line.line.discount)) / 100
            total += line.line.price * Decimal(str(line.line.remaining)) * reduced
    return round(total, 2)


def _order(
    case: OrderCase, findings: tuple[Finding, ...], value: Decimal, *, largest: Decimal, exposed: Decimal,
    url_of: Callable[[str, int], str],
) -> AtRiskOrder:  # fmt: skip
    leading = findings[0].cause
    customer = case.order.customer
    tier = next((match[1].upper() for tag in customer.tags if (match := _TIER.search(tag))), "")
    late = case.days_late or 0
    recovery = RECOVERY.get(leading.code, "waits")
    points = {
        f"{money_text(value, case.order.currency)} are not delivered": float(
            POINTS_FOR_VALUE * value / largest
        ),
        f"the customer is tier {tier}": float(POINTS_FOR_TIER.get(tier, 0)),
        (f"it is {days_text(late)} late" if late else "it is about to be late"): float(
            min(POINTS_FOR_AGE, late)
        ),
        "the contract makes lateness expensive": float(POINTS_FOR_EXPOSURE * exposed),
        ("it can be moved today" if recovery == "today" else "a decision here can move it"): float(
            POINTS_FOR_RECOVERY[recovery]
        ),
    }
    expected, _ = forecast(case, {item.cause.code for item in findings if item.rank is None})
    vendors = {share.inbound.vendor for supply in case.supplies.values() for share in supply.shares}
    vendors |= {rfq.vendor for supply in case.supplies.values() for rfq in supply.rfqs}
    return AtRiskOrder(
        order_id=case.order.order_id,
        order=case.order.name,
        customer=customer.name,
        customer_ref=customer.ref,
        tier=tier,
        warehouse=case.order.warehouse.name if case.order.warehouse else "",
        carrier=case.carrier.name if case.carrier else "",
        vendors=tuple(sorted(vendor for vendor in vendors if vendor)),
        promised=case.promised,
        days_late=late,
        expected=expected,
        causes=tuple(item.cause.code for item in findings),
        certainty=leading.certainty,
        summary=leading.summary,
        owner_role=leading.owner_role,
        value=value,
        currency=case.order.currency,
        recovery=recovery,
        score=round(sum(points.values()), 1),
        why=tuple(words for words, given in sorted(points.items(), key=lambda item: -item[1]) if given >= 1),
        url=url_of("sale.order", case.order.order_id),
    )


def _groups(
    orders: Iterable[AtRiskOrder], names_of: Callable[[AtRiskOrder], Iterable[str]]
) -> tuple[Group, ...]:
    counts: dict[str, tuple[int, Decimal]] = {}
    for order in orders:
        for name in names_of(order):
            if name:
                count, value = counts.get(name, (0, Decimal(0)))
                counts[name] = (count + 1, value + order.value)
    found = [Group(name=name, orders=count, value=value) for name, (count, value) in counts.items()]
    return tuple(sorted(found, key=lambda group: (-group.value, -group.orders, group.name)))
