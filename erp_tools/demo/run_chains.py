"""Moves the chains of the plan to where they stand: transfers between warehouses, and a second back-order."""

from __future__ import annotations

from erp_tools.demo.clock import ORDERED, PROMISED, SHIPPED, Clock
from erp_tools.demo.model import Order, Plan
from erp_tools.demo.rpc import AdminSession
from erp_tools.demo.run_orders import open_pickings
from erp_tools.demo.run_purchases import VALIDATE
from erp_tools.demo.run_stock import INVENTORY
from erp_tools.demo.setup_catalogue import Records
from erp_tools.demo.setup_company import Ground


def move_chains(
    odoo: AdminSession, plan: Plan, ground: Ground, records: Records, clock: Clock, made: dict[str, int]
) -> None:
    """Raises SeedingError like every step."""
    for order in plan.orders:
        if order.arrives is not None:
            _send(odoo, clock, order, made[order.name])
        if order.restocked:
            _ship_more(odoo, ground, records, order, made[order.name])


def _send(odoo: AdminSession, clock: Clock, order: Order, order_id: int) -> None:
    """Both halves of a transfer from another warehouse: its departure, done or not, and its arrival."""
    assert order.arrives is not None
    waiting = odoo.find("stock.move", [("sale_line_id.order_id", "=", order_id), ("picking_type_id.code", "=", "outgoing")],
                        ["move_orig_ids"])  # fmt: skip
    arrival = odoo.find(
        "stock.move",
        [("id", "in", [i for move in waiting for i in move["move_orig_ids"]])],
        ["move_orig_ids", "picking_id"],
    )
    departure = odoo.find(
        "stock.move", [("id", "in", [i for move in arrival for i in move["move_orig_ids"]])], ["picking_id"]
    )
    leaving = sorted({move["picking_id"][0] for move in departure})
    coming = sorted({move["picking_id"][0] for move in arrival})
    leaves = order.left if order.left is not None else order.arrives - 2
    odoo.write("stock.picking", [*leaving], {"scheduled_date": clock.at(leaves, ORDERED)})
    odoo.call("stock.picking", "action_assign", leaving)
    if order.left is not None:
        odoo.each("stock.picking", "button_validate", leaving, context=VALIDATE)
        done = clock.at(order.left, SHIPPED)
        odoo.write("stock.move", [move["id"] for move in departure], {"date": done})
        odoo.write("stock.picking", leaving, {"date_done": done})
    odoo.write("stock.picking", coming, {"scheduled_date": clock.at(order.arrives, PROMISED)})
    odoo.write(
        "stock.move", [move["id"] for move in arrival], {"date_deadline": clock.at(order.arrives, PROMISED)}
    )


def _ship_more(odoo: AdminSession, ground: Ground, records: Records, order: Order, order_id: int) -> None:
    """Some more is found and shipped: what is left is a back-order of a back-order."""
    quants = odoo.create(
        "stock.quant",
        [
            {"product_id": records.products[order.lines[-1].product], "location_id": ground.sites[order.warehouse].stock,
             "inventory_quantity": order.restocked}
        ],
        context=INVENTORY,
    )  # fmt: skip
    odoo.call("stock.quant", "action_apply_inventory", quants, context=INVENTORY)
    backorder = open_pickings(odoo, [order_id])
    odoo.call("stock.picking", "action_assign", backorder)
    odoo.each("stock.picking", "button_validate", backorder, context=VALIDATE)
