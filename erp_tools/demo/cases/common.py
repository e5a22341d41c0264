"""What the cases share: entering a late order with the usual fields filled."""

from __future__ import annotations

from dataclasses import replace

from erp_tools.demo.model import Customer, Line, Order, Product
from erp_tools.demo.planner import Planner

WAREHOUSES = ("WEST", "EAST", "SOUTH")
SHIP_ONLY = ("EAST", "SOUTH")


def late_order(
    planner: Planner,
    *causes: str,
    warehouse: str,
    customer: Customer,
    lines: tuple[Line, ...],
    days: tuple[int, int] | None = None,
    carrier: str | None = "",
    **more: object,
) -> Order:
    """Enter an order with the usual fields filled. An empty carrier means: the usual one; None: none at all."""
    ordered, promised = days or planner.late_days()
    return planner.order(
        Order(
            customer=customer.ref,
            warehouse=warehouse,
            ordered=ordered,
            promised=promised,
            lines=lines,
            carrier=planner.carrier(customer, lines, warehouse) if carrier == "" else carrier,
            reference=planner.reference(),
            causes=causes,
            **more,  # type: ignore[arg-type]
        )
    )


def short_line(planner: Planner, product: Product, customer: Customer) -> Line:
    return Line(product=product.ref, quantity=max(4, planner.quantity(product, customer)))


def without_commitment(planner: Planner) -> None:
    """Let the last order have no delivery date of its own: the promise is order date plus lead time."""
    order = planner.plan.orders[-1]
    # Odoo takes the earliest line when goods may ship as they are ready.
    lead = min(planner.plan.products[line.product].sale_delay for line in order.lines)
    order.planned = order.ordered + lead
    order.promised = None


def to_order(planner: Planner, product: Product) -> Product:
    changed = replace(product, make_to_order=True)
    planner.plan.products[product.ref] = changed
    return changed


def lead_time(planner: Planner, product: Product, days: int) -> Product:
    changed = replace(product, sale_delay=days)
    planner.plan.products[product.ref] = changed
    return changed
