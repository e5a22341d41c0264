"""Every option that is possible has something to draft; and the combinations: ready goods leave, some come from elsewhere, a rest follows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from erp_tools.actions.types import ACTION_TYPES
from erp_tools.options.compare import compare
from erp_tools.options.option import Plan
from erp_tools.options.policy import Expedite, Lane, Policy, SubstitutePair
from erp_tools.options.situation import Situation
from erp_tools.options.stock import Holder, Seller, Substitute
from erp_tools.options.testing import TODAY, carrier, need, option_of, situation
from erp_tools.options.weights import load_weights

WEIGHTS = load_weights()
LANE = Lane(
    source="East",
    target="West",
    weekdays=(0, 1, 2, 3, 4),
    transit_days=2,
    base=Decimal(40),
    per_kg=Decimal(1),
    currency="USD",
)
POLICY = Policy(
    lanes=(LANE,), expedites=(Expedite(vendor="Kestrel Valves", gain_days=3, what="overtime"),),
    pairs=(SubstitutePair(ordered="IN-2002", substitute="IN-9", ratio=Decimal(4)),),
)  # fmt: skip


def random_order(seed: int) -> Situation:
    """An order of one to five lines with every way out that dice may give it."""
    dice = random.Random(seed)
    holder = Holder(
        delivery="WEST/OUT/00007",
        order="S00050",
        quantity=9,
        promised=TODAY + timedelta(days=20),
        is_later=True,
    )
    lines = [
        need(
            number, ready=dice.choice((0, 0, 4)), missing=dice.choice((0, 3, 6)) or (2 if number == 1 else 0),
            comes=dice.choice((None, 4, 12)), purchase=dice.choice(("P00031", "")),
            free={name: 6.0 for name in ("East", "South") if dice.random() < 0.5}, holders=(holder,) if dice.random() < 0.4 else (),
            sellers=tuple(Seller(vendor=name, lead_days=3) for name in ("Kestrel Valves", "Zed") if dice.random() < 0.6),
        )
        for number in range(1, dice.randint(1, 5) + 1)
    ]  # fmt: skip
    lines = [line for line in lines if line.quantity]
    lines = [
        replace(line, places=tuple(replace(place, ships_in_one_step=dice.random() < 0.7) for place in line.places)) for line in lines
    ]  # fmt: skip
    stock = (Substitute(ordered="IN-2002", code="IN-9", name="Nine", free=40),)
    return situation(
        *lines, substitutes=stock, carriers=(carrier(), carrier("Air", days=1, number=2)),
        promised=TODAY + timedelta(days=dice.choice((-3, 2, 30))),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_every_possible_option_has_a_draft_of_the_twelve_kinds(seed: int) -> None:
    order = random_order(seed)
    for option in compare(order, POLICY, WEIGHTS).options:
        if option.plan.impossible:
            assert not option.plan.drafts
            continue
        assert option.plan.drafts, option.plan.key
        for wish in option.plan.drafts:
            assert wish.action in ACTION_TYPES
            assert wish.wanted["order"] == "S00042"
            if wish.action == "assign_activity":
                assert wish.wanted["to"] in ("@purchasing", "@warehouse")
                assert 0 < len(wish.wanted["summary"]) <= 150
                assert date.fromisoformat(wish.wanted["until"]) >= TODAY


@pytest.mark.parametrize("seed", range(40))
def test_an_option_moves_every_open_piece_exactly_once(seed: int) -> None:
    order = random_order(seed)
    wanted = {line.line_id: line.quantity for line in order.needs}
    for option in compare(order, POLICY, WEIGHTS).options:
        if not option.plan.impossible:
            assert moved(option.plan) == pytest.approx(wanted), option.plan.key


def moved(plan: Plan) -> dict[int, float]:
    found: dict[int, float] = {}
    for one in plan.shipments:
        for share in one.shares:
            found[share.line_id] = found.get(share.line_id, 0.0) + share.quantity
    return found


def test_what_another_warehouse_leaves_open_is_back_ordered_and_what_is_ready_leaves() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, free={"East": 6}), need(3, missing=5, comes=12))
    comparison = compare(order, Policy(), WEIGHTS)
    both = option_of(comparison, "split_and_source")
    shown = {
        (one.warehouse, one.delivery): ([(share.line_id, share.quantity) for share in one.shares], one.leaves)
        for one in both.plan.shipments
    }
    assert shown == {
        ("West", "WEST/OUT/00001"): ([(1, 10)], TODAY),
        ("East", "new"): ([(2, 6)], TODAY),
        ("West", "backorder"): ([(3, 5)], TODAY + timedelta(days=12)),
    }
    assert both.plan.drafts[0].wanted["ship_ready"] == "yes"
    alone = option_of(comparison, "source_from_warehouse")
    assert {one.leaves for one in alone.plan.shipments} == {TODAY, TODAY + timedelta(days=12)}
    assert "ship_ready" not in alone.plan.drafts[0].wanted


def test_there_is_no_such_combination_where_nothing_is_left_or_nothing_is_ready() -> None:
    for lines in (
        (need(1, ready=10), need(2, missing=6, free={"East": 6})),
        (need(2, missing=6, free={"East": 6}), need(3, missing=5)),
    ):
        comparison = compare(situation(*lines), Policy(), WEIGHTS)
        assert all(one.kind != "split_and_source" for one in comparison.options)


def test_a_warehouse_that_picks_in_steps_is_asked_to_plan_it() -> None:
    line = need(2, missing=6, free={"East": 6})
    line = replace(line, places=tuple(replace(place, ships_in_one_step=False) for place in line.places))
    option = option_of(
        compare(situation(need(1, ready=10), line), Policy(), WEIGHTS), "source_from_warehouse"
    )
    assert not option.ruled_out
    assert option.plan.drafts[0].action == "assign_activity"
    assert "East picks and packs in steps" in option.plan.drafts[0].wanted["text"]


def test_a_substitute_of_another_number_is_drafted_with_its_ratio() -> None:
    stock = (Substitute(ordered="IN-2002", code="IN-9", name="Nine", free=40),)
    option = option_of(
        compare(situation(need(2, missing=6), substitutes=stock), POLICY, WEIGHTS), "substitute_product"
    )
    assert option.plan.drafts[0].wanted["ratio"] == "4"
    assert "Deliver 24 of Nine instead of 6 of Product 2" in option.plan.summary
    assert "the customer consents to the substitute in writing" in option.plan.requires
    assert "4 of IN-9 stand for one IN-2002, at the price of what was ordered" in option.plan.requires


def test_a_transfer_is_asked_of_the_warehouse_with_goods_and_truck() -> None:
    order = situation(need(1, ready=10), need(2, missing=6, free={"East": 6}))
    option = option_of(compare(order, POLICY, WEIGHTS), "transfer_first")
    (wish,) = option.plan.drafts
    assert wish.wanted["summary"] == "Transfer 6 of Product 2 from East to West"
    assert "The next truck leaves East on" in wish.wanted["text"]


def test_waiting_is_noted_on_the_order_or_a_day_is_looked_for() -> None:
    dated = option_of(
        compare(situation(need(1, ready=3), need(2, missing=5)), Policy(), WEIGHTS), "wait_complete"
    )
    assert dated.plan.drafts[0].action == "log_note"
    assert "S00042 ships complete on 30 Nov 2026" in dated.plan.drafts[0].wanted["text"]
    never = option_of(compare(situation(need(2, missing=5, comes=None)), Policy(), WEIGHTS), "wait_complete")
    assert never.plan.drafts[0].wanted["summary"] == "Find a day for 5 of Product 2 of S00042"
