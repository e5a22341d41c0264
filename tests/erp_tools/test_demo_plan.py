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
    # A block takes a module that the demo does not have: tests/odoo/test_optional_modules_live.py installs one.
    wanted = set(CAUSES) - {"on_time", "unknown", "order_blocked"}
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
    purchases = [bought.name for bought in plan.everything_bought]
    products = [product.name for product in plan.products.values()]
    for names in (orders, purchases, products):
        assert len(names) == len(set(names))
        assert all(names)


def test_order_numbers_follow_the_days_they_were_entered(plan: Plan) -> None:
    odoos_own = (order for order in plan.orders if not order.migrated and order.name < "S20000")
    recent = sorted(odoos_own, key=lambda each: each.name)
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


def test_what_came_later_changed_no_number(plan: Plan) -> None:
    """Documents and tests speak of these records by name."""
    theirs = {"S00001": "C-1117", "S00042": "C-1001", "S00263": "C-1003", "S20001": "C-1117"}
    assert {name: named(plan, name).customer for name in theirs} == theirs
    later = [order for order in plan.orders if order.wave == 3]
    assert [order.name for order in later] == [f"S{number}" for number in range(70001, 70001 + len(later))]
    assert all(bought.name.startswith(("P201", "P202", "P203", "P70")) for bought in plan.later)


def test_every_vendor_has_a_record_to_judge_by(plan: Plan) -> None:
    """Six receipts or more: enough for a median and a range. Solano's holds some that were later than P00031 is."""
    slips: dict[str, list[int]] = {}
    for bought in plan.everything_bought:
        if bought.received is not None:
            assert bought.received < 0
            slips.setdefault(bought.vendor, []).append(bought.received - bought.planned)
    assert set(slips) == set(plan.vendors)
    assert min(len(each) for each in slips.values()) >= 6
    oil = next(each for each in plan.purchases if each.name == "P00031")
    assert sum(slip > -oil.planned for slip in slips[oil.vendor]) == 2


def test_chains_end_in_late_orders_and_in_orders_on_time(plan: Plan) -> None:
    later = [order for order in plan.orders if order.wave == 3]
    assert sum(bool(order.causes) for order in later) == 7
    assert sum(not order.causes for order in later) == 3
    routes = {plan.products[line.product].route for order in later for line in order.lines}
    assert {"resupply", "dropship"} <= routes
    assert any(plan.products[line.product].components for order in later for line in order.lines)


@given(today=st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 1, 1)), offset=st.integers(-150, 40))
@settings(max_examples=60, deadline=None)
def test_a_day_of_the_plan_is_that_many_days_from_any_today(today: date, offset: int) -> None:
    clock = Clock(today=today)
    assert (date.fromisoformat(clock.day(offset)) - today).days == offset
    assert clock.at(offset, 18)[:10] == clock.day(offset)
