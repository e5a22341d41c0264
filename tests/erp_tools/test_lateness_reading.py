"""How a diagnosis asks Odoo: few questions, and an answer even when one of them is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.orders import OrderNotFound
from erp_tools.reads.testing import AnsweringSession, NowhereServer

NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)

STOCK = {
    "id": 21,
    "display_name": "EAST/Stock",
    "usage": "internal",
    "parent_path": "1/20/21/",
    "warehouse_id": {"id": 2},
}
CUSTOMERS = {"id": 900, "display_name": "Customers", "usage": "customer", "parent_path": "2/900/"}


def order_row(lines: int = 1, *, reserved: float = 28, state: str = "sale") -> dict[str, Any]:
    return {
        "id": 42, "name": "S00042", "state": state, "date_order": "2026-11-01 16:00:00", "commitment_date": "2026-11-16 18:00:00",
        "company_id": {"id": 1, "display_name": "Harbor & Pine", "partner_id": {"id": 1, "tz": None}},
        "partner_id": {"id": 500, "display_name": "Meridian Foods", "ref": "C-1001"},
        "warehouse_id": {"id": 2, "display_name": "Allentown East", "code": "EAST", "lot_stock_id": {"id": 21}, "delivery_steps": "ship_only"},
        "order_line": [
            {
                "id": 100 + number, "product_uom_qty": 40.0, "qty_delivered": 0.0,
                "product_id": {"id": 1000 + number, "display_name": f"[V-{number}] Valve", "default_code": f"V-{number}", "type": "consu"},
                "move_ids": [
                    {
                        "id": 200 + number, "state": "partially_available", "product_id": {"id": 1000 + number, "display_name": "Valve"},
                        "product_uom_qty": 40.0, "product_qty": 40.0, "quantity": reserved, "date": "2026-11-16 18:00:00",
                        "location_id": STOCK, "location_dest_id": CUSTOMERS, "picking_id": {"id": 7}, "reference": "EAST/OUT/00012",
                    }
                ],
            }
            for number in range(lines)
        ],
        "picking_ids": [
            {"id": 7, "name": "EAST/OUT/00012", "state": "assigned", "scheduled_date": "2026-11-16 18:00:00", "location_dest_id": CUSTOMERS}
        ],
    }  # fmt: skip


def ask(session: AnsweringSession) -> Any:
    return diagnose(session, 42, now=NOW, server=NowhereServer())


@pytest.mark.parametrize("lines", [1, 200])
def test_four_questions_whatever_the_size(lines: int) -> None:
    session = AnsweringSession(answers={"sale.order": [order_row(lines)]})
    diagnosis = ask(session)
    assert [item.model for item in session.asked] == [
        "sale.order",
        "stock.quant",
        "stock.move",
        "purchase.order.line",
    ]
    assert len(diagnosis.causes[0].lines) == lines


def test_one_question_for_a_quotation() -> None:
    session = AnsweringSession(answers={"sale.order": [order_row(state="sent")]})
    ask(session)
    assert len(session.asked) == 1


def test_two_questions_when_everything_is_reserved() -> None:
    session = AnsweringSession(answers={"sale.order": [order_row(reserved=40)]})
    ask(session)
    assert [item.model for item in session.asked] == ["sale.order", "stock.quant"]


@pytest.mark.parametrize("model", ["stock.quant", "stock.move", "purchase.order.line"])
@pytest.mark.parametrize("error", [AccessDenied("no", model="x"), OdooUnavailable("gone")])
def test_a_part_that_is_refused_or_gone_is_named_and_the_rest_is_answered(
    model: str, error: Exception
) -> None:
    session = AnsweringSession(answers={"sale.order": [order_row()], model: error})
    diagnosis = ask(session)
    assert diagnosis.not_read
    assert diagnosis.causes
    assert diagnosis.is_late
    assert all(cause.certainty != "proven" for cause in diagnosis.causes)


def test_groups_spare_the_questions_that_would_be_refused() -> None:
    session = AnsweringSession(
        answers={"sale.order": [order_row()]}, groups=frozenset({"sales_team.group_sale_salesman"})
    )
    diagnosis = ask(session)
    assert "purchase.order.line" not in [item.model for item in session.asked]
    assert "Purchase orders" in diagnosis.not_read[0]


def test_person_without_stock_rights_still_gets_dates_and_an_honest_unknown() -> None:
    row = order_row()
    del row["picking_ids"], row["order_line"][0]["move_ids"]
    session = AnsweringSession(
        answers={"sale.order": [row]}, groups=frozenset({"account.group_account_invoice"})
    )
    diagnosis = ask(session)
    spec = session.asked[0].spec
    assert "picking_ids" not in spec
    assert "move_ids" not in spec["order_line"]["fields"]
    assert [cause.code for cause in diagnosis.causes] == ["unknown"]
    assert diagnosis.days_late == 5
    assert "Deliveries" in diagnosis.causes[0].missing[0]


def test_refusal_inside_the_order_costs_one_more_question_and_only_that_part() -> None:
    refused = AccessDenied("no invoices", model="account.move")
    session = AnsweringSession(answers={"sale.order": [refused, [order_row()]]})
    assert ask(session).causes
    assert "invoice_ids" not in session.asked[1].spec
    assert "picking_ids" in session.asked[1].spec


def test_person_who_may_read_no_orders_is_told() -> None:
    session = AnsweringSession(answers={"sale.order": AccessDenied("no orders", model="sale.order")})
    with pytest.raises(AccessDenied):
        ask(session)
    assert len(session.asked) == 1


def test_order_of_another_company_or_a_deleted_one_is_not_found_and_nothing_more_is_told() -> None:
    with pytest.raises(OrderNotFound) as caught:
        ask(AnsweringSession(answers={"sale.order": []}))
    assert "that you may see" in str(caught.value)


def test_rows_beyond_the_limit_are_counted_and_said() -> None:
    session = AnsweringSession(answers={"sale.order": [order_row()]}, totals={"stock.move": 9000})
    assert any("9000 of 9000" in text for text in ask(session).not_read)


def test_days_follow_the_person_when_the_company_has_no_timezone() -> None:
    late = AnsweringSession(answers={"sale.order": [order_row()]}, timezone="Pacific/Kiritimati")
    assert str(ask(late).promised) == "2026-11-17"
    early = AnsweringSession(answers={"sale.order": [order_row()]}, timezone="America/Los_Angeles")
    assert str(ask(early).promised) == "2026-11-16"
