"""Where what is missing could come from: the shelf, other warehouses, what others hold, and what is on its way. Pure.

Everybody is served in the order in which Odoo would serve them (urgent first, then by scheduled date): an inbound that earlier
orders have already used up does not count for this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from erp_tools.lateness.sources import (
    Doubt,
    Elsewhere,
    Held,
    Inbound,
    InboundKind,
    InboundShare,
    Reservation,
    Supply,
)
from erp_tools.lateness.wording import SMALLEST, local_day
from erp_tools.reads.inventory import Quant, Warehouse
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.transfers import Move, ReservedPiece


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What was read around one order."""

    order_id: int
    own_moves: Mapping[int, Move]
    """Moves of this order and everything behind them."""
    promised: date | None
    now: datetime
    zone: ZoneInfo
    quants: tuple[Quant, ...] | None
    """None: could not be read."""
    moves: tuple[Move, ...] | None
    """Open moves of the same products, of everybody; None: could not be read."""
    purchase_lines: tuple[PurchaseLine, ...] | None
    """None: could not be read."""

    # Looked up for every product of an order: an order of a thousand lines has hundreds of them.
    @cached_property
    def known_moves(self) -> Mapping[int, Move]:
        """Everybody's open moves and this order's own, by id."""
        return {move.move_id: move for move in self.moves or ()} | dict(self.own_moves)

    @cached_property
    def known_moves_of(self) -> Mapping[int, tuple[Move, ...]]:
        """The same by product id."""
        return _by_product(self.known_moves.values())

    @cached_property
    def moves_of(self) -> Mapping[int, tuple[Move, ...]]:
        """`moves` by product id."""
        return _by_product(self.moves or ())

    @cached_property
    def quants_of(self) -> Mapping[int, tuple[Quant, ...]]:
        """`quants` by product id."""
        return _by_product(self.quants or ())

    @cached_property
    def for_others(self) -> frozenset[int]:
        """Ids of moves that serve another order."""
        return frozenset(
            move.move_id
            for move in self.known_moves.values()
            if move.move_id not in self.own_moves and move.sale_id is not None
        )

    @cached_property
    def lines_by_id(self) -> Mapping[int, PurchaseLine]:
        return {line.line_id: line for line in self.purchase_lines or ()}

    @cached_property
    def lines_by_receipt(self) -> Mapping[int, PurchaseLine]:
        return {receipt: line for line in self.purchase_lines or () for receipt in line.receipt_move_ids}

    @cached_property
    def feeds(self) -> Mapping[int, tuple[Move, ...]]:
        """Move id -> the moves that bring what it takes, as far as they were read."""
        found: dict[int, list[Move]] = {}
        for move in self.known_moves.values():
            for taker in move.destination_ids:
                found.setdefault(taker, []).append(move)
        return {taker: tuple(those) for taker, those in found.items()}

    def vendors_date(self, move: Move) -> datetime | None:
        """What the vendor promised for a receipt."""
        line = self.lines_by_receipt.get(move.move_id) or self.lines_by_id.get(move.purchase_line_id or 0)
        return line.planned if line else None


MOST_STEPS = 12
"""Moves followed back from an inbound; a longer chain, or a circle, is cut there."""

Item = TypeVar("Item", Move, Quant)


def _by_product(items: Iterable[Item]) -> dict[int, tuple[Item, ...]]:
    found: dict[int, list[Item]] = {}
    for item in items:
        found.setdefault(item.product_id, []).append(item)
    return {product: tuple(those) for product, those in found.items()}


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else local_day(moment, zone)


def leaves_stock(move: Move, warehouse: Warehouse | None) -> bool:
    """It takes goods off the shelf of that warehouse."""
    stock = warehouse.stock_id if warehouse else None
    if stock is None:
        return move.source.usage == "internal" and move.destination.usage == "customer"
    return move.source.is_in(stock) and not move.destination.is_in(stock)


def inbound_kind(move: Move, warehouse: Warehouse | None) -> InboundKind | None:
    """How a move brings goods into a warehouse; None when it does not."""
    if move.is_return or move.source.usage == "customer":
        return None
    if move.source.usage == "supplier" and move.destination.usage == "customer":
        return "dropship"
    if warehouse is None or move.destination.warehouse_id != warehouse.warehouse_id:
        return None
    if move.destination.usage not in ("internal", "transit"):
        return None
    if move.source.usage == "supplier":
        return "purchase"
    if move.source.warehouse_id != warehouse.warehouse_id:
        return "transfer" if move.source.usage in ("internal", "transit", "production") else None
    came_in = any(move.source.is_in(place) for place in warehouse.passing_ids) or not move.source.is_in(
        warehouse.stock_id
    )
    shelved = move.destination.is_in(warehouse.stock_id)
    return "put_away" if came_in and shelved and move.reserved > SMALLEST else None


