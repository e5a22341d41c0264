"""Where what is missing could come from: the values that a case holds about each product. `supply.py` works them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST
from erp_tools.reads.inventory import Quant, Warehouse
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.transfers import Move

InboundKind = Literal["purchase", "transfer", "dropship", "put_away"]

SupplyKey = tuple[int, int]
"""(product id, warehouse id)."""


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """Goods on their way into a warehouse (or, drop-shipped, to the customer)."""

    move: Move
    kind: InboundKind
    quantity: float
    """Still to come."""
    due: date | None
    """The day the records say it comes; may be past."""
    is_dedicated: bool = False
    """It was bought or sent for this very order."""
    purchase_line: PurchaseLine | None = None
    """None also when this person may not read purchase orders."""
    feeding: tuple[Move, ...] = ()
    """Moves that bring these goods here, nearest first: the other half of a transfer, the steps and receipts behind it."""

    @property
    def departure(self) -> Move | None:
        """The move that sends the goods off in the other warehouse; None where there is none."""
        return next((move for move in self.feeding if move.source.usage == "internal"), None)

    @property
    def waits_behind(self) -> tuple[Move, ...]:
        """Moves behind it that are not done, nearest first."""
        return tuple(move for move in self.feeding if move.is_open)

    @property
    def starved(self) -> float:
        """What the place it comes from has not got either, in the product's unit."""
        return max(
            (move.missing for move in self.waits_behind if move.source.usage == "internal"), default=0.0
        )

    @property
    def key(self) -> FactKey:
        return ("stock.move", self.move.move_id)

    @property
    def document(self) -> str:
        """What people call it: the purchase order, else the transfer."""
        return (
            (self.purchase_line.purchase if self.purchase_line else "")
            or self.move.purchase
            or self.move.reference
        )

    @property
    def vendor(self) -> str:
        if self.kind in ("transfer", "put_away") and not self.move.purchase:
            return ""
        return (self.purchase_line.vendor if self.purchase_line else "") or self.move.partner

    @property
    def vendor_id(self) -> int | None:
        return self.purchase_line.vendor_id if self.purchase_line else self.move.partner_id


@dataclass(frozen=True, kw_only=True)
class InboundShare:
    """How much of an inbound falls to this order, when everybody is served in the order Odoo would serve them."""

    inbound: Inbound
    quantity: float


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """Stock that another document holds."""

    move: Move
    quantity: float
    holder: str
    """Sales order, else the transfer."""
    promised: date | None
    is_later: bool
    """It is promised for a later day than this order, and is not marked urgent."""

    @property
    def key(self) -> FactKey:
        return ("stock.move", self.move.move_id)


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """Free stock of a product in another warehouse."""

    warehouse: Warehouse
    free: float
    quants: tuple[Quant, ...]


@dataclass(frozen=True, kw_only=True)
class Held:
    """Stock that is there and cannot be reserved."""

    quant: Quant
    reason: Literal["place", "expired"]
    """``place``: outside the Stock location; ``expired``: its lot left the sellable time."""


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """A quantity in Odoo that cannot be right."""

    quant: Quant
    reason: Literal["count", "negative", "over_reserved"]


@dataclass(frozen=True, kw_only=True)
class Supply:
    """Where a product that this order lacks could come from, for the warehouse that ships it."""

    product_id: int
    product: str
    warehouse: Warehouse | None
    needed: float
    """Not reserved for this order."""
    on_hand: float = 0.0
    """In the Stock location and sellable, reserved or not."""
    free: float = 0.0
    """Of `on_hand`, what nobody reserved."""
    free_for_us: float = 0.0
    """Of `free`, what is left when earlier demands are served."""
    elsewhere: tuple[Elsewhere, ...] = ()
    held: tuple[Held, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    inbound: tuple[Inbound, ...] = ()
    """Everything on its way for this product and warehouse, earliest first."""
    shares: tuple[InboundShare, ...] = ()
    rfqs: tuple[PurchaseLine, ...] = ()
    shortened: tuple[PurchaseLine, ...] = ()
    """Confirmed purchase lines that were received in part."""
    cut_receipts: tuple[Move, ...] = ()
    """Receipts of what a vendor did not send, cancelled by now."""
    uncovered: float = 0.0
    """What neither free stock nor an inbound brings for this order."""
    stock_was_read: bool = True
    moves_were_read: bool = True

    @property
    def key(self) -> SupplyKey:
        return (self.product_id, self.warehouse.warehouse_id if self.warehouse else 0)

    @property
    def is_short(self) -> bool:
        return self.needed > SMALLEST


@dataclass(frozen=True, kw_only=True)
class VendorRecord:
    """How a vendor kept its dates, from our own done receipts."""

    vendor_id: int
    vendor: str
    receipts: int
    late: int
    """How many of them came after the promised day."""
    usual_delay: int
    """Days; half of the receipts came later than this (0: on time or early)."""
    long_delay: int
    """Days; four of five receipts came within it."""
    worst_delay: int
    """Days."""
    since: date
    """The first receipt that was looked at."""
    delays: tuple[int, ...] = ()
    """Days by which each receipt came after its promised day, smallest first; negative: before it."""

    def later_than(self, days: int) -> tuple[int, ...]:
        """The delays of those receipts that were later than so many days."""
        return tuple(delay for delay in self.delays if delay > days)
