"""Orders at risk and who waits, on the real Odoo: the same as the single diagnoses, in few round trips, in its own currencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from erp_tools.demo.rpc import AdminSession
from erp_tools.demo.truth import expected
from erp_tools.lateness.at_risk import orders_at_risk
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.diagnosis import diagnose_case
from erp_tools.lateness.reading import read_case
from erp_tools.lateness.scan import Narrowed, open_orders_domain
from erp_tools.lateness.waiting import waiting_for
from erp_tools.odoo.connect import connect
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.reads.currencies import read_rates

pytestmark = pytest.mark.odoo


@pytest.fixture(scope="module")
def server(real_odoo: Any) -> OdooServer:
    return connect(real_odoo.url, real_odoo.db)


@pytest.fixture(scope="module")
def everybody_sees(server: OdooServer) -> OdooSession:
    return server.sign_in("group_manager", "demo")


@pytest.fixture(scope="module")
def cases(everybody_sees: OdooSession) -> list[OrderCase]:
    """Every open order, read on its own as a diagnosis reads it."""
    now = datetime.now(UTC)
    page = everybody_sees.read("sale.order", open_orders_domain(now), {}, limit=2000)
    return [read_case(everybody_sees, row["id"], now=now).case for row in page.rows]


def test_the_list_is_what_the_single_diagnoses_say(
    server: OdooServer, everybody_sees: OdooSession, cases: list[OrderCase]
) -> None:
    """The same orders, the same causes in the same order, the same dates: nobody has to wonder which of both is right."""
    now = cases[0].now
    listed = {
        order.order_id: order for order in orders_at_risk(everybody_sees, now=now, server=server).orders
    }
    differing = {}
    for case in cases:
        alone = diagnose_case(case, read_at=now, url_of=server.record_url)
        order = listed.get(alone.order_id)
        if alone.is_late != (order is not None):
            differing[alone.order] = (alone.is_late, order)
        elif order is not None:
            single = ([cause.code for cause in alone.causes], alone.expected.earliest, alone.expected.latest)
            in_list = (list(order.causes), order.expected.earliest, order.expected.latest)
            if single != in_list:
                differing[alone.order] = (single, in_list)
    assert differing == {}


def test_every_seeded_order_that_is_open_and_late_is_on_the_list_for_its_cause(
    server: OdooServer, everybody_sees: OdooSession
) -> None:
    listed = {
        order.order: order
        for order in orders_at_risk(everybody_sees, now=datetime.now(UTC), server=server).orders
    }
    seeded = {name: right for name, right in expected().items() if name in listed}
    assert len(seeded) > 60
    wrong = {
        name: (right.causes, listed[name].causes)
        for name, right in seeded.items()
        if not set(right.causes) <= set(listed[name].causes[: len(right.causes)])
    }
    assert wrong == {}


def test_the_demos_orders_take_a_handful_of_round_trips(
    server: OdooServer, everybody_sees: OdooSession
) -> None:
    before = everybody_sees.log.calls
    found = orders_at_risk(everybody_sees, now=datetime.now(UTC), server=server)
    assert found.not_scanned == 0
    assert everybody_sees.log.calls - before <= found.scanned // 100 + 8
    before = everybody_sees.log.calls
    found = orders_at_risk(
        everybody_sees, now=datetime.now(UTC), server=server, only=Narrowed(warehouse="Dallas South")
    )
    assert 40 < found.scanned < 100
    assert everybody_sees.log.calls - before <= 7


def test_a_customers_and_a_warehouses_orders_are_the_same_as_in_the_whole_list(
    server: OdooServer, everybody_sees: OdooSession
) -> None:
    now = datetime.now(UTC)
    everything = orders_at_risk(everybody_sees, now=now, server=server)
    for only, belongs in (
        (Narrowed(customer="C-1001"), lambda order: order.customer_ref == "C-1001"),
        (Narrowed(customer="meridian"), lambda order: order.customer_ref == "C-1001"),
        (Narrowed(warehouse="west"), lambda order: order.warehouse == "Tacoma West"),
    ):
        some = orders_at_risk(everybody_sees, now=now, server=server, only=only)
        wanted = {order.order: order.causes for order in everything.orders if belongs(order)}
        assert {order.order: order.causes for order in some.orders} == wanted != {}


def test_purchases_and_orders_agree_both_ways(
    server: OdooServer, everybody_sees: OdooSession, cases: list[OrderCase]
) -> None:
    now = cases[0].now
    forward = {
        (share.inbound.document, case.order.name, round(share.quantity, 3))
        for case in cases
        for supply in case.supplies.values()
        for share in supply.shares
        if share.inbound.kind in ("purchase", "dropship")
    }
    backward = set()
    for name in {document for document, _, _ in forward}:
        before = everybody_sees.log.calls
        found = waiting_for(everybody_sees, name, now=now, server=server)
        assert everybody_sees.log.calls - before <= 4
        backward |= {(name, line.order, round(line.quantity, 3)) for line in found.lines}
    assert forward == backward != set()


def test_another_companys_people_see_their_own_orders_only(server: OdooServer) -> None:
    theirs = orders_at_risk(server.sign_in("northgate", "demo"), now=datetime.now(UTC), server=server)
    assert theirs.scanned < 50
    assert (
        waiting_for(server.sign_in("northgate", "demo"), "P00031", now=datetime.now(UTC), server=server).lines
        == ()
    )


def test_odoos_own_rates_and_no_others(odoo_copy: Callable[[], Any]) -> None:
    copy = odoo_copy()
    admin = AdminSession(url=copy.url, database=copy.db, login=copy.admin_login, password=copy.admin_password)
    ids = {
        name: admin.call("res.currency", "search", [("name", "=", name), ("active", "in", (True, False))])[0]
        for name in ("EUR", "JPY")
    }
    admin.call("res.currency", "write", list(ids.values()), {"active": True})
    rates = admin.call("res.currency.rate", "search", [("currency_id", "in", list(ids.values()))])
    admin.call("res.currency.rate", "unlink", rates)
    admin.call(
        "res.currency.rate",
        "create",
        {"currency_id": ids["EUR"], "name": "2026-11-01", "rate": 0.8, "company_id": 1},
    )
    # a fresh database is loaded by the first that asks
    session = connect(copy.url, copy.db, read_deadline=60).sign_in("service", "demo")
    found = read_rates(session, {"USD", "EUR", "JPY"})
    assert found.company_currency == "USD"
    assert found.in_company_currency(Decimal(80), "EUR") == Decimal("100.00")
    assert found.in_company_currency(Decimal(80), "JPY") is None
