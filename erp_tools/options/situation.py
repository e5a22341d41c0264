"""One order as its options see it: what is ready, what is missing, where it could come from and when: values only.

`situating.py` makes them from what was read.
Quantities are in the product's own unit unless a name says otherwise; dates are days in the company's timezone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST
from erp_tools.options.freight import PricedCarrier
from erp_tools.options.stock import Coming, Holder, Lot, Place, Seller, Substitute, TooOld
from erp_tools.options.when import When, together
from erp_tools.reads.calendar import WorkCalendar
from erp_tools.reads.currencies import Rates

STOPS_SHIPPING = ("credit_hold", "order_blocked")
"""Causes under which nothing of the order leaves, however it is divided."""


@dataclass(frozen=True, kw_only=True)
class Need:
    """One line with something left to deliver."""

    line_id: int
    product_id: int
    code: str
    name: str
    unit: str
    value: Decimal | None
    """Of what is left, without taxes, in the order's currency; None when this person may not see prices."""
    weight: Decimal | None
    """Of one, in Odoo's unit of weight; None or 0: not kept."""
    ready: float
    missing: float
    ready_when: When
    missing_when: When
    """When the missing part can leave, if nothing is done."""
    is_kit: bool = False
    is_plain: bool = True
    """Counted in the product's own unit; a line in boxes of a product in pieces is not moved by us."""
    places: tuple[Place, ...] = ()
    holders: tuple[Holder, ...] = ()
    coming: tuple[Coming, ...] = ()
    sellers: tuple[Seller, ...] = ()
    per_unit: float = 1.0
    """How many of the product's own units one unit of the line holds."""
    life_days: int | None = None
    """Shelf life of a new lot in days; None: not kept."""
    lots: tuple[Lot, ...] = ()
    """Reserved for this line."""
    spare: tuple[Lot, ...] = ()
    """Free in the warehouse that ships it."""
    held: tuple[Lot, ...] = ()
    """Reserved there, for whomever."""

    @property
    def quantity(self) -> float:
        return self.ready + self.missing

    @property
    def key(self) -> FactKey:
        return ("sale.order.line", self.line_id)

    def worth(self, quantity: float) -> Decimal:
        """Of so much of it; 0 where prices may not be seen."""
        if self.value is None or self.quantity <= SMALLEST:
            return Decimal(0)
        return self.value * Decimal(str(quantity)) / Decimal(str(self.quantity))

    def weighs(self, quantity: float) -> Decimal:
        return (self.weight or Decimal(0)) * Decimal(str(quantity))

    def said(self, quantity: float) -> str:
        """``12 of Extra Virgin Olive Oil 20 L Drum``, in the line's unit."""
        shown = round(quantity / (self.per_unit or 1.0), 3)
        return f"{int(shown) if shown == int(shown) else f'{shown:g}'} of {self.name}"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One move of an open delivery."""

    move_id: int
    line_id: int
    product_id: int
    demand: float
    reserved: float
    is_plain: bool = True

    @property
    def missing(self) -> float:
        return max(0.0, self.demand - self.reserved)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """An open transfer on which an order's goods leave, or wait to."""

    transfer_id: int
    name: str
    warehouse_id: int | None
    warehouse: str
    scheduled: date | None
    pieces: tuple[Piece, ...]

    @property
    def ready(self) -> float:
        return sum(piece.reserved for piece in self.pieces)

    @property
    def missing(self) -> float:
        return sum(piece.missing for piece in self.pieces)

    @property
    def key(self) -> FactKey:
        return ("stock.picking", self.transfer_id)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One order, ready to be given options."""

    order_id: int
    order: str
    customer: str
    customer_ref: str
    tier: str
    state: str
    currency: str
    today: date
    promised: date | None
    calendar: WorkCalendar
    needs: tuple[Need, ...]
    deliveries: tuple[Delivery, ...]
    carrier: PricedCarrier | None
    carriers: tuple[PricedCarrier, ...] = ()
    ships_complete: bool = False
    """Shipping policy "When all products are ready"."""
    shipments_before: int = 0
    """Deliveries that have left already."""
    stopped_by: str = ""
    """Why nothing of it may leave (``credit_hold`` and so on), in words; empty: nothing stops it."""
    held_until: tuple[str, ...] = ()
    """What has to happen first, beyond stock."""
    substitutes: tuple[Substitute, ...] = ()
    departure: When
    """When goods that are here can leave."""
    is_delivered: bool = False
    total: Decimal | None = None
    """Of everything that is left; None when this person may not see prices."""
    shows_margin: bool = False
    """Whether this person's role sees margins."""
    too_old: tuple[TooOld, ...] = ()
    """Stock that was left out because it is too old for this customer (`freshness.usable_stock`)."""
    rates: Rates = field(default_factory=Rates)
    """Today's rates, for amounts in other currencies than the order's."""
    moves_were_read: bool = True
    """False: this person may not see deliveries and stock moves."""
    not_read: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(need.code for need in self.needs if need.code)

    @property
    def all_codes(self) -> tuple[str, ...]:
        """Those of the order and of what could stand in for it."""
        return (*self.codes, *(one.code for one in self.substitutes))

    @property
    def short(self) -> tuple[Need, ...]:
        return tuple(need for need in self.needs if need.missing > SMALLEST)

    @property
    def wait(self) -> When:
        """When everything can leave together, if nothing is done."""
        parts = [need.missing_when if need.missing > SMALLEST else need.ready_when for need in self.needs]
        return together(parts or [self.departure])

    def money(self, amount: Decimal, currency: str) -> Decimal | None:
        """An amount in the order's currency, to the cent; None where there is no rate for it."""
        if not currency or not self.currency or currency == self.currency:
            return amount
        own = self.rates.in_company_currency(amount, currency)
        if own is None or self.currency == self.rates.company_currency:
            return own
        worth = self.rates.per_unit.get(self.currency)
        return None if not worth else round(own / worth, 2)

    def need(self, line_id: int) -> Need | None:
        return next((need for need in self.needs if need.line_id == line_id), None)


def slipped(situation: Situation, days: int) -> Situation:
    """The same order, had what is on its way so many more days to go (or, negative, fewer)."""
    return replace(
        situation,
        needs=tuple(
            replace(need, missing_when=need.missing_when.moved(days, not_before=situation.today))
            if need.missing > SMALLEST
            else need
            for need in situation.needs
        ),
    )


def by_line(situation: Situation) -> Mapping[int, Need]:
    """Line id -> what it needs."""
    return {need.line_id: need for need in situation.needs}
