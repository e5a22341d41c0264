"""Why an option wins, and why another does not, in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from erp_tools.lateness.wording import day_text, days_text, list_text, money_text
from erp_tools.options.option import KIND_NAMES, Option
from erp_tools.options.situation import Situation
from erp_tools.options.weights import Weights

NOTHING_WEIGHS = (
    "All weights are zero, so nothing says which option is better; set weights, or choose by the table."
)


def verdict_on(situation: Situation, options: Sequence[Option], weights: Weights) -> str:
    if weights.decide_nothing:
        return NOTHING_WEIGHS
    best = next((one for one in options if one.recommended), None)
    if best is None:
        left = [one for one in options if not one.ruled_out]
        if not left:
            return (
                "None of the options is possible as things stand; what stands against each is told with it."
            )
        return "Nothing can be recommended before it is known what the contract says."
    wait = next(one for one in options if one.kind == "wait_complete")
    tied = [one for one in options if one.tied and not one.recommended]
    reasons = _for(situation, best, wait)
    text = f"{KIND_NAMES[best.kind]}: {list_text(reasons)}." if reasons else f"{KIND_NAMES[best.kind]}."
    if tied:
        names = list_text([f"“{KIND_NAMES[one.kind].lower()}”" for one in _distinct(tied)])
        text += (
            f" It is a tie: {names} {'is' if len(_distinct(tied)) == 1 else 'are'} as good by these weights."
        )
    return text


def _distinct(options: Sequence[Option]) -> list[Option]:
    return list({one.kind: one for one in options}.values())


def _for(situation: Situation, best: Option, wait: Option) -> list[str]:
    """Why the best one wins against waiting, in words."""
    if best.kind == "wait_complete":
        ruled = sum(1 for one in (best,) if one.lines)
        last = _last(best)
        return [
            f"everything arrives together by {day_text(last)}"
            if last and ruled
            else "nothing else is allowed or better"
        ]
    found = []
    mine, other = _last(best), _last(wait)
    first, waits_first = _first(best), _first(wait)
    if mine and other and mine < other:
        found.append(
            f"everything arrives by {day_text(mine)}, {days_text((other - mine).days)} sooner than by waiting"
        )
    elif first and (waits_first is None or first < waits_first):
        value = sum(
            (one.value for one in best.plan.shipments if (one.arrives or one.expected) == first), Decimal(0)
        )
        share = (
            f"{round(value * 100 / situation.total)}% of the value "
            if situation.total
            else "the ready lines "
        )
        gain = (
            f", {days_text((waits_first - first).days)} sooner than by waiting"
            if waits_first
            else ", and waiting has no date"
        )
        found.append(f"{share}arrives by {day_text(first)}{gain}")
    elif mine and other is None:
        found.append(f"everything arrives by {day_text(mine)}, and waiting has no date")
    if best.extra_cost is not None:
        found.append(
            f"it costs {money_text(best.extra_cost, situation.currency)} more"
            if best.extra_cost > 0
            else f"it costs {money_text(-best.extra_cost, situation.currency)} less"
            if best.extra_cost < 0
            else "it costs nothing more"
        )
    if (
        best.penalty.amount is not None
        and wait.penalty.amount is not None
        and best.penalty.amount < wait.penalty.amount
    ):
        found.append(
            f"it saves {money_text(wait.penalty.amount - best.penalty.amount, situation.currency)} of what lateness costs by contract"
        )
    return found


def deciding_cites(options: Sequence[Option]) -> tuple[str, ...]:
    """The clause that decides: of the recommended option, else of the first that is ruled out."""
    best = next((one for one in options if one.recommended), None)
    of_best = [cite for ruling in (best.rulings if best else ()) for cite in ruling.cites]
    out = [cite for one in options for ruling in one.rulings if ruling.rules_out for cite in ruling.cites]
    return tuple(dict.fromkeys([*of_best, *out]))[:3]


def why_not(situation: Situation, option: Option, best: Option | None, *, in_tie: bool) -> str:
    if option.plan.impossible:
        return option.plan.impossible
    forbidden = [ruling.text for ruling in option.rulings if ruling.rules_out]
    if forbidden:
        return forbidden[0]  # one is enough against it; the rulings have them all
    if option.fit == "unknown":
        return next(ruling.text for ruling in option.rulings if ruling.says == "unknown")
    if best is None:
        return ""
    reasons = _against(situation, option, best)
    told = list_text(reasons) if reasons else "it scores lower"
    name = KIND_NAMES[best.kind].lower()
    return f"As good as “{name}” by these weights: a tie, {told}." if in_tie else f"Against “{name}”: {told}."


def _against(situation: Situation, option: Option, best: Option) -> list[str]:
    """What speaks against an option compared with the best one, in words."""
    found = []
    mine, other = _last(option), _last(best)
    if mine is None and other is not None:
        found.append("no date")
    elif mine is not None and other is not None and mine > other:
        found.append(f"the last goods come {days_text((mine - other).days)} later")
    first, sooner = _first(option), _first(best)
    if mine == other and first is not None and sooner is not None and first > sooner:
        found.append(f"the first goods come {days_text((first - sooner).days)} later")
    if option.extra_cost is None and best.extra_cost is not None:
        found.append("its cost is not known")
    elif (
        option.extra_cost is not None and best.extra_cost is not None and option.extra_cost > best.extra_cost
    ):
        found.append(f"{money_text(option.extra_cost - best.extra_cost, situation.currency)} dearer")
    if (option.penalty.amount or Decimal(0)) > (
        best.penalty.amount or Decimal(0)
    ) and best.penalty.amount is not None:
        more = (option.penalty.amount or Decimal(0)) - best.penalty.amount
        found.append(f"{money_text(more, situation.currency)} more to pay for lateness")
    if option.kind == "substitute_product" and best.kind != "substitute_product":
        found.append("the customer gets another product than ordered")
    if option.plan.hurts and not best.plan.hurts:
        found.append("another order loses stock")
    if len(option.plan.tasks) > len(best.plan.tasks) and not found:
        found.append("more work")
    return found


def _last(option: Option) -> date | None:
    days = [one.arrives or one.expected for one in option.plan.shipments]
    return None if any(day is None for day in days) or not days else max(day for day in days if day)


def _first(option: Option) -> date | None:
    days = [day for one in option.plan.shipments if (day := one.arrives or one.expected)]
    return min(days, default=None)
