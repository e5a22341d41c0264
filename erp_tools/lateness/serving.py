"""Who gets what of a product: everybody in turn, as Odoo would serve them, from the shelf and from what is on its way. Pure.

The same rules as `supply.allocate`, for all demands of one product and warehouse at once: urgent first, then by scheduled date.
Goods that were bought or sent for an order go to that order alone; an order that is made to order takes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from erp_tools.lateness.wording import SMALLEST
from erp_tools.reads.transfers import Move


@dataclass(frozen=True, kw_only=True)
class Arriving:
    """Goods on their way into one warehouse. Quantities in the product's own unit."""

    key: tuple[str, int]
    """Of its receipt's move (``stock.move``), or of the line of an RFQ (``purchase.order.line``)."""
    document: str
    """The purchase order, else the transfer."""
    quantity: float
    due: date | None
    purchase_id: int | None = None
    tied_to: frozenset[int] = frozenset()
    """Moves it was bought or sent for; empty: for whoever is next."""
    is_ordered: bool = True
    """False for an RFQ: it comes only once somebody confirms it, so everything else goes first."""


@dataclass(kw_only=True)
class Served:
    """What one demand gets."""

    move: Move
    from_shelf: float = 0.0
    shares: list[tuple[Arriving, float]] = field(default_factory=list)
    """Earliest first."""
    uncovered: float = 0.0


def queue_key(move: Move) -> tuple[bool, bool, float, int]:
    """The order in which Odoo would serve demands."""
    return (not move.is_urgent, move.at is None, move.at.timestamp() if move.at else 0.0, move.move_id)


def serve(demands: Iterable[Move], free: float, arriving: Sequence[Arriving]) -> list[Served]:
    """Serve all demands of one product in one warehouse.

    Args:
        demands: open moves that take it off the shelf and miss some of it.
        free: on the shelf and reserved by nobody.
    """
    left = {item.key: item.quantity for item in arriving}
    first_come = sorted(
        (item for item in arriving if not item.tied_to),
        key=lambda item: (not item.is_ordered, item.due or date.max, item.key),
    )
    tied: dict[int, list[Arriving]] = {}
    for item in sorted(arriving, key=lambda one: (not one.is_ordered, one.due or date.max, one.key)):
        for move_id in item.tied_to:
            tied.setdefault(move_id, []).append(item)
    served = []
    start = 0
    for move in sorted(demands, key=queue_key):
        one = Served(move=move)
        need = move.missing
        if not move.waits_for_source:
            one.from_shelf = min(need, max(0.0, free))
            free -= one.from_shelf
            need -= one.from_shelf
        own = tied.get(move.move_id, [])
        while start < len(first_come) and left[first_come[start].key] <= SMALLEST:
            start += 1
        for item in (*own, *(() if move.waits_for_source else first_come[start:])):
            if need <= SMALLEST:
                break
            taken = min(need, left[item.key])
            if taken > SMALLEST:
                left[item.key] -= taken
                need -= taken
                one.shares.append((item, taken))
        one.uncovered = need if need > SMALLEST else 0.0
        served.append(one)
    return served
