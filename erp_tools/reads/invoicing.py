"""Customer invoices of an order (account.move)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from erp_tools.reads.rows import Row, day, money, name_of, text

INVOICE: dict[str, Any] = {
    "fields": {
        "name": {},
        "state": {},
        "move_type": {},
        "payment_state": {},
        "invoice_date": {},
        "invoice_date_due": {},
        "amount_total": {},
        "amount_residual": {},
        "currency_id": {"fields": {"display_name": {}}},
    }
}


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """One invoice or credit note."""

    invoice_id: int
    name: str
    is_posted: bool
    is_credit_note: bool
    payment: str
    """Odoo's payment_state, e.g. ``not_paid``, ``paid``."""
    dated: date | None
    due: date | None
    total: Decimal | None
    currency: str

    @classmethod
    def from_odoo(cls, row: Row) -> Invoice:
        return cls(
            invoice_id=int(row["id"]),
            name=text(row, "name"),
            is_posted=text(row, "state") == "posted",
            is_credit_note=text(row, "move_type") == "out_refund",
            payment=text(row, "payment_state"),
            dated=day(row, "invoice_date"),
            due=day(row, "invoice_date_due"),
            total=money(row, "amount_total"),
            currency=name_of(row, "currency_id"),
        )
