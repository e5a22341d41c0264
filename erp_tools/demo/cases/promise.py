"""Late against a promise that could not hold or was moved, and orders with wrong papers after delivery."""

from __future__ import annotations

from erp_tools.demo.cases.common import SHIP_ONLY, WAREHOUSES, late_order, lead_time, short_line
from erp_tools.demo.model import Message
from erp_tools.demo.planner import Planner


def unrealistic_promise(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = lead_time(planner, planner.scarce(), 18)
    line = short_line(planner, product, customer)
    promised = -5 - number
    planner.purchase(product, warehouse, line.quantity, ordered=promised - 3, planned=promised + 13)
    late_order(
        planner, "unrealistic_promise", "inbound_late", warehouse=warehouse, customer=customer, lines=(line,),
        days=(promised - 4, promised),
        messages=(Message(on="order", author="sales", day=promised - 4, body="Promised by phone to win the order, make it happen."),),
        story="promised four days after the order, lead time is eighteen",
    )  # fmt: skip


def customer_requested_date(planner: Planner, number: int) -> None:
    warehouse = ("SOUTH", "WEST")[number % 2]
    customer = planner.customer(home=warehouse)
    ordered, promised = planner.late_days()
    planned = 6 + number
    late_order(
        planner, "customer_requested_date", warehouse=warehouse, customer=customer, days=(ordered, promised), planned=planned,
        lines=planner.ready_lines(customer, warehouse, 2),
        messages=(
            Message(on="order", author="customer", day=promised - 2,
                    body="Our dock is being rebuilt. Please hold the delivery and send it next week at the earliest."),
            Message(on="order", author="service", day=promised - 2, body="Postponed on the customer's request."),
        ),
        story="customer asked for a later date",
    )  # fmt: skip


def delivery_invoice_mismatch(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse, tiers="AB")
    ordered, promised = -24 + number, -13
    late_order(
        planner, "delivery_invoice_mismatch", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), stage="shipped", shipped=promised + 2, tracking=True, proof=True,
        invoiced="more" if number % 2 == 0 else "less",
        messages=(Message(on="order", author="customer", day=-3, body="Your invoice does not match what we received; we will not pay."),),
        story="invoiced quantity differs from the delivered one",
    )  # fmt: skip


def proof_of_delivery_missing(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse)
    ordered, promised = -33 + number, -20
    late_order(
        planner, "proof_of_delivery_missing", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), stage="shipped", shipped=promised - 3, tracking=True,
        messages=(
            Message(on="delivery", author="carrier", day=promised, body="Delivered, left at dock 3."),
            Message(on="order", author="customer", day=promised + 2, body="We have no record of this delivery. Please send the proof."),
        ),
        story="carrier says delivered, no proof, customer has nothing",
    )  # fmt: skip
