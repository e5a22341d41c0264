"""How an option is scored: parts between 0 and 1, weighed by `weights.yaml`. Pure, and shown with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from erp_tools.lateness.taxonomy import Certainty
from erp_tools.options.option import Fit, Penalty, Plan
from erp_tools.options.situation import Situation
from erp_tools.options.weights import Weights

_CERTAIN: Mapping[Certainty, float] = {"proven": 1.0, "likely": 0.6, "unknown": 0.2}
_FITS: Mapping[Fit, float] = {
    "allows": 1.0, "not_relevant": 1.0, "silent": 0.8, "conditional": 0.6, "unknown": 0.3, "forbids": 0.0,
}  # fmt: skip
UNKNOWN_COST = 0.5
"""A cost that nobody knows counts as half the most."""


def parts_of(
    situation: Situation, plan: Plan, weights: Weights, *, cost: Decimal | None, penalty: Penalty, fit: Fit
) -> dict[str, float]:
    """The parts of a score, each 0 to 1, three places."""
    scales = weights.scales
    value = situation.total or Decimal(0)
    found = {
        "speed": _speed(situation, plan, scales.horizon_days),
        "on_time": _on_time(situation, plan),
        "cost": _against(cost, value, scales.cost_share_percent),
        "penalty": _against(penalty.amount, value, scales.penalty_share_percent),
        "certainty": _CERTAIN[plan.certainty],
        "contract": _FITS[fit],
        "as_ordered": 0.0 if plan.kind == "substitute_product" else 1.0,
        "others": 0.0 if plan.hurts else 1.0,
        "work": 1 - min(len(plan.tasks) / scales.most_tasks, 1.0),
    }
    return {name: round(part, 3) for name, part in found.items()}


def score_of(parts: Mapping[str, float], weights: Weights) -> int | None:
    """0 to 100; None where nothing weighs."""
    if weights.decide_nothing:
        return None
    shares: dict[str, float] = weights.weights.model_dump()
    return round(100 * sum(shares[name] * part for name, part in parts.items()) / weights.weights.total)


def _speed(situation: Situation, plan: Plan, horizon: int) -> float:
    def soon(day: date | None) -> float:
        return 0.0 if day is None else 1 - min(max((day - situation.today).days, 0) / horizon, 1.0)

    return _by_value(plan, [soon(one.arrives or one.expected) for one in plan.shipments])


def _on_time(situation: Situation, plan: Plan) -> float:
    promised = situation.promised
    if promised is None:
        return 0.0
    days = [one.arrives or one.expected for one in plan.shipments]
    return _by_value(plan, [1.0 if day is not None and day <= promised else 0.0 for day in days])


def _by_value(plan: Plan, marks: list[float]) -> float:
    """The mean over shipments by their value; evenly where prices may not be seen."""
    total = sum(float(one.value) for one in plan.shipments)
    if total <= 0:
        return sum(marks) / len(marks) if marks else 0.0
    return sum(mark * float(one.value) for mark, one in zip(marks, plan.shipments, strict=True)) / total


def _against(amount: Decimal | None, value: Decimal, percent: float) -> float:
    if amount is None:
        return UNKNOWN_COST
    if amount <= 0:
        return 1.0
    most = value * Decimal(str(percent)) / 100
    return 0.0 if most <= 0 else 1 - min(float(amount / most), 1.0)
