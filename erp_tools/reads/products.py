"""Products as a diagnosis needs them: what they are, how they are counted, and who sells them to us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from erp_tools.reads.rows import Row, days, flag, many, name_of, number, one, text

UNIT: dict[str, Any] = {"fields": {"display_name": {}, "factor": {}}}

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
        "seller_ids": {
            "fields": {
                "partner_id": {"fields": {"display_name": {}}},
                "delay": {},
                # Its name only: Odoo gives that to everybody who may see the vendor's terms, the agreement itself to Purchasing.
                "purchase_requisition_id": {"fields": {"display_name": {}}},
            },
            "limit": 5,
        },
    }
}


@dataclass(frozen=True, kw_only=True)
class VendorTerm:
    """One vendor of a product (product.supplierinfo)."""

    vendor_id: int
    vendor: str
    lead_days: int
    """Days from order to receipt, as agreed (`delay`)."""
    agreement: str = ""
    """Its open blanket order, e.g. ``BO00001`` (module purchase_requisition); Odoo drops these terms when it is closed."""


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
            vendors=tuple(
                VendorTerm(
                    vendor_id=partner["id"],
                    vendor=name_of(seller, "partner_id"),
                    lead_days=int(days(seller, "delay")),
                    agreement=name_of(seller, "purchase_requisition_id"),
                )
                for seller in many(row, "seller_ids")
                if (partner := one(seller, "partner_id"))
            ),
        )
