"""Who gets what of goods that are free or on their way: every demand of the products takes its turn, as Odoo would serve them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from erp_tools.lateness.build import takes_from_shelf
from erp_tools.lateness.serving import Arriving, Served, queue_key, serve
from erp_tools.lateness.supply import inbound_kind, leaves_stock
from erp_tools.lateness.waiting_reading import Target
from erp_tools.lateness.wording import SMALLEST, local_day
from erp_tools.orders import zone_of
from erp_tools.reads.inventory import Quant, Warehouse
from erp_tools.reads.rows import Row, link, moment, one
from erp_tools.reads.transfers import Move


def served_by_queue(
    moves: list[Move],
    rows: Mapping[int, Row],
    quants: list[Quant],
    target: Target,
    now: datetime,
    timezone: str,
) -> list[Served]:
    """Every demand of the target's products with what it gets, in the order in which Odoo would serve them.

    Args:
        rows: of the moves, by id.
        timezone: of the person who asks, where the company has none.
    """
    zone = zone_of(target.timezone, timezone)
    warehouses = _warehouses(rows.values(), quants, target)
    by_id = {move.move_id: move for move in moves}
    later_steps = _waiting_for_steps(moves, by_id)
    here: dict[tuple[int, int], tuple[Warehouse | None, list[Move]]] = {}
    for move in moves:
        if move.missing <= SMALLEST or move.move_id in later_steps:
            continue
        warehouse = _warehouse_of(move, warehouses)
        from_vendor = move.source.usage == "supplier" and move.destination.usage == "customer"
        if from_vendor or (leaves_stock(move, warehouse) and takes_from_shelf(move, warehouse)):
            key = (move.product_id, warehouse.warehouse_id if warehouse else 0)
            here.setdefault(key, (warehouse, []))[1].append(move)
    served: list[Served] = []
    for (product_id, warehouse_id), (warehouse, demands) in here.items():
        free = sum(
            quant.free
            for quant in quants
            if quant.product_id == product_id
            and quant.warehouse is not None
            and quant.warehouse.warehouse_id == warehouse_id
            and quant.is_reservable_place
            and not quant.has_expired(now)
        )
        arriving = [
            item
            for move in moves
            if move.product_id == product_id
            and (item := _arriving(move, warehouse, by_id, rows, zone)) is not None
        ]
        arriving += [
            Arriving(
                key=("purchase.order.line", line.line_id), document=line.purchase, quantity=line.outstanding, is_ordered=False,
                due=local_day(line.planned, zone) if line.planned else None, purchase_id=line.purchase_id,
                tied_to=frozenset(line.serves_move_ids),
            )
            for line in target.rfq_lines
            if line.product_id == product_id and line.warehouse_id in (None, warehouse_id)
        ]  # fmt: skip
        served += serve(demands, max(0.0, free), arriving)
    return sorted(served, key=lambda one: queue_key(one.move))


def _waiting_for_steps(moves: Iterable[Move], by_id: Mapping[int, Move]) -> set[int]:
    """Moves whose earlier step of the same delivery has to be done first: it is that step that waits for goods."""
    return {
        number
        for move in moves
        if move.sale_line_id is not None
        for number in move.destination_ids
        if number in by_id and by_id[number].sale_line_id == move.sale_line_id
    }


def _warehouses(rows: Iterable[Row], quants: Iterable[Quant], target: Target) -> dict[int, Warehouse]:
    known = {quant.warehouse.warehouse_id: quant.warehouse for quant in quants if quant.warehouse is not None}
    for row in rows:
        order = one(one(row, "sale_line_id") or {}, "order_id") or {}
        if warehouse := one(order, "warehouse_id"):
            known.setdefault(int(warehouse["id"]), Warehouse.from_odoo(warehouse))
    if target.warehouse is not None:
        known.setdefault(target.warehouse.warehouse_id, target.warehouse)
    return known


def _warehouse_of(move: Move, known: Mapping[int, Warehouse]) -> Warehouse | None:
    number = move.source.warehouse_id
    if number is None:
        return None
    name = move.source.name.split("/")[0]
    return known.get(number) or Warehouse(
        warehouse_id=number, name=name, code=name, stock_id=move.source.location_id
    )


def _arriving(
    move: Move, warehouse: Warehouse | None, by_id: Mapping[int, Move], rows: Mapping[int, Row], zone: Any
) -> Arriving | None:
    kind = inbound_kind(move, warehouse)
    if kind is None or move.demand <= SMALLEST:
        return None
    purchase_line = one(rows[move.move_id], "purchase_line_id") or {}
    purchase = link(purchase_line, "order_id")
    promised = moment(purchase_line, "date_planned") or move.deadline
    due = max((local_day(at, zone) for at in (promised, move.at) if at is not None), default=None)
    tied = _tied_to(move, by_id)
    return Arriving(
        key=("stock.move", move.move_id),
        document=(purchase.name if purchase else "") or move.purchase or move.reference,
        quantity=move.reserved if kind == "put_away" else move.demand,
        due=due,
        purchase_id=purchase.record_id if purchase else move.purchase_id,
        tied_to=frozenset({move.move_id}) if kind == "dropship" else tied,
    )


def _tied_to(move: Move, by_id: Mapping[int, Move]) -> frozenset[int]:
    """The demands it was bought or sent for: what takes it directly, or after one more step (put-away, the second half of a
    transfer). Nothing when anybody may take it."""
    found: set[int] = set()
    waiting = [(number, 0) for number in move.destination_ids]
    while waiting:
        number, depth = waiting.pop()
        next_move = by_id.get(number)
        if next_move is None:
            continue
        if next_move.sale_line_id is not None:
            found.add(number)
        elif depth < 2:
            waiting += [(further, depth + 1) for further in next_move.destination_ids]
    return frozenset(found)
