"""Stock that is reserved for another order, which then waits instead. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.option import DraftWish, Plan
from erp_tools.options.policy import Policy
from erp_tools.options.shipping import (
    Part,
    besides,
    certainty_of,
    impossible,
    left_out_at,
    nothing_short,
    on_its_own,
)
from erp_tools.options.situation import Delivery, Need, Situation, by_line
from erp_tools.options.stock import Holder

MOST_HOLDERS = 3


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
    orders = {one.order for need in situation.needs for one in need.holders}
    left_out = [one for one in left_out_at(situation, "order") if one.place not in orders]
    why = "" if left_out else "No other order holds what is missing, in the place it would be taken from."
    return found or impossible("reallocate_stock", why, left_out)


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
            lots=needs[piece.line_id].lots if piece.reserved > SMALLEST else (),
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
