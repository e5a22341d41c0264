"""Rows become typed values; whatever is absent, masked or odd becomes None or empty, and never breaks a reading."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_tools.odoo.masks import MASKED
from erp_tools.reads import rows
from erp_tools.reads.contacts import Address, Customer
from erp_tools.reads.delivery import Carrier
from erp_tools.reads.inventory import Quant
from erp_tools.reads.messages import activities_of, messages_of
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.sales import SalesLine, SalesOrder
from erp_tools.reads.transfers import Move, Transfer, with_sources


def test_values_as_the_gateway_sends_them() -> None:
    row = {
        "n": 4,
        "t": " x ",
        "d": "2026-11-12",
        "m": "2026-11-12 18:00:00",
        "p": {"id": 3, "display_name": "Ann"},
        "l": [{"id": 1}, 2],
    }
    assert rows.number(row, "n") == 4.0
    assert rows.money(row, "n") == Decimal("4.0")
    assert rows.text(row, "t") == "x"
    assert rows.day(row, "d") == date(2026, 11, 12)
    assert rows.moment(row, "m") == datetime(2026, 11, 12, 18, tzinfo=UTC)
    assert rows.link(row, "p") == rows.Link(record_id=3, name="Ann")
    assert rows.ids(row, "l") == (1, 2)


@pytest.mark.parametrize("value", [MASKED, None, False, True, "", [], {}, 3.5, "2026-99-99", {"id": "x"}])
def test_odd_values_are_empty_not_errors(value: Any) -> None:
    row = {"x": value}
    for read in (
        rows.text,
        rows.number,
        rows.money,
        rows.moment,
        rows.day,
        rows.link,
        rows.one,
        rows.many,
        rows.ids,
        rows.name_of,
    ):
        read(row, "x")
    assert rows.text({"x": MASKED}, "x") == ""
    assert not rows.is_shown({"x": MASKED}, "x")


json_like: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just(MASKED),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "display_name", "state"]), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = [
    "name", "state", "product_id", "product_uom_id", "product_uom_qty", "quantity", "order_line", "picking_ids", "move_ids", "partner_id",
    "location_id", "message_ids", "activity_ids", "date", "order_id", "seller_ids", "move_orig_ids", "commitment_date", "street",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), json_like, max_size=8))
def test_no_row_breaks_a_reading(row: dict[str, Any]) -> None:
    """Odoo answering garbage inside a well-formed reply leads to empty values, not to a traceback."""
    whole = {**row, "id": 1}
    for make in (SalesOrder, SalesLine, Move, Transfer, Quant, PurchaseLine, Customer, Address, Carrier):
        make.from_odoo(whole)  # type: ignore[attr-defined]
    messages_of(whole, model="sale.order")
    activities_of(whole, model="sale.order")


def test_html_becomes_what_a_person_sees() -> None:
    markup = "<p>Deliver <b>12</b> &amp; call</p><script>alert(1)</script><div>me\u200b\u202enow</div><img src='http://x/'/>"
    assert rows.plain_text(markup) == "Deliver 12 & call\nmenow"


def test_carrier_lead_time_and_cutoff_come_from_its_description() -> None:
    carrier = Carrier.from_odoo(
        {"id": 1, "name": "Swift", "carrier_description": "<p>Ground. Transit 4 days. Cut-off 15:30.</p>"}
    )
    assert (carrier.lead_days, carrier.cutoff) == (4, "15:30")
    assert Carrier.from_odoo({"id": 1, "name": "Swift", "carrier_description": "2-Day"}).lead_days == 2
    assert Carrier.from_odoo({"id": 1, "name": "Own van"}).lead_days is None


def test_hidden_address_is_not_taken_for_an_incomplete_one() -> None:
    row = {
        "id": 1,
        "display_name": "Dock 2",
        "street": MASKED,
        "zip": "98101",
        "city": None,
        "country_id": {"id": 9, "display_name": "US"},
    }
    address = Address.from_odoo(row)
    assert (address.missing, address.not_shown) == (("city",), ("street",))


def test_customer_reference_of_the_company_serves_its_contacts() -> None:
    row = {
        "id": 2,
        "display_name": "Dana",
        "ref": None,
        "commercial_partner_id": {"id": 1, "display_name": "Meridian", "ref": "C-1001"},
    }
    customer = Customer.from_odoo({**row, "credit": MASKED, "credit_limit": MASKED})
    assert (customer.ref, customer.company_contact_id, customer.owed) == ("C-1001", 1, None)


def test_units_of_measure_are_converted_to_the_products_own() -> None:
    line = SalesLine.from_odoo(
        {
            "id": 1, "product_id": {"id": 5, "display_name": "Bolt", "type": "consu", "uom_id": {"id": 1, "display_name": "Units", "factor": 1.0}},
            "product_uom_id": {"id": 2, "display_name": "Dozens", "factor": 12.0}, "product_uom_qty": 5.0,
        }
    )  # fmt: skip
    assert (line.per_unit, line.unit) == (12.0, "Dozens")
    move = Move.from_odoo(
        {
            "id": 1,
            "state": "partially_available",
            "product_uom_qty": 5.0,
            "product_qty": 60.0,
            "quantity": 2.0,
        }
    )
    assert (move.demand, move.reserved, move.missing) == (60.0, 24.0, 36.0)


def test_drop_shipped_goods_are_missing_although_odoo_calls_them_reserved() -> None:
    move = Move.from_odoo(
        {
            "id": 1,
            "state": "assigned",
            "product_uom_qty": 5.0,
            "quantity": 5.0,
            "location_id": {"id": 4, "usage": "supplier"},
        }
    )
    assert move.missing == 5.0


def test_services_freight_and_notes_are_not_goods() -> None:
    goods = {
        "id": 1,
        "product_uom_qty": 1.0,
        "product_id": {"id": 5, "display_name": "Valve", "type": "consu"},
    }
    assert SalesLine.from_odoo(goods).is_goods
    assert not SalesLine.from_odoo({**goods, "is_delivery": True}).is_goods
    assert not SalesLine.from_odoo({**goods, "product_uom_qty": -1.0}).is_goods
    assert not SalesLine.from_odoo({**goods, "display_type": "line_note"}).is_goods
    assert not SalesLine.from_odoo({**goods, "product_id": {"id": 6, "type": "service"}}).is_goods


def test_credit_warning_that_is_hidden_is_not_an_absent_one() -> None:
    assert SalesOrder.from_odoo({"id": 1, "partner_credit_warning": MASKED}).credit_warning is None
    assert SalesOrder.from_odoo({"id": 1}).credit_warning is None
    assert SalesOrder.from_odoo({"id": 1, "partner_credit_warning": None}).credit_warning == ""


def test_moves_behind_a_move_are_found_once_each() -> None:
    receipt = {"id": 3, "state": "assigned"}
    row = {
        "id": 1,
        "state": "waiting",
        "move_orig_ids": [{"id": 2, "state": "waiting", "move_orig_ids": [receipt]}, receipt],
    }
    assert [move.move_id for move in with_sources([Move.from_odoo(row)])] == [1, 2, 3]
