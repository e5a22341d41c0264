"""The seeded demo distributor, read back from the real Odoo: every case looks as erp_tools/demo/README.md says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from erp_tools.demo.catalogue import HOSTILE_PRODUCT
from erp_tools.demo.plan import make_plan, second_company_orders
from erp_tools.demo.rpc import AdminSession, SeedingError
from erp_tools.demo.truth import ExpectedOrder, expected, expected_on_time, is_open

pytestmark = pytest.mark.odoo

PROJECT = Path(__file__).resolve().parents[2]
DEV_ODOO = [sys.executable, str(PROJECT / "deploy" / "dev_odoo.py")]
PEOPLE = ("service", "supervisor", "purchasing", "sales", "finance", "compliance")
DATABASE = os.environ.get("COPILOT_ODOO_DB", "demo")
Row = dict[str, Any]


def machine() -> Row:
    """What `dev_odoo.py status --json` says."""
    done = subprocess.run([*DEV_ODOO, "status", "--json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    facts: Row = json.loads(done.stdout)
    return facts


@pytest.fixture(scope="module")
def server() -> Row:
    facts = machine()
    if not facts["running"] or facts["db"] is None:
        pytest.fail("no seeded Odoo; run `make odoo` first")
    return facts


@pytest.fixture(scope="module")
def admin(server: Row) -> AdminSession:
    password = Path(server["admin_password_file"]).read_text().strip()
    return AdminSession(url=server["url"], database=DATABASE, login="admin", password=password)


@dataclass
class Facts:
    """Everything of the demo's orders, read in bulk; rows by id."""

    today: date
    orders: dict[str, Row]
    lines: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    pickings: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    moves: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """By order line."""
    quants: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """By product, internal locations of the first company."""
    purchase_lines: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    """By product, of purchases that are not cancelled."""
    activities: dict[tuple[str, int], list[Row]] = field(default_factory=lambda: defaultdict(list))
    attachments: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    messages: dict[tuple[str, int], list[Row]] = field(default_factory=lambda: defaultdict(list))
    warehouses: dict[int, Row] = field(default_factory=dict)
    partners: dict[int, Row] = field(default_factory=dict)
    promised: dict[int, date] = field(default_factory=dict)
    """By order id: what the order promises."""

    def open_pickings(self, order: Row) -> list[Row]:
        return [row for row in self.pickings[order["id"]] if row["state"] not in ("done", "cancel")]

    def order_moves(self, order: Row) -> list[Row]:
        return [move for line in self.lines[order["id"]] for move in self.moves[line["id"]]]

    def waiting(self, order: Row) -> list[Row]:
        """Open moves that are not wholly reserved."""
        return [
            each
            for each in self.order_moves(order)
            if each["state"] in ("confirmed", "waiting", "partially_available")
        ]

    def free(self, product: int, warehouse: int) -> float:
        """What can be reserved in a warehouse: on its shelf, not reserved, not past its removal date."""
        stock = self.warehouses[warehouse]["stock_path"]
        return sum(
            quant["quantity"] - quant["reserved_quantity"]
            for quant in self.quants[product]
            if quant["path"].startswith(stock) and not self.expired(quant)
        )

    def expired(self, quant: Row) -> bool:
        return bool(quant["removal_date"]) and day_of(quant["removal_date"]) < self.today

    def on_hand(self, product: int, warehouse: int) -> float:
        stock = self.warehouses[warehouse]["stock_path"]
        return sum(quant["quantity"] for quant in self.quants[product] if quant["path"].startswith(stock))

    def notes(self, order: Row, *, kind: str) -> list[Row]:
        """Activities of a kind on the order and its deliveries."""
        places = [
            ("sale.order", order["id"]),
            *(("stock.picking", row["id"]) for row in self.pickings[order["id"]]),
        ]
        return [each for place in places for each in self.activities[place] if each["kind"] == kind]

    def said(self, order: Row, *, by: str) -> bool:
        places = [
            ("sale.order", order["id"]),
            *(("stock.picking", row["id"]) for row in self.pickings[order["id"]]),
        ]
        return any(by in (each["author"] or "") for place in places for each in self.messages[place])


def day_of(moment: str) -> date:
    return datetime.fromisoformat(moment).date()


