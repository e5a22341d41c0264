"""Every plan of an order ruled on and scored, and the order in which they stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from erp_tools.options.generate import plans_for
from erp_tools.options.option import Option, Penalty, Plan
from erp_tools.options.penalty import penalty_of
from erp_tools.options.policy import Policy
from erp_tools.options.rules import conditions_of, fit_of, rulings_on
from erp_tools.options.score import parts_of, score_of
from erp_tools.options.situation import Situation
from erp_tools.options.weights import Weights


def scored(situation: Situation, policy: Policy, weights: Weights) -> tuple[list[Option], Decimal | None]:
    """Every plan ruled on and scored, without its lines: sensitivity scores the same plans many times over."""
    plans = plans_for(situation, policy)
    baseline = _freight(plans[0])
    return [_option(situation, policy, weights, plan, baseline, plans[0]) for plan in plans], baseline


def _option(
    situation: Situation, policy: Policy, weights: Weights, plan: Plan, baseline: Decimal | None, wait: Plan
) -> Option:
    extra = _extra(plan, baseline, wait)
    cost = (
        None
        if extra is None or plan.uses.get("cost_known") is False
        else extra + sum((one.amount for one in plan.costs), Decimal(0))
    )
    penalty = Penalty(amount=None, text="") if plan.impossible else penalty_of(situation, policy, plan)
    rulings = rulings_on(situation, policy, plan, extra_freight=extra)
    fit = fit_of(rulings)
    requires = [*plan.requires, *(f"{words}" for words in situation.held_until)]
    requires += [text for text, _ in conditions_of(situation, policy, plan)]
    if cost is None and not plan.impossible:
        requires.append("somebody finds out what it costs: no price for it is on record")
    plan = replace(plan, requires=tuple(dict.fromkeys(requires)))
    parts = {} if plan.impossible else parts_of(situation, plan, weights, cost=cost, penalty=penalty, fit=fit)
    out = bool(plan.impossible) or fit == "forbids"
    effect = _margin(situation, plan, cost)
    return Option(
        plan=plan,
        lines=(),
        extra_freight=extra,
        extra_cost=cost,
        penalty=penalty,
        rulings=rulings,
        fit=fit,
        parts=parts,
        score=None if out else score_of(parts, weights),
        margin_effect=effect if situation.shows_margin else None,
        margin_masked=not situation.shows_margin,
    )


def _freight(plan: Plan) -> Decimal | None:
    prices = [one.freight for one in plan.shipments]
    if not prices or any(price is None for price in prices):
        return None
    return sum((price for price in prices if price is not None), Decimal(0))


def _extra(plan: Plan, baseline: Decimal | None, wait: Plan) -> Decimal | None:
    """Freight beyond one complete shipment; 0 where nothing about the shipments changes but their day."""
    if plan.impossible:
        return None
    if [(one.warehouse, one.carrier, one.shares) for one in plan.shipments] == [
        (one.warehouse, one.carrier, one.shares) for one in wait.shipments
    ]:
        return Decimal(0)
    own = _freight(plan)
    return None if own is None or baseline is None else own - baseline


def _margin(situation: Situation, plan: Plan, cost: Decimal | None) -> Decimal | None:
    """Points of margin on what is left of the order that an option costs."""
    if cost is None or not situation.total:
        return None
    change = cost - sum((one.amount for one in plan.costs if one.stays), Decimal(0))
    known = plan.uses.get("substitute")
    pair = plan.uses.get("pair")
    if known is not None and pair is not None:
        if known.cost is None or known.ordered_cost is None:
            return None
        quantity = Decimal(str(plan.uses["quantity"]))
        change += known.cost * quantity - known.ordered_cost * quantity / pair.ratio
    return round(-change * 100 / situation.total, 2)


def may_win(option: Option) -> bool:
    """Allowed as far as anybody knows, and with a date: a recommendation rests on both."""
    return (
        not option.ruled_out
        and option.fit != "unknown"
        and option.score is not None
        and bool(option.plan.shipments)
    )


def ranked(options: Sequence[Option], weights: Weights) -> list[Option]:
    return sorted(
        options,
        key=lambda one: (
            bool(one.plan.impossible),
            one.ruled_out,
            one.fit == "unknown",
            -(one.score or 0),
            _cost_key(one),
            one.kind == "change_promise_date",  # it moves no goods: beside waiting, waiting is what is done
            one.plan.key,
        ),
    )


def ties(best: Option, other: Option, weights: Weights) -> bool:
    return (
        best.score is not None
        and other.score is not None
        and other.kind != "change_promise_date"
        and best.kind != "change_promise_date"
        and best.score - other.score < weights.tie_within
    )


def _cost_key(option: Option) -> tuple[bool, Decimal]:
    return (option.extra_cost is None, option.extra_cost or Decimal(0))
