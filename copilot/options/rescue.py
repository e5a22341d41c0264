"""Which of the orders at risk to rescue: splits and other warehouses within a budget, scarce stock shared out by our own ranking."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from copilot.options.house_rules import HouseRules, load_house_rules
from copilot.options.policy import policy_for
from copilot.options.proofs import Proofs
from copilot.reads.shared import day_text, reader_of
from copilot.turn import Turn
from erp_tools.facts import Fact
from erp_tools.lateness.diagnosis import judge
from erp_tools.lateness.scan import Narrowed, scan_open_orders
from erp_tools.lateness.verdict import is_at_risk, is_late
from erp_tools.lateness.wording import SMALLEST, money_text
from erp_tools.options.compare import compare, nothing_to_choose
from erp_tools.options.freshness import usable_stock
from erp_tools.options.option import KIND_NAMES, Option
from erp_tools.options.policy import Policy
from erp_tools.options.portfolio import By, Choice, Problem, Scarce, Way, greedy
from erp_tools.options.reading import read_carriers
from erp_tools.options.situating import situation_of
from erp_tools.options.situation import Situation
from erp_tools.options.solver import best_choice
from erp_tools.options.weights import load_weights

RESCUING = ("split_delivery", "source_from_warehouse", "split_and_source")
"""What is done for many orders at once: both are drafted in one step and need nobody outside."""
MOST_SECONDS = 8.0


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    situation: Situation
    option: Option
    way: Way
    rank: int


def rescue_view(
    turn: Turn,
    *,
    shipments: int | None = 5,
    freight: Decimal | float | None = None,
    by: By = "policy",
    customer: str = "",
    warehouse: str = "",
) -> dict[str, Any]:
    """The best choice within a budget, the greedy one beside it, and what was left out.

    Args:
        shipments: extra shipments at the most; None: any number.
        freight: extra cost at the most, in the company's currency; None: any amount.

    Raises:
        OdooError: as the scan of open orders.
    """
    begun = time.perf_counter()
    with turn.person.lock:
        calls = turn.person.session.log.calls
        scanned = scan_open_orders(
            turn.person.session, now=turn.now, only=Narrowed(customer=customer, warehouse=warehouse)
        )
        at_risk = [case for case in scanned.cases if is_late(case) or is_at_risk(case)]
        carriers = read_carriers(turn.person.session) if at_risk else ()
        turn.odoo_calls += turn.person.session.log.calls - calls
    house = load_house_rules(turn.house_rules)
    policies: dict[tuple[str, str], tuple[Policy, Proofs]] = {}
    candidates: list[_Candidate] = []
    currency = ""
    for case in at_risk:
        situation = situation_of(case, [one.cause.code for one in judge(case)], carriers=carriers)
        key = (situation.customer_ref, situation.tier)
        if key not in policies:
            policies[key] = policy_for(
                turn.library,
                reader_of(turn),
                house,
                customer_ref=key[0],
                tier=key[1],
                products=(),
                on_date=turn.now.date(),
            )
        currency = currency or situation.currency
        if situation.currency == currency:  # amounts of several currencies are not added up
            candidates += _candidates(situation, *policies[key], house, load_weights(turn.option_weights))
    problem = Problem(
        ways=tuple(one.way for one in candidates),
        ranks={one.situation.order: one.rank for one in candidates},
        stock=_stock(candidates),
        most_shipments=shipments,
        most_cost=None if freight is None else round(Decimal(str(freight)) * 100),
    )
    choice, by_hand = best_choice(problem, by=by, seconds=MOST_SECONDS), greedy(problem, by)
    chosen = [_chosen(turn, one) for one in _picked(candidates, choice)]
    return {
        "chosen": chosen,
        "text": _text(choice, by_hand, candidates, currency, shipments=shipments, freight=freight),
        "currency": currency,
        "by": by,
        "rescued": choice.rescued / 100,
        "extra_cost": choice.cost / 100,
        "extra_shipments": choice.shipments,
        "proven_best": choice.is_best,
        "gap": round(choice.gap, 4),
        "greedy": {
            "orders": [way.order for way in by_hand.chosen], "rescued": by_hand.rescued / 100, "extra_cost": by_hand.cost / 100,
            "extra_shipments": by_hand.shipments,
        },
        "at_risk": len(at_risk),
        "could_be_rescued": len({one.situation.order for one in candidates}),
        "notes": _notes(candidates, choice),
        "not_read": list(scanned.not_read),
        "evidence": [one.to_json() for one in turn.book.evidence()],
        "odoo_calls": turn.odoo_calls,
        "timings_ms": {"total": round((time.perf_counter() - begun) * 1000)},
    }  # fmt: skip


def _candidates(
    situation: Situation, policy: Policy, proofs: Proofs, house: HouseRules, weights: Any
) -> list[_Candidate]:
    """The ways to rescue one order that are allowed, have a date, and bring something sooner."""
    if nothing_to_choose(situation):
        return []
    situation = usable_stock(situation, policy)
    comparison = compare(situation, policy, weights)
    wait = next(one for one in comparison.options if one.kind == "wait_complete")
    rank = _rank(situation, wait, house, proofs)
    found = []
    for option in comparison.options:
        if (
            option.kind not in RESCUING
            or option.ruled_out
            or option.fit == "unknown"
            or option.extra_cost is None
        ):
            continue
        rescued = _rescued(option, wait)
        if rescued <= 0 or not option.plan.drafts:
            continue
        way = Way(
            order=situation.order,
            key=option.plan.key,
            rescued=round(rescued * 100),
            cost=max(0, round(option.extra_cost * 100)),
            shipments=max(0, len(option.plan.shipments) - len(situation.deliveries)),
            uses=_uses(option),
        )
        found.append(_Candidate(situation=situation, option=option, way=way, rank=rank))
    return found


def _rescued(option: Option, wait: Option) -> Decimal:
    """The value of what reaches the customer sooner than by waiting."""
    by_line: dict[tuple[int, int], Any] = {}
    for one in wait.plan.shipments:
        for share in one.shares:
            by_line[(share.line_id, share.product_id)] = one.arrives or one.expected
    total = Decimal(0)
    for one in option.plan.shipments:
        day = one.arrives or one.expected
        if day is None:
            continue
        waits = [by_line.get((share.line_id, share.product_id)) for share in one.shares]
        if any(other is None or day < other for other in waits):
            total += one.value
    return total


def _uses(option: Option) -> dict[Scarce, float]:
    if option.kind not in ("source_from_warehouse", "split_and_source"):
        return {}
    used: dict[Scarce, float] = {}
    for one in option.plan.shipments:
        if one.delivery == "new" and one.warehouse_id is not None:
            for share in one.shares:
                key = (share.product_id, one.warehouse_id)
                used[key] = used.get(key, 0.0) + share.quantity
    return used


def _stock(candidates: Sequence[_Candidate]) -> dict[Scarce, float]:
    """Of lots, what is fresh enough for the customer who asks for most: nobody is promised what another needs."""
    free: dict[Scarce, float] = {}
    for one in candidates:
        for need in one.situation.short:
            for place in need.places:
                key = (need.product_id, place.warehouse_id)
                free[key] = min(place.free, free.get(key, place.free))
    return free


def _rank(situation: Situation, wait: Option, house: HouseRules, proofs: Proofs) -> int:
    """The rank of an order by our own ranking, as far as its words stand in the document."""
    if house.ranking is None:
        return 1
    charged = (wait.penalty.amount or Decimal(0)) > 0
    for entry in house.ranking.ranks:
        fits = (
            situation.customer_ref in entry.customers
            or situation.tier in entry.tiers
            or (entry.charged and charged)
        )
        if fits and proofs.find(house.ranking.document, entry.words) is not None:
            return entry.rank
    return 98


def _picked(candidates: Sequence[_Candidate], choice: Choice) -> list[_Candidate]:
    known = {(one.way.order, one.way.key): one for one in candidates}
    return [known[(way.order, way.key)] for way in choice.chosen]


def _chosen(turn: Turn, one: _Candidate) -> dict[str, Any]:
    situation, option = one.situation, one.option
    fact = Fact(
        model="sale.order", record_id=situation.order_id, display_name=situation.order, read_at=turn.now,
        url=turn.server.record_url("sale.order", situation.order_id),
        fields={"name": situation.order, "partner_id": situation.customer, "promised": day_text(situation.promised),
                "rescued_value": one.way.rescued / 100, "extra_cost": one.way.cost / 100},
    )  # fmt: skip
    return {
        "id": turn.book.add_fact(fact), "order": situation.order, "customer": situation.customer, "customer_ref": situation.customer_ref,
        "tier": situation.tier, "rank": one.rank, "kind": option.kind, "key": option.plan.key, "name": KIND_NAMES[option.kind],
        "summary": option.plan.summary, "rescued": one.way.rescued / 100, "extra_cost": one.way.cost / 100,
        "extra_shipments": one.way.shipments, "contract_fit": option.fit, "promised": day_text(situation.promised),
        "drafts": [{"action": wish.action, "wanted": dict(wish.wanted)} for wish in option.plan.drafts],
    }  # fmt: skip


def _text(
    choice: Choice,
    by_hand: Choice,
    candidates: Sequence[_Candidate],
    currency: str,
    *,
    shipments: int | None,
    freight: Any,
) -> str:
    if not candidates:
        return "No order at risk can be rescued by a split or from another warehouse."
    if not choice.chosen:
        return "Nothing can be rescued within this budget."
    money = money_text(Decimal(choice.rescued) / 100, currency)
    could = len({one.situation.order for one in candidates})
    text = (
        f"Rescue {len(choice.chosen)} of {could} orders that could be rescued, worth {money}, for "
        f"{_count(choice.shipments)} and {money_text(Decimal(choice.cost) / 100, currency)}"
    )
    text += (
        "; no other choice within the budget is better."
        if choice.is_best
        else f"; the best found in time, within {choice.gap:.1%} of any better one."
    )
    if by_hand.rescued == choice.rescued and by_hand.cost == choice.cost:
        return f"{text} Choosing by hand, the largest first, gives the same."
    hand, cost = (money_text(Decimal(amount) / 100, currency) for amount in (by_hand.rescued, by_hand.cost))
    return f"{text} Choosing by hand, the largest first, rescues {hand} for {_count(by_hand.shipments)} and {cost}."


def _count(shipments: int) -> str:
    return f"{shipments} extra shipment" + ("" if shipments == 1 else "s")


def _notes(candidates: Sequence[_Candidate], choice: Choice) -> list[str]:
    taken = {way.order for way in choice.chosen}
    shared: dict[Scarce, float] = {}
    for one in candidates:
        for key, quantity in one.way.uses.items():
            shared[key] = shared.get(key, 0.0) + quantity
    free = _stock(candidates)
    scarce = [key for key, wanted in shared.items() if wanted > free.get(key, 0.0) + SMALLEST]
    left = sorted({one.situation.order for one in candidates} - taken)
    notes = [f"{len(scarce)} products are wanted by more orders than there is stock for."] if scarce else []
    if left:
        notes.append(
            f"Left out: {', '.join(left[:8])}" + (f" and {len(left) - 8} more." if len(left) > 8 else ".")
        )
    return notes
