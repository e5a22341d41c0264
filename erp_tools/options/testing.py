"""Doubles and proofs for options: situations by hand, options carried out in Odoo and compared with what was foretold, and the best
choice among many orders by trying all of them."""

from __future__ import annotations

import itertools
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from erp_tools.actions import all_actions
from erp_tools.actions.action import changed_fields
from erp_tools.lateness.reading import find_order
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.options.compare import compare
from erp_tools.options.freight import PricedCarrier, PriceRule
from erp_tools.options.option import Comparison, Option
from erp_tools.options.policy import Policy
from erp_tools.options.portfolio import By, Problem, Way, worth
from erp_tools.options.reading import read_situation
from erp_tools.options.situation import Delivery, Need, Piece, Situation
from erp_tools.options.stock import Coming, Holder, Place, Seller
from erp_tools.options.weights import load_weights
from erp_tools.options.when import When
from erp_tools.reads.calendar import ASSUMED
from erp_tools.reads.delivery import Carrier

TODAY = date(2026, 11, 23)
"""A Monday."""


# -- by hand -------------------------------------------------------------------------------------------------------------


def carrier(
    name: str = "Ground", *, days: int | None = 3, base: str = "10", per_kg: str = "1", number: int = 1
) -> PricedCarrier:
    """A carrier with one price rule by weight; base and per_kg 0: none."""
    rule = PriceRule(
        variable="weight", operator=">=", limit=Decimal(0), base=Decimal(base), factor=Decimal(per_kg), factor_of="weight"
    )  # fmt: skip
    return PricedCarrier(
        carrier=Carrier(carrier_id=number, name=name, lead_days=days),
        kind="base_on_rule",
        rules=(rule,) if Decimal(base) or Decimal(per_kg) else (),
    )


def at(offset: int | None, *, latest: int | None = None, why: str = "") -> When:
    """So many days from `TODAY`; None: no date."""
    if offset is None:
        return When(earliest=None, latest=None, why=why or "Nobody knows.")
    last = offset if latest is None else latest
    return When(earliest=TODAY + timedelta(days=offset), latest=TODAY + timedelta(days=last), why=why)


def need(
    number: int,
    *,
    ready: float = 0,
    missing: float = 0,
    value: str | None = "1000",
    comes: int | None = 7,
    code: str = "",
    weight: str = "1",
    free: Mapping[str, float] | None = None,
    holders: Sequence[Holder] = (),
    purchase: str = "P00031",
    vendor: str = "Kestrel Valves",
    sellers: Sequence[Seller] = (),
    is_kit: bool = False,
) -> Need:
    """One line; what is missing comes so many days from now (None: nobody knows)."""
    warehouses = {"East": 2, "South": 3}
    return Need(
        line_id=number, product_id=100 + number, code=code or f"IN-{2000 + number}", name=f"Product {number}", unit="Units",
        value=None if value is None else Decimal(value), weight=Decimal(weight), ready=ready, missing=missing, ready_when=at(0),
        missing_when=at(comes) if missing else at(0), is_kit=is_kit, is_plain=not is_kit,
        places=tuple(Place(warehouse_id=warehouses[name], warehouse=name, free=quantity) for name, quantity in (free or {}).items()),
        holders=tuple(holders), sellers=tuple(sellers),
        coming=(Coming(purchase=purchase, vendor=vendor, due=at(comes).earliest, is_overdue=False),) if missing and purchase else (),
    )  # fmt: skip


def situation(*needs: Need, **about: Any) -> Situation:
    """One order of West with one open delivery that holds these lines."""
    pieces = tuple(
        Piece(move_id=each.line_id, line_id=each.line_id, product_id=each.product_id, demand=each.quantity, reserved=each.ready,
              is_plain=each.is_plain)
        for each in needs
    )  # fmt: skip
    delivery = Delivery(
        transfer_id=1, name="WEST/OUT/00001", warehouse_id=1, warehouse="West", scheduled=TODAY, pieces=pieces
    )
    own = carrier()
    values = [each.value for each in needs]
    known: dict[str, Any] = {
        "order_id": 42, "order": "S00042", "customer": "Meridian Foods", "customer_ref": "C-1001", "tier": "A", "state": "sale",
        "currency": "USD", "today": TODAY, "promised": TODAY - timedelta(days=2), "calendar": ASSUMED, "needs": needs,
        "deliveries": (delivery,) if needs else (), "carrier": own, "carriers": (own,), "departure": at(0),
        "total": None if None in values else sum((each or Decimal(0) for each in values), Decimal(0)),
    }  # fmt: skip
    return Situation(**{**known, **about})


def option_of(comparison: Comparison, kind: str) -> Option:
    """The first option of a kind."""
    return next(one for one in comparison.options if one.kind == kind)


# -- in Odoo -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an option that was carried out."""

    order: str
    option: str
    foretold: tuple[Any, ...]
    found: tuple[Any, ...]
    problem: str = ""
    """Why it could not even be run; empty where it was."""

    @property
    def holds(self) -> bool:
        return not self.problem and self.foretold == self.found


