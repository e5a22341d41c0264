"""Products as a diagnosis needs them: what they are, how they are counted, and who sells them to us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from erp_tools.reads.rows import Row, day, days, flag, link, many, name_of, number, one, text

UNIT: dict[str, Any] = {"fields": {"display_name": {}, "factor": {}}}

CURRENCY: dict[str, Any] = {"fields": {"display_name": {}, "rate": {}, "date": {}}}
"""With today's rate, so that an amount in it can be compared without a further question."""

MOST_TERMS = 12
"""Vendors' terms of one product; a price break is a term of its own."""

PRODUCT: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "default_code": {},
        "type": {},
        "is_storable": {},
        "tracking": {},
        "weight": {},
        "active": {},
        "invoice_policy": {},
        "uom_id": UNIT,
        "expiration_time": {},
        "seller_ids": {
            "fields": {
                "partner_id": {"fields": {"display_name": {}}},
                "delay": {},
                "min_qty": {},
                "price": {},
                "discount": {},
                "currency_id": CURRENCY,
                "date_start": {},
                "date_end": {},
                "product_uom_id": UNIT,
                "product_id": {},
                "company_id": {},
                # Its name only: Odoo gives that to everybody who may see the vendor's terms, the agreement itself to Purchasing.
                "purchase_requisition_id": {"fields": {"display_name": {}}},
            },
            "limit": MOST_TERMS,
        },
    }
}


def rate_of(currency: Row) -> Decimal | None:
    """Today's rate of a currency (`CURRENCY`): how much of it one unit of the company's is worth. None where Odoo has none: it would
    itself take it one to one."""
    rate = number(currency, "rate")
    return Decimal(str(rate)) if rate and rate > 0 and day(currency, "date") is not None else None


@dataclass(frozen=True, kw_only=True)
class VendorTerm:
    """One vendor of a product (product.supplierinfo)."""

    vendor_id: int
    vendor: str
    lead_days: int
    """Days from order to receipt, as agreed (`delay`)."""
    agreement: str = ""
    """Its open blanket order, e.g. ``BO00001`` (module purchase_requisition); Odoo drops these terms when it is closed."""
    least: float = 0.0
    """From which quantity on the terms hold (`min_qty`), in the product's own unit."""
    price: Decimal | None = None
    """Of one of the product's own unit after the vendor's discount, in `currency`; None: not known, or not for this person."""
    currency: str = ""
    rate: Decimal | None = None
    """How much of `currency` one unit of the company's currency is worth today; None: Odoo has no rate."""
    company_id: int | None = None
    """Company that agreed on them; None: all."""
    starts: date | None = None
    """First day on which the terms hold; None: always did."""
    ends: date | None = None
    """Last day; None: no end."""

    def holds_on(self, on: date) -> bool:
        return (self.starts is None or self.starts <= on) and (self.ends is None or on <= self.ends)

    @classmethod
    def from_odoo(cls, row: Row, *, unit_factor: float) -> VendorTerm | None:
        """One row of a product's vendors; None where this person may not see who it is."""
        partner = one(row, "partner_id")
        if partner is None:
            return None
        bought_in = number(one(row, "product_uom_id") or {}, "factor") or unit_factor
        per_unit = Decimal(str(bought_in / unit_factor))
        price, currency = number(row, "price"), one(row, "currency_id") or {}
        reduced = 1 - Decimal(str(number(row, "discount") or 0)) / 100
        return cls(
            vendor_id=partner["id"],
            vendor=name_of(row, "partner_id"),
            lead_days=int(days(row, "delay")),
            agreement=name_of(row, "purchase_requisition_id"),
            least=round((number(row, "min_qty") or 0.0) * float(per_unit), 6),
            price=None if price is None else Decimal(str(price)) * reduced / per_unit,
            currency=text(currency, "display_name"),
            rate=rate_of(currency),
            company_id=company.record_id if (company := link(row, "company_id")) else None,
            starts=day(row, "date_start"),
            ends=day(row, "date_end"),
        )


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product (product.product)."""

    product_id: int
    name: str
    """As Odoo shows it, e.g. ``[IN-2001] Sanitary Butterfly Valve 2 in``."""
    code: str = ""
    """Internal Reference (`default_code`)."""
    is_goods: bool = True
    """Something that is shipped (`type` consu), not a service."""
    tracks_stock: bool = True
    """Odoo keeps quantities of it (`is_storable`)."""
    tracked_by_lot: bool = False
    weight: float | None = None
    """In Odoo's unit of weight; None when it could not be read."""
    active: bool = True
    unit: str = ""
    unit_factor: float = 1.0
    """How many reference units one of its units holds."""
    invoiced_on_delivery: bool = False
    """Invoicing Policy is Delivered quantities."""
    life_days: int | None = None
    """Shelf life of a new lot in days (`expiration_time`, module product_expiry); None: not kept."""
    vendors: tuple[VendorTerm, ...] = ()
    vendors_read: bool = True
    """False where its vendors were not asked for: then none listed does not mean that it has none."""

    @property
    def vendor_lead_days(self) -> int | None:
        """The first vendor's lead time in days, or None without a vendor.

        Odoo gives the terms of a blanket order a lead time of one day, whatever the vendor's own is: the vendor's own counts.
        """
        if not self.vendors:
            return None
        first = self.vendors[0]
        own = (
            term.lead_days
            for term in self.vendors
            if not term.agreement and term.vendor_id == first.vendor_id
        )
        return next(own, first.lead_days)

    @property
    def agreement(self) -> VendorTerm | None:
        """The first vendor with an open blanket order, if any."""
        return next((term for term in self.vendors if term.agreement), None)

    @property
    def plain_name(self) -> str:
        """The name without its code in brackets."""
        prefix = f"[{self.code}] "
        return self.name[len(prefix) :] if self.code and self.name.startswith(prefix) else self.name

    @classmethod
    def from_odoo(cls, row: Row) -> Product:
        unit = one(row, "uom_id") or {}
        kind = text(row, "type")
        return cls(
            product_id=int(row["id"]),
            name=text(row, "display_name"),
            code=text(row, "default_code"),
            is_goods=kind in ("", "consu", "product"),
            # Before 18 a storable product had the type "product" and no flag.
            tracks_stock=flag(row, "is_storable") or kind == "product",
            tracked_by_lot=text(row, "tracking") in ("lot", "serial"),
            weight=number(row, "weight"),
            active=row.get("active") is not False,
            unit=text(unit, "display_name"),
            unit_factor=number(unit, "factor") or 1.0,
            vendors_read="seller_ids" in row,
            invoiced_on_delivery=text(row, "invoice_policy") == "delivery",
            life_days=int(number(row, "expiration_time") or 0) or None,
            vendors=tuple(
                term
                for seller in many(row, "seller_ids")
                # Odoo lists the template's terms: those of another variant are none of this one's.
                if (variant := link(seller, "product_id")) is None or variant.record_id == row["id"]
                if (term := VendorTerm.from_odoo(seller, unit_factor=number(unit, "factor") or 1.0))
                is not None
            ),
        )
