"""What could be done about one order, before anybody judges it: each kind once for each way there is, or once with why there is none.

What the actions would do in Odoo is foretold here piece by piece (which line stays on which delivery); `tests` run them and compare.
"""

from __future__ import annotations

from collections.abc import Callable

from erp_tools.lateness.wording import SMALLEST, day_text, list_text
from erp_tools.options.buying import buying
from erp_tools.options.expediting import expediting
from erp_tools.options.freight import PricedCarrier
from erp_tools.options.option import DraftWish, Plan
from erp_tools.options.policy import Policy
from erp_tools.options.reallocating import reallocating
from erp_tools.options.shipping import (
    BACKORDER,
    besides,
    certainty_of,
    impossible,
    missing_of,
    on_its_own,
    ready_of,
)
from erp_tools.options.situation import Delivery, Situation
from erp_tools.options.sourcing import sourcing
from erp_tools.options.substituting import substituting
from erp_tools.options.transferring import transferring
from erp_tools.options.wishes import PURCHASING, ask_colleague, note

MOST_CARRIERS = 4
"""Faster carriers that are looked at."""


def plans_for(situation: Situation, policy: Policy) -> tuple[Plan, ...]:
    """Every option of an order that has something left to deliver."""
    makers: tuple[Callable[[Situation, Policy], list[Plan]], ...] = (
        splitting, sourcing, transferring, reallocating, substituting, expediting, buying, carrying, promising,
    )  # fmt: skip
    return (waiting(situation), *(plan for make in makers for plan in make(situation, policy)))


def waiting(situation: Situation) -> Plan:
    """Ship complete and wait."""
    shipments = tuple(on_its_own(situation, delivery) for delivery in situation.deliveries)
    wait = situation.wait
    ready = not situation.short
    when = f"on {day_text(wait.earliest)}" if wait.earliest else "on a day that nobody can name yet"
    if wait.earliest and wait.latest and wait.latest != wait.earliest:
        when = f"between {day_text(wait.earliest)} and {day_text(wait.latest)}"
    return Plan(
        kind="wait_complete",
        key="wait_complete",
        summary=f"{'Everything is reserved: ship it complete' if ready else 'Wait and ship everything together'} {when}",
        shipments=shipments,
        certainty=certainty_of(shipments),
        tasks=("pick, pack and ship once",),
        drafts=(_next_of_waiting(situation, when),),
        evidence=(*(delivery.key for delivery in situation.deliveries), *wait.evidence),
    )


def _next_of_waiting(situation: Situation, when: str) -> DraftWish:
    """Waiting changes nothing in Odoo: the order says that it was decided, or Purchasing finds a day."""
    if situation.wait.likely is not None:
        return note(situation, f"Decided: {situation.order} ships complete {when}. Nothing is divided.")
    missing = list_text([need.said(need.missing) for need in situation.short[:3]])
    return ask_colleague(
        situation, PURCHASING, summary=f"Find a day for {missing} of {situation.order}" if missing else f"Find a day for {situation.order}",
        text=situation.wait.why,
    )  # fmt: skip


def splitting(situation: Situation, policy: Policy) -> list[Plan]:
    """Ship what is ready and back-order the rest, delivery by delivery."""
    found = [
        split(situation, one)
        for one in situation.deliveries
        if one.ready > SMALLEST and one.missing > SMALLEST
    ]
    if found:
        return found
    names = list_text([one.name for one in situation.deliveries])
    why = (
        f"Everything on {names} is reserved, so there is nothing to leave behind."
        if not situation.short
        else f"Nothing on {names} is reserved, so there is nothing to ship first."
    )
    return impossible("split_delivery", why)


def split(situation: Situation, delivery: Delivery) -> Plan:
    """Odoo's own split of one delivery."""
    first = on_its_own(situation, delivery, parts=ready_of(situation, delivery))
    rest = on_its_own(situation, delivery, parts=missing_of(situation, delivery.pieces), name=BACKORDER)
    shipments = (first, rest, *besides(situation, delivery))
    then = f"on {day_text(rest.leaves)}" if rest.leaves else "when there is a date"
    said = "; ".join(
        need.said(share.quantity) for share in rest.shares if (need := situation.need(share.line_id))
    )
    return Plan(
        kind="split_delivery",
        key=f"split_delivery:{delivery.name}" if len(situation.deliveries) > 1 else "split_delivery",
        summary=f"Ship the reserved goods of {delivery.name} now; {said} follows {then}",
        shipments=shipments,
        certainty=certainty_of(shipments),
        tasks=(f"split {delivery.name}", "ship what is ready", "ship the backorder when it is complete"),
        drafts=(
            DraftWish(action="split_delivery", wanted={"order": situation.order, "delivery": delivery.name}),
        ),
        evidence=(delivery.key, *(key for need in situation.short for key in need.missing_when.evidence[:2])),
        uses={"delivery": delivery.name},
    )


def carrying(situation: Situation, policy: Policy) -> list[Plan]:
    """The same shipment with a faster carrier."""
    own = situation.carrier
    days = own.carrier.lead_days if own else None
    faster = [
        one
        for one in situation.carriers
        if one.carrier.lead_days is not None
        and (own is None or one.carrier.carrier_id != own.carrier.carrier_id)
        and (days is None or one.carrier.lead_days < days)
    ]
    if not faster:
        who = f"faster than {own.name}" if own else "with a known time on the road"
        return impossible("change_carrier", f"Odoo knows no carrier {who}.")
    chosen = sorted(faster, key=lambda one: (one.carrier.lead_days or 0, one.name))[:MOST_CARRIERS]
    return [_carry(situation, delivery, one) for delivery in situation.deliveries for one in chosen]


def _carry(situation: Situation, delivery: Delivery, one: PricedCarrier) -> Plan:
    shipments = (on_its_own(situation, delivery, carrier=one), *besides(situation, delivery))
    return Plan(
        kind="change_carrier",
        key=f"change_carrier:{one.name}" + (f":{delivery.name}" if len(situation.deliveries) > 1 else ""),
        summary=f"Ship {delivery.name} with {one.name} ({one.carrier.lead_days} days on the road)",
        shipments=shipments,
        certainty=certainty_of(shipments),
        tasks=("book another carrier", "pick, pack and ship once"),
        requires=(f"{one.name} takes the goods (weight, temperature, dangerous goods)",),
        drafts=(
            DraftWish(
                action="change_carrier",
                wanted={"order": situation.order, "delivery": delivery.name, "carrier": one.name},
            ),
        ),
        evidence=(delivery.key, ("delivery.carrier", one.carrier.carrier_id)),
        uses={"carrier": one.name, "delivery": delivery.name},
    )


def promising(situation: Situation, policy: Policy) -> list[Plan]:
    """Promise the day on which it can leave complete."""
    day = situation.wait.likely
    if day is None:
        return impossible(
            "change_promise_date", "There is no date that could be promised: " + situation.wait.why
        )
    if situation.promised is not None and day <= situation.promised:
        return impossible(
            "change_promise_date", "It can leave by the promised day, so no other has to be promised."
        )
    base = waiting(situation)
    return [
        Plan(
            kind="change_promise_date",
            key="change_promise_date",
            summary=f"Promise the customer {day_text(day)} and ship everything together",
            shipments=base.shipments,
            certainty=base.certainty,
            tasks=("pick, pack and ship once",),
            requires=("the customer agrees to the new day: until then the contract's day stands",),
            drafts=(
                DraftWish(
                    action="change_promise_date", wanted={"order": situation.order, "date": day.isoformat()}
                ),
            ),
            evidence=base.evidence,
            uses={"date": day},
        )
    ]
