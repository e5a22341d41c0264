"""Warehouse and transport causes: the goods are there; what keeps them from leaving, or from arriving."""

from __future__ import annotations

import pytest

from erp_tools.lateness.testing import WEST, Scene


def ready(**fields: object) -> Scene:
    scene = Scene(**fields)  # type: ignore[arg-type]
    scene.line("Butterfly Valve", 40)
    return scene


# -- warehouse_backlog ---------------------------------------------------------------------------------------------------
def test_ready_and_not_shipped_is_a_backlog() -> None:
    scene = ready()
    assert scene.codes() == ("warehouse_backlog",)
    assert "it was scheduled for 16 Nov 2026 (5 days ago)" in scene.cause("warehouse_backlog").summary


def test_ready_for_a_day_to_come_is_on_time() -> None:
    assert ready(promised=4).codes() == ("on_time",)


def test_ready_lines_of_a_delivery_that_waits_for_others_are_no_backlog() -> None:
    scene = ready()
    scene.line("Gasket", 5, reserved=0)
    assert scene.codes() == ("stock_shortage",)


# -- upstream_step_pending -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("step", ["pick", "pack"])
def test_pick_or_pack_that_is_ready_and_not_done(step: str) -> None:
    scene = ready(warehouse=WEST, step=step)
    assert scene.codes() == ("upstream_step_pending",)
    assert f"WEST/{step.upper()}/00012" in scene.cause("upstream_step_pending").summary


def test_last_step_that_is_ready_is_a_backlog_not_a_pending_step() -> None:
    assert ready(warehouse=WEST, step="ship").codes() == ("warehouse_backlog",)


def test_received_goods_that_wait_to_be_put_away() -> None:
    scene = Scene()
    valve = scene.line("Butterfly Valve", 40, reserved=0)
    scene.inbound(valve, 40, due=-1, kind="put_away")
    assert scene.codes() == ("upstream_step_pending",)


# -- waiting_complete ----------------------------------------------------------------------------------------------------
def test_shipping_policy_holds_ready_lines() -> None:
    scene = Scene(ships_all_at_once=True)
    scene.line("Butterfly Valve", 40)
    scene.line("Pump", 2)
    gasket = scene.line("Gasket", 5, reserved=0)
    scene.inbound(gasket, 5, due=6)
    assert scene.codes() == ("inbound_late", "waiting_complete")
    cause = scene.cause("waiting_complete")
    assert "holds 2 of 3 lines" in cause.summary
    assert [line.quantity for line in cause.lines] == [40, 2]


def test_policy_as_soon_as_possible_holds_nothing() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40)
    scene.line("Gasket", 5, reserved=0)
    assert "waiting_complete" not in scene.codes()


def test_policy_holds_nothing_when_no_line_is_ready() -> None:
    scene = Scene(ships_all_at_once=True)
    scene.line("Butterfly Valve", 40, reserved=0)
    scene.line("Gasket", 5, reserved=0)
    assert "waiting_complete" not in scene.codes()


# -- partial_backorder ---------------------------------------------------------------------------------------------------
def test_rest_in_an_open_backorder() -> None:
    scene = Scene(backorder_of=2)
    valve = scene.line("Butterfly Valve", 40, delivered=28, reserved=0)
    scene.delivered(-6)
    scene.inbound(valve, 12, due=5)
    assert scene.codes() == ("inbound_late", "partial_backorder")
    assert (
        "12 of 40 Butterfly Valve are in the backorder EAST/OUT/00012"
        in scene.cause("partial_backorder").summary
    )


def test_open_delivery_without_an_earlier_one_is_no_backorder() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40, reserved=0)
    assert "partial_backorder" not in scene.codes()


# -- no_carrier ----------------------------------------------------------------------------------------------------------
def test_ready_without_a_carrier() -> None:
    assert ready(carrier=None).codes() == ("no_carrier",)


def test_carrier_on_the_order_is_enough() -> None:
    assert ready(transfer_carrier=None).codes() == ("warehouse_backlog",)


def test_missing_carrier_does_not_hold_goods_that_are_not_there() -> None:
    scene = Scene(carrier=None)
    scene.line("Butterfly Valve", 40, reserved=0)
    assert scene.codes() == ("stock_shortage",)


# -- missed_dispatch -----------------------------------------------------------------------------------------------------
def test_booked_and_left_behind() -> None:
    scene = ready(tracking="SWL790037")
    assert scene.codes() == ("missed_dispatch",)
    assert "cut-off at 15:30" in scene.cause("missed_dispatch").summary


def test_picked_and_left_behind() -> None:
    scene = Scene()
    scene.line("Butterfly Valve", 40, picked=True)
    assert scene.codes() == ("missed_dispatch",)


def test_booked_for_a_day_to_come_is_on_time() -> None:
    assert ready(tracking="SWL790037", promised=3).codes() == ("on_time",)


# -- carrier_delay -------------------------------------------------------------------------------------------------------
def shipped(on: int = -9, **delivery: object) -> Scene:
    scene = Scene()
    scene.line("Butterfly Valve", 40, delivered=40)
    scene.delivered(on, **delivery)  # type: ignore[arg-type]
    return scene


def test_carrier_reports_trouble_after_a_shipment_in_time() -> None:
    scene = shipped()
    scene.message("Exception: Trailer breakdown near Boise.", by="carrier", on="delivery", when=-5)
    diagnosis = scene.diagnose()
    assert diagnosis.causes[0].code == "carrier_delay"
    assert diagnosis.causes[0].certainty == "likely"
    assert diagnosis.is_late
    assert diagnosis.days_late == 5


def test_shipped_in_time_with_no_word_of_trouble_is_on_time() -> None:
    assert shipped().codes() == ("on_time",)


def test_trouble_before_it_was_delivered_with_proof_is_over() -> None:
    scene = shipped(files=1)
    scene.message("Exception: delay at the hub.", by="carrier", on="delivery", when=-5)
    assert scene.codes() == ("on_time",)


def test_old_talk_of_delays_is_not_about_this_shipment() -> None:
    scene = shipped()
    scene.message("Your last order had a delay at the hub, please do better.", by="customer", when=-15)
    assert scene.codes() == ("on_time",)


def test_shipment_that_left_late_is_not_blamed_on_the_carrier() -> None:
    scene = shipped(on=-3)
    scene.message("Exception: delay at the hub.", by="carrier", on="delivery", when=-2)
    assert "carrier_delay" not in scene.codes()
