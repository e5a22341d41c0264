"""Shelf life: what a customer may still be sent. Stock that would be too old on arrival is no stock for them. Pure.

A contract (else our procedure, else the general terms) says how much of a lot's life has to be left on the day it arrives: a share of
its whole life, or days. First expired, first out: of the lots that are fresh enough, the one that expires first leaves first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING
from typing import Literal

from erp_tools.lateness.wording import SMALLEST, day_text, days_text, list_text
from erp_tools.options.policy import Policy, Rule
from erp_tools.options.situation import Need, Situation
from erp_tools.options.stock import Holder, Lot, Place, Substitute, TooOld, in_turn

MOST_LOTS = 3
"""Lots that a sentence names."""


@dataclass(frozen=True, kw_only=True)
class LifeAsked:
    """How much of a product's life has to be left on arrival."""

    days: int | None
    """None: it is a share of a life that Odoo does not keep."""
    rule: Rule

    @property
    def text(self) -> str:
        """``Supply Agreement MF-2026-014, clause 10.1 asks for 60% of the shelf life on arrival (12 days)``."""
        if self.rule.life_share is None:
            return f"{self.rule.source} asks for {days_text(self.days or 0)} of shelf life on arrival"
        counted = f" ({days_text(self.days)})" if self.days is not None else ""
        return f"{self.rule.source} asks for {self.rule.life_share:g}% of the shelf life on arrival{counted}"

    def accepts(self, lot: Lot, arrives: date) -> bool:
        """A lot without a date keeps; a share of an unknown life is nothing that could be refused."""
        return lot.expires is None or self.days is None or (lot.expires - arrives).days >= self.days


def life_asked(policy: Policy, code: str, life_days: int | None) -> LifeAsked | None:
    """What is asked for one product; the strictest where several clauses of one rank speak of it, those about this very product first.
    None: nothing is."""
    rules = [rule for rule in policy.on("shelf_life", (code,)) if rule.says not in ("allows", "unknown")]
    own = [rule for rule in rules if code in rule.only_for] or [rule for rule in rules if not rule.only_for]
    asked = [LifeAsked(days=_days(rule, life_days), rule=rule) for rule in own]
    return max(asked, key=lambda one: one.days if one.days is not None else -1, default=None)


def _days(rule: Rule, life_days: int | None) -> int | None:
    if rule.life_days is not None:
        return rule.life_days
    if rule.life_share is None or life_days is None:
        return None
    return int((rule.life_share * life_days / 100).to_integral_value(ROUND_CEILING))


def taken(lots: Sequence[Lot], quantity: float) -> tuple[tuple[Lot, ...], tuple[Lot, ...]]:
    """(the lots that so much of a product is taken from, what is left of all): first expired first out, the last one in part."""
    found: list[Lot] = []
    left: list[Lot] = []
    for lot in in_turn(lots):
        part = min(max(quantity, 0.0), lot.quantity)
        quantity -= part
        if part > SMALLEST:
            found.append(replace(lot, quantity=part))
        if lot.quantity - part > SMALLEST:
            left.append(replace(lot, quantity=lot.quantity - part))
    return tuple(found), tuple(left)


def told(lot: Lot, arrives: date) -> str:
    """``lot 2451-A (8 days left on 28 Nov 2026)``."""
    assert lot.expires is not None
    left = (lot.expires - arrives).days
    return f"lot {lot.name} ({days_text(left) if left > 0 else 'none'} left on {day_text(arrives)})"


def named(lots: Sequence[Lot], arrives: date) -> str:
    more = f" and {len(lots) - MOST_LOTS} more" if len(lots) > MOST_LOTS else ""
    return list_text([told(lot, arrives) for lot in lots[:MOST_LOTS]]) + more


def earliest_arrival(situation: Situation) -> date:
    """The first day on which anything could reach the customer: the kindest to a lot."""
    leaves = max(situation.departure.earliest or situation.today, situation.today)
    known = [one.carrier.lead_days for one in (situation.carrier, *situation.carriers) if one is not None]
    return leaves + timedelta(days=min((days for days in known if days is not None), default=0))