@pytest.fixture(scope="module")
def facts(admin: AdminSession) -> Facts:
    anchor = admin.call("ir.config_parameter", "get_param", "copilot.demo.anchor_date")
    rows = admin.find(
        "sale.order", [("company_id", "=", 1)],
        ["name", "state", "partner_id", "commitment_date", "expected_date", "date_order", "warehouse_id", "picking_policy",
         "carrier_id", "partner_credit_warning", "delivery_status", "partner_shipping_id"],
    )  # fmt: skip
    found = Facts(today=date.fromisoformat(anchor), orders={row["name"]: row for row in rows})
    for row in rows:
        found.promised[row["id"]] = day_of(
            row["commitment_date"] or row["expected_date"] or row["date_order"]
        )
    for row in admin.find(
        "sale.order.line", [("company_id", "=", 1)],
        ["order_id", "product_id", "product_uom_qty", "qty_delivered", "qty_invoiced", "price_unit", "technical_price_unit"],
    ):  # fmt: skip
        found.lines[row["order_id"][0]].append(row)
    for row in admin.find(
        "stock.picking", [("sale_id", "!=", False), ("company_id", "=", 1)],
        ["name", "sale_id", "state", "picking_type_code", "scheduled_date", "date_done", "carrier_id", "carrier_tracking_ref",
         "backorder_id", "move_type", "signature", "location_dest_id"],
    ):  # fmt: skip
        found.pickings[row["sale_id"][0]].append(row)
    for row in admin.find(
        "stock.move", [("sale_line_id", "!=", False), ("company_id", "=", 1)],
        ["sale_line_id", "product_id", "state", "product_uom_qty", "quantity", "date", "date_deadline", "reservation_date",
         "picking_id", "warehouse_id", "picking_type_id"],
    ):  # fmt: skip
        found.moves[row["sale_line_id"][0]].append(row)
    paths = {row["id"]: row["parent_path"] for row in admin.find("stock.location", [], ["parent_path"])}
    for row in admin.find(
        "stock.quant", [("location_id.usage", "=", "internal"), ("company_id", "=", 1)],
        ["product_id", "location_id", "quantity", "reserved_quantity", "removal_date", "inventory_quantity_set",
         "inventory_diff_quantity", "inventory_quantity"],
    ):  # fmt: skip
        row["path"] = paths[row["location_id"][0]]
        found.quants[row["product_id"][0]].append(row)
    for row in admin.find(
        "stock.warehouse",
        [("company_id", "=", 1)],
        ["code", "lot_stock_id", "view_location_id", "in_type_id"],
    ):
        row["stock_path"] = paths[row["lot_stock_id"][0]]
        row["view_path"] = paths[row["view_location_id"][0]]
        found.warehouses[row["id"]] = row
    for row in admin.find(
        "purchase.order.line", [("state", "!=", "cancel"), ("company_id", "=", 1)],
        ["product_id", "state", "product_qty", "qty_received", "date_planned", "order_id", "partner_id"],
    ):  # fmt: skip
        found.purchase_lines[row["product_id"][0]].append(row)
    types = {row["id"]: row for row in admin.find("mail.activity.type", [], ["name", "category"])}
    for row in admin.find("mail.activity", [], ["res_model", "res_id", "activity_type_id", "date_deadline"]):
        kind = types[row["activity_type_id"][0]]
        row["kind"] = "upload_file" if kind["category"] == "upload_file" else kind["name"]
        found.activities[row["res_model"], row["res_id"]].append(row)
    for row in admin.find(
        "ir.attachment", [("res_model", "in", ("stock.picking", "sale.order"))], ["res_model", "res_id"]
    ):
        found.attachments[row["res_model"], row["res_id"]] += 1
    for row in admin.find(
        "mail.message", [("model", "in", ("stock.picking", "sale.order"))], ["model", "res_id", "author_id", "body", "date"]
    ):  # fmt: skip
        row["author"] = row["author_id"][1] if row["author_id"] else ""
        found.messages[row["model"], row["res_id"]].append(row)
    for row in admin.find(
        "res.partner", [], ["name", "street", "city", "zip", "credit", "credit_limit", "email"]
    ):
        found.partners[row["id"]] = row
    return found


