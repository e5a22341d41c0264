"""The best choice among many orders, found by HiGHS (`highspy`): a mixed-integer program, solved once for each rank. The home of highspy.

With x one for a way that is taken:

    at most one way an order, shipments and cost within the budget, each scarce stock used at most as often as it is there;
    rank by rank the rescued value is made as large as it can be while the ranks before keep theirs; then the cost as small, then the
    shipments as few, as they can be.

All figures are whole cents, so that "keeps theirs" is exact.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from erp_tools.options.portfolio import By, Choice, Problem, Scarce, Way, greedy, trimmed, worth

SECONDS = 8.0
"""For all ranks together; then the best that was found so far is given, and says that it is not proven."""
SMALLEST_SHARE = 0.05
"""Of the time, that every rank gets at least."""


def best_choice(problem: Problem, *, by: By = "policy", seconds: float = SECONDS) -> Choice:
    """The best choice, or, when the time is over, the best that was found and how far from the best it can be."""
    small = trimmed(problem)
    if not small.ways:
        return Choice(chosen=(), is_best=True)
    goals = _goals(small, by)
    program = _Program(small)
    begun = time.monotonic()
    proven, gap = True, 0.0
    kept: list[Way] | None = None
    for place, (coefficients, largest) in enumerate(goals):
        left = max(seconds - (time.monotonic() - begun), seconds * SMALLEST_SHARE)
        solved = program.solve(coefficients, maximise=largest, seconds=left / (len(goals) - place))
        if solved is None:
            proven = False
            break
        value, kept, done, its_gap = solved
        proven, gap = proven and done, max(gap, its_gap)
        program.keep(coefficients, value, at_least=largest)
    if kept is None:
        return greedy(small, by)
    by_hand = greedy(small, by)
    if not proven and _better(small, by_hand.chosen, kept, by):
        return by_hand
    return Choice(
        chosen=tuple(sorted(kept, key=lambda way: (small.rank_of(way.order), way.order))),
        is_best=proven,
        gap=gap,
    )


def _better(problem: Problem, one: Sequence[Way], other: Sequence[Way], by: By) -> bool:
    return worth(problem, one, by) > worth(problem, other, by)


def _goals(problem: Problem, by: By) -> list[tuple[list[float], bool]]:
    """(coefficients, whether more is better), the most important first."""
    ways = problem.ways
    groups = [None] if by == "value" else sorted({problem.rank_of(way.order) for way in ways})
    values = [
        ([float(way.rescued) if rank in (None, problem.rank_of(way.order)) else 0.0 for way in ways], True)
        for rank in groups
    ]
    return [
        *values,
        ([float(way.cost) for way in ways], False),
        ([float(way.shipments) for way in ways], False),
    ]


class _Program:
    """One model that goals are added to."""

    def __init__(self, problem: Problem) -> None:
        import highspy

        self._problem = problem
        self._model: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._model.setOptionValue("output_flag", False)
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("mip_rel_gap", 0.0)
        self._model.setOptionValue("mip_abs_gap", 0.5)  # whole cents: nothing better lies within half a one
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._largest, self._smallest = highspy.ObjSense.kMaximize, highspy.ObjSense.kMinimize
        count = len(problem.ways)
        for _ in range(count):
            self._model.addVar(0.0, 1.0)
        for column in range(count):
            self._model.changeColIntegrality(column, highspy.HighsVarType.kInteger)
        self._limits()

    def _limits(self) -> None:
        ways = self._problem.ways
        orders: dict[str, list[int]] = {}
        scarce: dict[Scarce, list[tuple[int, float]]] = {}
        for column, way in enumerate(ways):
            orders.setdefault(way.order, []).append(column)
            for key, quantity in way.uses.items():
                if key in self._problem.stock and quantity > 0:
                    scarce.setdefault(key, []).append((column, quantity))
        for columns in orders.values():
            self._row([(column, 1.0) for column in columns], at_most=1.0)
        for key, used in scarce.items():
            self._row(used, at_most=self._problem.stock[key])
        if self._problem.most_shipments is not None:
            self._row(
                [(column, float(way.shipments)) for column, way in enumerate(ways)],
                at_most=self._problem.most_shipments,
            )
        if self._problem.most_cost is not None:
            self._row(
                [(column, float(way.cost)) for column, way in enumerate(ways)],
                at_most=self._problem.most_cost,
            )

    def _row(
        self,
        entries: Sequence[tuple[int, float]],
        *,
        at_most: float = float("inf"),
        at_least: float = float("-inf"),
    ) -> None:
        known = [(column, value) for column, value in entries if value]
        if known:
            columns, values = [column for column, _ in known], [value for _, value in known]
            self._model.addRow(at_least, at_most, len(known), columns, values)

    def keep(self, coefficients: Sequence[float], value: float, *, at_least: bool) -> None:
        """A goal that was reached stays reached."""
        entries = list(enumerate(coefficients))
        if at_least:
            self._row(entries, at_least=value - 0.25)
        else:
            self._row(entries, at_most=value + 0.25)

    def solve(
        self, coefficients: Sequence[float], *, maximise: bool, seconds: float
    ) -> tuple[float, list[Way], bool, float] | None:
        """(value, ways taken, whether that is proven the best, gap); None when nothing was found."""
        model = self._model
        for column, value in enumerate(coefficients):
            model.changeColCost(column, value)
        model.changeObjectiveSense(self._largest if maximise else self._smallest)
        model.setOptionValue("time_limit", model.getRunTime() + seconds)
        model.run()
        info = model.getInfo()
        if info.primal_solution_status != 2:  # a feasible point
            return None
        taken = [
            way for way, on in zip(self._problem.ways, model.getSolution().col_value, strict=True) if on > 0.5
        ]
        value = sum(
            number for number, way in zip(coefficients, self._problem.ways, strict=True) if way in taken
        )
        done = model.getModelStatus() == self._optimal
        gap = 0.0 if done else min(1.0, abs(float(info.mip_gap)))
        return float(value), taken, done, gap
