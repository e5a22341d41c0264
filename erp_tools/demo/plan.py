"""The whole plan of one seed: who, what, and which order carries which name."""

from __future__ import annotations

from functools import lru_cache

from erp_tools.demo.cases.chains import add_chains
from erp_tools.demo.late_orders import add_late_orders
from erp_tools.demo.model import Order, Plan, SecondCompanyOrder
from erp_tools.demo.planner import Planner
from erp_tools.demo.usual_orders import add_usual_orders
from erp_tools.demo.vendor_history import add_vendor_history

DEFAULT_SEED = 19
MIGRATED_FROM = 20001
SECOND_COMPANY_FROM = 90001
SECOND_COMPANY_ORDERS = 10


@lru_cache(maxsize=4)
def make_plan(seed: int = DEFAULT_SEED) -> Plan:
    """The same plan for the same seed, on every machine and every day. Treat it as read-only."""
    planner = Planner(seed)
    add_late_orders(planner)
    add_usual_orders(planner)
    # What came later is drawn and numbered last, so that it changes nothing of the rest.
    add_chains(planner)
    add_vendor_history(planner)
    _name_orders(planner.plan)
    _name_purchases(planner.plan)
    return planner.plan


def _name_orders(plan: Plan) -> None:
    """Number orders by the day they were entered, as Odoo would have; those from before Odoo from S20001 on."""
    pinned = {order.pinned: order for order in plan.orders if order.pinned}
    number = 0
    for order in sorted(_of(plan, migrated=False), key=lambda each: each.ordered):
        number += 1
        while f"S{number:05}" in pinned:
            # A pinned order was entered on the day its number was reached.
            pinned[f"S{number:05}"].ordered = order.ordered
            pinned[f"S{number:05}"].name = f"S{number:05}"
            number += 1
        order.name = f"S{number:05}"
    for order in pinned.values():
        order.name = order.pinned
    for position, order in enumerate(sorted(_of(plan, migrated=True), key=lambda each: each.ordered)):
        order.name = f"S{MIGRATED_FROM + position:05}"
    plan.orders.sort(key=lambda each: (each.wave, each.name))


def _of(plan: Plan, *, migrated: bool) -> list[Order]:
    return [order for order in plan.orders if order.migrated is migrated and not order.pinned]


def _name_purchases(plan: Plan) -> None:
    """Number purchases by day; those for make-to-order lines are numbered with the others."""
    everything = [*plan.purchases, *(order.purchase for order in plan.orders if order.purchase)]
    taken = {bought.name for bought in everything if bought.name}
    number, old = 0, 20000
    for bought in sorted((each for each in everything if not each.name), key=lambda each: each.ordered):
        if bought.ordered < -40:
            old += 1
            bought.name = f"P{old:05}"
            continue
        number += 1
        while f"P{number:05}" in taken:
            number += 1
        bought.name = f"P{number:05}"
    plan.purchases.sort(key=lambda each: each.name)


def second_company_orders() -> tuple[SecondCompanyOrder, ...]:
    """Orders of the sister company, some late; the people of the first company must not see them."""
    return tuple(
        SecondCompanyOrder(
            name=f"S{SECOND_COMPANY_FROM + number}",
            customer=number % 4,
            ordered=-20 + number,
            promised=(-6, 5, -3, 9, 12)[number % 5],
            product=number % 6,
            quantity=float(4 + 3 * number),
        )
        for number in range(SECOND_COMPANY_ORDERS)
    )
