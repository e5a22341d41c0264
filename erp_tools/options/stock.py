"""Where missing goods could come from: lots, other warehouses, other orders, purchases, vendors, substitutes. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from erp_tools.facts import FactKey


@dataclass(frozen=True, kw_only=True)
class Lot:
    """So much of one lot in one place (module product_expiry; without it goods have none)."""

    name: str
    quantity: float
    expires: date | None
    """None: keeps, or nobody entered a date."""
    leaves_stock: date | None = None
    """Removal date, by which Odoo takes the first lot; None: as `expires`."""
    evidence: tuple[FactKey, ...] = ()

    @property
    def turn(self) -> tuple[bool, date, str]:
        """First expired, first out."""
        day = self.leaves_stock or self.expires
        return (day is None, day or date.max, self.name)


def in_turn(lots: Sequence[Lot]) -> tuple[Lot, ...]:
    """The lots in the order in which they leave: first expired, first out."""
    return tuple(sorted(lots, key=lambda lot: lot.turn))


@dataclass(frozen=True, kw_only=True)
class TooOld:
    """Stock that is there and too old for this customer on the day it would arrive."""

    line_id: int
    place: str
    """Name of the warehouse, of the order that holds it, or the code of the substitute."""
    text: str
    """In a sentence, with the lot and the rule."""
    cites: tuple[str, ...] = ()
    evidence: tuple[FactKey, ...] = ()
    what: Literal["place", "order", "substitute"] = "place"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Free stock of one product in another warehouse."""

    warehouse_id: int
    warehouse: str
    free: float
    lots: tuple[Lot, ...] = ()
    """What is free, lot by lot; empty for goods without lots."""
    skipped: tuple[Lot, ...] = ()
    """Lots that Odoo would take first and that are too old for this customer."""
    ships_in_one_step: bool = True
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Another order's delivery that holds what this one lacks."""

    delivery: str
    """Name of the transfer."""
    order: str
    quantity: float
    promised: date | None
    is_later: bool
    is_picked: bool = False
    is_urgent: bool = False
    same_place: bool = True
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A purchase that brings what is missing."""

    purchase: str
    vendor: str
    due: date | None
    is_overdue: bool
    evidence: tuple[FactKey, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Seller:
    """A vendor's terms for a product from a quantity on; a price break is another one."""

    vendor: str
    lead_days: int
    least: float = 0.0
    """Least quantity, in the product's own unit."""
    price: Decimal | None = None
    """Of one, in `currency`; None: not known, or not for this person."""
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Substitute:
    """A product that may take another's place, with what is free of it where the order ships."""

    ordered: str
    code: str
    name: str
    free: float
    weight: Decimal | None = None
    """Of one, in Odoo's unit of weight."""
    cost: Decimal | None = None
    """Standard cost of one; None: not known, or not for this person."""
    ordered_cost: Decimal | None = None
    lots: tuple[Lot, ...] = ()
    """What is free, lot by lot; empty for goods without lots."""
    life_days: int | None = None
    """Shelf life of a new lot in days; None: not kept."""
    evidence: tuple[FactKey, ...] = ()