def read_options(
    session: OdooSession, server: OdooServer, order: str, *, now: datetime, policy: Policy | None = None
) -> tuple[Situation, Comparison]:
    """An order and its options, with no document's word on them unless a policy is given."""
    resolution = find_order(session, order)
    read, known = read_situation(
        session,
        resolution.order,
        policy_of=lambda case, diagnosis: policy or Policy(),
        now=now,
        server=server,
    )
    return read.situation, compare(read.situation, known, load_weights())


def carry_out(
    session: OdooSession, server: OdooServer, order: str, option: Option, *, now: datetime
) -> Outcome:
    """Draft an option's first action, run its steps as the executor would, and read what became of it."""
    foretold = _foretold(option)
    wish = option.plan.drafts[0]
    action = all_actions()[wish.action]  # type: ignore[index]
    try:
        plan = action.plan(session, wish.wanted, now=now, server=server)
        if changed := changed_fields(plan.snapshot, action.snapshot(session, plan.payload)):
            return _failed(order, option, foretold, f"changed at once: {changed}")
        if stopped := list(action.precheck(session, plan.payload)):
            return _failed(order, option, foretold, f"cannot be run: {stopped}")
        for step in action.steps(plan.payload, f"copilot.{uuid.uuid4().hex}.1"):
            step.run(session)
            seen = step.observe(session)
            if seen.seen != "done":
                return _failed(order, option, foretold, f"{step.name}: {seen.text}")
    except Exception as error:  # whatever stops it is the finding
        return _failed(order, option, foretold, f"{type(error).__name__}: {error}")
    after, _ = read_options(session, server, order, now=now)
    return Outcome(order=order, option=option.plan.key, foretold=foretold, found=_found(after, option))


def _failed(order: str, option: Option, foretold: tuple[Any, ...], problem: str) -> Outcome:
    return Outcome(order=order, option=option.plan.key, foretold=foretold, found=(), problem=problem)


def _foretold(option: Option) -> tuple[Any, ...]:
    """(warehouse, goods) of each delivery that there is to be, and whether it is to be reserved whole."""
    whole = {"new"} | (
        {str(option.plan.uses.get("delivery"))}
        if any(one.delivery == "backorder" for one in option.plan.shipments)
        or option.kind == "split_delivery"
        else set()
    )
    return tuple(
        sorted(
            (
                one.warehouse_id or 0,
                _goods((share.product_id, share.quantity) for share in one.shares),
                one.delivery in whole,
            )
            for one in option.plan.shipments
        )
    )


def _found(situation: Situation, option: Option) -> tuple[Any, ...]:
    """The same of the deliveries that there are; whether one is reserved whole is asked only where it was foretold."""
    wanted = {(place, goods): whole for place, goods, whole in _foretold(option)}
    found = []
    for one in situation.deliveries:
        goods = _goods((piece.product_id, piece.demand) for piece in one.pieces)
        place = one.warehouse_id or 0
        found.append((place, goods, wanted.get((place, goods), False) and one.missing < 1e-6))
    return tuple(sorted(found))


def _goods(pairs: Any) -> tuple[tuple[int, float], ...]:
    total: dict[int, float] = {}
    for product, quantity in pairs:
        total[product] = total.get(product, 0.0) + quantity
    return tuple(sorted((product, round(quantity, 4)) for product, quantity in total.items()))


# -- many orders ---------------------------------------------------------------------------------------------------------


def random_problem(
    seed: int, *, orders: int, products: int, most_shipments: int | None = None, most_cost: int | None = None
) -> Problem:
    """So many orders that compete for scarce products in two warehouses, the same ones for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a game of dice, not a secret
    stock = {
        (product, warehouse): float(dice.randint(3, 30))
        for product in range(products)
        for warehouse in (1, 2)
    }
    ways, ranks = [], {}
    for number in range(orders):
        order = f"S{number:05}"
        ranks[order] = dice.randint(1, 6)
        for key in range(dice.randint(1, 3)):
            wanted = dice.sample(range(products), min(products, dice.randint(0, 2)))
            ways.append(
                Way(
                    order=order, key=str(key), rescued=dice.randint(0, 500_000), cost=dice.randint(0, 30_000),
                    shipments=dice.randint(0, 2), uses={(one, dice.choice((1, 2))): float(dice.randint(1, 12)) for one in wanted},
                )
            )  # fmt: skip
    return Problem(
        ways=tuple(ways), ranks=ranks, stock=stock, most_shipments=most_shipments, most_cost=most_cost
    )


def best_by_trying(problem: Problem, by: By) -> tuple[int, ...]:
    """What the best choice is worth, by trying all of them: for a few orders only."""
    of_order: dict[str, list[Way | None]] = {}
    for way in problem.ways:
        of_order.setdefault(way.order, [None]).append(way)
    tried = ([way for way in some if way is not None] for some in itertools.product(*of_order.values()))
    return max(worth(problem, some, by) for some in tried if problem.within(some))
