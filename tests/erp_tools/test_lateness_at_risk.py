"""The at-risk list: which orders, in which order, for which reason, and with how few questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from erp_tools.errors import AccessDenied, OdooGarbage, OdooUnavailable
from erp_tools.lateness.at_risk import AtRiskList, cause_code, orders_at_risk, rank
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.scan import ORDERS_PER_PAGE, Narrowed, open_orders_domain
from erp_tools.lateness.scan_fields import less, scan_spec
from erp_tools.lateness.testing import EAST, SOUTH, Scene
from erp_tools.odoo.connect import connect_recording
from erp_tools.odoo.gateway import Domain, Page, Spec
from erp_tools.reads.currencies import Rates, read_rates
from erp_tools.reads.inventory import QUANT
from erp_tools.reads.messages import MESSAGES
from erp_tools.reads.purchase import PURCHASE_LINE
from erp_tools.reads.sales import order_spec
from erp_tools.reads.testing import AnsweringSession, NowhereServer
from erp_tools.reads.transfers import SOURCE_MOVE

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)


def ranked(*scenes: Scene, exposure: dict[str, Decimal] | None = None) -> AtRiskList:
    return rank(
        [scene.case() for scene in scenes],
        url_of=lambda model, number: f"{model}/{number}",
        exposure=exposure or {},
        scanned=len(scenes),
    )


def backlog(name: str, *, price: str = "100.00", promised: int = -5, **fields: Any) -> Scene:
    scene = Scene(name=name, promised=promised, **fields)
    scene.line("Valve", 10, price=price)
    return scene


def test_value_and_age_decide_and_the_reason_says_so() -> None:
    found = ranked(
        backlog("S1", price="10.00"),
        backlog("S2", price="900.00"),
        backlog("S3", price="10.00", promised=-15),
    )
    assert [order.order for order in found.orders] == ["S2", "S3", "S1"]
    assert found.orders[0].why[0] == "USD 9000.00 are not delivered"
    assert found.orders[1].why[0] == "it is 15 days late"
    assert found.orders[1].days_late == 15


def test_what_can_be_moved_today_comes_before_what_waits_for_a_vendor() -> None:
    waiting = Scene(name="S1")
    waiting.line("Valve", 10, price="100.00", reserved=0)
    found = ranked(waiting, backlog("S2"))
    assert [(order.order, order.recovery) for order in found.orders] == [("S2", "today"), ("S1", "waits")]


def test_contract_exposure_from_outside_counts() -> None:
    found = ranked(backlog("S1"), exposure={"C-1001": Decimal("1.50")})
    assert "the contract charges 1.5% for a week of lateness" in found.orders[0].why


def test_only_what_is_not_delivered_counts_as_value() -> None:
    scene = Scene(name="S1", backorder_of=2)
    scene.line("Valve", 10, price="100.00", delivered=7)
    scene.delivered(-6)
    assert ranked(scene).orders[0].value == Decimal("300.00")


def test_groups_add_up_orders_and_value() -> None:
    found = ranked(
        backlog("S1", warehouse=EAST), backlog("S2", warehouse=SOUTH), backlog("S3", warehouse=SOUTH)
    )
    assert [(group.name, group.orders, group.value) for group in found.groups["warehouse"]] == [
        ("Dallas South", 2, Decimal("2000.00")),
        ("Allentown East", 1, Decimal("1000.00")),
    ]
    assert [group.name for group in found.groups["cause"]] == ["warehouse_backlog"]


def test_ties_are_broken_the_same_way_every_time() -> None:
    scenes = [backlog(name) for name in ("S3", "S1", "S2")]
    assert [order.order for order in ranked(*scenes).orders] == ["S1", "S2", "S3"]


# -- reading -------------------------------------------------------------------------------------------------------------
class ManyOrders(AnsweringSession):
    """So many orders that are late, in pages."""

    def __init__(self, count: int) -> None:
        super().__init__(answers={})
        self.count_of_orders = count

    def read(
        self, model: str, domain: Domain, spec: Spec, *, order: str = "", limit: int = 80, offset: int = 0
    ) -> Page:
        page = super().read(model, domain, spec, order=order, limit=limit, offset=offset)
        if model != "sale.order":
            return page
        after = next(term[2] for term in domain if term[:2] == ["id", ">"])
        rows = [self._row(number) for number in range(after, min(after + limit, self.count_of_orders))]
        return Page(rows=rows, total=self.count_of_orders - after)

    def _row(self, number: int) -> dict[str, Any]:
        stock = {"id": 21, "usage": "internal", "parent_path": "1/20/21/", "warehouse_id": {"id": 2}}
        move = {
            "id": 10_000 + number, "state": "confirmed", "product_id": {"id": number % 50, "display_name": "Valve"}, "product_uom_qty": 4.0,
            "quantity": 0.0, "date": "2026-11-10 18:00:00", "location_id": stock, "location_dest_id": {"id": 9, "usage": "customer"},
            "picking_id": {"id": 1},
        }  # fmt: skip
        product = {"id": number % 50, "display_name": "Valve", "type": "consu"}
        line = {
            "id": number,
            "product_uom_qty": 4.0,
            "price_unit": 10.0,
            "product_id": product,
            "move_ids": [move],
        }
        return {
            "id": number + 1, "name": f"S{number:05}", "state": "sale", "commitment_date": "2026-11-10 18:00:00",
            "company_id": {"id": 1}, "partner_id": {"id": 5, "display_name": "Meridian Foods"},
            "warehouse_id": {"id": 2, "display_name": "East", "lot_stock_id": {"id": 21}}, "order_line": [line],
            "picking_ids": [{"id": 1, "name": "EAST/OUT/1", "state": "confirmed"}],
        }  # fmt: skip


@pytest.mark.parametrize("count", [500, 1500])
def test_questions_per_thousand_orders_are_constant(count: int) -> None:
    session = ManyOrders(count)
    found = orders_at_risk(session, now=NOW, server=NowhereServer())
    assert (found.scanned, len(found.orders), found.not_scanned) == (count, count, 0)
    pages = count // ORDERS_PER_PAGE
    assert session.log.calls <= pages + 5


def test_a_page_of_orders_is_read_once_and_what_is_around_them_once_each() -> None:
    session = ManyOrders(60)
    orders_at_risk(session, now=NOW, server=NowhereServer())
    assert [asked.model for asked in session.asked] == [
        "sale.order", "stock.quant", "stock.move", "purchase.order.line",
    ]  # fmt: skip


def test_contracts_are_asked_once_for_the_customers_that_were_read_before_odoo_is_asked_on() -> None:
    asked: list[tuple[str, ...]] = []
    begun = Event()

    def charges(customers: Iterable[str]) -> dict[str, Decimal]:
        asked.append(tuple(customers))
        begun.set()
        return {"C-1001": Decimal("1.50")}

    class Waiting(ManyOrders):
        """Answers for stock only when the contracts are being asked."""

        def read(self, model: str, *args: Any, **named: Any) -> Page:
            assert model != "stock.quant" or begun.wait(10)
            return super().read(model, *args, **named)

        def _row(self, number: int) -> dict[str, Any]:
            row = super()._row(number)
            return {**row, "partner_id": {**row["partner_id"], "ref": "C-1001"}}

    session = Waiting(250)
    found = orders_at_risk(session, now=NOW, server=NowhereServer(), exposure=charges)
    assert asked == [("C-1001",)]
    assert all("the contract charges 1.5% for a week of lateness" in order.why for order in found.orders)


def test_an_error_of_those_who_are_asked_about_contracts_is_not_swallowed() -> None:
    def charges(customers: Iterable[str]) -> dict[str, Decimal]:
        raise ZeroDivisionError

    class Known(ManyOrders):
        def _row(self, number: int) -> dict[str, Any]:
            row = super()._row(number)
            return {**row, "partner_id": {**row["partner_id"], "ref": "C-1001"}}

    with pytest.raises(ZeroDivisionError):
        orders_at_risk(Known(3), now=NOW, server=NowhereServer(), exposure=charges)


def _paths(spec: Mapping[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, inner in spec.items():
        found |= {before + name, *_paths(inner.get("fields", {}), f"{before}{name}.")}
    return found


def test_a_list_reads_no_field_that_a_single_diagnosis_does_not_and_leaves_out_no_whole_record() -> None:
    full, scanned, judged = (_paths(spec) for spec in (order_spec(), scan_spec(), scan_spec(to_judge=True)))
    assert judged < scanned < full
    # options are worked out from scanned orders, too: prices and terms of vendors stay unless orders are only judged
    assert "order_line.product_id.seller_ids.price" in scanned - judged
    assert {
        "order_line.product_id.seller_ids.delay",
        "order_line.technical_price_unit",
        "amount_total",
    } < judged
    assert "order_line.move_ids.move_orig_ids.move_orig_ids.picking_id.partner_id" in judged


def test_what_a_person_may_not_read_is_passed_over_when_fields_are_left_out() -> None:
    spec = scan_spec({"moves", "transfers", "tags", "carriers"}, to_judge=True)
    assert "picking_ids" not in spec
    assert "move_ids" not in spec["order_line"]["fields"]
    assert less({"a": {}, "b": {"fields": {"c": {}, "d": {}}}}, "b.c", "x.y", "a.z") == {
        "a": {},
        "b": {"fields": {"d": {}}},
    }


def test_list_without_purchase_rights_says_so() -> None:
    session = ManyOrders(3)
    session.answers = {"purchase.order.line": AccessDenied("no", model="purchase.order.line")}
    found = orders_at_risk(session, now=NOW, server=NowhereServer())
    assert len(found.orders) == 3
    assert any("Purchase orders" in text for text in found.not_read)


def test_an_order_that_leaves_the_list_meanwhile_hides_no_other_one() -> None:
    """Pages go on after the last order, not after so many rows."""

    class Delivering(ManyOrders):
        def read(self, model: str, *args: Any, **named: Any) -> Page:
            page = super().read(model, *args, **named)
            if model != "sale.order":
                return page
            # Every order of the first page is delivered as soon as it was read.
            return Page(rows=page.rows, total=max(0, page.total - 100))

    found = orders_at_risk(Delivering(250), now=NOW, server=NowhereServer())
    assert {order.order for order in found.orders} == {f"S{number:05}" for number in range(250)}


def test_odoo_that_stops_in_the_middle_gives_what_was_read_and_says_how_many_are_missing() -> None:
    class Stopping(ManyOrders):
        def read(self, model: str, *args: Any, **named: Any) -> Page:
            if model == "sale.order" and len(self.asked) >= 2:
                raise OdooUnavailable("gone")
            return super().read(model, *args, **named)

    found = orders_at_risk(Stopping(500), now=NOW, server=NowhereServer())
    assert (found.scanned, found.not_scanned) == (200, 300)
    assert any("stopped answering" in text for text in found.not_read)


def test_a_scan_that_takes_too_long_gives_what_was_read_and_says_of_how_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A page takes a second here; after thirty of them no further one is asked for."""

    class Slow(ManyOrders):
        seconds = 0.0

        def read(self, model: str, *args: Any, **named: Any) -> Page:
            self.seconds += model == "sale.order"
            return super().read(model, *args, **named)

    session = Slow(10_710)
    clock = SimpleNamespace(monotonic=lambda: session.seconds)
    monkeypatch.setattr("erp_tools.lateness.scan.time", clock)
    found = orders_at_risk(session, now=NOW, server=NowhereServer(), seconds=30.0)
    assert session.seconds == 31
    assert (found.scanned, found.not_scanned) == (3_100, 7_610)
    assert [one for one in found.not_read if "3,100 oldest of 10,710" in one]


