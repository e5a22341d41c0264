"""Hard constraints first: what contract, procedures and the records themselves say of a plan, each with the rule that says it. Pure.

A subject is decided by the highest rank that speaks of it. Our own prohibitions (cold chain, kits, credit hold, no date) stand beside
the contract: it may forbid more than we do, and allows nothing that we forbid ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from erp_tools.lateness.wording import day_text, list_text, money_text
from erp_tools.options.option import Fit, Plan, Ruling, Shipment
from erp_tools.options.policy import Policy, Rule, Span, Subject
from erp_tools.options.situation import Holder, Need, Situation, by_line
from erp_tools.reads.calendar import WorkCalendar

STRICTEST: tuple[Fit, ...] = ("forbids", "unknown", "conditional", "silent", "allows", "not_relevant")
NO_MONEY = Decimal(0)


def rulings_on(
    situation: Situation, policy: Policy, plan: Plan, *, extra_freight: Decimal | None
) -> tuple[Ruling, ...]:
    """What is said of a plan, the strictest first; empty: nothing speaks of it."""
    if plan.impossible:
        return ()
    checks: tuple[Callable[[Situation, Policy, Plan], list[Ruling]], ...] = (
        _credit, _partial, _cold_chain, _kits, _no_date, _ship_complete, _carrier, _substitution, _reallocation,
    )  # fmt: skip
    found = [ruling for check in checks for ruling in check(situation, policy, plan)]
    found += _freight(situation, policy, plan, extra_freight)
    return tuple(sorted(found, key=lambda one: STRICTEST.index(one.says)))


def fit_of(rulings: Iterable[Ruling]) -> Fit:
    """The strictest word."""
    return min((one.says for one in rulings), key=STRICTEST.index, default="not_relevant")


def makes_parts(situation: Situation, plan: Plan) -> bool:
    """It divides what would otherwise leave as fewer shipments."""
    return len(plan.shipments) > len(situation.deliveries)


def days_between(first: date, last: date, unit: str, calendar: WorkCalendar) -> int:
    """Days from the first (not counted) to the last, working days for ``business_day``."""
    if unit != "business_day":
        return (last - first).days
    count, day = 0, first
    while day < last:
        day += timedelta(days=1)
        count += 1 if calendar.is_working(day) else 0
    return count


# -- partial shipments ---------------------------------------------------------------------------------------------------


def _partial(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
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
    return [_partial_by(situation, plan, rule) for rule in rules]


def _partial_by(situation: Situation, plan: Plan, rule: Rule) -> Ruling:
    if rule.says in ("forbids", "unknown"):
        what = (
            "does not allow partial shipments"
            if rule.says == "forbids"
            else "is not clear about partial shipments"
        )
        return _said(rule, rule.says, f"{rule.source} {what}{_about(rule)}")
    problems, cites = _broken(situation, plan, rule)
    if problems:
        return Ruling(
            says="forbids", text=f"{rule.source}: {'; '.join(problems)}.", cites=tuple(dict.fromkeys((*cites, *rule.cites))),
            subject=rule.subject,
        )  # fmt: skip
    if rule.rank != "contract":
        return _said(
            rule,
            "silent" if rule.says == "allows" else "conditional",
            f"No contract speaks of it; {rule.source} allows it, its figures are kept",
        )
    how = (
        "allows partial shipments"
        if rule.says == "allows"
        else "allows partial shipments on conditions; those that can be reckoned are kept"
    )
    return _said(rule, rule.says, f"{rule.source} {how}")


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


def _freight(situation: Situation, policy: Policy, plan: Plan, extra: Decimal | None) -> list[Ruling]:
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
                _said(
                    rule,
                    rule.says,
                    f"{rule.source}: the extra freight of {money_text(extra, situation.currency)} ({share:.1f}% of the order) "
                    f"is above {limit}",
                )
            )
    return found


# -- our own prohibitions ------------------------------------------------------------------------------------------------


def _credit(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    if not situation.stopped_by or plan.kind in ("wait_complete", "change_promise_date"):
        return []
    rules = policy.on("credit_hold")
    said = f" ({rules[0].source})" if rules else ""
    return [Ruling(says="forbids", text=f"Nothing of it leaves until {situation.stopped_by}{said}.", cites=rules[0].cites if rules else (),
                   subject="credit_hold")]  # fmt: skip


def _cold_chain(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    found = []
    needs = by_line(situation)
    for rule in policy.on("one_shipment", situation.codes):
        carrying = [one for one in plan.shipments if _codes(one, needs) & set(rule.only_for)]
        if len(carrying) > 1:
            names = list_text(
                sorted({code for one in carrying for code in _codes(one, needs)} & set(rule.only_for))
            )
            found.append(_said(rule, "forbids", f"{rule.source}: {names} travel in one shipment"))
    return found


def _codes(shipment: Shipment, needs: dict[int, Need] | object) -> set[str]:
    known: dict[int, Need] = needs  # type: ignore[assignment]
    return {known[share.line_id].code for share in shipment.shares if share.line_id in known}


def _kits(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    divided = [
        need
        for need in situation.needs
        if need.is_kit
        and sum(1 for one in plan.shipments if any(share.line_id == need.line_id for share in one.shares)) > 1
    ]
    rules = policy.on("kits")
    if not divided:
        return []
    said = f"{rules[0].source}: " if rules else ""
    return [Ruling(says="forbids", text=f"{said}{divided[0].name} is a kit and is not divided.", cites=rules[0].cites if rules else (),
                   subject="kits")]  # fmt: skip


def _no_date(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    rules = policy.on("missing_date")
    if not rules or not makes_parts(situation, plan) or all(one.leaves is not None for one in plan.shipments):
        return []
    return [
        _said(
            rules[0], "forbids", f"{rules[0].source}: an order whose missing goods have no date is not split"
        )
    ]


def _ship_complete(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    if not situation.ships_complete or not makes_parts(situation, plan):
        return []
    rules = policy.on("ship_complete")
    source = rules[0].source if rules else "Its shipping policy in Odoo"
    text = f'{source}: the order ships "when all products are ready"; that was set by us and not asked for by the customer'
    return [
        Ruling(
            says="conditional",
            text=text + ".",
            cites=rules[0].cites if rules else (),
            evidence=(("sale.order", situation.order_id),),
            subject="ship_complete",
        )
    ]


# -- carriers, substitutes, other orders ---------------------------------------------------------------------------------


def names_carrier(names: Sequence[str], carrier: str) -> bool:
    """Whether a list of carriers, as a contract writes it, holds this one: service names may stand on either side."""
    wanted = carrier.casefold()
    return bool(wanted) and any(wanted in name.casefold() or name.casefold() in wanted for name in names)


def _carrier(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    carrier = plan.uses.get("carrier")
    if not carrier:
        return []
    if policy.unread:
        return [Ruling(says="unknown", text=policy.unread, subject="approved_carriers")]
    found = []
    for rule in policy.on("approved_carriers", situation.codes):
        named = next((one for one in rule.conditions if carrier.casefold() in one.text.casefold()), None)
        if rule.names and named is not None:
            found.append(
                _said(rule, "conditional", f"{rule.source} names a condition for {carrier}: {named.text}")
            )
        elif rule.names and not names_carrier(rule.names, carrier):
            found.append(
                _said(rule, "forbids", f"{rule.source} approves {list_text(list(rule.names))}, not {carrier}")
            )
        else:
            word = (
                "approves"
                if rule.names
                else "leaves the choice of the carrier to us for"
                if rule.says == "allows"
                else "asks the customer about"
            )
            found.append(
                _said(rule, rule.says if not rule.names else "allows", f"{rule.source} {word} {carrier}")
            )
    return found or [
        Ruling(says="silent", text="Nothing says which carriers are approved.", subject="approved_carriers")
    ]


def _substitution(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    product = plan.uses.get("product")
    if plan.kind != "substitute_product" or not product:
        return []
    if policy.unread:
        return [Ruling(says="unknown", text=policy.unread, subject="substitution")]
    rules = policy.on("substitution", (product,))
    if not rules:
        return [
            Ruling(
                says="silent",
                text="Nothing says whether a substitute may be delivered.",
                subject="substitution",
            )
        ]
    own = [rule for rule in rules if rule.only_for] or list(
        rules
    )  # a clause about this very product decides before a general one
    words = {"allows": "allows a substitute", "forbids": "does not allow a substitute", "conditional": "allows a substitute with consent",
             "unknown": "is not clear about substitutes"}  # fmt: skip
    return [_said(rule, rule.says, f"{rule.source} {words[rule.says]}{_about(rule)}") for rule in own]


def _reallocation(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    holder = plan.uses.get("holder")
    if not isinstance(holder, Holder):
        return []
    if holder.is_urgent:
        return [
            Ruling(
                says="forbids",
                text=f"{holder.order} is marked urgent.",
                evidence=holder.evidence,
                subject="reallocation",
            )
        ]
    rules = policy.on("reallocation")
    for rule in rules:
        if rule.within is not None and holder.promised is not None:
            left = days_between(situation.today, holder.promised, rule.within.unit, situation.calendar)
            if holder.promised <= situation.today or left <= rule.within.days:
                text = f"{rule.source}: {holder.order} is due on {day_text(holder.promised)}, within {rule.within.days} working days"
                return [_said(rule, "forbids", text)]
    if not holder.is_later:
        return [Ruling(says="forbids", text=f"{holder.order} is not promised for a later day than this order.", evidence=holder.evidence,
                       subject="reallocation")]  # fmt: skip
    return [_said(rule, "conditional", f"{rule.source} allows it on conditions") for rule in rules[:1]]


def _said(rule: Rule, says: Fit, text: str) -> Ruling:
    return Ruling(says=says, text=text.rstrip(".") + ".", cites=rule.cites, subject=rule.subject)


def _about(rule: Rule) -> str:
    if rule.only_for:
        return f" for {list_text(list(rule.only_for))}"
    return f" ({rule.limited_to})" if rule.limited_to else ""


def conditions_of(situation: Situation, policy: Policy, plan: Plan) -> tuple[tuple[str, str], ...]:
    """(words, passage) of the conditions that a person has to see to, for the subjects a plan touches."""
    subjects: list[tuple[Subject, Sequence[str]]] = []
    if makes_parts(situation, plan):
        subjects.append(("partial_shipments", situation.codes))
    if plan.uses.get("carrier"):
        subjects.append(("approved_carriers", situation.codes))
    if plan.kind == "substitute_product":
        subjects.append(("substitution", (str(plan.uses.get("product", "")),)))
    return tuple(
        dict.fromkeys(
            (one.text, one.cite)
            for subject, codes in subjects
            for rule in policy.on(subject, codes)
            if rule.says != "forbids"
            for one in rule.conditions
            if _concerns(situation, plan, one.text)
        )
    )


_CODE = re.compile(r"\b[A-Z]{2,}-\d{3,}\b")


def _concerns(situation: Situation, plan: Plan, words: str) -> bool:
    """A condition about certain products counts for an order of one of them, one about certain carriers for a plan that uses one."""
    codes = set(_CODE.findall(words))
    if codes and not codes & set(situation.codes):
        return False
    carrier = str(plan.uses.get("carrier") or "")
    named = {one.name for one in situation.carriers if one.name.casefold() in words.casefold()}
    return not (carrier and named) or carrier in named
