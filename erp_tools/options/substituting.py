"""Another product instead of the one that is missing, by our own list of approved pairs. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from erp_tools.lateness.wording import SMALLEST, list_text
from erp_tools.options.freshness import taken
from erp_tools.options.option import DraftWish, Plan
from erp_tools.options.policy import Policy, SubstitutePair
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
from erp_tools.options.stock import Substitute


def substituting(situation: Situation, policy: Policy) -> list[Plan]:
    """Another product instead of the one that is missing."""
    if why := nothing_short(situation):
        return impossible("substitute_product", why)
    found, reasons = [], []
    stock = {(one.ordered, one.code): one for one in situation.substitutes}
    for need in situation.short:
        for pair in policy.pairs_for(need.code):
            known = stock.get((pair.ordered, pair.substitute))
            wanted = float(Decimal(str(need.quantity)) * pair.ratio)
            if known is None or known.free + SMALLEST < wanted:
                free = known.free if known else 0
                reasons.append(
                    f"{wanted:g} of {pair.substitute}, the approved substitute of {need.code}, are needed; {free:g} are free there."
                )
                continue
            found += [
                _substitute(situation, delivery, need, pair, known, wanted)
                for delivery in situation.deliveries[:1]
            ]
    if found:
        return found
    names = list_text([need.name for need in situation.short[:3]])
    told = " ".join(reasons) or f"The list of approved substitutes names none for {names}."
    return impossible("substitute_product", told, left_out_at(situation, "substitute"))


def _substitute(
    situation: Situation,
    delivery: Delivery,
    need: Need,
    pair: SubstitutePair,
    known: Substitute,
    wanted: float,
) -> Plan:
    heavier = need.weight if known.weight is None else known.weight * pair.ratio
    needs = {**by_line(situation), need.line_id: replace(need, weight=heavier)}
    lots, _ = taken(known.lots, wanted)
    parts = [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.demand,
            when=needs[piece.line_id].ready_when
            if piece.line_id == need.line_id or piece.missing <= SMALLEST
            else needs[piece.line_id].missing_when,
            lots=lots
            if piece.line_id == need.line_id
            else needs[piece.line_id].lots
            if piece.reserved > SMALLEST
            else (),
        )
        for piece in delivery.pieces
        if piece.line_id in needs
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    wanted_of = {"order": situation.order, "product": pair.ordered, "substitute": pair.substitute}
    requires = [] if pair.standing else ["the customer consents to the substitute in writing"]
    if pair.ratio != 1:
        wanted_of["ratio"] = f"{pair.ratio:f}"
        requires.append(
            f"{pair.ratio:g} of {pair.substitute} stand for one {pair.ordered}, at the price of what was ordered"
        )
    if pair.condition:
        requires.append(pair.condition)
    return Plan(
        kind="substitute_product",
        key=f"substitute_product:{pair.substitute}",
        summary=f"Deliver {wanted:g} of {known.name} instead of {need.said(need.quantity)}",
        shipments=shipments,
        certainty=certainty_of(shipments),
        tasks=("change the order line", "pick, pack and ship once"),
        requires=tuple(requires),
        drafts=(DraftWish(action="substitute_product", wanted=wanted_of),),
        evidence=(delivery.key, need.key, *known.evidence),
        cites=(pair.cite,) if pair.cite else (),
        uses={"pair": pair, "substitute": known, "product": need.code, "quantity": wanted},
    )
