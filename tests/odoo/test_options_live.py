"""Options on a real Odoo with records of their own: lots that grow old, vendors' terms, combinations that are carried out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from erp_tools.actions.order import today_of
from erp_tools.demo.rpc import AdminSession
from erp_tools.lateness.reading import find_order
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.options.policy import Charge, Policy, Rule, SubstitutePair
from erp_tools.options.reading import read_situation
from erp_tools.options.testing import carry_out, option_of, read_options

pytestmark = pytest.mark.odoo


class House:
    """A copy of the demo with products, stock and orders of our own."""

    def __init__(self, copy: Any) -> None:
        self.url, self.db = copy.url, copy.db
        self.server: OdooServer = connect(copy.url, copy.db, "jsonrpc", read_deadline=60)
        self.admin = AdminSession(url=copy.url, database=copy.db, login="admin", password=copy.admin_password)
        rows = self.admin.find("stock.warehouse", [], ["code", "name", "lot_stock_id", "out_type_id"])
        self.places = {row["code"]: row["lot_stock_id"][0] for row in rows}
        self.names = {row["code"]: row["name"] for row in rows}
        self._sessions: dict[str, OdooSession] = {}

    def session(self, login: str) -> OdooSession:
        if login not in self._sessions:
            self._sessions[login] = self.server.sign_in(login, "demo")
        return self._sessions[login]

    def product(self, code: str, **values: Any) -> int:
        known = {
            "name": f"Trial {code}",
            "default_code": code,
            "type": "consu",
            "is_storable": True,
            "list_price": 40.0,
            "weight": 1.0,
        }
        return self.admin.create("product.product", [{**known, **values}])[0]

    def stock(
        self, product: int, code: str, quantity: float, *, lot: str = "", left: int | None = None
    ) -> None:
        """So much of it on the shelf; of a lot that expires so many days from today."""
        values: dict[str, Any] = {
            "product_id": product,
            "location_id": self.places[code],
            "inventory_quantity": quantity,
        }
        if lot:
            expires = (datetime.now(UTC) + timedelta(days=left or 0)).strftime("%Y-%m-%d 12:00:00")
            values["lot_id"] = self.admin.create(
                "stock.lot",
                [{"name": lot, "product_id": product, "expiration_date": expires, "removal_date": expires}],
            )[0]
        quant = self.admin.create("stock.quant", [values], context={"inventory_mode": True})
        self.admin.call("stock.quant", "action_apply_inventory", quant)

    def order(self, name: str, lines: dict[int, float]) -> str:
        """A confirmed late order of East, as far as it can be reserved."""
        made = self.admin.create(
            "sale.order",
            [{
                "name": name, "partner_id": self.admin.ids("res.partner", [("ref", "=", "C-1001")])[0],
                "warehouse_id": self.admin.ids("stock.warehouse", [("code", "=", "EAST")])[0],
                "carrier_id": self.admin.ids("delivery.carrier", [("name", "ilike", "Atlas")])[0],
                "commitment_date": (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S"),
                "order_line": [(0, 0, {"product_id": product, "product_uom_qty": many}) for product, many in lines.items()],
            }],
        )  # fmt: skip
        self.admin.call("sale.order", "action_confirm", made)
        self.admin.call(
            "stock.picking", "action_assign", self.admin.ids("stock.picking", [("sale_id", "in", made)])
        )
        return name

    def options(self, name: str, policy: Policy, login: str = "supervisor") -> Any:
        return read_options(self.session(login), self.server, name, now=datetime.now(UTC), policy=policy)[1]


@pytest.fixture(scope="module")
def house(odoo_copy: Any) -> Iterator[House]:
    made = House(odoo_copy())
    yield made
    for session in made._sessions.values():
        session.close()


def asks(share: int) -> Policy:
    rule = Rule(
        subject="shelf_life", rank="contract", says="conditional", source="Agreement, clause 10.1", cites=("K",), life_share=Decimal(share)
    )  # fmt: skip
    return Policy(rules=(rule,))


def test_ready_goods_leave_some_come_from_elsewhere_and_the_rest_is_back_ordered(house: House) -> None:
    here, there, nowhere = (house.product(code) for code in ("TR-1001", "TR-1002", "TR-1003"))
    house.stock(here, "EAST", 10)
    house.stock(there, "SOUTH", 8)
    order = house.order("S970001", {here: 10, there: 8, nowhere: 5})
    option = option_of(house.options(order, Policy()), "split_and_source")
    outcome = carry_out(house.session("supervisor"), house.server, order, option, now=datetime.now(UTC))
    assert outcome.problem == ""
    assert outcome.found == outcome.foretold
    assert len(outcome.found) == 3


def test_lots_are_read_and_too_old_ones_do_not_count(house: House) -> None:
    fish = house.product(
        "TR-2001", tracking="lot", use_expiration_date=True, expiration_time=20, use_time=2, removal_time=1, alert_time=5
    )  # fmt: skip
    house.stock(fish, "EAST", 4, lot="T-HERE", left=9)
    house.stock(fish, "SOUTH", 30, lot="T-OLD", left=8)
    order = house.order("S970002", {fish: 12})
    known = house.options(order, asks(60))
    source = option_of(known, "source_from_warehouse")
    assert source.ruled_out
    assert "lot T-OLD" in source.why_not
    assert "60% of the shelf life on arrival (12 days)" in source.why_not
    split = option_of(known, "split_delivery")
    assert split.ruled_out
    assert "lot T-HERE" in split.why_not
    assert not option_of(house.options(order, Policy()), "source_from_warehouse").ruled_out
    house.stock(fish, "SOUTH", 9, lot="T-NEW", left=19)
    source = option_of(house.options(order, asks(60)), "source_from_warehouse")
    there = next(one for one in source.plan.shipments if one.delivery == "new")
    assert [(lot.name, lot.quantity) for lot in there.shares[0].lots] == [("T-NEW", 8.0)]
    assert any("Odoo would take lot T-OLD first" in text for text in source.plan.requires)
    # Who may not open lots sees the same: the stock itself carries their dates.
    assert option_of(house.options(order, asks(60), "service"), "split_delivery").ruled_out


def test_vendors_terms_are_those_of_today_in_their_units_and_money(house: House) -> None:
    vendors = house.admin.create("res.partner", [{"name": "Trial Valves"}, {"name": "Second Valves"}])
    today, euro = (
        today_of(house.session("purchasing"), datetime.now(UTC)),  # west of Greenwich it may be yesterday
        house.admin.ids("res.currency", [("name", "=", "EUR")], context={"active_test": False}),
    )
    house.admin.write("res.currency", euro, {"active": True})
    house.admin.create(
        "res.currency.rate", [{"currency_id": euro[0], "name": today.isoformat(), "rate": 0.8}]
    )
    six = house.admin.find("uom.uom", [("name", "=", "Pack of 6")], ["name"])[0]["id"]
    valve = house.product("TR-3001")
    template = house.admin.find("product.product", [("id", "=", valve)], ["product_tmpl_id"])[0][
        "product_tmpl_id"
    ][0]
    terms = [
        {"partner_id": vendors[1], "price": 1.0, "min_qty": 1, "delay": 1, "date_end": (today - timedelta(days=1)).isoformat()},
        {"partner_id": vendors[1], "price": 12.0, "min_qty": 4, "delay": 4, "product_uom_id": six, "currency_id": euro[0]},
    ]  # fmt: skip
    house.admin.create("product.supplierinfo", [{"product_tmpl_id": template, **term} for term in terms])
    order = house.order("S970003", {valve: 10})
    option = option_of(house.options(order, Policy(), "purchasing"), "buy_elsewhere")
    assert option.plan.summary.startswith(
        "Buy 24 of Trial TR-3001 from Second Valves (10 of Trial TR-3001 are missing)"
    )
    surplus = next(one for one in option.plan.costs if one.stays)
    assert surplus.amount == Decimal("35.00")  # 14 at EUR 2.00, the euro at 1.25
    masked = option_of(house.options(order, Policy(), "supervisor"), "buy_elsewhere")
    assert masked.extra_cost is None
    assert masked.plan.summary == option.plan.summary


def test_a_charge_in_another_currency_takes_one_more_question_and_odoos_rate(house: House) -> None:
    charge = Rule(
        subject="late_delivery", rank="contract", says="conditional", source="Agreement", charge=Charge(amount=Decimal(100), currency="EUR", per="once")
    )  # fmt: skip
    session = house.session("supervisor")
    found = find_order(session, "S970003")
    before = session.log.calls
    read, _ = read_situation(
        session, found.order, policy_of=lambda case, diagnosis: Policy(rules=(charge,)), now=datetime.now(UTC), server=house.server
    )  # fmt: skip
    assert session.log.calls - before <= 5
    assert read.situation.money(Decimal(100), "EUR") == Decimal(125)


def test_a_substitute_of_another_number_becomes_a_line_of_the_same_amount(house: House) -> None:
    drum, can = house.product("TR-4001"), house.product("TR-4002")
    house.stock(can, "EAST", 40)
    order = house.order("S970004", {drum: 3})
    pair = SubstitutePair(ordered="TR-4001", substitute="TR-4002", ratio=Decimal(4))
    option = option_of(house.options(order, Policy(pairs=(pair,))), "substitute_product")
    before = house.admin.find("sale.order", [("name", "=", order)], ["amount_untaxed"])[0]["amount_untaxed"]
    # Sales changes what was ordered; the warehouse may not.
    outcome = carry_out(house.session("sales"), house.server, order, option, now=datetime.now(UTC))
    assert outcome.problem == ""
    lines = house.admin.find(
        "sale.order.line", [("order_id.name", "=", order)], ["product_id", "product_uom_qty"]
    )
    assert {line["product_id"][0]: line["product_uom_qty"] for line in lines} == {drum: 0.0, can: 12.0}
    after = house.admin.find("sale.order", [("name", "=", order)], ["amount_untaxed"])[0]["amount_untaxed"]
    assert after == pytest.approx(before)


def test_somebody_of_finance_pays_at_most_six_questions_on_a_new_server(house: House) -> None:
    """The first question of all: what this Odoo does not have is learned with it."""
    fresh = connect(house.url, house.db, "jsonrpc", read_deadline=60)
    session = fresh.sign_in("finance", "demo")
    found = find_order(session, "S00042")
    read_situation(
        session, found.order, policy_of=lambda case, diagnosis: Policy(), now=datetime.now(UTC), server=fresh
    )
    assert session.log.calls <= 6
    session.close()
