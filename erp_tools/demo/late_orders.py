"""Enters every late order of the plan: each cause at least three times, and S00042."""

from __future__ import annotations

from erp_tools.demo.cases.commercial import (
    cancelled,
    credit_hold,
    incomplete_master_data,
    missing_documents,
    not_confirmed,
    price_mismatch,
)
from erp_tools.demo.cases.inventory import (
    inventory_discrepancy,
    quality_hold,
    reservation_not_due,
    reserved_by_other,
    stock_elsewhere,
    stock_shortage,
)
from erp_tools.demo.cases.procurement import inbound_late, inbound_not_ordered, inbound_overdue, inbound_short
from erp_tools.demo.cases.promise import (
    customer_requested_date,
    delivery_invoice_mismatch,
    proof_of_delivery_missing,
    unrealistic_promise,
)
from erp_tools.demo.cases.stories import held_and_late, overdue_and_elsewhere, the_olive_oil
from erp_tools.demo.cases.warehouse import (
    carrier_delay,
    missed_dispatch,
    no_carrier,
    partial_backorder,
    upstream_step_pending,
    waiting_complete,
    warehouse_backlog,
)
from erp_tools.demo.planner import Planner


def add_late_orders(planner: Planner) -> None:
    """Every cause at least three times, S00042, and orders that are late for two reasons."""
    four = (
        not_confirmed, missing_documents, incomplete_master_data, cancelled, quality_hold, inventory_discrepancy,
        inbound_not_ordered, inbound_short, upstream_step_pending, no_carrier, carrier_delay, customer_requested_date,
        partial_backorder, waiting_complete,
    )  # fmt: skip
    five = (
        credit_hold,
        stock_shortage,
        stock_elsewhere,
        reserved_by_other,
        inbound_late,
        inbound_overdue,
        warehouse_backlog,
    )
    three = (
        price_mismatch, reservation_not_due, missed_dispatch, unrealistic_promise, delivery_invoice_mismatch,
        proof_of_delivery_missing,
    )  # fmt: skip
    for times, cases in ((4, four), (5, five), (3, three)):
        for number in range(times):
            for case in cases:
                planner.turn(case.__name__, number)
                case(planner, number)
    for number in range(2):
        planner.turn("overdue and elsewhere", number)
        overdue_and_elsewhere(planner, number)
        planner.turn("held and late", number)
        held_and_late(planner, number)
    planner.turn("the olive oil", 0)
    the_olive_oil(planner)