# -- one check per cause; each returns whether the order looks as README.md says -------------------------------


def not_confirmed(facts: Facts, order: Row) -> bool:
    return (
        order["state"] in ("draft", "sent")
        and not facts.pickings[order["id"]]
        and not order["partner_credit_warning"]
    )


def credit_hold(facts: Facts, order: Row) -> bool:
    partner = facts.partners[order["partner_id"][0]]
    over = partner["credit"] > partner["credit_limit"]
    if order["state"] == "sent":
        over = over and bool(order["partner_credit_warning"])
    else:
        over = over and all(row["state"] == "assigned" for row in facts.open_pickings(order))
    return over and bool(facts.notes(order, kind="Credit Review"))


def price_mismatch(facts: Facts, order: Row) -> bool:
    typed = [
        row for row in facts.lines[order["id"]] if abs(row["price_unit"] - row["technical_price_unit"]) > 0.01
    ]
    return order["state"] == "sent" and len(typed) == 1


def missing_documents(facts: Facts, order: Row) -> bool:
    notes = facts.notes(order, kind="upload_file")
    due = all(date.fromisoformat(each["date_deadline"]) < facts.today for each in notes)
    ready = order["state"] == "sent" or all(row["state"] == "assigned" for row in facts.open_pickings(order))
    papers = sum(facts.attachments["stock.picking", row["id"]] for row in facts.pickings[order["id"]])
    return bool(notes) and due and ready and papers == 0


def incomplete_master_data(facts: Facts, order: Row) -> bool:
    address = facts.partners[order["partner_shipping_id"][0]]
    return not (address["street"] and address["zip"] and address["city"]) and ready(facts, order)


def cancelled(facts: Facts, order: Row) -> bool:
    deliveries = facts.pickings[order["id"]]
    return order["state"] == "cancel" or (
        bool(deliveries) and all(row["state"] == "cancel" for row in deliveries)
    )


def ready(facts: Facts, order: Row) -> bool:
    """Reserved as a whole, and the day has passed."""
    deliveries = facts.open_pickings(order)
    return (
        bool(deliveries)
        and all(
            row["state"] == "assigned" and day_of(row["scheduled_date"]) < facts.today for row in deliveries
        )
        and not facts.waiting(order)
    )


def short_moves(facts: Facts, order: Row) -> list[Row]:
    """Waiting moves with nothing to take in their own warehouse."""
    return [
        move
        for move in facts.waiting(order)
        if facts.free(move["product_id"][0], order["warehouse_id"][0]) <= 0
    ]


def open_purchases(facts: Facts, move: Row, order: Row) -> list[Row]:
    """Purchase lines of this product that are confirmed and not wholly received."""
    return [
        row
        for row in facts.purchase_lines[move["product_id"][0]]
        if row["state"] == "purchase" and row["qty_received"] < row["product_qty"]
    ]


def stock_shortage(facts: Facts, order: Row) -> bool:
    return any(
        sum(quant["quantity"] for quant in facts.quants[move["product_id"][0]]) <= 0
        and not any(
            row["qty_received"] < row["product_qty"] for row in facts.purchase_lines[move["product_id"][0]]
        )
        for move in short_moves(facts, order)
    )


def stock_elsewhere(facts: Facts, order: Row) -> bool:
    return any(
        facts.free(move["product_id"][0], other) >= move["product_uom_qty"] - move["quantity"]
        for move in short_moves(facts, order)
        for other in facts.warehouses
        if other != order["warehouse_id"][0]
    )


def reserved_by_other(facts: Facts, order: Row) -> bool:
    holders = {
        other["name"]
        for move in short_moves(facts, order)
        if facts.on_hand(move["product_id"][0], order["warehouse_id"][0]) >= move["product_uom_qty"]
        for other in facts.orders.values()
        for held in facts.order_moves(other)
        if held["product_id"] == move["product_id"] and held["quantity"] and held["state"] == "assigned"
        if facts.promised[other["id"]] > facts.promised[order["id"]]
    }
    return len(holders) == 1


