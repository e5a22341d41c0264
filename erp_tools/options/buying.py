"""Buying the missing goods from another vendor of the product (`product.supplierinfo`). Pure.

A vendor's terms hold from a quantity on, on certain days, in a currency. Where its least quantity is more than what is missing, that
much is bought: the surplus stays in stock, and the money it binds is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.wording import SMALLEST, day_text, days_text, list_text, money_text
from erp_tools.options.option import Cost, DraftWish, Plan
from erp_tools.options.policy import Policy
from erp_tools.options.shipping import (
    certainty_of,
    impossible,
    least_certain,
    nothing_short,
    on_its_own,
    whole,
)
from erp_tools.options.situation import Need, Situation
from erp_tools.options.stock import Seller
from erp_tools.options.when import When
from erp_tools.options.wishes import PURCHASING, ask_colleague


@dataclass(frozen=True, kw_only=True)
class Bought:
    """One line bought from one vendor. Money in the order's currency."""

    need: Need
    terms: Seller
    quantity: float
    """At least what is missing, at least the vendor's least quantity; in the product's own unit."""
    price: Decimal | None
    """Of one; None: not known, not for this person, or in a currency without a rate."""
    usual_price: Decimal | None
    """What the vendor on whom it waits (else the first one) takes for one."""

    @property
    def surplus(self) -> float:
        return max(0.0, self.quantity - self.need.missing)

    @property
    def costs(self) -> tuple[Cost, ...]:
        """What it costs more than the usual purchase, and what the surplus binds."""
        found = []
        if self.price is not None and self.usual_price is not None and self.price != self.usual_price:
            more = round((self.price - self.usual_price) * Decimal(str(self.need.missing)), 2)
            found.append(Cost(what=f"Another price for {self.need.name} at {self.terms.vendor}", amount=more))
        if self.price is not None and self.surplus > SMALLEST:
            least = f"{self.terms.vendor} sells at least {self.least}"
            what = f"{self.need.said(self.surplus)} more than is missing ({least}); it stays in stock"
            found.append(
                Cost(what=what, amount=round(self.price * Decimal(str(self.surplus)), 2), stays=True)
            )
        return tuple(found)

    @property
    def least(self) -> str:
        return f"{self.quantity / (self.need.per_unit or 1.0):g}"

    @property
    def is_priced(self) -> bool:
        return self.price is not None and self.usual_price is not None


def best_terms(situation: Situation, need: Need, sellers: Sequence[Seller]) -> tuple[Seller, float] | None:
    """One vendor's terms for a line, and how much is bought: a price break is taken where the whole bill is smaller for it.

    Without prices the terms that hold for what is missing count, else those with the least quantity.
    """
    offers = [(one, max(need.missing, one.least)) for one in sellers]
    if not offers:
        return None
    bills = [_bill(situation, one, quantity) for one, quantity in offers]
    if all(bill is not None for bill in bills):
        return min(zip(offers, bills, strict=True), key=lambda pair: (pair[1], pair[0][1]))[0]
    return min(offers, key=lambda offer: (offer[1], -offer[0].least))


def _bill(situation: Situation, terms: Seller, quantity: float) -> Decimal | None:
    price = _price(situation, terms)
    return None if price is None else price * Decimal(str(quantity))


def _price(situation: Situation, terms: Seller) -> Decimal | None:
    """Of one, in the order's currency, unrounded as far as the rate allows."""
    if terms.price is None:
        return None
    thousand = situation.money(
        terms.price * 1000, terms.currency
    )  # a price of a cent a piece keeps its places
    return None if thousand is None else thousand / 1000


