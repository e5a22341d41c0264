"""Inventory causes: where the goods are, and why they are not in this order."""

from __future__ import annotations

import pytest

from erp_tools.lateness.testing import EAST, SOUTH, WEST, Scene


def short(**fields: object) -> tuple[Scene, object]:
    scene = Scene(**fields)  # type: ignore[arg-type]
    return scene, scene.line("Butterfly Valve", 40, reserved=28)


# -- stock_shortage ------------------------------------------------------------------------------------------------------
def test_nothing_anywhere_and_nothing_coming_is_a_shortage() -> None:
    scene, _ = short()
    cause = scene.cause("stock_shortage")
    assert scene.codes() == ("stock_shortage",)
    assert cause.certainty == "proven"
    assert cause.summary.startswith("12 of 40 Butterfly Valve are not reserved")
    assert cause.lines[0].quantity == 12


def test_shortage_is_only_likely_without_sight_of_purchases() -> None:
    scene, _ = short()
    cause = scene.cause("stock_shortage", unread=("purchases",))
    assert cause.certainty == "likely"
    assert cause.missing
    assert scene.codes(unread=("purchases",)) == ("stock_shortage", "inbound_not_ordered")
    assert scene.cause("inbound_not_ordered", unread=("purchases",)).certainty == "unknown"


def test_inbound_that_earlier_orders_use_up_leaves_a_shortage() -> None:
    scene, valve = short(promised=-2)
    scene.inbound(valve, 20, due=3)  # type: ignore[arg-type]
    scene.other_demand(valve, 20, reserved=0, promised=-9)  # type: ignore[arg-type]
    assert scene.codes() == ("stock_shortage",)
    assert "does not cover it" in scene.cause("stock_shortage").summary


def test_later_demand_does_not_take_the_inbound_away() -> None:
    scene, valve = short(promised=-2)
    scene.inbound(valve, 20, due=3)  # type: ignore[arg-type]
    scene.other_demand(valve, 20, reserved=0, promised=9)  # type: ignore[arg-type]
    assert scene.codes() == ("inbound_late",)


def test_quantities_are_named_in_the_unit_of_the_line() -> None:
    scene = Scene()
    scene.line("Hex Bolt", 5, unit="Box", per_unit=12, reserved=24)
    cause = scene.cause("stock_shortage")
    assert cause.summary.startswith("3 of 5 Box Hex Bolt are not reserved")
    assert (cause.lines[0].quantity, cause.lines[0].unit) == (3, "Box")


# -- stock_elsewhere -----------------------------------------------------------------------------------------------------
def test_free_stock_in_another_warehouse() -> None:
    scene, valve = short(warehouse=SOUTH)
    scene.quant(valve, 30, warehouse=EAST)  # type: ignore[arg-type]
    assert scene.codes() == ("stock_elsewhere",)
    assert "30 are free in Allentown East." in scene.cause("stock_elsewhere").summary


def test_stock_elsewhere_that_does_not_cover_all_says_so() -> None:
    scene, valve = short()
    scene.quant(valve, 5, warehouse=SOUTH)  # type: ignore[arg-type]
    cause = scene.cause("stock_elsewhere")
    assert "not enough" in cause.summary
    assert cause.lines[0].quantity == 5


@pytest.mark.parametrize(
    "quant",
    [
        {"reserved": 30},  # all of it is sold there
        {"where": "hold"},  # and what is held there cannot be used either
        {"leaves": -1},  # nor what has expired
    ],
)
def test_stock_elsewhere_that_cannot_be_used_does_not_count(quant: dict[str, object]) -> None:
    scene, valve = short()
    scene.quant(valve, 30, warehouse=SOUTH, **quant)  # type: ignore[arg-type]
    assert scene.codes() == ("stock_shortage",)


# -- reserved_by_other ---------------------------------------------------------------------------------------------------
def test_goods_held_by_an_order_promised_later() -> None:
    scene, valve = short()
    scene.quant(valve, 40, reserved=40)  # type: ignore[arg-type]
    scene.other_demand(valve, 12, reserved=12, promised=9)  # type: ignore[arg-type]
    assert scene.codes() == ("reserved_by_other",)
    assert (
        "held by S00077, promised for 30 Nov 2026, later than this order (16 Nov 2026)"
        in scene.cause("reserved_by_other").summary
    )


def test_later_holder_leads_over_what_comes() -> None:
    scene, valve = short()
    scene.quant(valve, 40, reserved=40)  # type: ignore[arg-type]
    scene.other_demand(valve, 12, reserved=12, promised=9)  # type: ignore[arg-type]
    scene.inbound(valve, 12, due=4)  # type: ignore[arg-type]
    assert scene.codes() == ("reserved_by_other", "inbound_late")


