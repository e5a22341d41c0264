"""Carriers, substitutes, other orders' stock and other vendors: whether what a plan chooses may be chosen. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from erp_tools.lateness.wording import day_text, list_text
from erp_tools.options.option import Plan, Ruling
from erp_tools.options.policy import Policy
from erp_tools.options.ruling import about, days_between, said_by
from erp_tools.options.situation import Situation
from erp_tools.options.stock import Holder


def names_carrier(names: Sequence[str], carrier: str) -> bool:
    """Whether a list of carriers, as a contract writes it, holds this one: service names may stand on either side."""
    wanted = carrier.casefold()
    return bool(wanted) and any(wanted in name.casefold() or name.casefold() in wanted for name in names)


def carrier_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
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
                said_by(rule, "conditional", f"{rule.source} names a condition for {carrier}: {named.text}")
            )
        elif rule.names and not names_carrier(rule.names, carrier):
            found.append(
                said_by(
                    rule, "forbids", f"{rule.source} approves {list_text(list(rule.names))}, not {carrier}"
                )
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
                said_by(rule, rule.says if not rule.names else "allows", f"{rule.source} {word} {carrier}")
            )
    return found or [
        Ruling(says="silent", text="Nothing says which carriers are approved.", subject="approved_carriers")
    ]


def substitution_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
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
    return [said_by(rule, rule.says, f"{rule.source} {words[rule.says]}{about(rule)}") for rule in own]


def reallocation_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
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
                return [said_by(rule, "forbids", text)]
    if not holder.is_later:
        return [Ruling(says="forbids", text=f"{holder.order} is not promised for a later day than this order.", evidence=holder.evidence,
                       subject="reallocation")]  # fmt: skip
    return [said_by(rule, "conditional", f"{rule.source} allows it on conditions") for rule in rules[:1]]


def buying_rulings(situation: Situation, policy: Policy, plan: Plan) -> list[Ruling]:
    """How much more another vendor may take, and whether more than is missing may be bought, before somebody has to agree."""
    if plan.kind != "buy_elsewhere":
        return []
    found = []
    for rule in policy.on("buying"):
        against = []
        dearer = plan.uses.get("dearer")
        if rule.price_share is not None and dearer is None:
            against.append("the price is not known")
        elif rule.price_share is not None and dearer is not None and dearer > rule.price_share:
            against.append(f"it is {dearer:.1f}% above the usual price")
        if rule.no_surplus and plan.uses.get("surplus"):
            against.append("more is bought than is missing")
        if against:
            text = f"{rule.source}: {list_text(against)}, so somebody has to agree (“{rule.text}”)"
            found.append(said_by(rule, "conditional", text))
        else:
            found.append(said_by(rule, "allows", f"{rule.source} allows it without asking"))
    return found