def test_a_page_that_is_too_much_is_asked_for_in_smaller_pieces() -> None:
    class Slow(ManyOrders):
        def read(self, model: str, domain: Domain, spec: Spec, **named: Any) -> Page:
            if model == "sale.order" and named["limit"] > 30:
                raise OdooUnavailable("no answer within 5 s")
            return super().read(model, domain, spec, **named)

    found = orders_at_risk(Slow(120), now=NOW, server=NowhereServer())
    assert (found.scanned, found.not_scanned) == (120, 0)


def test_odoo_that_is_gone_from_the_start_is_said_to_be() -> None:
    session = AnsweringSession(answers={"sale.order": OdooUnavailable("gone")})
    with pytest.raises(OdooUnavailable):
        orders_at_risk(session, now=NOW, server=NowhereServer())


def test_odoo_that_repeats_itself_is_not_believed() -> None:
    rows = ManyOrders(200)._row(0)
    session = AnsweringSession(answers={"sale.order": [rows] * 100}, totals={"sale.order": 5000})
    with pytest.raises(OdooGarbage):
        orders_at_risk(session, now=NOW, server=NowhereServer())


def test_progress_is_told_after_every_page() -> None:
    told: list[tuple[int, int]] = []
    orders_at_risk(
        ManyOrders(250),
        now=NOW,
        server=NowhereServer(),
        progress=lambda done, all_: told.append((done, all_)),
    )
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_customer_and_warehouse_are_asked_of_odoo_without_patterns_in_them() -> None:
    session = ManyOrders(1)
    orders_at_risk(
        session, now=NOW, server=NowhereServer(), only=Narrowed(customer="100%_Acme", warehouse="east")
    )
    domain = session.asked[0].domain
    assert ["partner_id.name", "ilike", "100 Acme"] in domain
    assert ["warehouse_id.code", "=ilike", "east"] in domain
    # what is narrowed stands beside, not instead of, what is open
    assert ["delivery_status", "!=", "full"] in domain


