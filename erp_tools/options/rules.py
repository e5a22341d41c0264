"""Hard constraints first: what contract, procedures and the records themselves say of a plan, each with the rule that says it. Pure.

A subject is decided by the highest rank that speaks of it. Our own prohibitions (cold chain, kits, credit hold, no date) stand beside
the contract: it may forbid more than we do, and allows nothing that we forbid ourselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from erp_tools.lateness.wording import list_text
from erp_tools.options.choice_rules import (
    buying_rulings,
    carrier_rulings,
    reallocation_rulings,
    substitution_rulings,
)
from erp_tools.options.option import Fit, Plan, Ruling, Shipment
from erp_tools.options.partial_rules import freight_rulings, partial_rulings
from erp_tools.options.policy import Policy, Subject
from erp_tools.options.ruling import makes_parts, said_by
from erp_tools.options.shelf_rules import shelf_life_rulings
from erp_tools.options.situation import Need, Situation, by_line

STRICTEST: tuple[Fit, ...] = ("forbids", "unknown", "conditional", "silent", "allows", "not_relevant")


def rulings_on(
    situation: Situation, policy: Policy, plan: Plan, *, extra_freight: Decimal | None
) -> tuple[Ruling, ...]:
    """What is said of a plan, the strictest first; empty: nothing speaks of it."""
    if plan.impossible:
        return ()
    checks: tuple[Callable[[Situation, Policy, Plan], list[Ruling]], ...] = (
        _credit, partial_rulings, _cold_chain, _kits, _no_date, _ship_complete, carrier_rulings,
        substitution_rulings, reallocation_rulings, buying_rulings, shelf_life_rulings,
    )  # fmt: skip
    found = [ruling for check in checks for ruling in check(situation, policy, plan)]
    found += freight_rulings(situation, policy, plan, extra_freight)
    return tuple(sorted(found, key=lambda one: STRICTEST.index(one.says)))


def fit_of(rulings: Iterable[Ruling]) -> Fit:
    """The strictest word."""
    return min((one.says for one in rulings), key=STRICTEST.index, default="not_relevant")


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
            found.append(said_by(rule, "forbids", f"{rule.source}: {names} travel in one shipment"))
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
        said_by(
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