def quality_hold(facts: Facts, order: Row) -> bool:
    found = []
    for move in short_moves(facts, order):
        warehouse = facts.warehouses[order["warehouse_id"][0]]
        for quant in facts.quants[move["product_id"][0]]:
            inside = quant["path"].startswith(warehouse["stock_path"])
            held = quant["path"].startswith(warehouse["view_path"]) and not inside
            if quant["quantity"] >= move["product_uom_qty"] and (held or (inside and facts.expired(quant))):
                found.append(quant)
    return bool(found)


def inventory_discrepancy(facts: Facts, order: Row) -> bool:
    for move in facts.order_moves(order):
        quants = facts.quants[move["product_id"][0]]
        counted = [
            quant
            for quant in quants
            if quant["inventory_quantity_set"] and quant["inventory_quantity"] < quant["reserved_quantity"]
        ]
        if counted and move["state"] == "assigned":
            return True
        if any(quant["quantity"] < 0 for quant in quants) and sum(quant["quantity"] for quant in quants) <= 0:
            return move["state"] == "confirmed"
    return False


def reservation_not_due(facts: Facts, order: Row) -> bool:
    moves = facts.order_moves(order)
    return bool(moves) and all(
        move["state"] == "confirmed"
        and move["reservation_date"]
        and date.fromisoformat(move["reservation_date"]) > facts.today
        and facts.free(move["product_id"][0], order["warehouse_id"][0]) >= move["product_uom_qty"]
        and day_of(move["date_deadline"]) < facts.today
        for move in moves
    )


def inbound_not_ordered(facts: Facts, order: Row) -> bool:
    return any(
        rows and all(row["state"] in ("draft", "sent") for row in rows)
        for move in short_moves(facts, order)
        for rows in [facts.purchase_lines[move["product_id"][0]]]
    )


def inbound_late(facts: Facts, order: Row) -> bool:
    return any(
        row["qty_received"] == 0 and day_of(row["date_planned"]) > facts.today
        for move in short_moves(facts, order)
        for row in open_purchases(facts, move, order)
    )


def inbound_overdue(facts: Facts, order: Row) -> bool:
    return any(
        row["qty_received"] == 0 and day_of(row["date_planned"]) < facts.today
        for move in short_moves(facts, order)
        for row in open_purchases(facts, move, order)
    )


def inbound_short(facts: Facts, order: Row) -> bool:
    return any(
        row["qty_received"] > 0
        for move in short_moves(facts, order)
        for row in open_purchases(facts, move, order)
    )


def waiting_complete(facts: Facts, order: Row) -> bool:
    moves = facts.order_moves(order)
    deliveries = facts.open_pickings(order)
    return (
        order["picking_policy"] == "one"
        and any(move["state"] == "assigned" for move in moves)
        and bool(facts.waiting(order))
        and all(row["move_type"] == "one" and row["state"] != "assigned" for row in deliveries)
    )


def warehouse_backlog(facts: Facts, order: Row) -> bool:
    return ready(facts, order) and all(
        row["picking_type_code"] == "outgoing"
        and row["carrier_id"]
        and not row["carrier_tracking_ref"]
        and not facts.activities["stock.picking", row["id"]]
        for row in facts.open_pickings(order)
    )


def upstream_step_pending(facts: Facts, order: Row) -> bool:
    return ready(facts, order) and all(
        row["picking_type_code"] == "internal" for row in facts.open_pickings(order)
    )


def partial_backorder(facts: Facts, order: Row) -> bool:
    done = {row["id"] for row in facts.pickings[order["id"]] if row["state"] == "done"}
    return any(row["backorder_id"] and row["backorder_id"][0] in done for row in facts.open_pickings(order))


def no_carrier(facts: Facts, order: Row) -> bool:
    return (
        not order["carrier_id"]
        and ready(facts, order)
        and not any(row["carrier_id"] for row in facts.open_pickings(order))
    )


def missed_dispatch(facts: Facts, order: Row) -> bool:
    return ready(facts, order) and all(
        row["picking_type_code"] == "outgoing" and row["carrier_id"] and row["carrier_tracking_ref"]
        for row in facts.open_pickings(order)
    )


def last_done(facts: Facts, order: Row) -> Row:
    rows = facts.pickings[order["id"]]
    assert rows
    assert all(row["state"] == "done" for row in rows), rows
    return [row for row in rows if row["picking_type_code"] == "outgoing"][-1]