def buying(situation: Situation, policy: Policy) -> list[Plan]:
    """The missing lines that another vendor sells, bought there; each delivery leaves when it is complete."""
    if why := nothing_short(situation):
        return impossible("buy_elsewhere", why)
    chosen = {need.line_id: bought for need in situation.short if (bought := _bought(situation, need))}
    if not chosen:
        names = list_text([need.name for need in situation.short[:3]])
        return impossible("buy_elsewhere", f"Odoo names no other vendor of {names}.")
    shipments = tuple(
        on_its_own(
            situation,
            delivery,
            parts=[
                replace(part, when=_when(situation, chosen[part.need.line_id]))
                if part.need.line_id in chosen
                else part
                for part in whole(situation, delivery)
            ],
        )
        for delivery in situation.deliveries
    )
    vendors = list_text(sorted({one.terms.vendor for one in chosen.values()}))
    said = list_text([_said(one) for one in list(chosen.values())[:3]])
    left = [need.name for need in situation.short if need.line_id not in chosen]
    rest = f"; {list_text(left[:3])} {'has' if len(left) == 1 else 'have'} no other vendor" if left else ""
    keys: tuple[FactKey, ...] = tuple(delivery.key for delivery in situation.deliveries)
    return [
        Plan(
            kind="buy_elsewhere",
            key="buy_elsewhere",
            summary=f"Buy {said} and ship everything together{rest}",
            shipments=shipments,
            certainty=least_certain(certainty_of(shipments), "likely"),
            costs=tuple(cost for one in chosen.values() for cost in one.costs),
            tasks=("order from the other vendor", "receive and put away", "pick, pack and ship once"),
            requires=(
                f"{vendors} has it and confirms the day",
                *(_money_asked(situation, one) for one in chosen.values()),
            ),
            drafts=tuple(_wish(situation, one) for one in chosen.values()),
            evidence=(*keys, *(one.need.key for one in chosen.values())),
            uses={
                "cost_known": all(one.is_priced for one in chosen.values()),
                "vendor": vendors,
                "surplus": any(one.surplus > SMALLEST for one in chosen.values()),
                "dearer": _dearer(list(chosen.values())),
            },
        )
    ]


def _bought(situation: Situation, need: Need) -> Bought | None:
    """From the vendor that is fastest, then cheapest; None without another one. Where nothing is on its way every vendor counts."""
    usual = {one.vendor for one in need.coming}
    found = []
    for vendor in dict.fromkeys(one.vendor for one in need.sellers if one.vendor not in usual):
        best = best_terms(situation, need, [one for one in need.sellers if one.vendor == vendor])
        if best is not None:
            found.append(best)
    if not found:
        return None
    terms, quantity = min(
        found,
        key=lambda one: (
            one[0].lead_days,
            (bill := _bill(situation, *one)) is None,
            bill or 0,
            one[0].vendor,
        ),
    )
    own = [one for one in need.sellers if one.vendor in usual] or list(need.sellers[:1])
    known = best_terms(situation, need, own)
    return Bought(
        need=need, terms=terms, quantity=quantity, price=_price(situation, terms),
        usual_price=_price(situation, known[0]) if known else None,
    )  # fmt: skip


def _dearer(bought: Sequence[Bought]) -> Decimal | None:
    """By how much the dearest of them is above its usual price, in per cent; None where a price is not known."""
    shares = [
        (one.price - one.usual_price) * 100 / one.usual_price
        for one in bought
        if one.price is not None and one.usual_price
    ]
    return max(shares) if len(shares) == len(bought) else None


def _when(situation: Situation, one: Bought) -> When:
    here = situation.today + timedelta(days=one.terms.lead_days)
    return When(
        earliest=situation.calendar.add(situation.calendar.working_day_from(here), 1),
        latest=None,
        why=f"Ordered today, {one.terms.vendor} needs {days_text(one.terms.lead_days)}; the goods leave one working day later.",
    )


def _said(one: Bought) -> str:
    more = f" ({one.need.said(one.need.missing)} are missing)" if one.surplus > SMALLEST else ""
    return f"{one.need.said(one.quantity)} from {one.terms.vendor}{more}"


def _money_asked(situation: Situation, one: Bought) -> str:
    if one.terms.price is not None and one.price is None:
        return f"Purchasing finds out what {one.terms.currency} is worth in {situation.currency}: Odoo has no rate"
    if one.price is None:
        return "Purchasing agrees to the price"
    return f"Purchasing agrees to the price of {money_text(round(one.price, 2), situation.currency)} each"


def _wish(situation: Situation, one: Bought) -> DraftWish:
    """Without a price: who reads an order's activities may not be somebody who sees our costs."""
    by = one.need.said(one.quantity)
    when = _when(situation, one).earliest
    needed = situation.calendar.working_day_from(situation.today + timedelta(days=one.terms.lead_days))
    text = f"{by} from {one.terms.vendor}, here by {day_text(needed)}"
    text += f", to ship on {day_text(when)}." if when else "."
    if one.surplus > SMALLEST:
        text += (
            f" {one.need.said(one.need.missing)} are missing; {one.terms.vendor} sells at least {one.least}."
        )
    return ask_colleague(
        situation, PURCHASING, summary=f"Buy {by} from {one.terms.vendor} for {situation.order}", text=text
    )
