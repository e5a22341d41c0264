"""The vendor asked to be faster, alone and together with a split. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from erp_tools.lateness.wording import SMALLEST, days_text, list_text
from erp_tools.options.option import Cost, DraftWish, Plan
from erp_tools.options.policy import Policy
from erp_tools.options.shipping import (
    BACKORDER,
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
from erp_tools.options.situation import Delivery, Need, Situation, by_line
from erp_tools.options.when import When


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
    sent = {need.line_id: max(need.missing, least_of(need, coming.vendor)) for need in waiting}
    weight = sum((need.weighs(sent[need.line_id]) for need in waiting), Decimal(0))
    pieces = sum((Decimal(str(quantity)) for quantity in sent.values()), Decimal(0))
    costs: tuple[Cost, ...] = ()
    price = None
    if known is not None:
        price = situation.money(
            round(known.amount + known.per_kg * weight + known.per_unit * pieces, 2), known.currency
        )
    if known is not None and price is not None:
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
            replace(part, when=when(part.need, missing=part.need.missing > SMALLEST))
            for part in whole(situation, delivery)
        ],
    )  # fmt: skip
    shipments = (together, *besides(situation, delivery))
    said = list_text([need.said(need.missing) for need in waiting[:3]])
    more = [need for need in waiting if sent[need.line_id] > need.missing + SMALLEST]
    wish = DraftWish(
        action="expedite_purchase",
        wanted={
            "order": situation.order,
            "purchase": purchase,
            "text": "Please tell us by return what can leave at once, and what an earlier delivery would cost. "
            f"We need {said}.{_agreed(waiting, coming.vendor)}",
        },
    )
    requires: tuple[str, ...] = (f"{coming.vendor} confirms the earlier day in writing",)
    requires += () if known else (f"what {coming.vendor} can do faster, and what it costs, is not known yet",)
    requires += tuple(
        f"{coming.vendor} sends at least {need.said(sent[need.line_id])} at once (its least quantity)"
        for need in more
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
        uses={"purchase": purchase, "vendor": coming.vendor, "cost_known": price is not None},
    )
    found = [alone]
    if delivery.ready > SMALLEST and known is not None:
        first = on_its_own(situation, delivery, parts=ready_of(situation, delivery))
        rest = on_its_own(
            situation, delivery, name=BACKORDER,
            parts=[
                replace(part, when=when(part.need, missing=True))
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


def least_of(need: Need, vendor: str) -> float:
    """The least quantity that a vendor sells of a product, in its own unit; 0 without one."""
    return min((one.least for one in need.sellers if one.vendor == vendor), default=0.0)


def _agreed(waiting: Sequence[Need], vendor: str) -> str:
    """Lead times that Odoo holds for this vendor, as a sentence of the message; empty where it holds none."""
    days = {
        one.lead_days for need in waiting for one in need.sellers if one.vendor == vendor and one.lead_days
    }
    return (
        f" The lead time agreed on is {list_text([days_text(one) for one in sorted(days)])}." if days else ""
    )