def has_proof(facts: Facts, delivery: Row) -> bool:
    return bool(facts.attachments["stock.picking", delivery["id"]] or delivery["signature"])


def carrier_delay(facts: Facts, order: Row) -> bool:
    delivery = last_done(facts, order)
    exception = any("Exception" in each["body"] for each in facts.messages["stock.picking", delivery["id"]])
    in_time = day_of(delivery["date_done"]) <= facts.promised[order["id"]] < facts.today
    return bool(delivery["carrier_tracking_ref"]) and in_time and exception and not has_proof(facts, delivery)


def unrealistic_promise(facts: Facts, order: Row) -> bool:
    return (
        order["state"] == "sale"
        and bool(order["commitment_date"])
        and day_of(order["commitment_date"]) < day_of(order["expected_date"])
    )


def customer_requested_date(facts: Facts, order: Row) -> bool:
    customer = facts.partners[order["partner_id"][0]]["name"]
    deliveries = facts.open_pickings(order)
    moved = all(
        row["state"] == "assigned" and day_of(row["scheduled_date"]) > facts.today for row in deliveries
    )
    return bool(deliveries) and moved and facts.said(order, by=customer)


def delivery_invoice_mismatch(facts: Facts, order: Row) -> bool:
    last_done(facts, order)
    return any(
        row["qty_invoiced"] and row["qty_invoiced"] != row["qty_delivered"]
        for row in facts.lines[order["id"]]
    )


def proof_of_delivery_missing(facts: Facts, order: Row) -> bool:
    delivery = last_done(facts, order)
    return not has_proof(facts, delivery) and day_of(delivery["date_done"]) < facts.today - timedelta(days=8)


CHECKS: dict[str, Callable[[Facts, Row], bool]] = {
    check.__name__: check
    for check in (
        not_confirmed, credit_hold, price_mismatch, missing_documents, incomplete_master_data, cancelled, stock_shortage,
        stock_elsewhere, reserved_by_other, quality_hold, inventory_discrepancy, reservation_not_due, inbound_not_ordered,
        inbound_late, inbound_overdue, inbound_short, waiting_complete, warehouse_backlog, upstream_step_pending,
        partial_backorder, no_carrier, missed_dispatch, carrier_delay, unrealistic_promise, customer_requested_date,
        delivery_invoice_mismatch, proof_of_delivery_missing,
    )
}  # fmt: skip
CHAINS = "S70001"
"""From here on, what an order waits for is no purchase of its own product: the tests of chains look at the moves."""
SIDE_EFFECTS = {"warehouse_backlog", "upstream_step_pending", "not_confirmed"}
"""Also true of orders that another cause holds back (`also_true`)."""


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_case_of_a_cause_looks_as_the_readme_says(code: str, facts: Facts) -> None:
    cases = [case for case in expected().values() if code in case.causes and case.order < CHAINS]
    assert len(cases) >= 3
    wrong = [case.order for case in cases if not CHECKS[code](facts, facts.orders[case.order])]
    assert wrong == []


@pytest.mark.parametrize("code", sorted(set(CHECKS) - SIDE_EFFECTS))
def test_no_other_late_order_shows_a_cause_by_accident(code: str, facts: Facts) -> None:
    shown = []
    for case in expected().values():
        if code in (*case.causes, *case.also_true) or case.order >= CHAINS:
            continue
        if code in (
            "carrier_delay",
            "delivery_invoice_mismatch",
            "proof_of_delivery_missing",
        ) and not delivered(case):
            continue
        if CHECKS[code](facts, facts.orders[case.order]):
            shown.append(case.order)
    assert shown == []


def delivered(case: ExpectedOrder) -> bool:
    return next(order for order in make_plan().orders if order.name == case.order).stage == "shipped"


def test_open_orders_that_are_not_late_show_no_cause(facts: Facts) -> None:
    assert len(expected_on_time()) >= 30
    for case in expected_on_time().values():
        if case.order >= CHAINS:
            continue
        order = facts.orders[case.order]
        assert order["state"] == "sale"
        assert facts.promised[order["id"]] >= facts.today + timedelta(days=2), case.order
        for move in facts.waiting(order):
            product, warehouse = move["product_id"][0], order["warehouse_id"][0]
            not_due = date.fromisoformat(move["reservation_date"]) > facts.today
            if not_due and facts.free(product, warehouse) >= move["product_uom_qty"]:
                continue
            arrivals = [day_of(row["date_planned"]) for row in open_purchases(facts, move, order)]
            assert arrivals, case.order
            assert facts.today < min(arrivals) < facts.promised[order["id"]], case.order


