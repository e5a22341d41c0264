"""The demo distributor on paper: the same for one seed, complete, and free of accidents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erp_tools.demo.clock import Clock
from erp_tools.demo.company import company_file
from erp_tools.demo.model import Order, Plan
from erp_tools.demo.plan import make_plan
from erp_tools.demo.truth import expected, expected_on_time, is_open
from erp_tools.lateness.taxonomy import CAUSES

README = Path(__file__).resolve().parents[2] / "erp_tools" / "demo" / "README.md"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan()


def named(plan: Plan, name: str) -> Order:
    return next(order for order in plan.orders if order.name == name)


def test_one_seed_is_one_plan_in_every_process() -> None:
    code = "import hashlib; from erp_tools.demo.plan import make_plan; print(hashlib.sha256(repr(make_plan(19)).encode()).hexdigest())"
    prints = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for number in ("1", "2")
    }
    assert len(prints) == 1


def test_another_seed_is_another_distributor_with_the_same_story() -> None:
    other = make_plan(20)
    assert repr(other) != repr(make_plan(19))
    assert expected(20)["S00042"].causes == ("inbound_overdue", "stock_elsewhere")
    assert named(other, "S00042").customer == "C-1001"


def test_every_cause_is_there_three_times_and_six_orders_have_two() -> None:
    counted = Counter(code for order in expected().values() for code in order.causes)
    wanted = set(CAUSES) - {"on_time", "unknown"}
    assert set(counted) == wanted
    assert min(counted.values()) >= 3
    assert sum(len(order.causes) > 1 for order in expected().values()) >= 6


def test_the_readme_describes_every_cause() -> None:
    text = README.read_text()
    assert [code for code in CAUSES if code != "unknown" and f"| `{code}` |" not in text] == []


def test_numbers_of_a_distributor(plan: Plan) -> None:
    assert len(plan.orders) >= 400
    assert len(plan.products) >= 300
    assert len(plan.vendors) >= 30
    assert len(plan.customers) >= 40
    assert sum(is_open(order) for order in plan.orders if order.causes) >= 80
    assert len(expected_on_time()) >= 30
    assert {order.state for order in plan.orders} == {"draft", "sent", "sale", "cancel"}


def test_everything_named_in_the_company_file_is_used(plan: Plan) -> None:
    file = company_file()
    assert {row["ref"] for row in file["customers"]} <= set(plan.customers)
    assert {row["ref"] for row in file["vendors"]} <= set(plan.vendors)
    assert {row["ref"] for row in file["products"]} <= set(plan.products)
    ordered = {line.product for order in plan.orders for line in order.lines}
    assert {row["ref"] for row in file["products"]} <= ordered
    assert {row["code"] for row in file["carriers"]} - {order.carrier for order in plan.orders} <= {"NITRO"}


def test_names_are_unique(plan: Plan) -> None:
    orders = [order.name for order in plan.orders]
    purchases = [
        *(bought.name for bought in plan.purchases),
        *(order.purchase.name for order in plan.orders if order.purchase),
    ]
    products = [product.name for product in plan.products.values()]
    for names in (orders, purchases, products):
        assert len(names) == len(set(names))
        assert all(names)


def test_order_numbers_follow_the_days_they_were_entered(plan: Plan) -> None:
    recent = sorted((order for order in plan.orders if not order.migrated), key=lambda each: each.name)
    assert [order.ordered for order in recent] == sorted(order.ordered for order in recent)


def test_products_of_a_case_are_in_no_ordinary_order(plan: Plan) -> None:
    """Else stock of one case would cure, or cause, the lateness of another order."""
    users: dict[str, set[str]] = {}
    for order in plan.orders:
        for line in order.lines:
            users.setdefault(line.product, set()).add(order.name)
    bought = {line.product for each in plan.purchases if each.ordered >= -40 for line in each.lines}
    for order in plan.orders:
        if set(order.causes) & {
            "stock_shortage",
            "stock_elsewhere",
            "inbound_late",
            "inbound_overdue",
            "inbound_not_ordered",
        }:
            missing = [
                line.product
                for line in order.lines
                if plan.shelf.get((order.warehouse, line.product), 0) < line.quantity
            ]
            assert missing, order.name
            for product in missing:
                assert len(users[product]) <= (3 if product == "FB-1011" else 2), (order.name, product)
                if order.causes == ("stock_shortage",):
                    assert product not in bought


def test_no_promise_lies_around_today(plan: Plan) -> None:
    for order in plan.orders:
        if is_open(order) and order.promised is not None:
            assert abs(order.promised) >= 2, order.name
            assert (order.promised < 0) is bool(order.causes) or order.stage == "delivery_cancelled", (
                order.name
            )


def test_the_olive_oil_waits_for_p00031(plan: Plan) -> None:
    order = named(plan, "S00042")
    assert order.lines[-1].product == "FB-1011"
    assert order.policy == "direct"
    purchase = next(each for each in plan.purchases if each.name == "P00031")
    assert purchase.planned < 0
    assert [line.product for line in purchase.lines] == ["FB-1011"]
    assert plan.shelf["EAST", "FB-1011"] >= order.lines[-1].quantity


@given(today=st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1)), offset=st.integers(-150, 40))
@settings(max_examples=60, deadline=None)
def test_a_day_of_the_plan_is_that_many_days_from_any_today(today: date, offset: int) -> None:
    clock = Clock(today=today)
    assert (date.fromisoformat(clock.day(offset)) - today).days == offset
    assert clock.at(offset, 18)[:10] == clock.day(offset)