def test_vendor_carrier_and_cause_narrow_the_list_and_its_groups() -> None:
    waiting = Scene(name="S1")
    waiting.line("Valve", 10, price="100.00", reserved=0)
    found = ranked(waiting, backlog("S2"))
    some = found.only(cause="warehouse_backlog")
    assert [order.order for order in some.orders] == ["S2"]
    assert [group.orders for group in some.groups["cause"]] == [1]
    assert found.only(vendor="nobody at all").orders == ()
    assert cause_code(" Warehouse-backlog ") == "warehouse_backlog"
    with pytest.raises(ValueError, match="warehouse_backlog"):
        cause_code("bad luck")


# -- money ---------------------------------------------------------------------------------------------------------------
def priced(name: str, price: str, currency: str) -> OrderCase:
    case = backlog(name, price=price).case()
    return replace(case, order=replace(case.order, currency=currency))


def in_rates(rates: Rates, *cases: OrderCase) -> AtRiskList:
    return rank(cases, url_of=lambda model, number: "", exposure={}, scanned=9, rates=rates)


def test_amounts_of_several_currencies_are_compared_by_odoos_own_rates() -> None:
    rates = Rates(company_currency="USD", per_unit={"USD": Decimal(1), "JPY": Decimal("0.0065")})
    found = in_rates(rates, priced("S1", "5000.00", "JPY"), priced("S2", "100.00", "USD"))
    assert [order.order for order in found.orders] == ["S2", "S1"]
    assert [(order.value, order.company_value) for order in found.orders] == [
        (Decimal("1000.00"), Decimal("1000.00")),
        (Decimal("50000.00"), Decimal("325.00")),
    ]
    (group,) = found.groups["cause"]
    assert (group.value, group.currency) == (Decimal("1325.00"), "USD")