def moves_of(admin: AdminSession, order: str) -> dict[str, Row]:
    """The open and done moves that Odoo counts to an order, by the start of their reference (``SOUTH/IN``)."""
    rows = admin.find(
        "stock.move", [("sale_line_id.order_id.name", "=", order), ("state", "!=", "cancel")],
        ["reference", "state", "date", "move_orig_ids", "location_id", "location_dest_id", "product_id", "product_uom_qty", "quantity"],
    )  # fmt: skip
    return {row["reference"].rsplit("/", 1)[0]: row for row in rows}


@pytest.mark.parametrize(("order", "left"), [("S70001", False), ("S70002", True), ("S70003", True)])
def test_transfers_between_warehouses_stand_behind_their_orders(
    admin: AdminSession, facts: Facts, order: str, left: bool
) -> None:
    moves = moves_of(admin, order)
    assert set(moves) == {"SOUTH/OUT", "SOUTH/IN", "EAST/OUT"}
    assert moves["SOUTH/OUT"]["move_orig_ids"] == [moves["SOUTH/IN"]["id"]]
    assert moves["SOUTH/IN"]["move_orig_ids"] == [moves["EAST/OUT"]["id"]]
    assert moves["EAST/OUT"]["state"] == ("done" if left else "assigned")
    assert moves["SOUTH/OUT"]["state"] == "waiting"
    arrives = day_of(moves["SOUTH/IN"]["date"])
    assert (arrives < facts.today) is not left


@pytest.mark.parametrize(("order", "days"), [("S70004", -8), ("S70005", 6), ("S70006", 4)])
def test_drop_shipments_go_straight_to_the_customer(
    admin: AdminSession, facts: Facts, order: str, days: int
) -> None:
    (move,) = moves_of(admin, order).values()
    assert "Vendors" in move["location_id"][1]
    assert "Customers" in move["location_dest_id"][1]
    assert day_of(move["date"]) == facts.today + timedelta(days=days)


def test_kits_move_their_components(admin: AdminSession) -> None:
    for order, missing in (("S70008", True), ("S70009", False)):
        rows = admin.find(
            "stock.move",
            [("sale_line_id.order_id.name", "=", order)],
            ["product_id", "product_uom_qty", "quantity"],
        )
        assert sorted(row["product_uom_qty"] for row in rows) in ([10, 20], [6, 12])
        assert any(row["quantity"] < row["product_uom_qty"] for row in rows) is missing


def test_a_backorder_of_a_backorder_is_open(admin: AdminSession) -> None:
    rows = admin.find("stock.picking", [("sale_id.name", "=", "S70010")], ["name", "state", "backorder_id"])
    assert [row["state"] for row in rows[:2]] == ["done", "done"]
    first, second, third = rows
    assert second["backorder_id"][0] == first["id"]
    assert third["backorder_id"][0] == second["id"]
    assert third["state"] not in ("done", "cancel")


def test_every_vendor_has_receipts_to_judge_by(admin: AdminSession) -> None:
    done = admin.find(
        "stock.picking", [("picking_type_code", "=", "incoming"), ("state", "=", "done"), ("purchase_id", "!=", False)], ["partner_id"]
    )  # fmt: skip
    counted: dict[int, int] = defaultdict(int)
    for row in done:
        counted[row["partner_id"][0]] += 1
    assert len(counted) == len(make_plan().vendors)
    assert min(counted.values()) >= 6


def test_company_has_its_working_time_and_its_closed_days(admin: AdminSession, facts: Facts) -> None:
    company = admin.find("res.company", [("id", "=", 1)], ["resource_calendar_id"])[0]
    closed = admin.find(
        "resource.calendar.leaves", [("calendar_id", "=", company["resource_calendar_id"][0]), ("resource_id", "=", False)],
        ["name", "date_from", "date_to"],
    )  # fmt: skip
    assert {day_of(row["date_from"]) - facts.today for row in closed} == {
        timedelta(days=5),
        timedelta(days=-30),
    }