def usable_stock(situation: Situation, policy: Policy) -> Situation:
    """The same order without the stock elsewhere that would be too old for this customer even on the first day on which it could arrive.

    What is reserved for the order itself stays: whether that may leave is ruled on (`lot_rules`), shipment by shipment.
    """
    if not policy.on("shelf_life", situation.all_codes):
        return situation
    arrives = earliest_arrival(situation)
    left_out: list[TooOld] = []
    needs = tuple(_fresh_need(need, policy, arrives, left_out) for need in situation.needs)
    lines = {need.code: need for need in situation.needs}
    substitutes = tuple(
        _fresh_substitute(one, policy, arrives, lines.get(one.ordered), left_out)
        for one in situation.substitutes
    )
    return replace(situation, needs=needs, substitutes=substitutes, too_old=tuple(left_out))


def _fresh_need(need: Need, policy: Policy, arrives: date, left_out: list[TooOld]) -> Need:
    asked = life_asked(policy, need.code, need.life_days)
    if asked is None:
        return need
    places = tuple(_fresh_place(need, place, asked, arrives, left_out) for place in need.places)
    holders = tuple(_fresh_holder(need, holder, asked, arrives, left_out) for holder in need.holders)
    return replace(
        need,
        places=tuple(place for place in places if place.free > SMALLEST),
        holders=tuple(holder for holder in holders if holder.quantity > SMALLEST),
    )


def _fresh_place(need: Need, place: Place, asked: LifeAsked, arrives: date, left_out: list[TooOld]) -> Place:
    old = [lot for lot in place.lots if not asked.accepts(lot, arrives)]
    if not old:
        return place
    amount = sum(lot.quantity for lot in old)
    text = f"{need.said(amount)} in {place.warehouse} is too old for this customer: {named(old, arrives)}; {asked.text}."
    left_out.append(_left_out(need.line_id, place.warehouse, text, asked, old))
    fresh = tuple(lot for lot in place.lots if lot not in old)
    first = min((lot.turn for lot in fresh), default=None)
    return replace(
        place,
        free=max(0.0, place.free - amount),
        lots=fresh,
        skipped=tuple(lot for lot in old if first is not None and lot.turn < first),
    )


def _fresh_holder(
    need: Need, holder: Holder, asked: LifeAsked, arrives: date, left_out: list[TooOld]
) -> Holder:
    """Which lot another order holds was not read: as much of it as old lots are reserved there may be old."""
    if not holder.same_place:
        return holder
    old = [lot for lot in need.held if not asked.accepts(lot, arrives)]
    ours = sum(lot.quantity for lot in need.lots if not asked.accepts(lot, arrives))
    amount = max(0.0, sum(lot.quantity for lot in old) - ours)
    if amount <= SMALLEST:
        return holder
    text = (
        f"What {holder.order} holds of {need.name} may be too old for this customer: {named(old, arrives)} reserved in the same "
        f"warehouse; {asked.text}."
    )
    left_out.append(_left_out(need.line_id, holder.order, text, asked, old, what="order"))
    return replace(holder, quantity=max(0.0, holder.quantity - amount))


def _fresh_substitute(
    one: Substitute, policy: Policy, arrives: date, need: Need | None, left_out: list[TooOld]
) -> Substitute:
    asked = life_asked(policy, one.code, one.life_days)
    old = [lot for lot in one.lots if asked is not None and not asked.accepts(lot, arrives)]
    if asked is None or not old:
        return one
    amount = sum(lot.quantity for lot in old)
    text = f"{amount:g} of {one.name} is too old for this customer: {named(old, arrives)}; {asked.text}."
    left_out.append(_left_out(need.line_id if need else 0, one.code, text, asked, old, what="substitute"))
    return replace(
        one, free=max(0.0, one.free - amount), lots=tuple(lot for lot in one.lots if lot not in old)
    )


def _left_out(
    line_id: int,
    place: str,
    text: str,
    asked: LifeAsked,
    lots: Sequence[Lot],
    *,
    what: Literal["place", "order", "substitute"] = "place",
) -> TooOld:
    evidence = tuple(key for lot in lots[:MOST_LOTS] for key in lot.evidence[:1])
    return TooOld(
        line_id=line_id, place=place, text=text, cites=asked.rule.cites, evidence=evidence, what=what
    )