def feeding_moves(move: Move, feeds: Mapping[int, Sequence[Move]]) -> tuple[Move, ...]:
    """The moves behind a move, nearest first, cancelled ones left out.

    Args:
        feeds: move id -> the moves that bring what it takes.
    """
    found: dict[int, Move] = {}
    waiting = [move]
    while waiting and len(found) < MOST_STEPS:
        current = waiting.pop(0)
        for item in (*feeds.get(current.move_id, ()), *current.sources):
            if item.move_id not in found and item.move_id != move.move_id and item.state != "cancel":
                found[item.move_id] = item
                waiting.append(item)
    return tuple(found.values())


def find_inbound(
    around: Surroundings, product_id: int, warehouse: Warehouse | None, own: Sequence[Move]
) -> tuple[Inbound, ...]:
    """What is on its way for a product: first by date, those for others left out.

    Args:
        own: this order's moves that wait for it.
    """
    behind = {source.move_id for move in own for source in move.sources}
    behind |= {deeper.move_id for move in own for source in move.sources for deeper in source.sources}
    found = []
    for move in around.known_moves_of.get(product_id, ()):
        if not move.is_open or move.demand <= SMALLEST:
            continue
        kind = inbound_kind(move, warehouse)
        if kind is None or (kind == "dropship" and move.move_id not in around.own_moves):
            continue
        if (
            move.move_id not in behind
            and move.destination_ids
            and set(move.destination_ids) <= around.for_others
        ):
            continue
        line = around.lines_by_receipt.get(move.move_id) or (
            around.lines_by_id.get(move.purchase_line_id) if move.purchase_line_id else None
        )
        promised = _day(line.planned if line and line.planned else move.deadline, around.zone)
        scheduled = _day(move.at, around.zone)
        feeding = () if kind == "put_away" else feeding_moves(move, around.feeds)
        behind_it = (
            _day(moment, around.zone)
            for item in feeding
            if item.is_open
            for moment in (item.at, around.vendors_date(item))
        )
        due = max((day for day in (promised, scheduled, *behind_it) if day is not None), default=None)
        found.append(
            Inbound(
                move=move,
                kind=kind,
                quantity=move.reserved if kind == "put_away" else move.demand,
                due=due,
                is_dedicated=move.move_id in behind or kind == "dropship",
                purchase_line=line,
                feeding=feeding,
            )
        )
    return tuple(
        sorted(found, key=lambda item: (not item.is_dedicated, item.due or date.max, item.move.move_id))
    )


def allocate(
    demands: Iterable[Move], own_ids: set[int], free: float, inbound: Sequence[Inbound]
) -> tuple[float, tuple[InboundShare, ...], float]:
    """Serve everybody in turn from free stock, then from what comes.

    Returns:
        What this order gets from free stock, its shares of the inbounds, and what stays uncovered.
    """
    queue = sorted(
        demands,
        key=lambda move: (
            not move.is_urgent,
            move.at is None,
            move.at.timestamp() if move.at else 0.0,
            move.move_id,
        ),
    )
    left = [item.quantity for item in inbound]
    free_for_us = uncovered = 0.0
    shares: dict[int, float] = {}
    for move in queue:
        need = move.missing
        is_own = move.move_id in own_ids
        taken = min(need, max(0.0, free))
        free -= taken
        need -= taken
        free_for_us += taken if is_own else 0.0
        for index, item in enumerate(inbound):
            if need <= SMALLEST:
                break
            if left[index] <= SMALLEST or (item.is_dedicated and not is_own):
                continue
            taken = min(need, left[index])
            left[index] -= taken
            need -= taken
            if is_own:
                shares[index] = shares.get(index, 0.0) + taken
        if is_own:
            uncovered += need
    found = tuple(
        InboundShare(inbound=inbound[index], quantity=quantity) for index, quantity in sorted(shares.items())
    )
    return free_for_us, found, uncovered


def _doubts(quants: Iterable[Quant], pieces: Sequence[ReservedPiece]) -> tuple[Doubt, ...]:
    found = []
    for quant in quants:
        ours = [
            piece
            for piece in pieces
            if piece.location_id == quant.location.location_id and piece.lot_id in (None, quant.lot_id)
        ]
        if quant.quantity < -SMALLEST:
            found.append(Doubt(quant=quant, reason="negative"))
        elif quant.counted is not None and quant.counted < quant.reserved - SMALLEST and (ours or not pieces):
            # A count below the book matters when it leaves less than what is promised from there.
            found.append(Doubt(quant=quant, reason="count"))
        elif quant.reserved > quant.quantity + SMALLEST:
            found.append(Doubt(quant=quant, reason="over_reserved"))
    return tuple(found)