def test_without_a_rate_nothing_is_added_up_and_the_reason_says_so() -> None:
    rates = Rates(company_currency="USD", per_unit={"USD": Decimal(1)})
    found = in_rates(rates, priced("S1", "5000.00", "JPY"), priced("S2", "100.00", "USD"))
    (group,) = found.groups["cause"]
    assert (group.value, group.currency) == (None, "")
    assert group.by_currency == {"JPY": Decimal("50000.00"), "USD": Decimal("1000.00")}
    yen = next(order for order in found.orders if order.currency == "JPY")
    assert any("no rate for JPY" in reason for reason in yen.why)


def test_a_currency_that_odoo_has_no_rate_for_is_not_taken_one_to_one() -> None:
    currencies = [
        {"id": 1, "display_name": "USD", "rate": 1.0, "date": "2026-11-20"},
        {"id": 2, "display_name": "EUR", "rate": 0.8, "date": "2026-11-20"},
        {"id": 3, "display_name": "JPY", "rate": 1.0, "date": None},
    ]
    company = [{"id": 1, "currency_id": {"id": 1, "display_name": "USD"}}]
    session = AnsweringSession(answers={"res.currency": currencies, "res.company": company})
    rates = read_rates(session, {"USD", "EUR", "JPY"})
    assert rates.in_company_currency(Decimal(80), "EUR") == Decimal(100)
    assert rates.in_company_currency(Decimal(80), "JPY") is None
    assert session.log.calls == 2


