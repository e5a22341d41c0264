"""When it ships now: a date only where the records allow one, a range where a vendor is unreliable, never a day that is past."""

from __future__ import annotations

from datetime import date

import pytest

from erp_tools.lateness.figures import cause_figures_without_source
from erp_tools.lateness.testing import SOUTH, TODAY, Scene
from erp_tools.lateness.wording import add_working_days
from erp_tools.reads.products import Product

MONDAY = date(2026, 11, 23)


def short(**fields: object) -> tuple[Scene, Product]:
    scene = Scene(**fields)  # type: ignore[arg-type]
    return scene, scene.line("Butterfly Valve", 40, reserved=28)


def test_ready_goods_leave_on_the_next_working_day() -> None:
    scene = Scene()
    scene.line()
    expected = scene.diagnose().expected
    assert (expected.earliest, expected.latest) == (MONDAY, date(2026, 11, 24))
    assert "arrives on 27 Nov 2026 at the earliest" in expected.reasoning


def test_scheduled_day_in_the_future_is_kept() -> None:
    scene = Scene(promised=9)
    scene.line()
    expected = scene.diagnose().expected
    assert expected.earliest == expected.latest == date(2026, 11, 30)


def test_receipt_on_its_way_without_a_vendor_record_gives_one_day() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=5)
    expected = scene.diagnose().expected
    assert expected.earliest == expected.latest == date(2026, 11, 27)


def test_unreliable_vendor_gives_a_range() -> None:
    scene, valve = short()
    scene.receipts(0, 3, 6, -1, 9)
    scene.inbound(valve, 12, due=5)
    expected = scene.diagnose().expected
    assert expected.earliest == date(2026, 11, 27)
    assert expected.latest is not None
    assert expected.latest > expected.earliest
    assert "3 of 5 past receipts from Kestrel Valves came late" in expected.reasoning


def test_overdue_receipt_is_never_repeated_as_a_forecast() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=-9)
    expected = scene.diagnose().expected
    assert expected.earliest is None
    assert expected.latest is None
    assert "that day is past (9 days ago) and is no forecast" in expected.reasoning


def test_vendors_record_bounds_an_overdue_receipt() -> None:
    scene, valve = short()
    scene.receipts(0, 3, 6, -1, 21)
    scene.inbound(valve, 12, due=-9)
    expected = scene.diagnose().expected
    assert expected.earliest is not None
    assert expected.earliest > TODAY
    assert expected.latest == add_working_days(date(2026, 12, 3), 1)


def test_later_than_anything_on_record_gives_no_date() -> None:
    scene, valve = short()
    scene.receipts(0, 1, 2)
    scene.inbound(valve, 12, due=-9)
    expected = scene.diagnose().expected
    assert expected.earliest is None
    assert "later than anything on record" in expected.reasoning


def test_two_receipts_say_nothing_about_a_vendor() -> None:
    scene, valve = short()
    scene.receipts(30, 30)
    scene.inbound(valve, 12, due=-9)
    assert scene.diagnose().expected.earliest is None


def test_what_nobody_ordered_starts_at_the_vendors_lead_time() -> None:
    scene, _ = short()
    expected = scene.diagnose().expected
    assert expected.earliest == add_working_days(date(2026, 12, 5), 1)
    assert expected.latest is None
    assert "Ordered today, Kestrel Valves needs 14 days" in expected.reasoning


def test_the_last_line_decides_and_a_line_without_a_date_leaves_none() -> None:
    scene = Scene()
    first = scene.line("Pump", 2, reserved=0)
    second = scene.line("Valve", 4, reserved=0)
    scene.inbound(first, 2, due=4)
    scene.inbound(second, 4, due=12, document="P00040")
    assert scene.diagnose().expected.earliest == date(2026, 12, 4)
    third = scene.line("Hose", 1, reserved=0)
    scene.quant(third, 5, where="hold")
    assert scene.diagnose().expected.earliest is None


@pytest.mark.parametrize("carrier_missing", [True, False])
def test_what_holds_it_gives_an_earliest_day_only(carrier_missing: bool) -> None:
    scene = Scene(carrier=None) if carrier_missing else Scene()
    scene.line()
    if not carrier_missing:
        scene.activity("Credit Review")
    expected = scene.diagnose().expected
    assert (expected.earliest, expected.latest) == (MONDAY, None)
    assert expected.reasoning.startswith("No date until")


def test_stock_elsewhere_is_mentioned_beside_a_late_receipt() -> None:
    scene, valve = short()
    scene.inbound(valve, 12, due=9)
    scene.quant(valve, 30, warehouse=SOUTH)
    assert "Sourced from Dallas South it could leave earlier" in scene.diagnose().expected.reasoning


def test_delivered_order_gives_the_day_it_left() -> None:
    scene = Scene()
    scene.line(delivered=40)
    scene.delivered(-6)
    assert scene.diagnose().expected.earliest == date(2026, 11, 15)


def test_quotation_counts_from_a_confirmation_today() -> None:
    scene = Scene(state="sent")
    scene.line(lead=10)
    expected = scene.diagnose().expected
    assert (expected.earliest, expected.latest) == (date(2026, 12, 1), None)


def test_overdue_receipt_is_bounded_by_those_that_were_later_still() -> None:
    """Not by what is usual: that day has passed for this one."""
    scene, valve = short()
    scene.receipts(-1, -1, 0, 2, 2, 5, 11, 14)
    scene.inbound(valve, 12, due=-8)
    diagnosis = scene.diagnose()
    expected = diagnosis.expected
    assert (expected.earliest, expected.latest) == (date(2026, 11, 24), date(2026, 11, 30))
    assert "5 of 8 past receipts from Kestrel Valves came late" in expected.reasoning
    assert "2 of 8 were even later than this one is now" in expected.reasoning
    assert "Kestrel Valves has to confirm" in expected.reasoning
    assert cause_figures_without_source(diagnosis) == {}


def test_one_receipt_on_record_was_later_still() -> None:
    scene, valve = short()
    scene.receipts(0, 0, 9)
    scene.inbound(valve, 12, due=-8)
    assert "1 of 3 was even later" in scene.diagnose().expected.reasoning