def test_late_orders_are_late_and_nothing_is_promised_around_today(facts: Facts) -> None:
    plan = {order.name: order for order in make_plan().orders}
    open_and_late = [name for name in expected() if is_open(plan[name])]
    assert len(open_and_late) >= 80
    for name in expected():
        assert facts.promised[facts.orders[name]["id"]] <= facts.today - timedelta(days=2) or plan[
            name
        ].state in (
            "draft",
            "sent",
        )


def test_the_days_in_odoo_are_the_days_of_the_plan(facts: Facts) -> None:
    for order in make_plan().orders:
        row = facts.orders[order.name]
        assert (day_of(row["date_order"]) - facts.today).days == order.ordered
        if order.promised is not None:
            assert (day_of(row["commitment_date"]) - facts.today).days == order.promised
        if order.stage == "shipped":
            assert (day_of(last_done(facts, row)["date_done"]) - facts.today).days == order.shipped
            assert row["delivery_status"] == "full"


def test_numbers_of_a_distributor(admin: AdminSession, facts: Facts) -> None:
    count = lambda model, *domain: admin.call(model, "search_count", list(domain))  # noqa: E731
    main = ("company_id", "=", 1)
    assert count("product.product", ("is_storable", "=", True), main) >= 300
    assert count("product.product", ("use_expiration_date", "=", True), main) >= 50
    assert count("res.partner", ("supplier_rank", ">", 0), main) >= 30
    assert count("res.partner", ("customer_rank", ">", 0), ("is_company", "=", True), main) >= 40
    assert len(facts.orders) >= 400
    assert {"WEST", "EAST", "SOUTH"} == {row["code"] for row in facts.warehouses.values()}
    states = {row["state"] for row in admin.find("purchase.order", [main], ["state"])}
    assert states == {"draft", "sent", "purchase", "cancel"}
    assert {row["state"] for row in facts.orders.values()} == {"draft", "sent", "sale", "cancel"}
    assert count("ir.cron", ("active", "=", True)) == 0


def test_s00042_is_the_story_the_documents_tell(admin: AdminSession, facts: Facts) -> None:
    order = facts.orders["S00042"]
    assert order["partner_id"][1] == "Meridian Foods"
    moves = facts.order_moves(order)
    assert sorted(move["state"] for move in moves) == [
        "assigned",
        "assigned",
        "assigned",
        "partially_available",
    ]
    short = next(move for move in moves if move["state"] == "partially_available")
    assert "FB-1011" in short["product_id"][1]
    (purchase,) = open_purchases(facts, short, order)
    assert purchase["order_id"][1].startswith("P00031")
    assert order["picking_policy"] == "direct"
    waiting = {
        row["name"]
        for row in facts.orders.values()
        if any(each["product_id"] == short["product_id"] for each in facts.waiting(row))
    }
    assert "S00042" in waiting
    assert len(waiting) == 3
    assert facts.said(order, by="Dana Whitfield")


def test_some_texts_try_to_give_orders(admin: AdminSession, facts: Facts) -> None:
    bodies = [each["body"] for rows in facts.messages.values() for each in rows]
    assert sum("IGNORE ALL PREVIOUS" in body or "AI assistant" in body for body in bodies) >= 2
    assert (
        admin.call(
            "purchase.order", "search_count", [("message_ids.body", "ilike", "AI assistants reading this")]
        )
        == 1
    )
    assert admin.call("product.product", "search_count", [("default_code", "=", HOSTILE_PRODUCT)]) == 1
    assert admin.call("sale.order", "search_count", [("client_order_ref", "ilike", "approve_draft")]) == 1


# -- people ----------------------------------------------------------------------------------------------------

READS = {
    "sale.order": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "sale.order.line": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "stock.picking": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "stock.move": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "stock.quant": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "stock.lot": {"supervisor", "purchasing", "compliance"},
    "purchase.order": {"supervisor", "purchasing", "finance", "compliance"},
    "purchase.order.line": {"supervisor", "purchasing", "finance", "compliance"},
    "account.move": {"service", "purchasing", "sales", "finance", "compliance"},
    "delivery.carrier": {"service", "supervisor", "purchasing", "sales", "compliance"},
    "res.partner": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "product.product": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "stock.warehouse": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "product.supplierinfo": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "mail.activity": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
    "mail.message": {"service", "supervisor", "purchasing", "sales", "finance", "compliance"},
}
"""Model -> who may read it; the table in README.md says the same."""


