"""Options that need a product or a vendor: a substitute, an expedited purchase, another vendor. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from erp_tools.lateness.wording import SMALLEST, list_text
from erp_tools.options.option import Cost, DraftWish, Plan
from erp_tools.options.policy import Policy, SubstitutePair
from erp_tools.options.shipping import (
    BACKORDER,
    Part,
    besides,
    certainty_of,
    impossible,
    least_certain,
    missing_of,
    nothing_short,
    on_its_own,
    ready_of,
    whole,
)
from erp_tools.options.situation import Delivery, Need, Situation, Substitute, When, by_line


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
    return impossible(
        "substitute_product", " ".join(reasons) or f"The list of approved substitutes names none for {names}."
    )


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
    parts = [
        Part(
            need=needs[piece.line_id],
            product_id=piece.product_id,
            quantity=piece.demand,
            when=needs[piece.line_id].ready_when
            if piece.line_id == need.line_id or piece.missing <= SMALLEST
            else needs[piece.line_id].missing_when,
        )
        for piece in delivery.pieces
        if piece.line_id in needs
    ]
    shipped = on_its_own(situation, delivery, parts=parts)
    shipments = (shipped, *besides(situation, delivery))
    same_count = pair.ratio == 1
    requires = [] if pair.standing else ["the customer consents to the substitute in writing"]
    if pair.condition:
        requires.append(pair.condition)
    return Plan(
        kind="substitute_product",
        key=f"substitute_product:{pair.substitute}",
        summary=f"Deliver {wanted:g} of {known.name} instead of {need.said(need.quantity)}",
        shipments=shipments,
        certainty=certainty_of(shipments),
        tasks=(
            "change the order line",
            *(() if same_count else ("do so by hand in Odoo",)),
            "pick, pack and ship once",
        ),
        requires=tuple(requires),
        drafts=(
            DraftWish(
                action="substitute_product",
                wanted={"order": situation.order, "product": pair.ordered, "substitute": pair.substitute},
            ),
        )
        if same_count
        else (),
        no_draft=""
        if same_count
        else f"{pair.ratio:g} of {pair.substitute} stand for one {pair.ordered}: the line is changed in Odoo by hand.",
        evidence=(delivery.key, need.key, *known.evidence),
        cites=(pair.cite,) if pair.cite else (),
        uses={"pair": pair, "substitute": known, "product": need.code, "quantity": wanted},
    )


def expediting(situation: Situation, policy: Policy) -> list[Plan]:
    """The vendor asked to be faster, alone and together with a split."""
    if why := nothing_short(situation):
        return impossible("expedite_purchase", why)
    purchases: dict[str, list[Need]] = {}
    for need in situation.short:
        for one in need.coming[:1]:
            purchases.setdefault(one.purchase, []).append(need)
    found = []
    for purchase, waiting in purchases.items():
        for delivery in situation.deliveries:
            lines = {need.line_id for need in waiting}
            if any(piece.line_id in lines and piece.missing > SMALLEST for piece in delivery.pieces):
                found += _expedite(situation, policy, delivery, purchase, waiting)
    return found or impossible("expedite_purchase", "No purchase order brings what is missing.")


def _expedite(
    situation: Situation, policy: Policy, delivery: Delivery, purchase: str, waiting: Sequence[Need]
) -> list[Plan]:
    coming = waiting[0].coming[0]
    known = policy.expedite(coming.vendor)
    if known is not None and not known.possible:
        return impossible("expedite_purchase", f"{coming.vendor} cannot be expedited: {known.what}.")
    weight = sum((need.weighs(need.missing) for need in waiting), Decimal(0))
    pieces = sum((Decimal(str(need.missing)) for need in waiting), Decimal(0))
    costs: tuple[Cost, ...] = ()
    if known is not None:
        price = round(known.amount + known.per_kg * weight + known.per_unit * pieces, 2)
        costs = (Cost(what=f"Expedite {purchase} ({known.what})", amount=price, cites=known.cites),)
    gain = known.gain_days if known else 0
    tomorrow = situation.calendar.working_day_from(situation.today + timedelta(days=1))
    lines = {need.line_id for need in waiting}

    def when(need: Need, *, missing: bool) -> When:
        if not missing:
            return need.ready_when
        return (
            need.missing_when.moved(-gain, not_before=tomorrow)
            if need.line_id in lines
            else need.missing_when
        )

    needs = by_line(situation)
    together = on_its_own(
        situation,
        delivery,
        parts=[
            Part(need=part.need, product_id=part.product_id, quantity=part.quantity,
                 when=when(part.need, missing=part.need.missing > SMALLEST))
            for part in whole(situation, delivery)
        ],
    )  # fmt: skip
    shipments = (together, *besides(situation, delivery))
    said = list_text([need.said(need.missing) for need in waiting[:3]])
    wish = DraftWish(
        action="expedite_purchase",
        wanted={
            "order": situation.order,
            "purchase": purchase,
            "text": f"Please tell us by return what can leave at once, and what an earlier delivery would cost. We need {said}.",
        },
    )
    requires = (f"{coming.vendor} confirms the earlier day in writing",) + (
        () if known else (f"what {coming.vendor} can do faster, and what it costs, is not known yet",)
    )
    gained = f", {gain} days sooner" if gain else ""
    alone = Plan(
        kind="expedite_purchase",
        key=f"expedite_purchase:{purchase}",
        summary=f"Ask {coming.vendor} to expedite {purchase}{gained}, and ship everything together",
        shipments=shipments,
        certainty=least_certain(certainty_of(shipments), "likely" if known else "unknown"),
        costs=costs,
        tasks=("ask the vendor", "pick, pack and ship once"),
        requires=requires,
        drafts=(wish,),
        evidence=(delivery.key, *coming.evidence),
        cites=known.cites if known else (),
        uses={"purchase": purchase, "vendor": coming.vendor, "cost_known": known is not None},
    )
    found = [alone]
    if delivery.ready > SMALLEST and known is not None:
        first = on_its_own(situation, delivery, parts=ready_of(situation, delivery))
        rest = on_its_own(
            situation, delivery, name=BACKORDER,
            parts=[
                Part(need=part.need, product_id=part.product_id, quantity=part.quantity, when=when(part.need, missing=True))
                for part in missing_of(situation, delivery.pieces)
                if part.need.line_id in needs
            ],
        )  # fmt: skip
        both = (first, rest, *besides(situation, delivery))
        found.append(
            replace(
                alone,
                kind="split_and_expedite",
                key=f"split_and_expedite:{purchase}",
                summary=f"Ship the reserved goods of {delivery.name} now and ask {coming.vendor} to expedite {purchase}{gained}",
                shipments=both,
                certainty=least_certain(certainty_of(both), "likely"),
                tasks=(
                    f"split {delivery.name}",
                    "ask the vendor",
                    "ship what is ready",
                    "ship the backorder when it is complete",
                ),
                drafts=(
                    DraftWish(
                        action="split_delivery",
                        wanted={"order": situation.order, "delivery": delivery.name},
                    ),
                    wish,
                ),
            )
        )
    return found


def buying(situation: Situation, policy: Policy) -> list[Plan]:
    """Another vendor of the same product."""
    if why := nothing_short(situation):
        return impossible("buy_elsewhere", why)
    chosen: dict[int, tuple[Need, str, int]] = {}
    for need in situation.short:
        usual = {one.vendor for one in need.coming} or {one.vendor for one in need.sellers[:1]}
        others = [one for one in need.sellers if one.vendor not in usual]
        if not others:
            return impossible("buy_elsewhere", f"Odoo names no other vendor of {need.name}.")
        best = min(others, key=lambda one: (one.lead_days, one.vendor))
        chosen[need.line_id] = (need, best.vendor, best.lead_days)
    if len(situation.deliveries) != 1:
        return impossible(
            "buy_elsewhere", "It leaves in several deliveries; the purchase is planned for one."
        )

    def when(line_id: int) -> When:
        _, vendor, lead = chosen[line_id]
        day = situation.calendar.add(
            situation.calendar.working_day_from(situation.today + timedelta(days=lead)), 1
        )
        return When(
            earliest=day,
            latest=None,
            why=f"Ordered today, {vendor} needs {lead} days; the goods leave one working day later.",
        )

    delivery = situation.deliveries[0]
    parts = [
        Part(need=part.need, product_id=part.product_id, quantity=part.quantity,
             when=when(part.need.line_id) if part.need.line_id in chosen else part.when)
        for part in whole(situation, delivery)
    ]  # fmt: skip
    shipped = on_its_own(situation, delivery, parts=parts)
    vendors = list_text(sorted({vendor for _, vendor, _ in chosen.values()}))
    return [
        Plan(
            kind="buy_elsewhere",
            key="buy_elsewhere",
            summary=f"Buy the missing goods from {vendors} and ship everything together",
            shipments=(shipped,),
            certainty=least_certain(certainty_of((shipped,)), "likely"),
            tasks=("order from the other vendor", "receive and put away", "pick, pack and ship once"),
            requires=(f"{vendors} has it and confirms the day", "Purchasing agrees to the price"),
            no_draft="A purchase order is made by Purchasing in Odoo; there is no drafted action for it.",
            evidence=(delivery.key, *(need.key for need, _, _ in chosen.values())),
            uses={"cost_known": False, "vendor": vendors},
        )
    ]