def test_one_currency_costs_no_question() -> None:
    session = AnsweringSession(answers={})
    assert read_rates(session, {"USD"}).in_company_currency(Decimal(5), "USD") == Decimal(5)
    assert session.log.calls == 0


def test_a_price_that_may_not_be_seen_is_no_value_at_all() -> None:
    scene = backlog("S1")
    case = scene.case()
    line = case.lines[0]
    hidden = replace(case, lines=(replace(line, line=replace(line.line, price=None)),))
    found = rank([hidden], url_of=lambda model, number: "", exposure={}, scanned=1)
    assert found.orders[0].value is None
    assert not any("not delivered" in reason for reason in found.orders[0].why)
    assert found.groups["cause"][0].value is None


def test_one_very_large_order_does_not_make_all_others_alike() -> None:
    found = ranked(
        backlog("S1", price="1000000.00"), backlog("S2", price="9000.00"), backlog("S3", price="10.00")
    )
    assert [order.order for order in found.orders] == ["S1", "S2", "S3"]
    assert "USD 90000.00 are not delivered" in found.orders[1].why


# -- agreement -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("login", ["group_manager", "service", "finance", "purchasing", "northgate"])
def test_the_fields_that_are_left_out_would_change_nothing(
    login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = connect_recording()
    session = server.sign_in(login, "demo")

    def lists() -> list[AtRiskList]:
        now = datetime.now(UTC)
        days = (
            now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=ahead)
            for ahead in (-6, 0, 11)
        )
        return [orders_at_risk(session, now=day, server=server) for day in days]

    def everything(without: Iterable[str] = (), *, to_judge: bool = False) -> dict[str, Any]:
        return less(order_spec(without={*without, "invoices"}), "message_ids", "picking_ids.message_ids")

    found = lists()
    assert all(one.orders for one in found)
    monkeypatch.setattr("erp_tools.lateness.scan.scan_spec", everything)
    monkeypatch.setattr("erp_tools.lateness.scan_around.MOVES", SOURCE_MOVE["fields"])
    monkeypatch.setattr("erp_tools.lateness.scan_around.QUANTS", QUANT)
    monkeypatch.setattr("erp_tools.lateness.scan_around.PURCHASES", PURCHASE_LINE)
    monkeypatch.setattr("erp_tools.lateness.scan_messages.SAID", MESSAGES["fields"])
    assert lists() == found


@pytest.mark.parametrize("login", ["group_manager", "compliance"])
def test_the_list_agrees_with_every_single_diagnosis_of_the_recorded_demo(login: str) -> None:
    server = connect_recording()
    session = server.sign_in(login, "demo")
    now = datetime.now(UTC)
    listed = {order.order_id: order for order in orders_at_risk(session, now=now, server=server).orders}
    open_ids = [row["id"] for row in session.read("sale.order", open_orders_domain(now), {}, limit=1000).rows]
    assert len(open_ids) > 100
    differing = {}
    for order_id in open_ids:
        alone = diagnose(session, order_id, now=now, server=server)
        order = listed.get(order_id)
        single = (alone.is_late, tuple(cause.code for cause in alone.causes), alone.expected.earliest)
        in_list = (
            (order is not None, order.causes, order.expected.earliest)
            if order
            else (False, single[1], single[2])
        )
        if single != in_list:
            differing[alone.order] = (single, in_list)
    assert differing == {}