@pytest.mark.parametrize("urgent", [False, True])
def test_fair_reservation_is_not_blamed_while_goods_are_coming(urgent: bool) -> None:
    scene, valve = short()
    scene.quant(valve, 40, reserved=40)  # type: ignore[arg-type]
    scene.other_demand(valve, 12, reserved=12, promised=9 if urgent else -9, urgent=urgent)  # type: ignore[arg-type]
    scene.inbound(valve, 12, due=4)  # type: ignore[arg-type]
    assert scene.codes() == ("inbound_late",)


# -- quality_hold --------------------------------------------------------------------------------------------------------
def test_goods_below_the_warehouse_but_outside_stock_are_held() -> None:
    scene, valve = short()
    scene.quant(valve, 20, where="hold")  # type: ignore[arg-type]
    assert scene.codes() == ("quality_hold",)
    assert "20 are in EAST/Quality Hold, where they cannot be reserved" in scene.cause("quality_hold").summary


def test_expired_lot_in_stock_is_held() -> None:
    scene, valve = short()
    scene.quant(valve, 20, leaves=-11, lot="L-3110")  # type: ignore[arg-type]
    assert scene.codes() == ("quality_hold",)
    assert "lot L-3110 passed its removal date on 10 Nov 2026" in scene.cause("quality_hold").summary


@pytest.mark.parametrize("where", ["input", "packing", "output"])
def test_goods_on_their_way_through_are_not_held(where: str) -> None:
    scene, valve = short()
    scene.quant(valve, 20, where=where)  # type: ignore[arg-type]
    assert "quality_hold" not in scene.codes()


def test_held_goods_are_no_cause_when_the_order_has_its_own() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    scene.quant(valve, 20, where="hold")
    assert scene.codes() == ("warehouse_backlog",)


# -- inventory_discrepancy -----------------------------------------------------------------------------------------------
def test_count_below_what_is_reserved_for_this_order() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    scene.quant(valve, 42, reserved=40, counted=13)
    assert scene.codes() == ("inventory_discrepancy",)
    assert "found 13 (29 fewer)" in scene.cause("inventory_discrepancy").summary


def test_count_that_leaves_enough_is_no_discrepancy_of_this_order() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    scene.quant(valve, 60, reserved=40, counted=45)
    assert scene.codes() == ("warehouse_backlog",)


def test_count_in_a_place_this_order_does_not_take_from() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    scene.quant(valve, 42, reserved=40, counted=13, where="bin")
    assert scene.codes() == ("warehouse_backlog",)


def test_negative_bin_that_eats_the_stock() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.quant(valve, 40)
    scene.quant(valve, -40, where="bin")
    assert scene.codes() == ("inventory_discrepancy",)
    assert "-40" in scene.cause("inventory_discrepancy").summary


def test_negative_bin_does_not_matter_to_goods_that_are_reserved_elsewhere() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40)
    scene.quant(valve, -3, where="bin")
    assert scene.codes() == ("warehouse_backlog",)


# -- reservation_not_due -------------------------------------------------------------------------------------------------
def test_reservation_day_still_to_come() -> None:
    scene = Scene(scheduled=12, reserves="by_date", transfer_state="confirmed")
    valve = scene.line("Butterfly Valve", 40, reserved=0, reservation_date=7)
    scene.quant(valve, 60)
    assert scene.codes() == ("reservation_not_due",)
    cause = scene.cause("reservation_not_due")
    assert cause.certainty == "proven"
    assert "reserves it only on 28 Nov 2026" in cause.summary


def test_reservation_by_hand_that_nobody_made() -> None:
    scene = Scene(reserves="manual", transfer_state="confirmed")
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.quant(valve, 60)
    assert scene.cause("reservation_not_due").certainty == "proven"


def test_free_stock_nobody_reserved_is_likely_only() -> None:
    scene = Scene(transfer_state="confirmed")
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.quant(valve, 60)
    assert scene.cause("reservation_not_due").certainty == "likely"


def test_free_stock_that_earlier_orders_will_take_is_not_free_for_this_one() -> None:
    scene = Scene(scheduled=12, reserves="by_date", transfer_state="confirmed")
    valve = scene.line("Butterfly Valve", 40, reserved=0, reservation_date=7)
    scene.quant(valve, 60)
    scene.other_demand(valve, 50, reserved=0, promised=2)
    assert scene.codes() == ("stock_shortage",)


def test_order_in_time_that_odoo_will_reserve_later_is_on_time() -> None:
    scene = Scene(promised=9, reserves="by_date", transfer_state="confirmed")
    valve = scene.line("Butterfly Valve", 40, reserved=0, reservation_date=4)
    scene.quant(valve, 60)
    assert scene.codes() == ("on_time",)


def test_pick_step_looks_at_the_shelf_of_its_own_warehouse() -> None:
    scene = Scene(warehouse=WEST, step="pick")
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.quant(valve, 50, warehouse=EAST)
    assert scene.codes() == ("stock_elsewhere",)
