"""Which orders to rescue: the solver's choice is the best there is, by trying all of them."""

from __future__ import annotations

import random

import pytest

from erp_tools.options.portfolio import Problem, Way, greedy, trimmed, worth
from erp_tools.options.solver import best_choice
from erp_tools.options.testing import best_by_trying, random_problem


@pytest.mark.parametrize("by", ["policy", "value"])
def test_the_plan_equals_trying_everything_on_two_hundred_cases(by: str) -> None:
    for seed in range(200):
        dice = random.Random(seed)
        problem = random_problem(
            seed, orders=dice.randint(2, 6), products=dice.randint(1, 3), most_shipments=dice.choice([None, 0, 2, 4]),
            most_cost=dice.choice([None, 0, 40_000, 80_000]),
        )  # fmt: skip
        choice = best_choice(problem, by=by)  # type: ignore[arg-type]
        assert problem.within(choice.chosen), seed
        assert choice.is_best, seed
        assert worth(problem, choice.chosen, by) == best_by_trying(problem, by), seed  # type: ignore[arg-type]


@pytest.mark.parametrize("by", ["policy", "value"])
def test_five_hundred_orders_are_within_stock_and_budget_and_no_worse_than_by_hand(by: str) -> None:
    problem = random_problem(7, orders=500, products=50, most_shipments=100, most_cost=2_500_000)
    choice = best_choice(problem, by=by)  # type: ignore[arg-type]
    assert problem.within(choice.chosen)
    assert worth(problem, choice.chosen, by) >= worth(problem, greedy(problem, by).chosen, by)  # type: ignore[arg-type]


def test_scarce_stock_goes_to_the_better_rank_by_policy_and_to_the_larger_value_by_value() -> None:
    wants = {(1, 1): 5.0}
    ways = (
        Way(order="S1", key="a", rescued=100, uses=wants),
        Way(order="S2", key="a", rescued=900, uses=wants),
    )
    problem = Problem(ways=ways, ranks={"S1": 1, "S2": 4}, stock={(1, 1): 6.0})
    assert [way.order for way in best_choice(problem, by="policy").chosen] == ["S1"]
    assert [way.order for way in best_choice(problem, by="value").chosen] == ["S2"]


def test_the_largest_first_is_not_always_the_best_and_the_solver_is() -> None:
    """One large order takes the stock that two smaller ones, worth more together, would have needed."""
    ways = (
        Way(order="S1", key="a", rescued=500, uses={(1, 1): 10.0}),
        Way(order="S2", key="a", rescued=400, uses={(1, 1): 5.0}),
        Way(order="S3", key="a", rescued=400, uses={(1, 1): 5.0}),
    )
    problem = Problem(ways=ways, ranks={"S1": 1, "S2": 1, "S3": 1}, stock={(1, 1): 10.0})
    assert greedy(problem).rescued == 500
    assert best_choice(problem).rescued == 800


def test_among_equally_good_choices_the_cheaper_one_is_taken() -> None:
    ways = (
        Way(order="S1", key="dear", rescued=500, cost=90),
        Way(order="S1", key="cheap", rescued=500, cost=10),
    )
    assert [way.key for way in best_choice(Problem(ways=ways)).chosen] == ["cheap"]
    assert [way.key for way in trimmed(Problem(ways=ways)).ways] == ["cheap"]


@pytest.mark.parametrize(
    "problem",
    [
        Problem(ways=()),
        Problem(ways=(Way(order="S1", key="a", rescued=0),)),
        Problem(ways=(Way(order="S1", key="a", rescued=5, shipments=3),), most_shipments=2),
        Problem(ways=(Way(order="S1", key="a", rescued=5, uses={(1, 1): 2.0}),), stock={(1, 1): 1.0}),
    ],
    ids=["nothing", "worth nothing", "over the budget", "not enough stock"],
)
def test_nothing_is_chosen_where_nothing_can_be(problem: Problem) -> None:
    assert best_choice(problem).chosen == ()
    assert greedy(problem).chosen == ()


def test_without_time_the_answer_says_that_it_is_not_proven() -> None:
    problem = random_problem(3, orders=400, products=40, most_shipments=60, most_cost=900_000)
    choice = best_choice(problem, seconds=0.0)
    assert problem.within(choice.chosen)
    assert worth(problem, choice.chosen, "policy") >= worth(problem, greedy(problem).chosen, "policy")
    assert not choice.is_best
