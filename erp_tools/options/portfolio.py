"""Which of many orders to rescue: one way for each order at the most, within a budget of shipments and money, scarce stock shared out.

Two ways to choose. ``policy``: ranks of orders come one after the other (what is rescued of rank 1 counts before anything of rank 2),
within a rank the most value. ``value``: the most value, whoever it is for. Among equally good choices the cheaper one, then the one with
fewer shipments. `solver.py` finds the best; `greedy` is what a person would do by hand, and stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

By = Literal["policy", "value"]
Scarce = tuple[int, int]
"""(product id, warehouse id)."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to rescue one order. Money in cents, so that sums are exact."""

    order: str
    key: str
    """Of the option, unique within its order."""
    rescued: int
    """Value that reaches the customer sooner than by waiting."""
    cost: int = 0
    """Extra freight and the like; at least 0."""
    shipments: int = 0
    """Extra shipments."""
    uses: Mapping[Scarce, float] = field(default_factory=dict)
    """Stock that others could have."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything that could be rescued, and what there is for it."""

    ways: tuple[Way, ...]
    ranks: Mapping[str, int] = field(default_factory=dict)
    """Order -> its rank, 1 first; without one: last."""
    stock: Mapping[Scarce, float] = field(default_factory=dict)
    """What is free; stock that is not named is not scarce."""
    most_shipments: int | None = None
    most_cost: int | None = None

    def rank_of(self, order: str) -> int:
        return self.ranks.get(order, 99)

    def within(self, chosen: Sequence[Way]) -> bool:
        """Whether these can be done together: one way an order, the budget, the stock."""
        if len({way.order for way in chosen}) != len(chosen):
            return False
        if self.most_shipments is not None and sum(way.shipments for way in chosen) > self.most_shipments:
            return False
        if self.most_cost is not None and sum(way.cost for way in chosen) > self.most_cost:
            return False
        used: dict[Scarce, float] = {}
        for way in chosen:
            for scarce, quantity in way.uses.items():
                used[scarce] = used.get(scarce, 0.0) + quantity
        return all(
            quantity <= self.stock[scarce] + 1e-6 for scarce, quantity in used.items() if scarce in self.stock
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What to do."""

    chosen: tuple[Way, ...]
    is_best: bool
    """Proven to be the best; False: the best that was found in the time there was, or greedily."""
    gap: float = 0.0
    """By how much a better one could be better at the most, as a share of it."""
    how: str = "solver"

    @property
    def rescued(self) -> int:
        return sum(way.rescued for way in self.chosen)

    @property
    def cost(self) -> int:
        return sum(way.cost for way in self.chosen)

    @property
    def shipments(self) -> int:
        return sum(way.shipments for way in self.chosen)


def worth(problem: Problem, chosen: Sequence[Way], by: By) -> tuple[int, ...]:
    """What a choice is compared by, larger is better: value by rank (or all of it), then little cost, then few shipments."""
    tail = (-sum(way.cost for way in chosen), -sum(way.shipments for way in chosen))
    if by == "value":
        return (sum(way.rescued for way in chosen), *tail)
    ranks = sorted({problem.rank_of(way.order) for way in problem.ways})
    return (
        *(sum(way.rescued for way in chosen if problem.rank_of(way.order) == rank) for rank in ranks),
        *tail,
    )


def greedy(problem: Problem, by: By = "policy") -> Choice:
    """By hand: the best-ranked order first (``policy``), then the way that rescues most for each shipment, as long as there is something
    left of everything."""
    chosen: list[Way] = []
    ordered = sorted(
        (way for way in problem.ways if way.rescued > 0),
        key=lambda way: (
            problem.rank_of(way.order) if by == "policy" else 0,
            -way.rescued / (1 + way.shipments),
            way.cost,
            way.order,
            way.key,
        ),
    )
    taken: set[str] = set()
    for way in ordered:
        if way.order not in taken and problem.within([*chosen, way]):
            chosen.append(way)
            taken.add(way.order)
    return Choice(chosen=tuple(chosen), is_best=False, how="greedy")


def trimmed(problem: Problem) -> Problem:
    """The same without ways that rescue nothing, cannot be done even alone, or are as another of their order, only worse."""
    useful = [way for way in problem.ways if way.rescued > 0 and problem.within([way])]
    kept = [
        way
        for place, way in enumerate(useful)
        if not any(
            _is_no_worse(other, way, first=other_place < place)
            for other_place, other in enumerate(useful)
            if other is not way
        )
    ]
    return replace(problem, ways=tuple(kept))


def _is_no_worse(one: Way, other: Way, *, first: bool) -> bool:
    """The same order, rescues as much for no more of anything; of two that are alike the first stays."""
    if one.order != other.order:
        return False
    as_good = (
        one.rescued >= other.rescued
        and one.cost <= other.cost
        and one.shipments <= other.shipments
        and all(one.uses[scarce] <= other.uses.get(scarce, 0.0) for scarce in one.uses)
    )
    alike = (one.rescued, one.cost, one.shipments, dict(one.uses)) == (
        other.rescued, other.cost, other.shipments, dict(other.uses),
    )  # fmt: skip
    return as_good and (not alike or first)
