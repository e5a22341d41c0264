"""Which order at risk first: what it is worth, who waits, what lateness costs, how long it is late, and whether we can move it. Pure.

Every part gives points, and every part that counts is said in words. Value counts by its square root: one very large order
must not make all others look alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from erp_tools.lateness.wording import days_text, money_text

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


def tier_of(tags: Iterable[str]) -> str:
    """The letter of the first tag such as ``Tier A``; empty without one."""
    return next((match[1].upper() for tag in tags if (match := _TIER.search(tag))), "")


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """What counts for the rank of one order."""

    value: Decimal | None
    """Not delivered, in `currency`; None: may not be seen."""
    currency: str
    company_value: Decimal | None
    """The same in the company's currency; None where Odoo has no rate."""
    tier: str
    late: int
    """Days."""
    charged: Decimal
    """Per cent of the value that the contract charges for a week of lateness; 0: none that is known."""
    recovery: Recovery


@dataclass(frozen=True, kw_only=True)
class Scale:
    """The largest of each kind in one list: what the points are measured against."""

    company_value: Decimal = Decimal(1)
    by_currency: Mapping[str, Decimal] = field(default_factory=dict)
    """For what cannot be converted: the largest of its own currency."""
    charged: Decimal = Decimal(1)

    @classmethod
    def of(cls, orders: Iterable[Weighed]) -> Scale:
        largest = charged = Decimal(0)
        by_currency: dict[str, Decimal] = {}
        for order in orders:
            charged = max(charged, order.charged)
            if order.company_value is not None:
                largest = max(largest, order.company_value)
            elif order.value is not None:
                by_currency[order.currency] = max(by_currency.get(order.currency, Decimal(0)), order.value)
        return cls(
            company_value=largest or Decimal(1), by_currency=by_currency, charged=charged or Decimal(1)
        )


def weigh(order: Weighed, scale: Scale) -> tuple[float, tuple[str, ...]]:
    """The points of an order, and what gave them in words, strongest first."""
    points: dict[str, float] = {}
    if order.value is not None:
        words = f"{money_text(order.value, order.currency)} are not delivered"
        if order.company_value is None:
            words += (
                f" (Odoo has no rate for {order.currency}: compared with orders in {order.currency} only)"
            )
            share = _share(order.value, scale.by_currency.get(order.currency, Decimal(1)))
        else:
            share = _share(order.company_value, scale.company_value)
        points[words] = POINTS_FOR_VALUE * math.sqrt(share)
    points[f"the customer is tier {order.tier}"] = float(POINTS_FOR_TIER.get(order.tier, 0))
    points[f"it is {days_text(order.late)} late" if order.late else "it is about to be late"] = float(
        min(POINTS_FOR_AGE, order.late)
    )
    points[f"the contract charges {order.charged.normalize():f}% for a week of lateness"] = (
        POINTS_FOR_EXPOSURE * _share(order.charged, scale.charged)
    )
    moved = "it can be moved today" if order.recovery == "today" else "a decision here can move it"
    points[moved] = float(POINTS_FOR_RECOVERY[order.recovery])
    strongest = sorted(points.items(), key=lambda item: -item[1])
    return round(sum(points.values()), 1), tuple(words for words, given in strongest if given >= 1)


def _share(amount: Decimal, largest: Decimal) -> float:
    return min(1.0, max(0.0, float(amount / largest))) if largest > 0 else 0.0
