"""From what a person writes to the order they mean; several lead to a question back, none tells nothing."""

from __future__ import annotations

from typing import Any

import pytest

from erp_tools.errors import AccessDenied
from erp_tools.orders import extract_references, order_names, resolve_orders
from erp_tools.reads.testing import AnsweringSession


def row(
    number: int,
    name: str,
    *,
    ref: str = "",
    pickings: list[dict[str, Any]] | None = None,
    customer: str = "Meridian Foods",
) -> dict[str, Any]:
    return {
        "id": number, "name": name, "client_order_ref": ref or None, "state": "sale", "date_order": "2026-11-01 16:00:00",
        "commitment_date": "2026-11-16 18:00:00", "partner_id": {"id": 1, "display_name": customer}, "picking_ids": pickings or [],
    }  # fmt: skip


@pytest.mark.parametrize(
    "reference",
    ["S00042", "s00042", " S 00042 ", "so42", "SO 42", "so-42", "order 42", "Order #42", "order no. 42", "sales order S00042", "#42", "42",
     "“S00042”", "S00042?", "S\u200b00042", "Ｓ00042"],
)  # fmt: skip
def test_an_order_is_found_however_it_is_written(reference: str) -> None:
    assert "S00042" in order_names(resolve_orders(AnsweringSession(answers={}), reference).reference)
    found = resolve_orders(AnsweringSession(answers={"sale.order": [row(7, "S00042")]}), reference)
    assert (found.status, found.order.order_id, found.order.matched_by) == ("one", 7, "order")


def test_other_numbers_are_not_taken_for_it() -> None:
    assert "S00142" not in order_names("42")
    assert "S00420" not in order_names("order 42")


@pytest.mark.parametrize(
    ("reference", "matched"),
    [("po-7788", "customer reference"), ("west/out/00012", "delivery"), ("swl790037", "tracking number")],
)
def test_customer_reference_delivery_and_tracking_number_lead_to_the_order(
    reference: str, matched: str
) -> None:
    picking = {"id": 3, "name": "WEST/OUT/00012", "carrier_tracking_ref": "SWL790037"}
    session = AnsweringSession(answers={"sale.order": [row(7, "S00042", ref="PO-7788", pickings=[picking])]})
    found = resolve_orders(session, reference)
    assert (found.status, found.order.matched_by) == ("one", matched)
    assert session.log.calls == 1


def test_the_figures_of_a_customer_reference_lead_to_it() -> None:
    rows = [row(7, "S00136", ref="PO-4829"), row(8, "S00137", ref="PO-14829")]
    found = resolve_orders(AnsweringSession(answers={"sale.order": rows}), "order 4829")
    assert (found.status, found.order.name, found.order.matched_by) == ("one", "S00136", "customer reference")
    own = [row(9, "S04829"), *rows]
    assert resolve_orders(AnsweringSession(answers={"sale.order": own}), "4829").order.name == "S04829"


def test_a_genitive_is_no_order() -> None:
    assert extract_references("Redwood's 4829, and it's 97214") == []


def test_several_orders_come_back_as_candidates_with_what_tells_them_apart() -> None:
    session = AnsweringSession(
        answers={
            "sale.order": [
                row(7, "S00042", ref="PO-7788"),
                row(9, "S00051", ref="PO-7788", customer="Acme Catering"),
            ]
        }
    )
    found = resolve_orders(session, "PO-7788")
    assert found.status == "several"
    assert [(item.name, item.customer, item.state, str(item.ordered)) for item in found.orders] == [
        ("S00042", "Meridian Foods", "Sales Order", "2026-11-01"), ("S00051", "Acme Catering", "Sales Order", "2026-11-01"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="several"):
        _ = found.order


def test_an_orders_own_name_wins_over_somebodys_reference() -> None:
    session = AnsweringSession(answers={"sale.order": [row(9, "S00051", ref="S00042"), row(7, "S00042")]})
    assert resolve_orders(session, "S00042").order.order_id == 7


def test_many_candidates_are_shortened_and_counted() -> None:
    session = AnsweringSession(
        answers={"sale.order": [row(n, f"S{n:05}", ref="PO-1") for n in range(1, 31)]},
        totals={"sale.order": 95},
    )
    found = resolve_orders(session, "PO-1")
    assert (len(found.orders), found.not_listed) == (10, 85)


@pytest.mark.parametrize("reference", ["S99999", "", "   ", "???", "nothing at all like it", "x" * 5000])
def test_none_is_a_plain_none(reference: str) -> None:
    found = resolve_orders(AnsweringSession(answers={}), reference)
    assert (found.status, found.orders) == ("none", ())


def test_wildcards_in_a_reference_match_only_themselves() -> None:
    session = AnsweringSession(answers={})
    resolve_orders(session, "100%_A")
    values = [term[2] for term in session.asked[0].domain if isinstance(term, list) and term[1] == "=ilike"]
    assert values
    assert all(r"100\%\_A" in value for value in values)


def test_person_without_deliveries_still_finds_orders_by_name() -> None:
    session = AnsweringSession(
        answers={"sale.order": [AccessDenied("no", model="stock.picking"), [row(7, "S00042")]]},
    )
    assert resolve_orders(session, "S00042").status == "one"
    spared = AnsweringSession(
        answers={"sale.order": [row(7, "S00042")]}, groups=frozenset({"account.group_account_invoice"})
    )
    assert resolve_orders(spared, "S00042").status == "one"
    assert "picking_ids" not in spared.asked[0].spec


@pytest.mark.parametrize(
    ("question", "references"),
    [
        ("Why is S00042 late?", ["S00042"]),
        ("why is s 00042 late", ["s 00042"]),
        ("status of order 42 please", ["order 42"]),
        ("order number S00042, and #17?", ["S00042", "order 17"]),
        ("so42?", ["so42"]),
        ("Where is WEST/OUT/00012 with tracking SWL790037?", ["WEST/OUT/00012", "SWL790037"]),
        ("Our PO-7788 is missing since 2026-11-12 (12 Nov 2026), 2-Day, USD 25,000.", ["PO-7788"]),
        ("Which orders wait for PO P00031?", ["P00031"]),
        ("1Z999AA10123456784 or 790037790037", ["1Z999AA10123456784", "790037790037"]),
        ("Compare S00042 and s00042 with S00043", ["S00042", "S00043"]),
        ("Which of Acme's orders are at risk?", []),
        ("We need 12 drums within 3 days, 40 of 60 are here", []),
        ("", []),
    ],
)
def test_references_are_found_in_a_question(question: str, references: list[str]) -> None:
    assert extract_references(question) == references
