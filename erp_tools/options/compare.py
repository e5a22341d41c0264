"""All options of one order side by side: the best one named with its reason, and what would change it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from erp_tools.lateness.wording import day_text
from erp_tools.options.freshness import usable_stock
from erp_tools.options.option import Comparison, LineDay, Option, Plan, Shipment
from erp_tools.options.policy import Policy
from erp_tools.options.scoring import may_win, ranked, scored, ties
from erp_tools.options.sensitivity import sensitivity
from erp_tools.options.situation import Situation
from erp_tools.options.verdict import deciding_cites, verdict_on, why_not
from erp_tools.options.weights import Weights


def compare(situation: Situation, policy: Policy, weights: Weights) -> Comparison:
    """Every option of an order, the best first."""
    if why := nothing_to_choose(situation):
        return Comparison(options=(), verdict="", nothing=why, notes=policy.notes)
    situation = usable_stock(situation, policy)
    options, baseline = scored(situation, policy, weights)
    options = [replace(option, lines=_lines(situation, option.plan)) for option in options]
    in_order = ranked(options, weights)
    best = in_order[0] if in_order and may_win(in_order[0]) and not weights.decide_nothing else None
    tied = [one for one in in_order[1:] if best and may_win(one) and ties(best, one, weights)]
    shown = [_told(situation, one, best, [best, *tied] if best and tied else []) for one in in_order]
    shown.sort(key=lambda one: not one.recommended)
    verdict = verdict_on(situation, shown, weights)
    return Comparison(
        options=tuple(shown),
        verdict=verdict,
        verdict_cites=deciding_cites(shown),
        sensitivity=sensitivity(situation, policy, weights, shown),
        baseline_freight=baseline,
        notes=policy.notes,
    )


def nothing_to_choose(situation: Situation) -> str:
    """Why there are no options for an order, in a sentence; empty where there are."""
    name = situation.order
    if situation.state == "cancel":
        return f"{name} is cancelled: nothing will ship, so there is nothing to choose."
    if situation.state in ("draft", "sent"):
        return f"{name} is a quotation still; it has to be confirmed in Odoo before anything can ship."
    if situation.is_delivered:
        return f"Everything of {name} has left already, so there is nothing to divide."
    if not situation.moves_were_read:
        return f"How far the delivery of {name} is could not be read, so its options cannot be worked out."
    if not situation.needs or not situation.deliveries:
        return f"{name} has no open delivery that something could be done about."
    wait = situation.wait.likely
    if (
        not situation.short
        and situation.promised
        and wait
        and wait <= situation.promised
        and not situation.stopped_by
    ):
        return (
            f"{name} is not late: everything is reserved and can leave on {day_text(wait)}, "
            f"the promise is {day_text(situation.promised)}. Ship it complete."
        )
    return ""


def _lines(situation: Situation, plan: Plan) -> tuple[LineDay, ...]:
    found = []
    carrying: dict[int, list[Shipment]] = {}
    for one in plan.shipments:
        for line_id in {share.line_id for share in one.shares}:
            carrying.setdefault(line_id, []).append(one)
    for need in situation.needs:
        on = carrying.get(need.line_id, ())
        if not on:
            continue
        last = max(on, key=lambda one: (one.expected is None, one.expected or date.min))
        arrives = (
            None if any(one.arrives is None for one in on) else max(one.arrives for one in on if one.arrives)
        )
        day = arrives or last.expected
        on_time = None if day is None or situation.promised is None else day <= situation.promised
        found.append(
            LineDay(
                line_id=need.line_id, product=need.name, quantity=round(need.quantity / (need.per_unit or 1.0), 3), unit=need.unit,
                leaves=last.leaves, leaves_latest=last.leaves_latest, arrives=arrives, in_one_piece=len(on) == 1, on_time=on_time,
                why=last.why,
            )
        )  # fmt: skip
    return tuple(found)


def _told(situation: Situation, option: Option, best: Option | None, tied: Sequence[Option]) -> Option:
    recommended = best is not None and option.plan.key == best.plan.key
    in_tie = any(one.plan.key == option.plan.key for one in tied)
    return replace(
        option,
        recommended=recommended,
        tied=in_tie,
        why_not="" if recommended else why_not(situation, option, best, in_tie=in_tie),
    )
