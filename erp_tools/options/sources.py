"""What another of our warehouses can fill of a delivery, and from which lots. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST, list_text
from erp_tools.options.freshness import taken
from erp_tools.options.option import Plan
from erp_tools.options.situation import Delivery, Piece, Situation, by_line
from erp_tools.options.stock import Lot
from erp_tools.options.wishes import WAREHOUSE, ask_colleague

MOST_SAID = 4
"""Lines that a summary names."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A warehouse, and what it can fill of one delivery."""

    warehouse_id: int
    name: str
    in_one_step: bool
    evidence: tuple[FactKey, ...]
    chosen: tuple[Piece, ...] = ()
    """Waiting lines that it fills to the last piece."""
    lots: Mapping[int, tuple[Lot, ...]]
    """Move id -> the lots that it takes for it, first expired first."""
    skipped: tuple[Lot, ...] = ()
    """Lots that Odoo would take first there and that are too old for this customer."""

    def takes(self, piece: Piece) -> bool:
        return any(piece.move_id == one.move_id for one in self.chosen)


def sources_for(situation: Situation, delivery: Delivery) -> list[Source]:
    """The other warehouses that have something free of what this delivery lacks."""
    lines = {piece.line_id for piece in delivery.pieces if piece.missing > SMALLEST}
    places = [
        (need, place)
        for need in situation.short
        if need.line_id in lines
        for place in need.places
        if place.warehouse_id != delivery.warehouse_id
    ]
    found = []
    for number in dict.fromkeys(place.warehouse_id for _, place in places):
        own = [(need, place) for need, place in places if place.warehouse_id == number]
        chosen, lots = _fillable(situation, delivery, number)
        products = {piece.product_id for piece in chosen}
        found.append(
            Source(
                warehouse_id=number, name=own[0][1].warehouse, in_one_step=own[0][1].ships_in_one_step, chosen=chosen, lots=lots,
                evidence=tuple(dict.fromkeys(key for _, place in own for key in place.evidence)),
                skipped=tuple(lot for need, place in own if need.product_id in products for lot in place.skipped),
            )
        )  # fmt: skip
    return found


def _fillable(
    situation: Situation, delivery: Delivery, warehouse_id: int
) -> tuple[tuple[Piece, ...], Mapping[int, tuple[Lot, ...]]]:
    """The waiting lines that a warehouse can fill to the last piece, in their order (as the action chooses them), and their lots."""
    needs = by_line(situation)
    here = {
        need.product_id: place
        for need in situation.short
        for place in need.places
        if place.warehouse_id == warehouse_id
    }
    free = {product: place.free for product, place in here.items()}
    shelf = {product: place.lots for product, place in here.items()}
    chosen: list[Piece] = []
    lots: dict[int, tuple[Lot, ...]] = {}
    for piece in delivery.pieces:
        if piece.missing <= SMALLEST or not piece.is_plain or piece.line_id not in needs:
            continue
        if free.get(piece.product_id, 0.0) + SMALLEST >= piece.missing:
            free[piece.product_id] -= piece.missing
            lots[piece.move_id], shelf[piece.product_id] = taken(
                shelf.get(piece.product_id, ()), piece.missing
            )
            chosen.append(piece)
    return tuple(chosen), lots


def with_lots(situation: Situation, plan: Plan, source: Source) -> Plan:
    """Odoo reserves the lot that expires first. Where that one is too old for this customer, somebody has to take the next."""
    if not source.skipped:
        return plan
    chosen = list_text(
        list(dict.fromkeys(f"lot {lot.name}" for lots in source.lots.values() for lot in lots))[:3]
    )
    skipped = list_text(list(dict.fromkeys(f"lot {lot.name}" for lot in source.skipped))[:3])
    told = f"{source.name} reserves {chosen}: Odoo would take {skipped} first, too old for this customer"
    wish = ask_colleague(
        situation,
        WAREHOUSE,
        summary=f"Reserve {chosen} for {situation.order} in {source.name}",
        text=f"{told}.",
    )
    return replace(plan, requires=(*plan.requires, told), drafts=(*plan.drafts, wish))