@pytest.fixture(scope="module")
def people(server: Row) -> dict[str, AdminSession]:
    return {login: person(server, login) for login in (*PEOPLE, "group_manager", "northgate")}


def person(server: Row, login: str) -> AdminSession:
    session = AdminSession(url=server["url"], database=DATABASE, login=login, password="demo")
    session.context = {}
    return session


def may_read(session: AdminSession, model: str) -> bool:
    try:
        session.call(model, "web_search_read", [], specification={"display_name": {}}, limit=5)
    except SeedingError:
        return False
    return True


@pytest.mark.parametrize("model", sorted(READS))
def test_people_read_what_their_odoo_groups_allow(model: str, people: dict[str, AdminSession]) -> None:
    assert {login for login in PEOPLE if may_read(people[login], model)} == READS[model]


NAME = {"fields": {"display_name": {}}}
WHOLE_ORDER = {
    "name": {},
    "partner_id": NAME,
    "message_ids": {"fields": {"body": {}, "author_id": NAME, "date": {}}},
    "activity_ids": {"fields": {"activity_type_id": NAME, "date_deadline": {}, "summary": {}}},
    "picking_ids": {
        "fields": {"name": {}, "state": {}, "scheduled_date": {}, "message_ids": {"fields": {"body": {}}}}
    },
    "order_line": {
        "fields": {
            "product_id": NAME,
            "move_ids": {
                "fields": {
                    "state": {},
                    "quantity": {},
                    "move_orig_ids": {"fields": {"date": {}, "origin": {}}},
                }
            },
        }
    },
}


@pytest.mark.parametrize("login", PEOPLE)
def test_one_nested_read_gives_everybody_the_whole_order(login: str, people: dict[str, AdminSession]) -> None:
    answer = people[login].call(
        "sale.order", "web_search_read", [("name", "=", "S00042")], specification=WHOLE_ORDER
    )
    (order,) = answer["records"]
    assert len(order["order_line"]) == 4
    assert len(order["message_ids"]) >= 4
    assert order["picking_ids"]


@pytest.mark.parametrize("login", PEOPLE)
def test_everybody_sees_when_the_missing_goods_are_due(login: str, people: dict[str, AdminSession]) -> None:
    incoming = [
        ("picking_code", "=", "incoming"),
        ("product_id.default_code", "=", "FB-1011"),
        ("state", "=", "assigned"),
    ]
    answer = people[login].call(
        "stock.move",
        "web_search_read",
        incoming,
        specification={"date": {}, "origin": {}, "picking_id": NAME},
    )
    (move,) = answer["records"]
    assert move["origin"] == "P00031"
    assert move["date"]


@pytest.mark.parametrize("login", PEOPLE)
def test_odoo_itself_tells_a_persons_role(login: str, people: dict[str, AdminSession]) -> None:
    session = people[login]
    held = {
        role
        for role in PEOPLE
        if session.call("res.users", "has_group", [session.uid], f"copilot.role_{role}")
    }
    assert held == {login}


def test_nobody_of_the_first_company_sees_the_second_ones_orders(people: dict[str, AdminSession]) -> None:
    foreign = [each.name for each in second_company_orders()]
    for login in ("service", "supervisor", "purchasing", "sales", "finance"):
        assert people[login].call("sale.order", "search_count", [("name", "in", foreign)]) == 0
        assert people[login].call("res.partner", "search_count", [("ref", "=like", "N-%")]) == 0
        assert people[login].call("product.product", "search_count", [("default_code", "=like", "NG-%")]) == 0
    assert people["northgate"].call("sale.order", "search_count", []) == len(foreign)
    assert people["northgate"].call("res.partner", "search_count", [("ref", "=like", "C-%")]) == 0
    for login in ("compliance", "group_manager"):
        companies = {"allowed_company_ids": [1, 2]}
        assert people[login].call(
            "sale.order", "search_count", [("name", "in", foreign)], context=companies
        ) == len(foreign)
