"""Inventory: warehouses, locations, and what is on the shelf."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from erp_tools.reads.rows import Row, flag, link, many, moment, number, one, quantity, text

NAMED: dict[str, Any] = {"fields": {"display_name": {}}}

LOCATION: dict[str, Any] = {
    "fields": {"display_name": {}, "usage": {}, "parent_path": {}, "warehouse_id": {}}
}

WAREHOUSE: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "code": {},
        "delivery_steps": {},
        "lot_stock_id": {},
        "wh_input_stock_loc_id": {},
        "wh_output_stock_loc_id": {},
        "wh_pack_stock_loc_id": {},
    }
}

_ROUTE: dict[str, Any] = {"fields": {"rule_ids": {"fields": {"action": {}, "delay": {}}, "limit": 20}}}

SHIPPING_WAREHOUSE: dict[str, Any] = {
    "fields": {
        **WAREHOUSE["fields"],
        "partner_id": {"fields": {"tz": {}}},
        "delivery_route_id": _ROUTE,
        "reception_route_id": _ROUTE,
    }
}
"""The warehouse that ships an order, with its timezone and the lead times of its own steps."""

PLACE: dict[str, Any] = {
    "fields": {"display_name": {}, "usage": {}, "parent_path": {}, "warehouse_id": WAREHOUSE}
}
"""A location with its warehouse, for stock that may lie anywhere."""

QUANT: dict[str, Any] = {
    "product_id": NAMED,
    "quantity": {},
    "reserved_quantity": {},
    "in_date": {},
    "expiration_date": {},
    "removal_date": {},
    "inventory_quantity_set": {},
    "inventory_quantity": {},
    "inventory_diff_quantity": {},
    "lot_id": NAMED,
    "location_id": PLACE,
}


@dataclass(frozen=True, kw_only=True)
class Warehouse:
    """One warehouse and the locations that matter for what may be reserved."""

    warehouse_id: int
    name: str
    code: str = ""
    steps: str = "ship_only"
    """Outgoing shipments: ``ship_only``, ``pick_ship`` or ``pick_pack_ship``."""
    stock_id: int | None = None
    """Stock location: only what lies in it or below can be reserved for a delivery."""
    passing_ids: frozenset[int] = frozenset()
    """Input, output and packing locations: goods on their way, not on hold."""
    timezone: str = ""
    """Of its address; empty where it has none, or was not asked for."""
    route_days: float = 0.0
    """Lead times on the rules of its receipt and delivery steps, added up (`stock.rule.delay`, calendar days)."""

    @classmethod
    def from_odoo(cls, row: Row) -> Warehouse:
        stock = link(row, "lot_stock_id")
        passing = ("wh_input_stock_loc_id", "wh_output_stock_loc_id", "wh_pack_stock_loc_id")
        found = (link(row, key) for key in passing)
        return cls(
            warehouse_id=int(row["id"]),
            name=text(row, "display_name"),
            code=text(row, "code"),
            steps=text(row, "delivery_steps") or "ship_only",
            stock_id=stock.record_id if stock else None,
            passing_ids=frozenset(item.record_id for item in found if item),
            timezone=text(one(row, "partner_id") or {}, "tz"),
            route_days=sum(
                quantity(rule, "delay")
                for route in ("reception_route_id", "delivery_route_id")
                for rule in many(one(row, route) or {}, "rule_ids")
                if text(rule, "action") != "buy"
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Location:
    """One stock location."""

    location_id: int
    name: str
    """Full name, e.g. ``WEST/Stock/Aisle 4``."""
    usage: str = "internal"
    path: frozenset[int] = frozenset()
    """Ids of the location and everything above it."""
    warehouse_id: int | None = None

    def is_in(self, location_id: int | None) -> bool:
        """It is that location, or lies below it."""
        return location_id is not None and location_id in self.path

    @classmethod
    def from_odoo(cls, row: Row) -> Location:
        parts = (part for part in text(row, "parent_path").split("/") if part.isdigit())
        warehouse = link(row, "warehouse_id")
        return cls(
            location_id=int(row["id"]),
            name=text(row, "display_name"),
            usage=text(row, "usage") or "internal",
            path=frozenset({*(int(part) for part in parts), int(row["id"])}),
            warehouse_id=warehouse.record_id if warehouse else None,
        )


_BESIDE_PRODUCTION = re.compile(r"\b(?:pre|post)-?production\b", re.IGNORECASE)
"""Manufacturing keeps such locations outside Stock; the fields that name them exist only where it is installed."""

UNKNOWN_LOCATION = Location(location_id=0, name="", usage="")


@dataclass(frozen=True, kw_only=True)
class Quant:
    """So much of a product (and lot) in one place (stock.quant), in the product's unit."""

    quant_id: int
    product_id: int
    product: str
    quantity: float
    reserved: float
    location: Location
    warehouse: Warehouse | None
    lot_id: int | None = None
    lot: str = ""
    arrived: datetime | None = None
    leaves_stock: datetime | None = None
    """From then on Odoo does not reserve it (removal date, else expiration date); None: keeps."""
    expires: datetime | None = None
    """Expiration date of its lot (module product_expiry); None: keeps, or is not kept in Odoo."""
    counted: float | None = None
    """A count that was entered and not yet applied."""

    @property
    def free(self) -> float:
        return self.quantity - self.reserved

    @property
    def is_reservable_place(self) -> bool:
        """It lies in its warehouse's Stock location or below."""
        return self.warehouse is not None and self.location.is_in(self.warehouse.stock_id)

    @property
    def is_passing(self) -> bool:
        """It is on its way through: input, packing, output, or beside a production."""
        if _BESIDE_PRODUCTION.search(self.location.name):
            return True
        return self.warehouse is not None and any(
            self.location.is_in(place) for place in self.warehouse.passing_ids
        )

    def has_expired(self, now: datetime) -> bool:
        return self.leaves_stock is not None and self.leaves_stock <= now

    @classmethod
    def from_odoo(cls, row: Row) -> Quant:
        place = one(row, "location_id")
        warehouse = one(place, "warehouse_id") if place else None
        product = link(row, "product_id")
        lot = link(row, "lot_id")
        return cls(
            quant_id=int(row["id"]),
            product_id=product.record_id if product else 0,
            product=product.name if product else "",
            quantity=quantity(row, "quantity"),
            reserved=quantity(row, "reserved_quantity"),
            location=Location.from_odoo(place) if place else UNKNOWN_LOCATION,
            warehouse=Warehouse.from_odoo(warehouse) if warehouse else None,
            lot_id=lot.record_id if lot else None,
            lot=lot.name if lot else "",
            arrived=moment(row, "in_date"),
            leaves_stock=moment(row, "removal_date") or moment(row, "expiration_date"),
            expires=moment(row, "expiration_date"),
            counted=number(row, "inventory_quantity") if flag(row, "inventory_quantity_set") else None,
        )
