"""All options of one order side by side: ruled on, scored, the best one named with its reason, and what would change it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from erp_tools.lateness.wording import day_text, days_text, list_text, money_text
from erp_tools.options.generate import plans_for
from erp_tools.options.option import KIND_NAMES, Comparison, LineDay, Option, Penalty, Plan, Shipment
from erp_tools.options.penalty import penalty_of
from erp_tools.options.policy import Policy
from erp_tools.options.rules import conditions_of, fit_of, rulings_on
from erp_tools.options.score import parts_of, score_of
from erp_tools.options.situation import Situation, slipped
from erp_tools.options.weights import Weights

NOTHING_WEIGHS = (
    "All weights are zero, so nothing says which option is better; set weights, or choose by the table."
)


def compare(situation: Situation, policy: Policy, weights: Weights) -> Comparison:
    """Every option of an order, the best first."""
    if why := nothing_to_choose(situation):
        return Comparison(options=(), verdict="", nothing=why, notes=policy.notes)
    options, baseline = _scored(situation, policy, weights)
    options = [replace(option, lines=_lines(situation, option.plan)) for option in options]
    ranked = _ranked(options, weights)
    best = ranked[0] if ranked and _may_win(ranked[0]) and not weights.decide_nothing else None
    tied = [one for one in ranked[1:] if best and _may_win(one) and _ties(best, one, weights)]
    shown = [_told(situation, one, best, [best, *tied] if best and tied else []) for one in ranked]
    shown.sort(key=lambda one: not one.recommended)
    verdict = _verdict(situation, shown, weights)
    return Comparison(
        options=tuple(shown),
        verdict=verdict,
        verdict_cites=_deciding_cites(shown),
        sensitivity=_sensitivity(situation, policy, weights, shown),
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


def _scored(situation: Situation, policy: Policy, weights: Weights) -> tuple[list[Option], Decimal | None]:
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
    change = cost
    known = plan.uses.get("substitute")
    pair = plan.uses.get("pair")
    if known is not None and pair is not None:
        if known.cost is None or known.ordered_cost is None:
            return None
        quantity = Decimal(str(plan.uses["quantity"]))
        change += known.cost * quantity - known.ordered_cost * quantity / pair.ratio
    return round(-change * 100 / situation.total, 2)


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


# -- which one -----------------------------------------------------------------------------------------------------------


def _may_win(option: Option) -> bool:
    """Allowed as far as anybody knows, and with a date: a recommendation rests on both."""
    return (
        not option.ruled_out
        and option.fit != "unknown"
        and option.score is not None
        and bool(option.plan.shipments)
    )


def _ranked(options: Sequence[Option], weights: Weights) -> list[Option]:
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


def _ties(best: Option, other: Option, weights: Weights) -> bool:
    return (
        best.score is not None
        and other.score is not None
        and other.kind != "change_promise_date"
        and best.kind != "change_promise_date"
        and best.score - other.score < weights.tie_within
    )


def _cost_key(option: Option) -> tuple[bool, Decimal]:
    return (option.extra_cost is None, option.extra_cost or Decimal(0))


def _told(situation: Situation, option: Option, best: Option | None, tied: Sequence[Option]) -> Option:
    recommended = best is not None and option.plan.key == best.plan.key
    in_tie = any(one.plan.key == option.plan.key for one in tied)
    return replace(
        option,
        recommended=recommended,
        tied=in_tie,
        why_not="" if recommended else _why_not(situation, option, best, in_tie=in_tie),
    )


def _why_not(situation: Situation, option: Option, best: Option | None, *, in_tie: bool) -> str:
    if option.plan.impossible:
        return option.plan.impossible
    forbidden = [ruling.text for ruling in option.rulings if ruling.rules_out]
    if forbidden:
        return " ".join(dict.fromkeys(forbidden))
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


# -- words ---------------------------------------------------------------------------------------------------------------


def _verdict(situation: Situation, options: Sequence[Option], weights: Weights) -> str:
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


def _deciding_cites(options: Sequence[Option]) -> tuple[str, ...]:
    """The clause that decides: of the recommended option, else of the first that is ruled out."""
    best = next((one for one in options if one.recommended), None)
    of_best = [cite for ruling in (best.rulings if best else ()) for cite in ruling.cites]
    out = [cite for one in options for ruling in one.rulings if ruling.rules_out for cite in ruling.cites]
    return tuple(dict.fromkeys([*of_best, *out]))[:3]


# -- what would change it ------------------------------------------------------------------------------------------------


def _winner(situation: Situation, policy: Policy, weights: Weights) -> Option | None:
    options, _ = _scored(situation, policy, weights)
    ranked = _ranked(options, weights)
    return ranked[0] if ranked and _may_win(ranked[0]) else None


def _sensitivity(
    situation: Situation, policy: Policy, weights: Weights, options: Sequence[Option]
) -> tuple[str, ...]:
    best = next((one for one in options if one.recommended), None)
    if best is None or weights.decide_nothing or not situation.short:
        return ()
    dated = [need for need in situation.short if need.missing_when.earliest is not None]
    what = (
        list_text(sorted({one.purchase for need in dated for one in need.coming})[:2]) or "the missing stock"
    )
    found: list[str] = []
    kinds = {best.kind, *(one.kind for one in options if one.tied)}
    if dated:
        for days in range(1, weights.most_slip_days + 1):
            other = _winner(slipped(situation, days), policy, weights)
            if other is not None and other.kind not in kinds:
                found.append(
                    f"If {what} slips {days_text(days)} more, “{KIND_NAMES[other.kind].lower()}” becomes better."
                )
                break
        else:
            found.append(f"It stays right even if {what} slips {days_text(weights.most_slip_days)} more.")
        reach = max(((need.missing_when.likely or situation.today) - situation.today).days for need in dated)
        for days in range(1, min(reach, weights.most_slip_days) + 1):
            other = _winner(slipped(situation, -days), policy, weights)
            if other is not None and other.kind not in kinds:
                found.append(
                    f"If {what} comes {days_text(days)} sooner, “{KIND_NAMES[other.kind].lower()}” becomes better."
                )
                break
    else:
        wait_on = situation.calendar.working_day_from(situation.today + timedelta(days=1))
        found.append(
            f"A confirmed date for {what} would change it: from {day_text(wait_on)} on it is worth comparing again."
        )
    return tuple(found)
