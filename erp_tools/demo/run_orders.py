"""Sales orders: entered, confirmed wave by wave, and moved to the stage that the plan says."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from erp_tools.demo.clock import ORDERED, PROMISED, Clock
from erp_tools.demo.model import Order, Plan
from erp_tools.demo.rpc import AdminSession, Row
from erp_tools.demo.run_purchases import VALIDATE
from erp_tools.demo.setup_catalogue import Records
from erp_tools.demo.setup_company import Ground

OPEN = ("confirmed", "waiting", "assigned")
Progress = Callable[[int], None]


def run_orders(
    odoo: AdminSession, plan: Plan, ground: Ground, records: Records, clock: Clock, progress: Progress
) -> dict[str, int]:
    """Enter every order of the plan; ids by name. `progress` is told how many orders were finished."""
    made: dict[str, int] = {}
    for wave in sorted({order.wave for order in plan.orders}):
        orders = [order for order in plan.orders if order.wave == wave]
        for start in range(0, len(orders), 40):
            part = orders[start : start + 40]
            _enter(odoo, plan, ground, records, clock, part, made)
            _confirm(odoo, clock, part, made)
            _move_on(odoo, clock, part, made)
            progress(len(part))
    odoo.write(
        "sale.order", [made[each.name] for each in plan.orders if each.state == "sent"], {"state": "sent"}
    )
    odoo.each("sale.order", "action_cancel", [made[each.name] for each in plan.orders if each.state == "cancel"],
              context={"disable_cancel_warning": True})  # fmt: skip
    return made


def _enter(
    odoo: AdminSession,
    plan: Plan,
    ground: Ground,
    records: Records,
    clock: Clock,
    orders: list[Order],
    made: dict[str, int],
) -> None:
    rows = []
    for order in orders:
        lines = [
            (0, 0, {"product_id": records.products[line.product], "product_uom_qty": line.quantity})
            for line in order.lines
        ]
        rows.append(
            {
                "name": order.name,
                "partner_id": records.customers[order.customer],
                "partner_shipping_id": records.addresses[order.customer][order.address],
                "warehouse_id": ground.sites[order.warehouse].warehouse,
                "pricelist_id": records.pricelists[plan.customers[order.customer].tier],
                "date_order": clock.at(order.ordered, ORDERED),
                "validity_date": clock.day(max(order.ordered + 30, 20)),
                "commitment_date": clock.at(order.promised, PROMISED)
                if order.promised is not None
                else False,
                "client_order_ref": order.reference or False,
                "carrier_id": records.carriers[order.carrier] if order.carrier else False,
                "picking_policy": order.policy,
                "user_id": ground.users["sales"],
                "require_signature": False,
                "require_payment": False,
                "order_line": lines,
            }
        )
    ids = odoo.create("sale.order", rows, batch=40)
    made.update(zip([order.name for order in orders], ids, strict=True))
    for order in orders:
        if any(line.price is not None for line in order.lines):
            line_ids = odoo.ids("sale.order.line", [("order_id", "=", made[order.name])])
            for line_id, line in zip(line_ids, order.lines, strict=True):
                if line.price is not None:
                    odoo.write("sale.order.line", [line_id], {"price_unit": line.price})


def _confirm(odoo: AdminSession, clock: Clock, orders: list[Order], made: dict[str, int]) -> None:
    confirmed = [order for order in orders if order.state == "sale"]
    ordinary = [made[order.name] for order in confirmed if not order.purchase]
    odoo.each("sale.order", "action_confirm", ordinary, batch=20)
    for order in confirmed:
        if order.purchase:
            # One at a time: Odoo would put two make-to-order lines of one vendor into one RFQ.
            odoo.call("sale.order", "action_confirm", [made[order.name]])
            _buy(odoo, clock, order, made[order.name])


def _buy(odoo: AdminSession, clock: Clock, order: Order, order_id: int) -> None:
    """Name, date and confirm the purchase order that Odoo made for a make-to-order line."""
    bought = order.purchase
    assert bought is not None
    moves = odoo.find("stock.move", [("sale_line_id.order_id", "=", order_id)], ["created_purchase_line_ids"])
    line_ids = [line for move in moves for line in move["created_purchase_line_ids"]]
    if not line_ids:  # drop-shipped: there is no move before the purchase is confirmed
        line_ids = odoo.ids("purchase.order.line", [("sale_line_id.order_id", "=", order_id)])
    purchase_id = odoo.find("purchase.order.line", [("id", "in", line_ids)], ["order_id"])[0]["order_id"][0]
    odoo.write(
        "purchase.order",
        [purchase_id],
        {"name": bought.name, "date_order": clock.at(bought.ordered, ORDERED)},
    )
    odoo.call("purchase.order", "button_confirm", [purchase_id])
    odoo.write("purchase.order.line", line_ids, {"date_planned": clock.at(bought.planned, ORDERED)})
    if order.pinned:
        # Odoo planned the receipt when the purchase was confirmed, before the vendor's date was known.
        receipts = odoo.ids("stock.move", [("purchase_line_id", "in", line_ids)])
        odoo.write("stock.move", receipts, {"date": clock.at(bought.planned, ORDERED)})
    odoo.write("purchase.order", [purchase_id],
               {"date_order": clock.at(bought.ordered, ORDERED), "date_approve": clock.at(bought.ordered, ORDERED, 30)})  # fmt: skip


def _move_on(odoo: AdminSession, clock: Clock, orders: list[Order], made: dict[str, int]) -> None:
    """Validate the transfers that are done by now, cancel, postpone."""
    confirmed = [order for order in orders if order.state == "sale"]
    for step in range(3):
        _validate(odoo, clock, [order for order in confirmed if _steps(order) > step], made)
    for order in confirmed:
        if order.stage == "delivery_cancelled":
            odoo.call("stock.picking", "action_cancel", open_pickings(odoo, [made[order.name]]))
        if order.planned is not None:
            pickings = open_pickings(odoo, [made[order.name]])
            odoo.write("stock.picking", pickings, {"scheduled_date": clock.at(order.planned, PROMISED)})
            if order.unreserve:
                odoo.call("stock.picking", "do_unreserve", pickings)


def _steps(order: Order) -> int:
    """How many transfers of its chain are behind an order."""
    if order.stage in ("picked", "packed", "shipped_part"):
        return {"picked": 1, "packed": 2, "shipped_part": 1}[order.stage]
    return 3 if order.stage == "shipped" and order.warehouse == "WEST" else int(order.stage == "shipped")


def open_pickings(odoo: AdminSession, order_ids: Iterable[int]) -> list[int]:
    return odoo.ids("stock.picking", [("sale_id", "in", list(order_ids)), ("state", "in", OPEN)], order="id")


def _validate(odoo: AdminSession, clock: Clock, orders: list[Order], made: dict[str, int]) -> None:
    """Validate each order's open transfers, once; the next step of a chain appears by itself, dated as promised."""
    pickings = open_pickings(odoo, [made[order.name] for order in orders])
    odoo.each("stock.picking", "button_validate", pickings, batch=30, context=VALIDATE)
    by_day: dict[int, list[int]] = {}
    for order in orders:
        if order.warehouse == "WEST" and order.promised is not None:
            by_day.setdefault(order.promised, []).append(made[order.name])
    for day, order_ids in by_day.items():
        following = open_pickings(odoo, order_ids)
        odoo.write("stock.picking", following, {"scheduled_date": clock.at(day, PROMISED)})


def transfers(odoo: AdminSession, made: dict[str, int]) -> dict[str, list[Row]]:
    """Every transfer of every order, oldest first, by order name."""
    names = {record_id: name for name, record_id in made.items()}
    found: dict[str, list[Row]] = {}
    for row in odoo.find(
        "stock.picking", [("sale_id", "in", list(names))],
        ["name", "sale_id", "state", "picking_type_code", "move_ids", "backorder_id", "location_dest_id"],
    ):  # fmt: skip
        found.setdefault(names[row["sale_id"][0]], []).append(row)
    return found
