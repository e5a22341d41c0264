"""Options that bring the missing goods from another of our warehouses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.freshness import taken
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
    left_out_at,
    missing_of,
    nothing_short,
    on_its_own,
    ready_of,
    shipment,
)
from erp_tools.options.situation import Delivery, Lot, Piece, Situation, When, by_line
from erp_tools.options.wishes import WAREHOUSE, ask_colleague

MOST_SAID = 4
"""Lines that a summary names."""


@dataclass(frozen=True, kw_only=True)
class _Source:
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


def _sources(situation: Situation, delivery: Delivery) -> list[_Source]:
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
            _Source(
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


def sourcing(situation: Situation, policy: Policy) -> list[Plan]:
    """Waiting lines from another warehouse, which ships them itself; what is ready leaves from here, a rest is back-ordered."""
    if why := nothing_short(situation):
        return impossible("source_from_warehouse", why)
    found, reasons = [], []
    for delivery in situation.deliveries:
        for source in _sources(situation, delivery):
            if not source.chosen:
                reasons.append(f"{source.name} has some, but not all that any waiting line lacks.")
                continue
            found.append(_source(situation, delivery, source))
            if _leaves_a_rest(delivery, source):
                found.append(_source(situation, delivery, source, back_order=True))
    if found:
        return found
    missing = list_text([need.name for need in situation.short[:3]])
    left_out = left_out_at(situation, "place")
    told = " ".join(dict.fromkeys(reasons)) or (
        "" if left_out else f"No other warehouse has {missing} free to ship."
    )
    return impossible("source_from_warehouse", told, left_out)


def _leaves_a_rest(delivery: Delivery, source: _Source) -> bool:
    """Without a split of its own it would hold ready lines back for lines that this warehouse does not have either."""
    if any(piece.reserved > SMALLEST for piece in source.chosen):
        return False
    left = [piece for piece in delivery.pieces if not source.takes(piece)]
    return any(piece.reserved > SMALLEST for piece in left) and any(
        piece.missing > SMALLEST for piece in left
    )


def _source(situation: Situation, delivery: Delivery, source: _Source, *, back_order: bool = False) -> Plan:
    needs = by_line(situation)
    splits = back_order or any(piece.reserved > SMALLEST for piece in source.chosen)
    left = [piece for piece in delivery.pieces if not source.takes(piece) and piece.line_id in needs]
    shipments: list[Shipment] = [_from_there(situation, source)]
    if splits:
        shipments.insert(0, on_its_own(situation, delivery, parts=ready_of(situation, delivery)))
        if waits := missing_of(situation, left):
            shipments.append(on_its_own(situation, delivery, parts=waits, name=BACKORDER))
    elif left:
        shipments.insert(0, on_its_own(situation, delivery, parts=_staying(situation, left)))
    said = list_text([needs[piece.line_id].said(piece.missing) for piece in source.chosen[:MOST_SAID]])
    if len(source.chosen) > MOST_SAID:
        said = f"{len(source.chosen)} lines"
    ready = splits or any(piece.reserved > SMALLEST for piece in left)
    rest = ", and ship what is reserved now" if ready else ""
    rest += "; the rest follows when it is here" if back_order else ""
    suffix = f":{delivery.name}" if len(situation.deliveries) > 1 else ""
    wanted = {"order": situation.order, "warehouse": source.name, "delivery": delivery.name}
    if back_order:
        wanted["ship_ready"] = "yes"
    plan = Plan(
        kind="split_and_source" if back_order else "source_from_warehouse",
        key=f"{'split_and_source' if back_order else 'source_from_warehouse'}:{source.name}{suffix}",
        summary=f"Ship {said} from {source.name}{rest}",
        shipments=(*shipments, *besides(situation, delivery)),
        certainty=certainty_of(shipments),
        tasks=(
            *((f"split {delivery.name}",) if splits else ()),
            f"make a delivery in {source.name}",
            f"pick and ship in {source.name}",
            *(("ship what is ready",) if rest else ()),
            *(("ship the backorder when it is complete",) if back_order else ()),
        ),
        requires=(f"the stock in {source.name} is still free when it is drafted",),
        drafts=(DraftWish(action="source_from_warehouse", wanted=wanted),),
        evidence=(delivery.key, *source.evidence),
        uses={"warehouse": source.name, "delivery": delivery.name},
    )
    plan = plan if source.in_one_step else _by_hand(situation, plan, source, said)
    return _with_lots(situation, plan, source)


def _from_there(situation: Situation, source: _Source) -> Shipment:
    needs = by_line(situation)
    can_leave = situation.departure.earliest
    soon = When(
        earliest=can_leave,
        latest=situation.departure.latest,
        why=f"{source.name} has it free; it can leave there on {day_text(can_leave)}."
        if can_leave
        else f"{source.name} has it free.",
        evidence=source.evidence,
    )
    parts = [
        Part(need=needs[piece.line_id], product_id=piece.product_id, quantity=piece.missing, when=soon,
             lots=source.lots.get(piece.move_id, ()))
        for piece in source.chosen
    ]  # fmt: skip
    return shipment(situation, parts, warehouse=source.name, warehouse_id=source.warehouse_id, delivery=NEW)


def _staying(situation: Situation, pieces: Sequence[Piece]) -> list[Part]:
    """Lines that stay on a delivery, each on the day it is complete."""
    needs = by_line(situation)
    return [
        Part(
            need=need,
            product_id=piece.product_id,
            quantity=piece.demand,
            when=need.ready_when if piece.missing <= SMALLEST else need.missing_when,
            lots=need.lots if piece.reserved > SMALLEST else (),
        )
        for piece in pieces
        if (need := needs.get(piece.line_id)) is not None
    ]


def _by_hand(situation: Situation, plan: Plan, source: _Source, said: str) -> Plan:
    """Where a warehouse picks and packs in steps its transfers are planned in Odoo: a colleague does."""
    text = f"{source.name} picks and packs in steps: plan its transfers for {said} in Odoo, and take the lines off {plan.uses['delivery']}."
    wish = ask_colleague(
        situation, WAREHOUSE, summary=f"Ship {said} for {situation.order} from {source.name}", text=text
    )
    return replace(
        plan, certainty=least_certain(plan.certainty, "likely"), drafts=(wish,),
        requires=(*plan.requires, f"{source.name} picks, packs and ships it on the same day"),
    )  # fmt: skip


def _with_lots(situation: Situation, plan: Plan, source: _Source) -> Plan:
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


def transferring(situation: Situation, policy: Policy) -> list[Plan]:
    """The missing goods brought here first, and everything shipped together."""
    if why := nothing_short(situation):
        return impossible("transfer_first", why)
    found = []
    for delivery in situation.deliveries:
        waiting = {piece.move_id for piece in delivery.pieces if piece.missing > SMALLEST}
        for source in _sources(situation, delivery):
            if {piece.move_id for piece in source.chosen} == waiting:
                found.append(
                    _transfer(situation, delivery, source, policy.lane(source.name, delivery.warehouse))
                )
    return found or impossible(
        "transfer_first",
        "No single warehouse has everything that is missing.",
        left_out_at(situation, "place"),
    )


def _transfer(situation: Situation, delivery: Delivery, source: _Source, lane: Lane | None) -> Plan:
    needs = by_line(situation)
    weight = sum((needs[piece.line_id].weighs(piece.missing) for piece in source.chosen), Decimal(0))
    when, price = _truck(situation, delivery, source, lane), None
    if lane is not None:
        price = situation.money(round(lane.base + lane.per_kg * weight, 2), lane.currency)
    costs = (
        (Cost(what=f"Transfer from {source.name}", amount=price, cites=lane.cites),)
        if lane and price is not None
        else ()
    )
    parts = [
        Part(
            need=need,
            product_id=piece.product_id,
            quantity=piece.demand,
            when=when if source.takes(piece) else need.ready_when,
            lots=(*(need.lots if piece.reserved > SMALLEST else ()), *source.lots.get(piece.move_id, ())),
        )
        for piece in delivery.pieces
        if (need := needs.get(piece.line_id)) is not None
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    day = f" on {day_text(shipped.leaves)}" if shipped.leaves else ""
    said = list_text([needs[piece.line_id].said(piece.missing) for piece in source.chosen[:MOST_SAID]])
    wish = ask_colleague(
        situation, WAREHOUSE, summary=f"Transfer {said} from {source.name} to {delivery.warehouse}",
        text=f"{situation.order} waits for it on {delivery.name}. {when.why}",
    )  # fmt: skip
    plan = Plan(
        kind="transfer_first",
        key=f"transfer_first:{source.name}" + (f":{delivery.name}" if len(situation.deliveries) > 1 else ""),
        summary=f"Transfer the missing goods from {source.name} to {delivery.warehouse} and ship everything together{day}",
        shipments=shipments,
        certainty=least_certain(certainty_of(shipments), "likely"),
        costs=costs,
        tasks=(
            f"make a transfer in {source.name}",
            "load the truck",
            f"receive in {delivery.warehouse}",
            "pick, pack and ship once",
        ),
        requires=(f"{source.name} can spare it for its own orders", "the truck runs as planned"),
        drafts=(wish,),
        evidence=(delivery.key, *source.evidence),
        cites=lane.cites if lane else (),
        uses={"warehouse": source.name, "delivery": delivery.name, "cost_known": price is not None},
    )
    return _with_lots(situation, plan, source)


def _truck(situation: Situation, delivery: Delivery, source: _Source, lane: Lane | None) -> When:
    """When goods can leave here that the next truck brings."""
    if lane is None:
        return When(
            earliest=None,
            latest=None,
            why=f"No truck from {source.name} to {delivery.warehouse} is on record.",
        )
    truck = situation.today + timedelta(days=1)
    while truck.weekday() not in lane.weekdays:
        truck += timedelta(days=1)
    # One working day for receiving before the goods can be picked.
    here = situation.calendar.add(truck, lane.transit_days + 1)
    return When(
        earliest=here,
        latest=None,
        why=f"The next truck leaves {source.name} on {day_text(truck)} and takes {lane.transit_days} working days; one more for receiving.",
        evidence=source.evidence,
    )
