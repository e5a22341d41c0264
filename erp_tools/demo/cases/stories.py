"""Orders that stay late when only one of their causes is cured; S00042 is the one the documents tell of."""

from __future__ import annotations

from erp_tools.demo.cases.common import SHIP_ONLY, late_order, short_line
from erp_tools.demo.model import Line, Message, Quant
from erp_tools.demo.planner import Planner


def overdue_and_elsewhere(planner: Planner, number: int) -> None:
    """Like S00042: the purchase is overdue, and another warehouse has the goods."""
    warehouse = ("WEST", "SOUTH")[number]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce()
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planner.put("EAST", product.ref, line.quantity + 8)
    planner.purchase(product, warehouse, line.quantity * 2, ordered=ordered, planned=promised - 2)
    late_order(
        planner, "inbound_overdue", "stock_elsewhere", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=(line,), story="overdue purchase, and EAST has the goods",
    )  # fmt: skip


def held_and_late(planner: Planner, number: int) -> None:
    """Two lines, each held back by something else."""
    warehouse = SHIP_ONLY[number]
    customer = planner.customer(home=warehouse, tiers="AB")
    held, missing = planner.scarce(), planner.scarce()
    lines = (short_line(planner, held, customer), short_line(planner, missing, customer))
    planner.quant(Quant(product=held.ref, warehouse=warehouse, quantity=lines[0].quantity + 1, place="hold"))
    ordered, promised = planner.late_days()
    planner.purchase(missing, warehouse, lines[1].quantity, ordered=ordered, planned=8 + number)
    late_order(
        planner, "quality_hold", "inbound_late", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=lines,
        story="one line in Quality Hold, the other due after the promise",
    )  # fmt: skip


def the_olive_oil(planner: Planner) -> None:
    """P00031 from Solano Olive Oil is overdue; S00042 of Meridian Foods and two more orders wait for it."""
    drum = planner.scarce("FB-1011")
    meridian = planner.plan.customers["C-1001"]
    ordered_by_us, due = -19, -8
    oil = planner.purchase(
        drum, "WEST", 60, ordered=ordered_by_us, planned=due,
        messages=(
            Message(on="purchase", author="purchasing", day=due + 1, body="P00031 was due yesterday. Please confirm the new date."),
            Message(on="purchase", author="vendor", day=due + 2,
                    body="The drums left our plant last week and should be with you any day. No tracking number yet."),
            Message(on="purchase", author="purchasing", day=-3, body="Called twice, nobody answered. Nothing has arrived."),
        ),
    )  # fmt: skip
    oil.name = "P00031"
    planner.put("EAST", drum.ref, 30)
    planner.put("WEST", drum.ref, 4)
    lines = (
        Line(product="FB-1010", quantity=40), Line(product="FB-1020", quantity=60), Line(product="CH-3002", quantity=10),
        Line(product=drum.ref, quantity=16),
    )  # fmt: skip
    for line in lines[:3]:
        planner.put("WEST", line.product, line.quantity)
    late_order(
        planner, "inbound_overdue", "stock_elsewhere", warehouse="WEST", customer=meridian, days=(-26, -5), lines=lines, carrier="ATLAS",
        pinned="S00042", wave=0, also_true=("upstream_step_pending", "warehouse_backlog"),
        messages=(
            Message(on="order", author="customer", day=-6, body="Please confirm that all four lines arrive on the agreed day. "
                    "The kitchen starts the airline menu with this oil."),
            Message(on="order", author="customer", day=-3, body="Two days late now and no word from you. "
                    "What is missing, and when do we get it? "
                    "Do not send it in pieces without asking us first."),
            Message(on="order", author="service", day=-3,
                    body="Twelve drums of FB-1011 are missing, the rest is reserved. Asked Purchasing about P00031."),
            Message(on="order", author="purchasing", day=-2,
                    body="Solano says the drums are on the road, but there is no receipt and no tracking number."),
        ),
        story="12 of 16 drums missing: P00031 is overdue at the vendor, EAST has 30 free; three lines are ready",
    )  # fmt: skip
    for ref, quantity, promised in (("C-1002", 10, -4), ("C-1008", 8, -3)):
        customer = planner.plan.customers[ref]
        late_order(
            planner, "inbound_overdue", "stock_elsewhere", warehouse="WEST", customer=customer, days=(promised - 11, promised),
            lines=(Line(product=drum.ref, quantity=quantity),), story="waits for P00031 too",
        )  # fmt: skip
