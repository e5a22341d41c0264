"""Options that bring the missing goods from somewhere else: another warehouse, or another order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.option import Cost, DraftWish, Plan, Shipment
from erp_tools.options.policy import Lane, Policy
from erp_tools.options.shipping import (
    BACKORDER,
    NEW,
    Part,
    besides,
    certainty_of,
    impossible,
    least_certain,
    missing_of,
    nothing_short,
    on_its_own,
    ready_of,
    shipment,
)
from erp_tools.options.situation import Delivery, Holder, Need, Piece, Situation, When, by_line

MOST_HOLDERS = 3


@dataclass(frozen=True, kw_only=True)
class _Warehouse:
    warehouse_id: int
    name: str
    in_one_step: bool
    evidence: tuple[FactKey, ...]


def _warehouses(situation: Situation, delivery: Delivery) -> list[_Warehouse]:
    """Those that have something free of what this delivery lacks."""
    lines = {piece.line_id for piece in delivery.pieces if piece.missing > SMALLEST}
    found: dict[int, _Warehouse] = {}
    for need in situation.short:
        for place in need.places if need.line_id in lines else ():
            if place.warehouse_id == delivery.warehouse_id:
                continue
            known = found.get(place.warehouse_id)
            evidence = (*(known.evidence if known else ()), *place.evidence)
            found[place.warehouse_id] = _Warehouse(
                warehouse_id=place.warehouse_id, name=place.warehouse, in_one_step=place.ships_in_one_step,
                evidence=tuple(dict.fromkeys(evidence)),
            )  # fmt: skip
    return list(found.values())


def fillable(situation: Situation, delivery: Delivery, warehouse_id: int) -> list[Piece]:
    """The waiting lines that a warehouse can fill to the last piece, in their order: as the action chooses them."""
    needs = by_line(situation)
    free = {
        (need.product_id): place.free
        for need in situation.short
        for place in need.places
        if place.warehouse_id == warehouse_id
    }
    chosen = []
    for piece in delivery.pieces:
        if piece.missing <= SMALLEST or not piece.is_plain or piece.line_id not in needs:
            continue
        if free.get(piece.product_id, 0.0) + SMALLEST >= piece.missing:
            free[piece.product_id] -= piece.missing
            chosen.append(piece)
    return chosen


def sourcing(situation: Situation, policy: Policy) -> list[Plan]:
    """Waiting lines from another warehouse, which ships them itself; what is ready leaves from here."""
    if why := nothing_short(situation):
        return impossible("source_from_warehouse", why)
    found, reasons = [], []
    for delivery in situation.deliveries:
        for place in _warehouses(situation, delivery) if delivery.missing > SMALLEST else []:
            if not place.in_one_step:
                reasons.append(f"{place.name} picks and packs in steps; its transfers are planned in Odoo.")
                continue
            chosen = fillable(situation, delivery, place.warehouse_id)
            if not chosen:
                reasons.append(f"{place.name} has some, but not all that any waiting line lacks.")
                continue
            found.append(_source(situation, delivery, place, chosen))
    if found:
        return found
    missing = list_text([need.name for need in situation.short[:3]])
    return impossible(
        "source_from_warehouse",
        " ".join(dict.fromkeys(reasons)) or f"No other warehouse has {missing} free to ship.",
    )


def _source(situation: Situation, delivery: Delivery, place: _Warehouse, chosen: Sequence[Piece]) -> Plan:
    needs = by_line(situation)
    taken = {piece.move_id for piece in chosen}
    soon = When(
        earliest=situation.departure.earliest,
        latest=situation.departure.latest,
        why=f"{place.name} has it free; it can leave there on {day_text(situation.departure.earliest)}."
        if situation.departure.earliest
        else f"{place.name} has it free.",
        evidence=place.evidence,
    )
    moved = [
        Part(need=needs[piece.line_id], product_id=piece.product_id, quantity=piece.missing, when=soon)
        for piece in chosen
    ]
    there = shipment(situation, moved, warehouse=place.name, warehouse_id=place.warehouse_id, delivery=NEW)
    shipments: list[Shipment] = [there]
    splits = any(piece.reserved > SMALLEST for piece in chosen)
    left = [piece for piece in delivery.pieces if piece.move_id not in taken and piece.line_id in needs]
    if splits:
        shipments.insert(0, on_its_own(situation, delivery, parts=ready_of(situation, delivery)))
        waits = [
            part
            for part, piece in zip(
                missing_of(situation, left), [p for p in left if p.missing > SMALLEST], strict=True
            )
            if piece.missing > SMALLEST
        ]
        if waits:
            shipments.append(on_its_own(situation, delivery, parts=waits, name=BACKORDER))
    elif left:
        stay = [
            Part(
                need=needs[piece.line_id],
                product_id=piece.product_id,
                quantity=piece.demand,
                when=needs[piece.line_id].missing_when
                if piece.missing > SMALLEST
                else needs[piece.line_id].ready_when,
            )
            for piece in left
        ]
        shipments.insert(0, on_its_own(situation, delivery, parts=stay))
    said = list_text([needs[piece.line_id].said(piece.missing) for piece in chosen[:4]])
    if len(chosen) > 4:
        said = f"{len(chosen)} lines"
    rest = (
        ", and ship what is reserved now"
        if splits or any(piece.reserved > SMALLEST for piece in left)
        else ""
    )
    return Plan(
        kind="source_from_warehouse",
        key=f"source_from_warehouse:{place.name}"
        + (f":{delivery.name}" if len(situation.deliveries) > 1 else ""),
        summary=f"Ship {said} from {place.name}{rest}",
        shipments=(*shipments, *besides(situation, delivery)),
        certainty=certainty_of(shipments),
        tasks=(
            *((f"split {delivery.name}",) if splits else ()),
            f"make a delivery in {place.name}",
            f"pick and ship in {place.name}",
            *(("ship what is ready",) if rest else ()),
        ),
        requires=(f"the stock in {place.name} is still free when it is drafted",),
        drafts=(
            DraftWish(
                action="source_from_warehouse",
                wanted={"order": situation.order, "warehouse": place.name, "delivery": delivery.name},
            ),
        ),
        evidence=(delivery.key, *place.evidence),
        uses={"warehouse": place.name, "delivery": delivery.name},
    )


def transferring(situation: Situation, policy: Policy) -> list[Plan]:
    """The missing goods brought here first, and everything shipped together."""
    if why := nothing_short(situation):
        return impossible("transfer_first", why)
    found = []
    for delivery in situation.deliveries:
        waiting = [piece for piece in delivery.pieces if piece.missing > SMALLEST]
        for place in _warehouses(situation, delivery) if waiting else []:
            chosen = fillable(situation, delivery, place.warehouse_id)
            if {piece.move_id for piece in chosen} == {piece.move_id for piece in waiting}:
                found.append(
                    _transfer(situation, delivery, place, chosen, policy.lane(place.name, delivery.warehouse))
                )
    return found or impossible("transfer_first", "No single warehouse has everything that is missing.")


def _transfer(
    situation: Situation, delivery: Delivery, place: _Warehouse, chosen: Sequence[Piece], lane: Lane | None
) -> Plan:
    needs = by_line(situation)
    moved = {piece.move_id: piece for piece in chosen}
    weight = sum((needs[piece.line_id].weighs(piece.missing) for piece in chosen), Decimal(0))
    if lane is None:
        when = When(
            earliest=None,
            latest=None,
            why=f"No truck from {place.name} to {delivery.warehouse} is on record.",
        )
        costs: tuple[Cost, ...] = ()
    else:
        truck = situation.today + timedelta(days=1)
        while truck.weekday() not in lane.weekdays:
            truck += timedelta(days=1)
        # One working day for receiving before the goods can be picked.
        here = situation.calendar.add(truck, lane.transit_days + 1)
        when = When(
            earliest=here,
            latest=None,
            why=f"The next truck leaves {place.name} on {day_text(truck)} and takes {lane.transit_days} working days; "
            "one more for receiving.",
            evidence=place.evidence,
        )
        price = round(lane.base + lane.per_kg * weight, 2)
        costs = (Cost(what=f"Transfer from {place.name}", amount=price, cites=lane.cites),)
    parts = [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.demand,
            when=when if piece.move_id in moved else needs[piece.line_id].ready_when,
        )
        for piece in delivery.pieces
        if piece.line_id in needs
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    day = f" on {day_text(shipped.leaves)}" if shipped.leaves else ""
    return Plan(
        kind="transfer_first",
        key=f"transfer_first:{place.name}" + (f":{delivery.name}" if len(situation.deliveries) > 1 else ""),
        summary=f"Transfer the missing goods from {place.name} to {delivery.warehouse} and ship everything together{day}",
        shipments=shipments,
        certainty=least_certain(certainty_of(shipments), "likely"),
        costs=costs,
        tasks=(
            f"make a transfer in {place.name}",
            "load the truck",
            f"receive in {delivery.warehouse}",
            "pick, pack and ship once",
        ),
        requires=(f"{place.name} can spare it for its own orders", "the truck runs as planned"),
        no_draft="A transfer between warehouses is made in Inventory; there is no drafted action for it.",
        evidence=(delivery.key, *place.evidence),
        cites=lane.cites if lane else (),
        uses={"warehouse": place.name, "delivery": delivery.name, "cost_known": lane is not None},
    )


def reallocating(situation: Situation, policy: Policy) -> list[Plan]:
    """Stock that is reserved for another order, which then waits instead."""
    if why := nothing_short(situation):
        return impossible("reallocate_stock", why)
    found = []
    for delivery in situation.deliveries:
        lines = {piece.line_id for piece in delivery.pieces if piece.missing > SMALLEST}
        held: dict[str, list[tuple[Need, float]]] = {}
        for need in situation.short:
            for one in need.holders if need.line_id in lines else ():
                if one.same_place and not one.is_picked and one.delivery:
                    held.setdefault(one.delivery, []).append((need, min(need.missing, one.quantity)))
        ranked = sorted(held.items(), key=lambda item: -sum(need.worth(gain) for need, gain in item[1]))
        later = [item for item in ranked if _holder(situation, item[0]).is_later]
        found += [
            _reallocate(situation, delivery, name, gains)
            for name, gains in (later + [item for item in ranked if item not in later])[:MOST_HOLDERS]
        ]
    return found or impossible(
        "reallocate_stock", "No other order holds what is missing, in the place it would be taken from."
    )


def _holder(situation: Situation, delivery: str) -> Holder:
    return next(one for need in situation.short for one in need.holders if one.delivery == delivery)


def _reallocate(
    situation: Situation, delivery: Delivery, name: str, gains: Sequence[tuple[Need, float]]
) -> Plan:
    holder = next(one for need, _ in gains for one in need.holders if one.delivery == name)
    covered = {need.line_id for need, gain in gains if gain + SMALLEST >= need.missing}
    needs = by_line(situation)
    parts = [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.demand,
            when=needs[piece.line_id].missing_when
            if piece.missing > SMALLEST and piece.line_id not in covered
            else needs[piece.line_id].ready_when,
        )
        for piece in delivery.pieces
        if piece.line_id in needs
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    taken = list_text([need.said(gain) for need, gain in gains[:3]])
    promised = f", promised for {day_text(holder.promised)}" if holder.promised else ""
    return Plan(
        kind="reallocate_stock",
        key=f"reallocate_stock:{name}",
        summary=f"Take {taken} from {name} of {holder.order}{promised}",
        shipments=shipments,
        certainty=certainty_of(shipments),
        hurts=(f"{holder.order}{promised} loses {taken} and waits for the next stock",),
        hurt_evidence=holder.evidence,
        tasks=(f"unreserve {name}", f"reserve {delivery.name}", "pick, pack and ship once"),
        requires=(
            f"{holder.order} is covered again before its own promise, or its customer agrees to another day",
        ),
        drafts=(
            DraftWish(
                action="reallocate_stock",
                wanted={"order": situation.order, "from_delivery": name, "delivery": delivery.name},
            ),
        ),
        evidence=(delivery.key, *holder.evidence),
        uses={"holder": holder, "delivery": delivery.name},
    )
