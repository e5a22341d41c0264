"""Late because goods have not come in."""

from __future__ import annotations

from erp_tools.demo.cases.common import (
    SHIP_ONLY,
    WAREHOUSES,
    late_order,
    short_line,
    to_order,
    without_commitment,
)
from erp_tools.demo.model import Line, Message, Order, Purchase
from erp_tools.demo.planner import Planner


def inbound_not_ordered(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce("FB-1030" if number == 0 else None)
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planner.purchase(product, warehouse, line.quantity * 2, ordered=ordered + 1, planned=promised - 1,
                     state="sent" if number % 2 else "draft")  # fmt: skip
    late_order(
        planner, "inbound_not_ordered", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        story="only a request for quotation",
    )  # fmt: skip


def inbound_late(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2] if number in (1, 2) else WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce("IN-2001" if number == 0 else None)
    product = to_order(planner, product) if number in (1, 2) else product
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planned = planner.rng.randint(4, 14)
    vendor = Message(
        on="purchase",
        author="vendor",
        day=ordered + 4,
        body="Production is running behind, see our new date.",
    )
    bought: Purchase | None = None
    if number in (1, 2):
        bought = Purchase(
            vendor=product.vendor,
            warehouse=warehouse,
            ordered=ordered,
            planned=planned,
            lines=(),
            messages=(vendor,),
        )
    else:
        planner.purchase(
            product, warehouse, line.quantity * 2, ordered=ordered + 1, planned=planned, messages=(vendor,)
        )
    late_order(
        planner, "inbound_late", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        purchase=bought, story="purchase order due after the promise",
    )  # fmt: skip
    if number == 3:
        without_commitment(planner)


def inbound_overdue(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2] if number in (1, 2) else WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce_lot("FB-1001") if number == 0 else planner.scarce()
    product = to_order(planner, product) if number in (1, 2) else product
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planned = promised - 1
    said = (
        "The goods left our warehouse and will reach you tomorrow.",
        "Shipped complete, please confirm receipt.",
        "We have not forgotten you, a new date follows.",
    )[number % 3]
    message = Message(on="purchase", author="vendor", day=planned + 1, body=said)
    bought: Purchase | None = None
    if number in (1, 2):
        bought = Purchase(
            vendor=product.vendor,
            warehouse=warehouse,
            ordered=ordered,
            planned=planned,
            lines=(),
            messages=(message,),
        )
    else:
        planner.purchase(
            product, warehouse, line.quantity * 2, ordered=ordered, planned=planned, messages=(message,)
        )
    late_order(
        planner, "inbound_overdue", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        purchase=bought, story=f"purchase order overdue; the vendor says: {said}",
    )  # fmt: skip


def inbound_short(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce("IN-2010" if number == 0 else None)
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    still_open = number % 2 == 0
    planner.purchase(
        product, warehouse, line.quantity * 2, ordered=ordered, planned=promised - 2, received=line.quantity,
        rest="open" if still_open else "cancelled", rest_planned=planner.rng.randint(5, 12) if still_open else None,
        messages=(Message(on="purchase", author="vendor", day=promised - 2,
                          body="We could only send half. " + ("The rest follows." if still_open else "We cannot deliver the rest.")),),
    )  # fmt: skip
    # What did arrive went to an order that was there first and has been shipped.
    first = planner.customer(home=warehouse, tiers="AB")
    taken = (Line(product=product.ref, quantity=line.quantity),)
    planner.order(
        Order(
            customer=first.ref, warehouse=warehouse, ordered=ordered - 1, promised=promised, lines=taken, wave=0, stage="shipped",
            shipped=promised - 1, tracking=True, proof=True, carrier=planner.carrier(first, taken, warehouse),
            reference=planner.reference(), invoiced="full", story="took the part that arrived",
        )
    )  # fmt: skip
    planner.plan.purchases[-1].received = promised - 2
    late_order(
        planner, "inbound_short", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        also_true=("inbound_late",) if still_open else ("stock_shortage",), story="the vendor sent less than ordered",
    )  # fmt: skip
