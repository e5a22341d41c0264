"""Late because of stock: none, elsewhere, promised to others, on hold, miscounted, not due."""

from __future__ import annotations

from dataclasses import replace

from erp_tools.demo.cases.common import WAREHOUSES, late_order, short_line, without_commitment
from erp_tools.demo.model import Message, Order, Quant
from erp_tools.demo.planner import Planner


def stock_shortage(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    lines = (
        short_line(planner, planner.scarce(), customer),
        *planner.ready_lines(customer, warehouse, number % 2),
    )
    late_order(
        planner, "stock_shortage", warehouse=warehouse, customer=customer, lines=lines,
        also_true=("warehouse_backlog", "upstream_step_pending"),
        story="nothing in any warehouse and nothing on order",
    )  # fmt: skip
    if number == 4:
        without_commitment(planner)


def stock_elsewhere(planner: Planner, number: int) -> None:
    warehouse, other = WAREHOUSES[number % 3], WAREHOUSES[(number + 1) % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    line = short_line(planner, planner.scarce(), customer)
    planner.put(other, line.product, line.quantity + planner.rng.randint(5, 30))
    late_order(
        planner, "stock_elsewhere", warehouse=warehouse, customer=customer,
        lines=(line, *planner.ready_lines(customer, warehouse, number % 2)),
        also_true=("warehouse_backlog", "upstream_step_pending"),
        story=f"free stock in {other}, none in {warehouse}",
    )  # fmt: skip


def reserved_by_other(planner: Planner, number: int) -> None:
    # Not at EAST: an order due in two weeks holds no reservation there yet.
    warehouse = ("WEST", "SOUTH")[number % 2]
    customer = planner.customer(home=warehouse, tiers="A")
    product = planner.scarce("IN-2011" if number == 0 else None)
    line = short_line(planner, product, customer)
    planner.put(warehouse, product.ref, line.quantity)
    other = planner.customer(tiers="C")
    ordered, promised = planner.late_days()
    taker = (replace(line),)
    planner.order(
        Order(
            customer=other.ref, warehouse=warehouse, ordered=ordered + 2, promised=planner.rng.randint(9, 16), lines=taker, wave=0,
            carrier=planner.carrier(other, taker, warehouse), reference=planner.reference(),
            story="holds stock that an earlier order needs",
        )
    )  # fmt: skip
    late_order(
        planner, "reserved_by_other", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        story="all of it reserved by a later order of a smaller customer",
    )  # fmt: skip


def quality_hold(planner: Planner, number: int) -> None:
    warehouse = WAREHOUSES[number % 3]
    customer = planner.customer(home=warehouse, tiers="AB")
    expired = number >= 2
    product = planner.scarce_lot("FB-1002" if number == 2 else None) if expired else planner.scarce()
    line = short_line(planner, product, customer)
    ordered, promised = planner.late_days()
    planner.quant(
        Quant(product=product.ref, warehouse=warehouse, quantity=line.quantity + 6, place="stock" if expired else "hold",
              expires=promised - 6 if expired else None)
    )  # fmt: skip
    late_order(
        planner, "quality_hold", warehouse=warehouse, customer=customer, days=(ordered, promised), lines=(line,),
        messages=(Message(on="order", author="supervisor", day=promised - 1,
                          body="Only lots past their removal date left." if expired else "In Quality Hold since the inspection."),),
        story="every lot has expired" if expired else "goods in Quality Hold",
    )  # fmt: skip


def inventory_discrepancy(planner: Planner, number: int) -> None:
    warehouse = ("EAST", "SOUTH", "WEST", "SOUTH")[number]
    customer = planner.customer(home=warehouse, tiers="AB")
    product = planner.scarce()
    line = short_line(planner, product, customer)
    if number < 3:
        planner.quant(
            Quant(
                product=product.ref,
                warehouse=warehouse,
                quantity=line.quantity + 2,
                counted=line.quantity // 3,
            )
        )
        said = f"Bin is nearly empty, counted {line.quantity // 3:g}. The system still shows {line.quantity + 2:g}."
    else:
        planner.quant(Quant(product=product.ref, warehouse=warehouse, quantity=line.quantity))
        planner.quant(Quant(product=product.ref, warehouse=warehouse, quantity=-line.quantity, place="bin"))
        said = "A transfer was booked from the wrong bin; the bin shows a negative quantity."
    late_order(
        planner, "inventory_discrepancy", warehouse=warehouse, customer=customer, lines=(line,),
        also_true=("warehouse_backlog", "upstream_step_pending", "stock_shortage", "reserved_by_other"),
        messages=(Message(on="delivery", author="supervisor", day=-2, body=said),),
        story="the shelf does not hold what the system shows",
    )  # fmt: skip


def reservation_not_due(planner: Planner, number: int) -> None:
    customer = planner.customer(home="EAST", tiers="AB")
    lines = planner.ready_lines(customer, "EAST", 2, keeps=True)
    late_order(
        planner, "reservation_not_due", warehouse="EAST", customer=customer, lines=lines, planned=12 + number, unreserve=True,
        messages=(Message(on="delivery", author="supervisor", day=-3, body="Moved to the next consolidated truck."),),
        story="delivery moved behind the promise; EAST reserves five days before",
    )  # fmt: skip
