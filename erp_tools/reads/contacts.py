"""Contacts: the customer of an order, where the goods go, and what we let them owe us."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from erp_tools.reads.rows import Row, flag, is_shown, link, many, money, name_of, text

CUSTOMER: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "ref": {},
        "active": {},
        "category_id": {"fields": {"display_name": {}}},
        "commercial_partner_id": {
            "fields": {"display_name": {}, "ref": {}, "category_id": {"fields": {"display_name": {}}}}
        },
        "credit": {},
        "credit_limit": {},
        "use_partner_credit_limit": {},
        "total_overdue": {},
    }
}

ADDRESS: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "active": {},
        "street": {},
        "zip": {},
        "city": {},
        "email": {},
        "phone": {},
        "country_id": {"fields": {"display_name": {}}},
        "state_id": {"fields": {"display_name": {}}},
    }
}


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Who ordered (sale.order `partner_id`)."""

    partner_id: int
    name: str
    ref: str = ""
    """Our reference for them (`ref` of the contact, else of its company), e.g. ``C-1001``."""
    company_contact_id: int
    """The company this contact belongs to (`commercial_partner_id`); itself for a company."""
    active: bool = True
    tags: tuple[str, ...] = ()
    owed: Decimal | None = None
    """Total receivable in our company's currency; None when this person may not see it."""
    credit_limit: Decimal | None = None
    """None when this person may not see it; 0 means no limit of their own."""
    has_own_limit: bool = False

    @classmethod
    def from_odoo(cls, row: Row) -> Customer:
        company = link(row, "commercial_partner_id")
        parent = row.get("commercial_partner_id")
        parent_row: Row = parent if isinstance(parent, dict) else {}
        tags = [
            text(tag, "display_name") for source in (row, parent_row) for tag in many(source, "category_id")
        ]
        return cls(
            partner_id=int(row["id"]),
            name=text(row, "display_name"),
            ref=text(row, "ref") or text(parent_row, "ref"),
            company_contact_id=company.record_id if company else int(row["id"]),
            active=row.get("active") is not False,
            tags=tuple(dict.fromkeys(tag for tag in tags if tag)),
            owed=money(row, "credit"),
            credit_limit=money(row, "credit_limit"),
            has_own_limit=flag(row, "use_partner_credit_limit"),
        )


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where an order is delivered (sale.order `partner_shipping_id`)."""

    partner_id: int
    name: str
    active: bool = True
    missing: tuple[str, ...] = ()
    """Parts that are empty in Odoo, in words: ``street``, ``postcode``, ``city``, ``country``."""
    not_shown: tuple[str, ...] = ()
    """Parts this person may not see."""

    @classmethod
    def from_odoo(cls, row: Row) -> Address:
        parts = {"street": "street", "postcode": "zip", "city": "city", "country": "country_id"}
        missing = []
        not_shown = []
        for word, key in parts.items():
            if not is_shown(row, key):
                not_shown.append(word)
            elif not (name_of(row, key) if key == "country_id" else text(row, key)):
                missing.append(word)
        return cls(
            partner_id=int(row["id"]),
            name=text(row, "display_name"),
            active=row.get("active") is not False,
            missing=tuple(missing),
            not_shown=tuple(not_shown),
        )
