"""Which orders are late or about to be, and which of them first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from copilot.reads.exposure import late_charges
from copilot.reads.shared import as_json, day_text, from_odoo, may_be_shown
from copilot.turn import Turn
from erp_tools.lateness.at_risk import (
    AtRiskList,
    AtRiskOrder,
    Group,
    cause_code,
)
from erp_tools.lateness.at_risk import (
    orders_at_risk as ranked_orders,
)
from erp_tools.lateness.scan import Narrowed, Progress

MOST_LISTED = 500
"""Orders of one answer; the groups count all of them."""
SHARE_OF_TURN = 0.5
"""Of the time a turn has left, spent on reading orders; the rest is for what they need, and for answering."""
UNSHOWN = "…"
"""In the place of a filter that nobody but a brain has named."""
MOST_GROUPS = 12
"""Groups of each kind that a brain is given, the largest first."""


def orders_at_risk(
    turn: Turn,
    customer: str = "",
    warehouse: str = "",
    vendor: str = "",
    carrier: str = "",
    cause: str = "",
    limit: int = 10,
) -> str:
    """All open orders that are late or about to be, ranked; `tools.orders_at_risk` says what each argument means."""
    asked = (
        ", ".join(word for word in (customer, warehouse, vendor, carrier, cause) if word) or "orders at risk"
    )

    try:
        cause_code(cause)
    except ValueError as error:  # there is no such cause: the brain may try again with a better one
        turn.outcomes.append("not_found")
        turn.said.append(str(error))
        return as_json({"status": "unknown_cause", "message": str(error), "asked_for": cause})

    def tell(done: int, total: int) -> None:
        if turn.tell is not None and done < total:
            turn.tell(f"Scanned {done:,} of {total:,} open orders")

    def read() -> str:
        found = at_risk_json(
            turn, customer=customer, warehouse=warehouse, vendor=vendor, carrier=carrier, cause=cause, limit=limit,
            seconds=turn.seconds_left() * SHARE_OF_TURN, progress=tell,
        )  # fmt: skip
        turn.outcomes.append("partial" if found["not_read"] or found["not_scanned"] else "found")
        turn.lists.append({**found, "filters": _shown(turn, found["filters"])})
        return as_json(
            {**found, "groups": {kind: some[:MOST_GROUPS] for kind, some in found["groups"].items()}}
        )

    return from_odoo(turn, asked, read)


def _shown(turn: Turn, filters: dict[str, Any]) -> dict[str, Any]:
    """The filters for the chat's card: what only a brain has worded is not repeated there."""
    return {
        name: UNSHOWN
        if isinstance(value, str) and value and name != "cause" and not may_be_shown(turn, value)
        else value
        for name, value in filters.items()
    }


def at_risk_json(
    turn: Turn, *, customer: str = "", warehouse: str = "", vendor: str = "", carrier: str = "", cause: str = "", limit: int = 10,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The list in the contract's JSON, its orders filed as evidence of this turn.

    Raises:
        ValueError: there is no such cause; the message names them all.
        OdooError: as the gateway says.
    """
    code = cause_code(cause)
    ranked = ranked_orders(
        turn.person.session, now=turn.now, server=turn.server, only=Narrowed(customer=customer, warehouse=warehouse),
        exposure=lambda customers: late_charges(turn, customers), seconds=seconds, progress=progress,
    ).only(vendor=vendor, carrier=carrier, cause=code)  # fmt: skip
    listed = ranked.orders[: max(1, min(limit, MOST_LISTED))]
    turn.said += ranked.not_read
    return {
        "status": "found" if ranked.orders else "nothing",
        "scanned": ranked.scanned,
        "not_scanned": ranked.not_scanned,
        "total_at_risk": len(ranked.orders),
        "orders": [_order_json(turn, order) for order in listed],
        "groups": {kind: [_group_json(group) for group in some] for kind, some in ranked.groups.items()},
        "not_read": list(ranked.not_read),
        "filters": {
            "customer": customer, "warehouse": warehouse, "vendor": vendor, "carrier": carrier, "cause": code, "limit": limit,
        },
        **_totals(ranked),
    }  # fmt: skip


def _totals(ranked: AtRiskList) -> dict[str, Any]:
    late = sum(1 for order in ranked.orders if order.days_late)
    return {"late_now": late, "about_to_be_late": len(ranked.orders) - late}


def _order_json(turn: Turn, order: AtRiskOrder) -> dict[str, Any]:
    turn.said += [order.summary, *order.why]
    return {
        "id": turn.book.add_fact(order.fact(read_at=turn.now)),
        "order": order.order,
        "customer": order.customer,
        "customer_ref": order.customer_ref,
        "tier": order.tier,
        "warehouse": order.warehouse,
        "carrier": order.carrier,
        "vendors": list(order.vendors),
        "promised": day_text(order.promised),
        "days_late": order.days_late,
        "expected": {
            "earliest": day_text(order.expected.earliest),
            "latest": day_text(order.expected.latest),
        },
        "causes": list(order.causes),
        "certainty": order.certainty,
        "summary": order.summary,
        "owner_role": order.owner_role,
        "value": _amount(order.value),
        "currency": order.currency,
        "company_value": _amount(order.company_value),
        "recovery": order.recovery,
        "score": order.score,
        "why": list(order.why),
        "url": order.url,
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "name": group.name,
        "orders": group.orders,
        "value": _amount(group.value),
        "currency": group.currency,
        "by_currency": {currency: _amount(value) for currency, value in group.by_currency.items()},
    }


def _amount(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
