"""Partial shipments: whether they are allowed, on which figures, and how much extra freight they may cost. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from erp_tools.lateness.wording import money_text
from erp_tools.options.option import Plan, Ruling
from erp_tools.options.policy import Policy, Rule, Span
from erp_tools.options.ruling import NO_MONEY, about, days_between, makes_parts, said_by
from erp_tools.options.situation import Situation


def partial_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    if not makes_parts(situation, plan):
        return []
    if policy.unread:
        return [Ruling(says="unknown", text=policy.unread, subject="partial_shipments")]
    rules = policy.on("partial_shipments", situation.codes)
    if not rules:
        return [
            Ruling(
                says="silent",
                text="No contract and no rule says anything about partial shipments.",
                subject="partial_shipments",
            )
        ]
    # Our own procedure calls it a split only where the parts reach the customer on different days.
    if rules[0].rank != "contract" and len(set(_days(plan))) == 1 and None not in _days(plan):
        return [
            Ruling(
                says="not_relevant",
                text="All parts reach the customer on the same day.",
                subject="partial_shipments",
            )
        ]
    return [_by(situation, plan, rule) for rule in rules]


def _by(situation: Situation, plan: Plan, rule: Rule) -> Ruling:
    if rule.says in ("forbids", "unknown"):
        what = (
            "does not allow partial shipments"
            if rule.says == "forbids"
            else "is not clear about partial shipments"
        )
        return said_by(rule, rule.says, f"{rule.source} {what}{about(rule)}")
    problems, cites = _broken(situation, plan, rule)
    if problems:
        return Ruling(
            says="forbids", text=f"{rule.source}: {'; '.join(problems)}.", cites=tuple(dict.fromkeys((*cites, *rule.cites))),
            subject=rule.subject,
        )  # fmt: skip
    if rule.rank != "contract":
        return said_by(
            rule,
            "silent" if rule.says == "allows" else "conditional",
            f"No contract speaks of it; {rule.source} allows it, its figures are kept",
        )
    how = (
        "allows partial shipments"
        if rule.says == "allows"
        else "allows partial shipments on conditions; those that can be reckoned are kept"
    )
    return said_by(rule, rule.says, f"{rule.source} {how}")


def _broken(situation: Situation, plan: Plan, rule: Rule) -> tuple[list[str], tuple[str, ...]]:
    """The figures of a rule that a plan does not keep, each in words."""
    found: list[str] = []
    first, total = _first_value(plan), sum((one.value for one in plan.shipments), NO_MONEY)
    currency = situation.currency
    priced = situation.total is not None and total > 0
    if priced and rule.first_share is not None and first * 100 < rule.first_share * total:
        share = round(first * 100 / total)
        found.append(
            f"the first shipment has to carry {rule.first_share:g}% of the order's value and carries {share}%"
        )
    if priced and rule.first_amount is not None and first < rule.first_amount:
        found.append(
            f"the first shipment has to be worth {money_text(rule.first_amount, currency)} and is worth {money_text(first, currency)}"
        )
    if priced and rule.shipment_amount is not None:
        small = [one for one in plan.shipments if one.value < rule.shipment_amount]
        if small:
            found.append(
                f"every shipment has to be worth {money_text(rule.shipment_amount, currency)} and one is worth "
                f"{money_text(small[0].value, currency)}"
            )
    count = situation.shipments_before + len(plan.shipments)
    if rule.most_shipments is not None and count > rule.most_shipments:
        found.append(f"{rule.most_shipments} shipments are the most, and it would be {count}")
    if rule.rest_within is not None:
        found += _late_rest(situation, plan, rule.rest_within)
    return found, rule.cites


def _late_rest(situation: Situation, plan: Plan, within: Span) -> list[str]:
    days = [one.expected for one in plan.shipments]
    unit = "working days" if within.unit == "business_day" else "days"
    if None in days:
        return [f"the rest has to follow within {within.days} {unit} and has no date"]
    known = [day for day in days if day is not None]
    gap = days_between(min(known), max(known), within.unit, situation.calendar)
    return (
        [f"the rest has to follow within {within.days} {unit} and follows after {gap}"]
        if gap > within.days
        else []
    )


def _first_value(plan: Plan) -> Decimal:
    """Of everything that leaves on the first day."""
    known = [one.expected for one in plan.shipments if one.expected is not None]
    if not known:
        return NO_MONEY
    return sum((one.value for one in plan.shipments if one.expected == min(known)), NO_MONEY)


def _days(plan: Plan) -> list[date | None]:
    return [one.arrives or one.expected for one in plan.shipments]


def freight_rulings(situation: Situation, policy: Policy, plan: Plan, extra: Decimal | None) -> list[Ruling]:
    """What extra freight our own rules allow, where a split adds some."""
    if not makes_parts(situation, plan) or extra is None or not situation.total:
        return []
    found = []
    share = extra * 100 / situation.total
    for rule in policy.on("freight_limit"):
        over_share = rule.freight_share is not None and share > rule.freight_share
        over_amount = rule.freight_amount is not None and extra > rule.freight_amount
        if over_share or over_amount:
            limit = (
                f"{rule.freight_share:g}% of the order"
                if over_share
                else money_text(rule.freight_amount or NO_MONEY, situation.currency)
            )
            found.append(
                said_by(
                    rule,
                    rule.says,
                    f"{rule.source}: the extra freight of {money_text(extra, situation.currency)} ({share:.1f}% of the order) "
                    f"is above {limit}",
                )
            )
    return found
