"""What is written on top: dates in the past, tracking numbers, proofs, invoices, messages and activities."""

from __future__ import annotations

import base64
import html
from collections import defaultdict

from erp_tools.demo.clock import ORDERED, PROMISED, SAID, SHIPPED, Clock
from erp_tools.demo.model import Message, Order, Plan
from erp_tools.demo.rpc import AdminSession, Row
from erp_tools.demo.run_orders import transfers
from erp_tools.demo.setup_catalogue import Records
from erp_tools.demo.setup_company import Ground

INVOICES_PER_CALL = 40
INVOICE_EVERY = 5


def date_orders(odoo: AdminSession, plan: Plan, clock: Clock, made: dict[str, int]) -> dict[str, list[Row]]:
    """Give orders and transfers their own dates and tracking numbers; the transfers by order name."""
    by_day: dict[int, list[int]] = defaultdict(list)
    for order in plan.orders:
        by_day[order.ordered].append(made[order.name])
    for day, ids in by_day.items():
        odoo.write("sale.order", ids, {"date_order": clock.at(day, ORDERED)})
    open_states = ("assigned", "partially_available")
    reserved = odoo.find(
        "stock.move.line", [("picking_id.sale_id", "in", list(made.values())), ("state", "in", open_states)], ["picking_id"]
    )  # fmt: skip
    found = transfers(odoo, made)
    done_on: dict[int, list[int]] = defaultdict(list)
    number = 0
    for order in plan.orders:
        rows = found.get(order.name, [])
        if order.shipped is not None:
            steps = [row for row in rows if row["state"] == "done"]
            for back, row in enumerate(reversed(steps)):
                # Pick and pack come the day before, the one before that.
                done_on[order.shipped - (1 if back else 0)].append(row["id"])
        elif order.state == "sale":
            steps = [row for row in rows if row["state"] == "done"]
            promised = order.promised if order.promised is not None else order.ordered
            for row in steps:
                done_on[min(promised, 0) - 1].append(row["id"])
        if order.tracking:
            number += 1
            out = [
                row["id"]
                for row in rows
                if row["picking_type_code"] == "outgoing" and not row["backorder_id"]
            ]
            code = f"{plan.carriers[order.carrier or 'SWIFT'].tracking_prefix}{790000 + number * 37}"
            odoo.write("stock.picking", out, {"carrier_tracking_ref": code})
        if order.state == "sale" and order.promised is None:
            ids = [move for row in rows for move in row["move_ids"]]
            day = order.planned if order.planned is not None else order.ordered
            odoo.write("stock.move", ids, {"date_deadline": clock.at(day, PROMISED)})
    _date_reservations(odoo, plan, clock, found, reserved)
    for day, ids in done_on.items():
        moment = clock.at(day, SHIPPED)
        moves = odoo.ids("stock.move", [("picking_id", "in", ids)])
        odoo.write("stock.move", moves, {"date": moment})
        odoo.write("stock.picking", ids, {"date_done": moment})
    return found


def _date_reservations(
    odoo: AdminSession, plan: Plan, clock: Clock, found: dict[str, list[Row]], reserved: list[Row]
) -> None:
    """Odoo dates a reservation when it makes it; these were made when the order was entered."""
    day_of = {row["id"]: order.ordered for order in plan.orders for row in found.get(order.name, [])}
    by_day: dict[int, list[int]] = defaultdict(list)
    for row in reserved:
        by_day[day_of[row["picking_id"][0]]].append(row["id"])
    for day, ids in by_day.items():
        odoo.write("stock.move.line", ids, {"date": clock.at(day, ORDERED, 5)})


def attach_proofs(odoo: AdminSession, plan: Plan, found: dict[str, list[Row]]) -> None:
    """A proof of delivery on the last transfer of every delivered order that has one."""
    rows = []
    for order in plan.orders:
        if not order.proof:
            continue
        last = [row for row in found.get(order.name, []) if row["state"] == "done"][-1]
        name = f"POD-{last['name'].replace('/', '-')}.pdf"
        rows.append(
            {
                "name": name, "res_model": "stock.picking", "res_id": last["id"], "mimetype": "application/pdf",
                "datas": base64.b64encode(_one_page(f"Proof of delivery {last['name']} received in good order")).decode(),
            }
        )  # fmt: skip
    odoo.create("ir.attachment", rows, batch=100)


def _one_page(text: str) -> bytes:
    """The smallest PDF that shows one line."""
    body = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(body), body),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)


