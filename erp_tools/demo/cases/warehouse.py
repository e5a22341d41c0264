"""Late in our own warehouse, or on the road."""

from __future__ import annotations

from erp_tools.demo.cases.common import SHIP_ONLY, WAREHOUSES, late_order, short_line, without_commitment
from erp_tools.demo.model import Message
from erp_tools.demo.planner import Planner


def waiting_complete(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(refs=("C-1002", "C-1004", "C-1007", "C-1010"))
    product = planner.scarce()
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planner.purchase(product, warehouse, line.quantity, ordered=ordered + 1, planned=6 + number)
    late_order(
        planner, "waiting_complete", "inbound_late", warehouse=warehouse, customer=customer, days=(ordered, promised), policy="one",
        lines=(*planner.ready_lines(customer, warehouse, 3), line),
        story="ship-all policy holds three ready lines for one that is on order",
    )  # fmt: skip


def warehouse_backlog(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse)
    late_order(
        planner, "warehouse_backlog", warehouse=warehouse, customer=customer,
        lines=planner.ready_lines(customer, warehouse, 2 + number % 2), story="ready, not shipped",
    )  # fmt: skip
    if number == 2:
        without_commitment(planner)


def upstream_step_pending(planner: Planner, number: int) -> None:
    customer = planner.customer(home="WEST")
    late_order(
        planner, "upstream_step_pending", warehouse="WEST", customer=customer, lines=planner.ready_lines(customer, "WEST", 2),
        stage="picked" if number % 2 else "reserve", also_true=("warehouse_backlog",),
        story="pack not done" if number % 2 else "pick not done",
    )  # fmt: skip


def partial_backorder(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse, tiers="AB", refs=("C-1003", "C-1005", "C-1009", "C-1013"))
    product = planner.scarce()
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    second = "stock_shortage"
    if number % 2 == 0:
        planner.purchase(product, warehouse, line.quantity, ordered=ordered + 1, planned=5 + number)
        second = "inbound_late"
    half = float(line.quantity // 2)
    planner.put(warehouse, product.ref, half)
    late_order(
        planner, "partial_backorder", second, warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=(*planner.ready_lines(customer, warehouse, 2), line), stage="shipped_part", shipped=promised - 1, tracking=True, proof=True,
        story="first part shipped, the back-order waits",
    )  # fmt: skip


def no_carrier(planner: Planner, number: int) -> None:
    warehouse = SHIP_ONLY[number % 2]
    customer = planner.customer(home=warehouse)
    late_order(
        planner, "no_carrier", warehouse=warehouse, customer=customer, lines=planner.ready_lines(customer, warehouse, 2), carrier=None,
        also_true=("warehouse_backlog",), story="ready, nobody booked a carrier",
    )  # fmt: skip


def missed_dispatch(planner: Planner, number: int) -> None:
    warehouse = ("EAST", "SOUTH", "WEST")[number]
    customer = planner.customer(home=warehouse)
    late_order(
        planner, "missed_dispatch", warehouse=warehouse, customer=customer,
        lines=planner.ready_lines(customer, warehouse, 2), tracking=True,
        stage="packed" if warehouse == "WEST" else "reserve", also_true=("warehouse_backlog",),
        messages=(Message(on="delivery", author="carrier", day=-2, body="Pickup attempted after cut-off, freight was not on the dock."),),
        story="label booked, truck left without it",
    )  # fmt: skip


def carrier_delay(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse)
    ordered, promised = -16 + number, -4 + number % 2
    said = (
        "Delay at the hub because of weather, new estimate to follow.",
        "Trailer breakdown near Boise, freight is being transferred.",
        "Consignee closed on arrival, second attempt is planned.",
        "One pallet was misrouted, we are tracing it.",
    )[number]
    late_order(
        planner, "carrier_delay", warehouse=warehouse, customer=customer, days=(ordered, promised),
        lines=planner.ready_lines(customer, warehouse, 2), stage="shipped", shipped=promised - 4, tracking=True,
        also_true=("proof_of_delivery_missing",),
        messages=(
            Message(on="delivery", author="carrier", day=promised, body=f"Exception: {said}"),
            Message(on="order", author="customer", day=promised + 1, body="The shipment has not arrived."),
        ),
        story=f"carrier reports: {said}",
    )  # fmt: skip
