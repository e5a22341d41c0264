"""What lateness costs by the contract, for the shipments of one plan. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from erp_tools.lateness.wording import money_text
from erp_tools.options.option import Penalty, Plan, Shipment
from erp_tools.options.policy import Policy, Rule
from erp_tools.options.ruling import days_between
from erp_tools.options.situation import Situation

NOTHING = Decimal(0)


def penalty_of(situation: Situation, policy: Policy, plan: Plan) -> Penalty:
    """The charge for what arrives after the promise, by the day to reckon with.

    Grace is taken off once; a cap (a share, a fixed amount, or both) bounds the sum. Other currencies are taken at Odoo's rate of today.
    A plan without a date has no known charge, and where prices may not be seen a share of them cannot be reckoned.
    """
    every = policy.on("late_delivery", situation.codes)
    rules = [rule for rule in every if rule.charge is not None]
    cites = tuple(dict.fromkeys(cite for rule in rules for cite in rule.cites))
    if policy.unread:
        return Penalty(amount=None, text="What the contract charges for lateness is not known.")
    if open_ones := [rule for rule in every if rule.says == "unknown"]:
        return Penalty(
            amount=None,
            text=f"What lateness costs by {open_ones[0].source} has to be read there.",
            cites=open_ones[0].cites,
        )
    if not rules:
        return Penalty(amount=NOTHING, text="Nothing that was read charges for lateness.", cites=())
    if situation.promised is None:
        return Penalty(amount=None, text="There is no promised day to be late against.", cites=cites)
    if any((one.arrives or one.expected) is None for one in plan.shipments):
        return Penalty(
            amount=None,
            text=f"Without a date the charge of {rules[0].source} cannot be reckoned.",
            cites=cites,
        )
    if situation.total is None and any(rule.charge and rule.charge.percent is not None for rule in rules):
        return Penalty(amount=None, text="It depends on prices that you may not see.", cites=cites)
    amount, days = NOTHING, 0
    for rule in rules:
        charged, late = _charged(situation, plan.shipments, rule)
        if charged is None:
            return Penalty(amount=None, text=_no_rate(situation, rule), cites=cites)
        amount, days = amount + charged, max(days, late)
    if not amount:
        words = "is late, within the grace" if days else "arrives in time"
        return Penalty(amount=NOTHING, text=f"{rules[0].source} charges nothing: it {words}.", cites=cites)
    return Penalty(
        amount=round(amount, 2),
        text=f"{rules[0].source} charges {money_text(round(amount, 2), situation.currency)}.",
        cites=cites,
    )


def _no_rate(situation: Situation, rule: Rule) -> str:
    assert rule.charge is not None
    known = situation.money(Decimal(1), rule.charge.currency) is not None
    currency = rule.cap_currency if known else rule.charge.currency
    return f"{rule.source} charges in {currency}, and Odoo has no rate for it to {situation.currency}."


def _charged(situation: Situation, shipments: Sequence[Shipment], rule: Rule) -> tuple[Decimal | None, int]:
    """(amount in the order's currency, most days late); no amount where a currency has no rate."""
    charge = rule.charge
    assert charge is not None
    total = sum((one.value for one in shipments), NOTHING)
    unit = "business_day" if charge.per == "business_day" else "calendar_day"
    late = {id(one): _days_late(situation, one, rule, unit) for one in shipments}
    worst = max(late.values(), default=0)
    if worst <= 0:
        return NOTHING, 0
    amount = NOTHING
    if charge.amount is not None:
        each = situation.money(charge.amount, charge.currency)
        if each is None:
            return None, worst
        amount = each * (
            sum(1 for days in late.values() if days)
            if charge.per in ("delivery", "once")
            else _times(charge.per, worst)
        )
    elif charge.percent is not None:
        if charge.base == "order":
            amount = total * charge.percent / 100 * _times(charge.per, worst)
        else:
            amount = sum(
                (one.value * charge.percent / 100 * _times(charge.per, late[id(one)]) for one in shipments),
                NOTHING,
            )
    late_value = sum((one.value for one in shipments if late[id(one)]), NOTHING)
    if rule.cap_percent is not None:
        base = total if rule.cap_base == "order" else late_value
        amount = min(amount, base * rule.cap_percent / 100)
    if rule.cap_amount is not None:
        most = situation.money(rule.cap_amount, rule.cap_currency or charge.currency)
        if most is None:
            return None, worst
        deliveries = sum(1 for days in late.values() if days) if rule.cap_base == "delivery" else 1
        amount = min(amount, most * deliveries)
    return amount, worst


def _times(per: str, days: int) -> int:
    """How often a charge falls due: a week that has begun counts."""
    if days <= 0:
        return 0
    return {"week": -(-days // 7), "month": -(-days // 30), "delivery": 1, "once": 1}.get(per, days)


def _days_late(situation: Situation, shipment: Shipment, rule: Rule, unit: str) -> int:
    day = shipment.arrives or shipment.expected
    assert day is not None
    assert situation.promised is not None
    due: date = situation.promised
    for span in (rule.tolerance, rule.grace):
        if span is not None:
            due = (
                situation.calendar.add(due, span.days)
                if span.unit == "business_day" and span.days
                else due + timedelta(days=span.days)
            )
    return max(0, days_between(due, day, unit, situation.calendar))
