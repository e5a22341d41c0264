"""The at-risk list: which orders, in which order, for which reason, and with how few questions."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from erp_tools.errors import AccessDenied
from erp_tools.lateness.at_risk import AtRiskList, orders_at_risk, rank
from erp_tools.lateness.scan import ORDERS_PER_PAGE
from erp_tools.lateness.testing import EAST, SOUTH, Scene
from erp_tools.odoo.gateway import Domain, Page, Spec
from erp_tools.reads.testing import AnsweringSession, NowhereServer

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
    found = ranked(backlog("S1"), exposure={"C-1001": Decimal(500)})
    assert "the contract makes lateness expensive" in found.orders[0].why


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
        rows = [self._row(number) for number in range(offset, min(offset + limit, self.count_of_orders))]
        return Page(rows=rows, total=self.count_of_orders)

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


def test_list_without_purchase_rights_says_so() -> None:
    session = ManyOrders(3)
    session.answers = {"purchase.order.line": AccessDenied("no", model="purchase.order.line")}
    found = orders_at_risk(session, now=NOW, server=NowhereServer())
    assert len(found.orders) == 3
    assert any("Purchase orders" in text for text in found.not_read)
