"""From what was read to an `OrderCase`. Pure: no question to Odoo is asked here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from erp_tools.lateness.case import LineCase, OrderCase, Unread
from erp_tools.lateness.sources import Supply, SupplyKey, VendorRecord
from erp_tools.lateness.supply import Surroundings, find_supply
from erp_tools.lateness.wording import SMALLEST, local_day
from erp_tools.reads.inventory import Quant, Warehouse
from erp_tools.reads.messages import Message
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.sales import SalesLine, SalesOrder
from erp_tools.reads.transfers import Move, with_sources

RECORD_DAYS = 270
"""How far back a vendor's receipts are looked at."""

FEWEST_RECEIPTS = 3
"""Fewer receipts than this say nothing about a vendor."""


def supplying_ids(line: SalesLine) -> frozenset[int]:
    """Moves that Odoo counts to a line and that only bring its goods into the warehouse: a resupply from another warehouse in
    all its steps, or the receipt of what was bought for it."""
    by_id = {move.move_id: move for move in line.moves}
    waiting = [
        move
        for move in line.moves
        if move.source.usage in ("supplier", "transit", "production") and move.destination.usage == "internal"
    ]
    found: set[int] = set()
    while waiting:
        move = waiting.pop()
        if move.move_id not in found:
            found.add(move.move_id)
            waiting.extend(by_id[number] for number in move.source_ids if number in by_id)
    return frozenset(found)


def frontier_of(line: SalesLine) -> tuple[Move, ...]:
    """The open delivery moves of a line that wait for no other open delivery move of the same line."""
    supplying = supplying_ids(line)
    here = {
        move.move_id
        for move in line.moves
        if move.is_open and not move.is_return and move.move_id not in supplying
    }
    return tuple(move for move in line.moves if move.move_id in here and not here & set(move.source_ids))


def warehouse_of(order: SalesOrder, move: Move, quants: Iterable[Quant] = ()) -> Warehouse | None:
    """The warehouse a move takes from: with all its locations where they are known."""
    warehouse_id = move.source.warehouse_id
    if order.warehouse is not None and warehouse_id in (None, order.warehouse.warehouse_id):
        return order.warehouse
    for quant in quants:
        if quant.warehouse is not None and quant.warehouse.warehouse_id == warehouse_id:
            return quant.warehouse
    if warehouse_id is None:
        return None
    # Its Stock location is where this move takes from, as far as anybody told us.
    return Warehouse(
        warehouse_id=warehouse_id,
        name=move.source.name.split("/")[0],
        code=move.source.name.split("/")[0],
        stock_id=move.source.location_id,
    )


def takes_from_shelf(move: Move, warehouse: Warehouse | None) -> bool:
    """It reserves from Stock (or buys for the customer directly), not from a packing or output area."""
    if move.source.usage == "supplier":
        return True
    if warehouse is None or warehouse.stock_id is None or not move.source.path:
        return True
    return move.source.is_in(warehouse.stock_id)


def line_case(order: SalesOrder, line: SalesLine, quants: Sequence[Quant] = ()) -> LineCase:
    """Where one line stands."""
    frontier = frontier_of(line) if order.state == "sale" else ()
    missing = sum(move.missing for move in frontier)
    keys: dict[SupplyKey, None] = {}
    for move in frontier:
        warehouse = warehouse_of(order, move, quants)
        if takes_from_shelf(move, warehouse):
            keys[(move.product_id, warehouse.warehouse_id if warehouse else 0)] = None
    return LineCase(
        line=line,
        frontier=frontier,
        missing=missing,
        ready=sum(move.demand - move.missing for move in frontier),
        supply_keys=tuple(keys),
    )


