"""Late, or in time, at the end of a chain: another warehouse, the vendor's own truck, a kit, a second back-order, made to order.

These orders were taken by the field sales team, which numbers from S70001 on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from erp_tools.demo.cases.common import late_order, to_order
from erp_tools.demo.model import Customer, Line, Message, Order, Product, Purchase, PurchaseLine
from erp_tools.demo.planner import Planner

FIRST_ORDER = 70001
FIRST_PURCHASE = 70001
LAST_WAVE = 3


def add_chains(planner: Planner) -> None:
    """Each chain late at least once, and in time where somebody could take it for late."""
    makers = (
        resupply_overdue, resupply_late, resupply_in_time, dropship_overdue, dropship_late, dropship_in_time,
        made_to_order_in_steps, kit_late, kit_in_time, second_backorder,
    )  # fmt: skip
    made = []
    for number, make in enumerate(makers):
        planner.turn(make.__name__, 0)
        order = make(planner)
        order.pinned = f"S{FIRST_ORDER + number}"
        order.wave = LAST_WAVE
        made.append(order)
    bought = [*planner.plan.later, *(order.purchase for order in made if order.purchase)]
    for number, purchase in enumerate(bought):
        purchase.name = f"P{FIRST_PURCHASE + number}"


def _customer(planner: Planner, warehouse: str) -> Customer:
    """One without a contract: what the contracts' customers wait for stays as the documents tell it."""
    fitting = [
        each.ref
        for each in planner.plan.customers.values()
        if each.home == warehouse and each.contract is None and each.ref not in planner.over_limit
    ]
    return planner.customer(refs=fitting)


def _supplied_by(planner: Planner, route: Literal["resupply", "dropship"]) -> Product:
    product = planner.scarce()
    changed = replace(product, make_to_order=route == "resupply", route=route)
    planner.plan.products[product.ref] = changed
    return changed


def _buy_later(
    planner: Planner, product: Product, warehouse: str, quantity: float, *, ordered: int, planned: int
) -> None:
    planner.plan.later.append(
        Purchase(
            vendor=product.vendor, warehouse=warehouse, ordered=ordered, planned=planned,
            lines=(PurchaseLine(product=product.ref, quantity=quantity),),
        )
    )  # fmt: skip


# -- another warehouse ---------------------------------------------------------------------------------------------------
def _resupplied(
    planner: Planner, *causes: str, days: tuple[int, int], left: int | None = None, arrives: int, story: str
) -> Order:
    product = _supplied_by(planner, "resupply")
    planner.put("EAST", product.ref, 12)
    return late_order(
        planner, *causes, warehouse="SOUTH", customer=_customer(planner, "SOUTH"), days=days, left=left, arrives=arrives,
        lines=(Line(product=product.ref, quantity=12),), story=story,
    )  # fmt: skip


def resupply_overdue(planner: Planner) -> Order:
    story = "EAST has the goods ready for SOUTH and has not sent them"
    return _resupplied(planner, "inbound_overdue", days=(-15, -6), arrives=-7, story=story)


def resupply_late(planner: Planner) -> Order:
    story = "the transfer left EAST and reaches SOUTH after the promise"
    return _resupplied(planner, "inbound_late", days=(-14, -5), left=-2, arrives=4, story=story)


def resupply_in_time(planner: Planner) -> Order:
    return _resupplied(
        planner, days=(-4, 9), left=-1, arrives=3, story="the transfer from EAST arrives in time"
    )


# -- straight from the vendor --------------------------------------------------------------------------------------------
def _dropshipped(
    planner: Planner, *causes: str, days: tuple[int, int], planned: int, said: str, story: str
) -> Order:
    product = _supplied_by(planner, "dropship")
    bought = Purchase(
        vendor=product.vendor, warehouse="SOUTH", ordered=days[0], planned=planned, lines=(),
        messages=(Message(on="purchase", author="vendor", day=days[0] + 2, body=said),),
    )  # fmt: skip
    return late_order(
        planner, *causes, warehouse="SOUTH", customer=_customer(planner, "SOUTH"), days=days, purchase=bought,
        lines=(Line(product=product.ref, quantity=8),), story=story,
    )  # fmt: skip


