"""Who waits for a purchase order or a product: linked or in turn, in whose units, and in how few questions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.lateness.reading import read_case
from erp_tools.lateness.scan import open_orders_domain
from erp_tools.lateness.serving import Arriving, serve
from erp_tools.lateness.waiting import Waiting, waiting_for
from erp_tools.lateness.waiting_reading import purchase_names
from erp_tools.odoo.connect import connect_recording
from erp_tools.reads.testing import AnsweringSession, NowhereServer
from erp_tools.reads.transfers import Move

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
VALVE, DUE = 7, date(2026, 11, 25)


# -- serving -------------------------------------------------------------------------------------------------------------
def demand(number: int, quantity: float, *, on: int = 10, **fields: Any) -> Move:
    return Move(
        move_id=number, reference=f"OUT/{number}", product_id=VALVE, product="Valve", state="confirmed", demand=quantity,
        reserved=0.0, at=datetime(2026, 11, on, tzinfo=UTC), **fields,
    )  # fmt: skip


def arriving(number: int, quantity: float, *, due: date | None = DUE, **fields: Any) -> Arriving:
    return Arriving(key=("stock.move", number), document=f"P{number}", quantity=quantity, due=due, **fields)


def shares(demands: list[Move], free: float, *items: Arriving) -> dict[int, list[tuple[str, float]]]:
    return {
        one.move.move_id: [(item.document, taken) for item, taken in one.shares]
        for one in serve(demands, free, items)
    }


def test_urgent_goes_first_then_the_earlier_day() -> None:
    demands = [demand(1, 5, on=12), demand(2, 5, on=11), demand(3, 5, on=20, is_urgent=True)]
    assert shares(demands, 0, arriving(90, 12)) == {3: [("P90", 5)], 2: [("P90", 5)], 1: [("P90", 2)]}


def test_the_shelf_is_used_up_before_what_is_on_its_way() -> None:
    served = serve([demand(1, 5), demand(2, 5, on=11)], 7, [arriving(90, 10)])
    assert [(one.from_shelf, [taken for _, taken in one.shares]) for one in served] == [(5, []), (2, [3])]


def test_what_was_bought_for_an_order_goes_to_nobody_else() -> None:
    demands = [demand(1, 5), demand(2, 5, on=11)]
    assert shares(demands, 0, arriving(90, 10, tied_to=frozenset({2}))) == {1: [], 2: [("P90", 5)]}


def test_made_to_order_takes_neither_the_shelf_nor_what_others_wait_for() -> None:
    served = serve([demand(1, 5, waits_for_source=True), demand(2, 5, on=11)], 5, [arriving(90, 10)])
    assert [(one.move.move_id, one.uncovered) for one in served] == [(1, 5), (2, 0)]


def test_what_is_not_ordered_yet_comes_after_everything_else() -> None:
    rfq = arriving(90, 10, due=date(2026, 11, 1), is_ordered=False)
    assert shares([demand(1, 12)], 0, rfq, arriving(91, 8)) == {1: [("P91", 8), ("P90", 4)]}


def test_a_thousand_demands_are_served_without_losing_anything() -> None:
    demands = [demand(number, 3.0, on=1 + number % 28) for number in range(1000)]
    items = [arriving(2000 + number, 7.0, due=date(2026, 12, 1 + number % 28)) for number in range(300)]
    served = serve(demands, 11.0, items)
    taken = sum(taken for one in served for _, taken in one.shares)
    assert taken == pytest.approx(2100)
    assert sum(one.from_shelf for one in served) == pytest.approx(11)
    assert sum(one.uncovered for one in served) == pytest.approx(3000 - 2111)


# -- names ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", ["P00031", "p31", "PO 31", "purchase order 31", "31", "PO #00031"])
def test_a_purchase_order_is_found_by_what_people_call_it(said: str) -> None:
    assert "P00031" in purchase_names(said)


# -- reading -------------------------------------------------------------------------------------------------------------
STOCK = {
    "id": 21,
    "display_name": "EAST/Stock",
    "usage": "internal",
    "parent_path": "1/20/21/",
    "warehouse_id": {"id": 2},
}
CUSTOMERS = {"id": 9, "display_name": "Customers", "usage": "customer", "parent_path": "9/"}
VENDORS = {"id": 8, "display_name": "Vendors", "usage": "supplier", "parent_path": "8/"}
EAST = {
    "id": 2,
    "display_name": "East",
    "code": "EAST",
    "lot_stock_id": {"id": 21, "display_name": "EAST/Stock"},
}
UNITS = {"id": 1, "display_name": "Units", "factor": 1.0}
DOZENS = {"id": 2, "display_name": "Dozens", "factor": 12.0}
PRODUCT = {
    "id": VALVE,
    "display_name": "[IN-7] Valve",
    "name": "Valve",
    "default_code": "IN-7",
    "uom_id": UNITS,
}


def out(
    number: int,
    quantity: float,
    *,
    unit: dict[str, Any] = UNITS,
    product: dict[str, Any] = PRODUCT,
    **fields: Any,
) -> dict[str, Any]:
    order = {
        "id": 100 + number, "name": f"S{number:05}", "state": "sale", "commitment_date": "2026-11-16 18:00:00", "warehouse_id": EAST,
        "partner_id": {"id": 5, "display_name": "Meridian Foods", "ref": "C-1001"},
    }  # fmt: skip
    line = {
        "id": 200 + number, "product_uom_id": unit, "product_uom_qty": quantity / unit["factor"], "order_id": order, "product_id": product,
    }  # fmt: skip
    return {
        "id": number, "state": "confirmed", "product_id": {"id": VALVE, "display_name": "[IN-7] Valve"}, "product_uom": UNITS,
        "product_uom_qty": quantity, "product_qty": quantity, "quantity": 0.0, "date": f"2026-11-{10 + number:02} 18:00:00",
        "location_id": STOCK, "location_dest_id": CUSTOMERS, "sale_line_id": line, "move_dest_ids": [], **fields,
    }  # fmt: skip


def receipt(
    number: int, quantity: float, *, purchase: str = "P00031", serves: tuple[int, ...] = ()
) -> dict[str, Any]:
    order = {"id": 31 if purchase == "P00031" else 32, "display_name": purchase}
    return {
        "id": number, "state": "assigned", "product_id": {"id": VALVE, "display_name": "[IN-7] Valve"}, "product_uom": UNITS,
        "product_uom_qty": quantity, "product_qty": quantity, "quantity": quantity, "date": "2026-11-13 18:00:00",
        "location_id": VENDORS, "location_dest_id": STOCK, "sale_line_id": None, "move_dest_ids": list(serves),
        "purchase_line_id": {"id": 400, "date_planned": "2026-11-13 18:00:00", "order_id": order},
    }  # fmt: skip


def purchase(state: str = "purchase", ordered: float = 60.0) -> dict[str, Any]:
    line = {
        "id": 400, "product_id": {"id": VALVE, "display_name": "[IN-7] Valve"}, "product_qty": ordered, "product_uom_qty": ordered,
        "qty_received": 0.0, "date_planned": "2026-11-13 18:00:00", "move_dest_ids": [], "move_ids": [],
    }  # fmt: skip
    return {
        "id": 31, "name": "P00031", "state": state, "partner_id": {"id": 6, "display_name": "Solano"}, "partner_ref": "SO-99",
        "picking_type_id": {"id": 1, "warehouse_id": EAST}, "order_line": [line],
    }  # fmt: skip


def asked(reference: str, **answers: Any) -> tuple[Waiting, AnsweringSession]:
    named = {name.replace("__", "."): value for name, value in answers.items()}
    session = AnsweringSession(answers=named)
    return waiting_for(session, reference, now=NOW, server=NowhereServer()), session


def test_who_waits_for_a_purchase_in_three_questions_however_many_they_are() -> None:
    moves = [receipt(900, 60), *(out(number, 1.0) for number in range(1, 15))]
    found, session = asked("P00031", purchase__order=[purchase()], stock__move=moves)
    assert [line.order for line in found.lines] == [f"S{number:05}" for number in range(1, 15)]
    assert session.log.calls == 3
    first = found.lines[0]
    assert (first.quantity, first.unit, first.days_late, first.how) == (1.0, "Units", 5, "queue")
    assert found.subject is not None
    assert (found.subject.vendor, found.subject.due) == ("Solano", date(2026, 11, 13))


def test_who_gets_nothing_of_it_is_counted_apart() -> None:
    moves = [receipt(900, 6), out(1, 6.0), out(2, 6.0)]
    found, _ = asked("P00031", purchase__order=[purchase(ordered=6)], stock__move=moves)
    assert [(line.order, line.how) for line in found.lines] == [("S00001", "queue")]
    assert found.others == 1


def test_an_order_it_was_bought_for_is_linked_and_served_before_an_earlier_one() -> None:
    moves = [receipt(900, 6, serves=(2,)), out(1, 6.0), out(2, 6.0)]
    found, _ = asked("P00031", purchase__order=[purchase()], stock__move=moves)
    assert [(line.order, line.how) for line in found.lines] == [("S00002", "linked")]


def test_quantities_are_in_the_lines_own_unit() -> None:
    moves = [receipt(900, 60), out(1, 36.0, unit=DOZENS)]
    found, _ = asked("P00031", purchase__order=[purchase()], stock__move=moves)
    assert (found.lines[0].quantity, found.lines[0].unit) == (3.0, "Dozens")


def test_a_kits_component_is_counted_in_its_own_unit() -> None:
    kit = {**PRODUCT, "id": 55, "display_name": "Valve set"}
    moves = [receipt(900, 60), out(1, 8.0, product=kit, unit=DOZENS)]
    found, _ = asked("P00031", purchase__order=[purchase()], stock__move=moves)
    assert (found.lines[0].product, found.lines[0].quantity, found.lines[0].unit) == (
        "[IN-7] Valve",
        8.0,
        "Units",
    )


def test_only_the_first_open_step_of_a_delivery_waits() -> None:
    packing = {**STOCK, "id": 22, "display_name": "EAST/Packing", "parent_path": "1/20/22/"}
    pick = out(1, 5.0, location_dest_id=packing, move_dest_ids=[2])
    ship = {**out(1, 5.0), "id": 2, "location_id": packing, "procure_method": "make_to_order"}
    found, _ = asked("P00031", purchase__order=[purchase()], stock__move=[receipt(900, 60), pick, ship])
    assert [line.order for line in found.lines] == ["S00001"]


def test_another_purchase_that_comes_first_takes_its_share() -> None:
    moves = [receipt(900, 5, purchase="P00030"), receipt(901, 5), out(1, 5.0), out(2, 5.0)]
    found, _ = asked("P00031", purchase__order=[purchase()], stock__move=moves)
    assert [line.order for line in found.lines] == ["S00002"]


def test_an_rfq_is_waited_for_although_nothing_is_on_its_way() -> None:
    found, _ = asked("P00031", purchase__order=[purchase(state="draft")], stock__move=[out(1, 70.0)])
    assert [(line.order, line.quantity, line.short) for line in found.lines] == [("S00001", 60.0, 10.0)]
    assert found.subject is not None
    assert found.subject.state == "RFQ"


def test_a_purchase_that_came_is_waited_for_by_nobody() -> None:
    came = purchase()
    came["order_line"][0]["qty_received"] = 60.0
    found, session = asked("P00031", purchase__order=[came])
    assert (found.status, found.lines) == ("found", ())
    assert session.log.calls == 1


def test_what_a_product_holds_up_in_four_questions() -> None:
    moves = [receipt(900, 4), out(1, 6.0)]
    found, session = asked("valve", product__product=[PRODUCT], stock__move=moves)
    assert [(line.order, line.quantity, line.short) for line in found.lines] == [("S00001", 6.0, 2.0)]
    assert found.lines[0].covered_by == (("P00031", date(2026, 11, 13), 4.0),)
    assert session.log.calls == 4


def test_several_products_are_asked_back() -> None:
    other = {
        **PRODUCT,
        "id": 8,
        "name": "Valve, small",
        "display_name": "Valve, small",
        "default_code": "IN-8",
    }
    found, _ = asked("valv", product__product=[PRODUCT, other])
    assert (found.status, len(found.candidates)) == ("several", 2)


@pytest.mark.parametrize("rubbish", ["", "  ", "%", "_", "'; --", "\u200b", "x" * 5000])
def test_rubbish_finds_nothing_and_breaks_nothing(rubbish: str) -> None:
    found, session = asked(rubbish)
    assert found.status == "not_found"
    assert session.log.calls <= 2


def test_patterns_in_a_reference_match_themselves_only() -> None:
    _, session = asked("100% cotton_x")
    domain = next(item.domain for item in session.asked if item.model == "product.product")
    assert ["name", "ilike", r"100\% cotton\_x"] in domain


def test_without_stock_the_rest_is_answered_and_it_is_said() -> None:
    found, _ = asked(
        "P00031",
        purchase__order=[purchase()],
        stock__move=[receipt(900, 60), out(1, 5.0)],
        stock__quant=AccessDenied("no", model="stock.quant"),
    )
    assert len(found.lines) == 1
    assert any("Stock" in text for text in found.not_read)


def test_odoo_that_is_gone_is_an_error_not_an_empty_list() -> None:
    with pytest.raises(OdooUnavailable):
        asked("P00031", purchase__order=OdooUnavailable("gone"))


# -- agreement -----------------------------------------------------------------------------------------------------------
def test_purchases_and_orders_agree_both_ways_on_the_recorded_demo() -> None:
    """What a diagnosis says an order waits for, and who waits for that purchase, are the same pairs with the same quantities."""
    server = connect_recording()
    session = server.sign_in("group_manager", "demo")
    now = datetime.now(UTC)
    forward = set()
    for row in session.read("sale.order", open_orders_domain(now), {"name": {}}, limit=1000).rows:
        for supply in read_case(session, row["id"], now=now).case.supplies.values():
            forward |= {
                (share.inbound.document, row["name"], round(share.quantity, 3))
                for share in supply.shares
                if share.inbound.kind in ("purchase", "dropship")
            }
    purchases = {document for document, _, _ in forward}
    assert len(purchases) > 10
    backward = set()
    for name in purchases:
        before = session.log.calls
        found = waiting_for(session, name, now=now, server=server)
        assert session.log.calls - before <= 4
        backward |= {(name, line.order, round(line.quantity, 3)) for line in found.lines}
    assert forward == backward


def test_people_without_purchase_rights_ask_by_the_purchases_name_too() -> None:
    server = connect_recording()
    now = datetime.now(UTC)
    by_login = {
        login: [
            (line.order, line.quantity)
            for line in waiting_for(server.sign_in(login, "demo"), "P00031", now=now, server=server).lines
        ]
        for login in ("group_manager", "service")
    }
    assert by_login["service"] == by_login["group_manager"] != []
