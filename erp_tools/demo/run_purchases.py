"""Purchase orders: entered, confirmed, received as far as the plan says, and dated back."""

from __future__ import annotations

from collections.abc import Iterable

from erp_tools.demo.clock import ORDERED, RECEIVED, Clock
from erp_tools.demo.model import Plan, Purchase
from erp_tools.demo.rpc import AdminSession, Row
from erp_tools.demo.setup_catalogue import Records
from erp_tools.demo.setup_company import Ground

VALIDATE = {"skip_backorder": True, "skip_sms": True, "skip_expired": True}


def run_purchases(
    odoo: AdminSession,
    plan: Plan,
    ground: Ground,
    records: Records,
    clock: Clock,
    bought: list[Purchase],
) -> dict[str, int]:
    """Enter these purchases of the plan; ids by name."""
    rows = [
        {
            "name": each.name,
            "partner_id": records.vendors[each.vendor],
            "picking_type_id": ground.sites[each.warehouse].in_type,
            "date_order": clock.at(each.ordered, ORDERED),
            "user_id": ground.users["purchasing"],
            "order_line": [
                (0, 0, {
                    "product_id": records.products[line.product], "product_qty": line.quantity,
                    "price_unit": plan.products[line.product].cost, "date_planned": clock.at(each.planned, ORDERED),
                })
                for line in each.lines
            ],
        }
        for each in bought
    ]  # fmt: skip
    made = dict(
        zip([each.name for each in bought], odoo.create("purchase.order", rows, batch=40), strict=True)
    )
    odoo.write(
        "purchase.order", [made[each.name] for each in bought if each.state == "sent"], {"state": "sent"}
    )
    odoo.each(
        "purchase.order", "button_cancel", [made[each.name] for each in bought if each.state == "cancel"]
    )
    confirmed = [each for each in bought if each.state == "purchase"]
    odoo.each("purchase.order", "button_confirm", [made[each.name] for each in confirmed], batch=30)
    _receive(odoo, plan, records, clock, [each for each in confirmed if each.received is not None], made)
    date_purchases(odoo, clock, bought, made)
    return made


def _receive(
    odoo: AdminSession,
    plan: Plan,
    records: Records,
    clock: Clock,
    bought: list[Purchase],
    made: dict[str, int],
) -> None:
    by_id = {made[each.name]: each for each in bought}
    pickings: dict[int, Purchase] = {}
    for row in odoo.find("purchase.order", [("id", "in", list(by_id))], ["picking_ids"]):
        pickings[row["picking_ids"][0]] = by_id[row["id"]]
    references = {record_id: ref for ref, record_id in records.products.items()}
    lots: dict[str, list[int]] = {}
    for row in odoo.find(
        "stock.move.line",
        [("picking_id", "in", list(pickings))],
        ["picking_id", "product_id", "move_id", "quantity"],
    ):
        received_by = pickings[row["picking_id"][0]]
        ref = references[row["product_id"][0]]
        if plan.products[ref].lot:
            lots.setdefault(f"L-{received_by.name}", []).append(row["id"])
        received = next(line.received for line in received_by.lines if line.product == ref)
        if received != row["quantity"]:
            odoo.write("stock.move.line", [row["id"]], {"quantity": received})
    for name, move_lines in lots.items():
        odoo.write("stock.move.line", move_lines, {"lot_name": name})
    odoo.each("stock.picking", "button_validate", list(pickings), batch=25, context=VALIDATE)
    left_open = odoo.find("stock.picking", [("backorder_id", "in", list(pickings))], ["backorder_id"])
    for row in left_open:
        each = pickings[row["backorder_id"][0]]
        if each.rest == "cancelled":
            odoo.call("stock.picking", "action_cancel", [row["id"]])
        elif each.rest_planned is not None:
            odoo.write("stock.picking", [row["id"]], {"scheduled_date": clock.at(each.rest_planned, ORDERED)})
    by_day: dict[int, list[int]] = {}
    for picking, each in pickings.items():
        assert each.received is not None
        by_day.setdefault(each.received, []).append(picking)
    for day, those in by_day.items():
        done = clock.at(day, RECEIVED)
        odoo.write("stock.move", odoo.ids("stock.move", [("picking_id", "in", those)]), {"date": done})
        odoo.write("stock.picking", those, {"date_done": done})


def date_purchases(
    odoo: AdminSession, clock: Clock, bought: Iterable[Purchase], made: dict[str, int]
) -> None:
    """Confirmed purchases got today's date; give them their own."""
    by_day: dict[int, list[Purchase]] = {}
    for each in bought:
        if each.state == "purchase":
            by_day.setdefault(each.ordered, []).append(each)
    for day, those in by_day.items():
        values: Row = {"date_order": clock.at(day, ORDERED), "date_approve": clock.at(day, ORDERED, 30)}
        odoo.write("purchase.order", [made[each.name] for each in those], values)