def invoice(odoo: AdminSession, plan: Plan, clock: Clock, made: dict[str, int]) -> None:
    """Invoice what the plan says, with the wrong quantity where it says so, and pay what was paid."""
    due = [order for order in plan.orders if order.invoiced != "no"]
    for start in range(0, len(due), INVOICES_PER_CALL):
        ids = [made[order.name] for order in due[start : start + INVOICES_PER_CALL]]
        context = {"active_model": "sale.order", "active_ids": ids}
        wizard = odoo.create(
            "sale.advance.payment.inv",
            [
                {
                    "advance_payment_method": "delivered",
                    "consolidated_billing": False,
                    "sale_order_ids": [(6, 0, ids)],
                }
            ],
            context=context,
        )
        odoo.call("sale.advance.payment.inv", "create_invoices", wizard, context=context)
    by_order = {row["name"]: row["invoice_ids"] for row in odoo.find(
        "sale.order", [("id", "in", [made[order.name] for order in due])], ["name", "invoice_ids"])}  # fmt: skip
    paid = [
        invoice_id
        for order in sorted(due, key=lambda each: each.customer)
        if order.paid
        for invoice_id in by_order[order.name]
    ]
    days: dict[int, list[int]] = defaultdict(list)
    for order in due:
        assert order.shipped is not None
        # Invoices go out every fifth day.
        days[-(-order.shipped // INVOICE_EVERY * INVOICE_EVERY)].extend(by_order[order.name])
        if order.invoiced in ("more", "less"):
            _change_quantity(odoo, by_order[order.name], 3 if order.invoiced == "more" else -1)
    everything = [invoice_id for ids in days.values() for invoice_id in ids]
    for day, ids in days.items():
        odoo.write("account.move", ids, {"invoice_date": clock.day(day)})
    odoo.each("account.move", "action_post", everything, batch=40)
    for start in range(0, len(paid), 60):
        # One payment per customer, as customers do.
        context = {"active_model": "account.move", "active_ids": paid[start : start + 60]}
        wizard = odoo.create(
            "account.payment.register",
            [{"group_payment": True, "payment_date": clock.day(-2)}],
            context=context,
        )
        odoo.call("account.payment.register", "action_create_payments", wizard, context=context)


def _change_quantity(odoo: AdminSession, invoice_ids: list[int], by: int) -> None:
    line = odoo.find(
        "account.move.line", [("move_id", "in", invoice_ids), ("display_type", "=", "product")], ["quantity"], limit=1
    )[0]  # fmt: skip
    odoo.write("account.move.line", [line["id"]], {"quantity": line["quantity"] + by})


def write_chatter(
    odoo: AdminSession,
    plan: Plan,
    ground: Ground,
    records: Records,
    clock: Clock,
    made: dict[str, int],
    purchases: dict[str, int],
    found: dict[str, list[Row]],
) -> None:
    """Date Odoo's own log notes back, then say what was said."""
    _date_log_notes(odoo, plan, clock, made, purchases)
    said: list[tuple[Message, str, int, int, int]] = []
    for order in plan.orders:
        for minute, message in enumerate(order.messages):
            carrier = records.carrier_contacts.get(order.carrier or "")
            author = _author(message, ground, customer=records.contacts[order.customer], carrier=carrier)
            if message.on == "delivery":
                said.append((message, "stock.picking", _delivery(found[order.name])["id"], author, minute))
            else:
                said.append((message, "sale.order", made[order.name], author, minute))
    for bought in plan.everything_bought:
        for minute, message in enumerate(bought.messages):
            author = _author(message, ground, vendor=records.vendor_contacts[bought.vendor])
            said.append((message, "purchase.order", purchases[bought.name], author, minute))
    note, comment = odoo.ref("mail.mt_note"), odoo.ref("mail.mt_comment")
    rows = [
        {
            "model": model,
            "res_id": record_id,
            "author_id": author,
            "date": clock.at(message.day, SAID, minute),
            "body": f"<p>{html.escape(message.body)}</p>",
            "message_type": "comment" if message.author in ground.user_partners else "email",
            "subtype_id": note if message.author in ground.user_partners else comment,
        }
        for message, model, record_id, author, minute in said
    ]
    odoo.create("mail.message", rows, batch=100)


def _author(message: Message, ground: Ground, **outside: int | None) -> int:
    author = ground.user_partners.get(message.author) or outside.get(message.author)
    assert author, f"nobody to say {message.body!r}"
    return author


def _delivery(rows: list[Row]) -> Row:
    """The transfer people would write on: the last one that is not cancelled."""
    return [row for row in rows if row["state"] != "cancel"][-1]


def _date_log_notes(
    odoo: AdminSession, plan: Plan, clock: Clock, made: dict[str, int], purchases: dict[str, int]
) -> None:
    days: dict[tuple[str, int], int] = {
        ("sale.order", made[order.name]): order.ordered for order in plan.orders
    }
    days.update({("purchase.order", purchases[each.name]): each.ordered for each in plan.everything_bought})
    by_day: dict[int, list[int]] = defaultdict(list)
    for row in odoo.find(
        "mail.message", [("model", "in", ("sale.order", "purchase.order"))], ["model", "res_id"]
    ):
        by_day[days.get((row["model"], row["res_id"]), 0)].append(row["id"])
    for day, ids in by_day.items():
        odoo.write("mail.message", ids, {"date": clock.at(day, ORDERED, 31)})


def schedule_activities(
    odoo: AdminSession,
    plan: Plan,
    ground: Ground,
    clock: Clock,
    made: dict[str, int],
    found: dict[str, list[Row]],
) -> None:
    models = {
        row["model"]: row["id"]
        for row in odoo.find("ir.model", [("model", "in", ("sale.order", "stock.picking"))], ["model"])
    }
    rows = []
    for order in plan.orders:
        for activity in order.activities:
            on_delivery = activity.on == "delivery"
            rows.append(
                {
                    "res_model_id": models["stock.picking" if on_delivery else "sale.order"],
                    "res_id": _delivery(found[order.name])["id"] if on_delivery else made[order.name],
                    "activity_type_id": ground.activity_types[activity.kind], "user_id": ground.users[activity.user],
                    "summary": activity.summary, "note": f"<p>{html.escape(activity.note)}</p>",
                    "date_deadline": clock.day(activity.day),
                }
            )  # fmt: skip
    odoo.create("mail.activity", rows)


def purchases_of_orders(odoo: AdminSession, orders: list[Order]) -> dict[str, int]:
    """Ids of the purchase orders that Odoo made for make-to-order lines."""
    wanted = [order.purchase.name for order in orders if order.purchase]
    return {row["name"]: row["id"] for row in odoo.find("purchase.order", [("name", "in", wanted)], ["name"])}
