"""Waiting lines from another warehouse, which ships them itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.option import DraftWish, Plan, Shipment
from erp_tools.options.policy import Policy
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
from erp_tools.options.situation import Delivery, Piece, Situation, by_line
from erp_tools.options.sources import MOST_SAID, Source, sources_for, with_lots
from erp_tools.options.when import When
from erp_tools.options.wishes import WAREHOUSE, ask_colleague


def sourcing(situation: Situation, policy: Policy) -> list[Plan]:
    """Waiting lines from another warehouse, which ships them itself; what is ready leaves from here, a rest is back-ordered."""
    if why := nothing_short(situation):
        return impossible("source_from_warehouse", why)
    found, reasons = [], []
    for delivery in situation.deliveries:
        for source in sources_for(situation, delivery):
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


def _leaves_a_rest(delivery: Delivery, source: Source) -> bool:
    """Without a split of its own it would hold ready lines back for lines that this warehouse does not have either."""
    if any(piece.reserved > SMALLEST for piece in source.chosen):
        return False
    left = [piece for piece in delivery.pieces if not source.takes(piece)]
    return any(piece.reserved > SMALLEST for piece in left) and any(
        piece.missing > SMALLEST for piece in left
    )


def _source(situation: Situation, delivery: Delivery, source: Source, *, back_order: bool = False) -> Plan:
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
    return with_lots(situation, plan, source)


def _from_there(situation: Situation, source: Source) -> Shipment:
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


def _by_hand(situation: Situation, plan: Plan, source: Source, said: str) -> Plan:
    """Where a warehouse picks and packs in steps its transfers are planned in Odoo: a colleague does."""
    text = f"{source.name} picks and packs in steps: plan its transfers for {said} in Odoo, and take the lines off {plan.uses['delivery']}."
    wish = ask_colleague(
        situation, WAREHOUSE, summary=f"Ship {said} for {situation.order} from {source.name}", text=text
    )
    return replace(
        plan, certainty=least_certain(plan.certainty, "likely"), drafts=(wish,),
        requires=(*plan.requires, f"{source.name} picks, packs and ships it on the same day"),
    )  # fmt: skip