def vendor_records(receipts: Iterable[Move], zone: ZoneInfo) -> dict[int, VendorRecord]:
    """How vendors kept their dates: the day of each done receipt against the day promised for it."""
    delays: dict[int, dict[int, int]] = {}
    names: dict[int, str] = {}
    first: dict[int, date] = {}
    for move in receipts:
        if move.state != "done" or move.partner_id is None or move.at is None or move.deadline is None:
            continue
        came, promised = local_day(move.at, zone), local_day(move.deadline, zone)
        one_vendor = delays.setdefault(move.partner_id, {})
        receipt = move.transfer_id or -move.move_id
        one_vendor[receipt] = max((came - promised).days, one_vendor.get(receipt, -10_000))
        names[move.partner_id] = move.partner
        first[move.partner_id] = min(came, first.get(move.partner_id, came))
    found = {}
    for vendor_id, by_receipt in delays.items():
        ordered = sorted(by_receipt.values())
        if len(ordered) < FEWEST_RECEIPTS:
            continue
        found[vendor_id] = VendorRecord(
            vendor_id=vendor_id,
            vendor=names[vendor_id],
            receipts=len(ordered),
            late=sum(1 for delay in ordered if delay > 0),
            usual_delay=max(0, ordered[len(ordered) // 2]),
            long_delay=max(0, ordered[min(len(ordered) - 1, int(len(ordered) * 0.8))]),
            worst_delay=max(0, ordered[-1]),
            since=first[vendor_id],
            delays=tuple(ordered),
        )
    return found


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What has to be read after the order itself."""

    stock_of: tuple[int, ...] = ()
    """Products whose stock matters."""
    supply_of: tuple[int, ...] = ()
    """Products that are short: who else wants them, and what comes."""
    vendor_ids: tuple[int, ...] = ()
    """Vendors of the short products."""


def what_to_read(order: SalesOrder, *, now: datetime, zone: ZoneInfo, moves_were_read: bool = True) -> Wanted:
    """Which further reads an order needs: none when it is delivered, cancelled, or a quotation."""
    if order.state != "sale":
        return Wanted()
    today = local_day(now, zone)
    stock: dict[int, None] = {}
    short: dict[int, None] = {}
    vendors: dict[int, None] = {}
    for line in order.lines:
        if not line.is_goods or line.remaining <= SMALLEST:
            continue
        if moves_were_read and not line.moves and line.product is not None:
            # Perhaps a drop-shipment that nobody has ordered yet: only its request for quotation knows.
            short[line.product.product_id] = None
            vendors.update((term.vendor_id, None) for term in line.product.vendors)
        for move in frontier_of(line):
            if move.missing > SMALLEST:
                short[move.product_id] = None
                for term in line.product.vendors if line.product and not line.is_kit else ():
                    vendors[term.vendor_id] = None
                vendors.update(dict.fromkeys(move.vendor_ids))
                for source in with_sources(move.sources):
                    if source.partner_id is not None:
                        vendors[source.partner_id] = None
            elif move.at is not None and local_day(move.at, zone) <= today + timedelta(days=1):
                stock[move.product_id] = None
    return Wanted(stock_of=tuple({**short, **stock}), supply_of=tuple(short), vendor_ids=tuple(vendors))


def build_case(
    order: SalesOrder,
    *,
    now: datetime,
    zone: ZoneInfo,
    quants: tuple[Quant, ...] | None = (),
    moves: tuple[Move, ...] | None = (),
    purchase_lines: tuple[PurchaseLine, ...] | None = (),
    unread: tuple[Unread, ...] = (),
) -> OrderCase:
    """Relate everything that was read about one order.

    Args:
        quants: stock of the products of interest in all warehouses; None when it could not be read.
        moves: open moves of the short products, and done receipts of their vendors; None when they could not be read.
        purchase_lines: purchase lines of the short products; None when they could not be read.
    """
    lines = tuple(line_case(order, line, quants or ()) for line in order.lines if line.is_goods)
    own_moves = {
        move.move_id: move for move in with_sources(move for line in order.lines for move in line.moves)
    }
    promised_at = order.committed or order.expected
    around = Surroundings(
        order_id=order.order_id,
        own_moves=own_moves,
        promised=local_day(promised_at, zone) if promised_at else None,
        now=now,
        zone=zone,
        quants=quants,
        moves=None if moves is None else tuple(move for move in moves if move.state != "done"),
        purchase_lines=purchase_lines,
    )
    supplies: dict[SupplyKey, Supply] = {}
    wanting: dict[SupplyKey, list[Move]] = {}
    warehouses: dict[SupplyKey, Warehouse | None] = {}
    for line in lines:
        for move in line.frontier:
            warehouse = warehouse_of(order, move, quants or ())
            key = (move.product_id, warehouse.warehouse_id if warehouse else 0)
            if key in line.supply_keys:
                wanting.setdefault(key, []).append(move)
                warehouses[key] = warehouse
    for key, own in wanting.items():
        supplies[key] = find_supply(around, key[0], own[0].product, warehouses[key], own)
    delivered = (
        bool(lines) and order.state == "sale" and all(line.line.remaining <= SMALLEST for line in lines)
    )
    done_days = [
        local_day(transfer.done, zone)
        for transfer in order.transfers
        if transfer.is_done and transfer.to_customer and not transfer.is_return and transfer.done
    ]
    if not order.transfers and order.first_delivery is not None:
        done_days.append(local_day(order.first_delivery, zone))
    messages: dict[int, Message] = {
        message.message_id: message for line in purchase_lines or () for message in line.messages
    }
    return OrderCase(
        order=order,
        now=now,
        zone=zone,
        lines=lines,
        supplies=supplies,
        quants=quants or (),
        vendor_records=vendor_records((*(moves or ()), *own_moves.values()), zone),
        requested={
            line.sale_line_id: line
            for line in purchase_lines or ()
            if line.is_rfq and line.sale_line_id in {each.line.line_id for each in lines}
        },
        purchase_messages=tuple(
            sorted(messages.values(), key=lambda message: (message.at, message.message_id))
        ),
        unread=unread,
        shipped_on=max(done_days) if delivered and done_days else None,
    )