def dropship_overdue(planner: Planner) -> Order:
    return _dropshipped(
        planner, "inbound_overdue", days=(-17, -7), planned=-8, said="We will ship from our plant on the agreed day.",
        story="the vendor was to ship straight to the customer, and has not",
    )  # fmt: skip


def dropship_late(planner: Planner) -> Order:
    return _dropshipped(
        planner, "inbound_late", days=(-13, -4), planned=6, said="Our new date stands in the order confirmation.",
        story="the vendor ships straight to the customer, after the promise",
    )  # fmt: skip


def dropship_in_time(planner: Planner) -> Order:
    return _dropshipped(
        planner, days=(-5, 11), planned=4, said="Confirmed.", story="the vendor ships straight to the customer, in time",
    )  # fmt: skip


# -- made to order, in three steps ---------------------------------------------------------------------------------------
def made_to_order_in_steps(planner: Planner) -> Order:
    product = to_order(planner, planner.scarce())
    days = (-18, -8)
    return late_order(
        planner, "inbound_overdue", warehouse="WEST", customer=_customer(planner, "WEST"), days=days,
        lines=(Line(product=product.ref, quantity=6),),
        purchase=Purchase(vendor=product.vendor, warehouse="WEST", ordered=days[0], planned=-9, lines=()),
        story="bought for this order; pick, pack and ship wait for the receipt",
    )  # fmt: skip


# -- kits ----------------------------------------------------------------------------------------------------------------
def _kit(planner: Planner, ref: str, name: str) -> tuple[Product, Product, Product]:
    """A kit and its two components: two of the first and one of the second in each."""
    first, second = planner.scarce(), planner.scarce()
    kit = replace(
        first, ref=ref, name=name, price=round(2 * first.price + second.price), cost=round(2 * first.cost + second.cost),
        components=((first.ref, 2.0), (second.ref, 1.0)), note="",
    )  # fmt: skip
    planner.plan.products[ref] = kit
    return kit, first, second


def kit_late(planner: Planner) -> Order:
    kit, first, second = _kit(planner, "KIT-100", "Maintenance Kit, Bearing and Valve")
    days = (-14, -5)
    planner.put("EAST", first.ref, 20)
    planner.put("EAST", second.ref, 4)
    _buy_later(planner, second, "EAST", 12, ordered=-12, planned=7)
    return late_order(
        planner, "inbound_late", warehouse="EAST", customer=_customer(planner, "EAST"), days=days,
        lines=(Line(product=kit.ref, quantity=10),),
        story="ten kits: one component is there for four of them, the rest is due after the promise",
    )  # fmt: skip


def kit_in_time(planner: Planner) -> Order:
    kit, first, second = _kit(planner, "KIT-101", "Maintenance Kit, Light")
    planner.put("SOUTH", first.ref, 12)
    planner.put("SOUTH", second.ref, 6)
    return late_order(
        planner, warehouse="SOUTH", customer=_customer(planner, "SOUTH"), days=(-3, 8),
        lines=(Line(product=kit.ref, quantity=6),), story="six kits, every component is there",
    )  # fmt: skip


# -- a back-order of a back-order ----------------------------------------------------------------------------------------
def second_backorder(planner: Planner) -> Order:
    product = planner.scarce()
    planner.put("EAST", product.ref, 10)
    _buy_later(planner, product, "EAST", 24, ordered=-20, planned=5)
    return late_order(
        planner, "partial_backorder", "inbound_late", warehouse="EAST", customer=_customer(planner, "EAST"), days=(-21, -9),
        lines=(Line(product=product.ref, quantity=30),), stage="shipped_part", shipped=-10, restocked=8.0, tracking=True, proof=True,
        story="ten shipped, then eight, and twelve wait in the second back-order",
    )  # fmt: skip