def find_supply(
    around: Surroundings, product_id: int, product: str, warehouse: Warehouse | None, own: Sequence[Move]
) -> Supply:
    """Everything that is known about one product for the warehouse that ships it.

    Args:
        own: this order's frontier moves of the product in that warehouse.
    """
    needed = sum(move.missing for move in own)
    own_ids = {move.move_id for move in own}
    warehouse_id = warehouse.warehouse_id if warehouse else None
    quants = around.quants_of.get(product_id, ())
    here = [
        quant
        for quant in quants
        if quant.warehouse is not None and quant.warehouse.warehouse_id == warehouse_id
    ]
    shelf = [quant for quant in here if quant.is_reservable_place]
    fresh = [quant for quant in shelf if not quant.has_expired(around.now)]
    on_hand = sum(quant.quantity for quant in fresh)
    free = max(0.0, sum(quant.free for quant in fresh))

    others: dict[int, tuple[Warehouse, list[Quant]]] = {}
    for quant in quants:
        if (
            quant.warehouse is None
            or quant.warehouse.warehouse_id == warehouse_id
            or not quant.is_reservable_place
        ):
            continue
        if not quant.has_expired(around.now):
            others.setdefault(quant.warehouse.warehouse_id, (quant.warehouse, []))[1].append(quant)
    elsewhere = tuple(
        Elsewhere(
            warehouse=place, free=total, quants=tuple(quant for quant in items if quant.free > SMALLEST)
        )
        for place, items in others.values()
        if (total := sum(quant.free for quant in items)) > SMALLEST
    )
    held = [
        Held(quant=quant, reason="place")
        for quant in here
        if not quant.is_reservable_place
        and not quant.is_passing
        and quant.free > SMALLEST
        and quant.location.usage == "internal"
    ]
    held += [
        Held(quant=quant, reason="expired")
        for quant in shelf
        if quant.has_expired(around.now) and quant.free > SMALLEST
    ]

    moves = [move for move in around.moves_of.get(product_id, ()) if move.is_open]
    reservations = []
    for move in moves:
        if move.reserved <= SMALLEST or move.move_id in around.own_moves or not leaves_stock(move, warehouse):
            continue
        if move.sale_id == around.order_id:
            continue
        promised = _day(move.deadline or move.at, around.zone)
        reservations.append(
            Reservation(
                move=move,
                quantity=move.reserved,
                holder=move.sale or move.transfer_origin or move.reference,
                promised=promised,
                is_later=not move.is_urgent
                and None not in (promised, around.promised)
                and promised > around.promised,  # type: ignore[operator]
            )
        )
    inbound = find_inbound(around, product_id, warehouse, own)
    demands = {
        move.move_id: move for move in moves if leaves_stock(move, warehouse) and not move.waits_for_source
    }
    demands.update({move.move_id: move for move in own})
    free_for_us, shares, uncovered = allocate(
        (move for move in demands.values() if move.missing > SMALLEST), own_ids, free, inbound
    )
    serving = [line for line in around.purchase_lines or () if line.product_id == product_id]
    local = [
        line
        for line in serving
        if line.warehouse_id in (None, warehouse_id) or own_ids & set(line.serves_move_ids)
    ]
    return Supply(
        product_id=product_id,
        product=product,
        warehouse=warehouse,
        needed=needed,
        on_hand=on_hand,
        free=free,
        free_for_us=free_for_us,
        elsewhere=tuple(sorted(elsewhere, key=lambda item: -item.free)),
        held=tuple(held),
        doubts=_doubts(here, [piece for move in own for piece in move.pieces]),
        reservations=tuple(
            sorted(reservations, key=lambda item: (not item.is_later, -item.quantity, item.move.move_id))
        ),
        inbound=inbound,
        shares=shares,
        rfqs=tuple(line for line in local if line.is_rfq),
        shortened=tuple(
            line for line in local if line.is_confirmed and SMALLEST < line.received < line.ordered - SMALLEST
        ),
        cut_receipts=tuple(
            move
            for move in around.moves_of.get(product_id, ())
            if move.state == "cancel"
            and move.is_backorder
            and move.source.usage == "supplier"
            and warehouse is not None
            and move.destination.warehouse_id == warehouse.warehouse_id
        ),
        uncovered=uncovered,
        stock_was_read=around.quants is not None,
        moves_were_read=around.moves is not None,
    )
