"""Working time, closed days and cut-offs: read from Odoo where it has them, and said to be assumed where it has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from erp_tools.lateness.dispatch import after_receipt, next_departure
from erp_tools.lateness.figures import cause_figures_without_source
from erp_tools.lateness.testing import EAST, SWIFT, TODAY, Scene, working_time
from erp_tools.reads.calendar import ASSUMED, WorkCalendar, WorkingHours

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def calendar_row(**more: object) -> dict:
    """As the guard gives it."""
    return {
        "id": 3,
        "display_name": "Standard 40 hours/week",
        "tz": "America/Los_Angeles",
        "attendance_ids": [
            {
                "id": number * 2 + half,
                "dayofweek": str(number),
                "day_period": period,
                "hour_from": start,
                "hour_to": end,
            }
            for number in range(5)
            for half, (period, start, end) in enumerate((("morning", 8.0, 12.0), ("afternoon", 13.0, 17.5)))
        ],
        "global_leave_ids": [
            {
                "id": 1,
                "name": "Thanksgiving",
                "date_from": "2026-11-26 08:00:00",
                "date_to": "2026-11-27 07:59:59",
            },
            {
                "id": 2,
                "name": "Half a day",
                "date_from": "2026-11-30 20:00:00",
                "date_to": "2026-12-01 07:59:59",
            },
        ],
        **more,
    }


def test_working_time_is_read_from_odoo() -> None:
    calendar = WorkCalendar.from_odoo(calendar_row())
    assert not calendar.is_assumed
    assert calendar.weekdays == "Mon, Tue, Wed, Thu, Fri"
    assert calendar.hours_on(MONDAY) == (8.0, 17.5)
    assert calendar.hours_on(TODAY) is None  # a Saturday
    assert not calendar.is_working(date(2026, 11, 26))
    assert calendar.is_working(date(2026, 11, 30))  # closed at noon: goods can leave in the morning
    assert calendar.add(date(2026, 11, 25), 1) == date(2026, 11, 27)


def test_rubbish_in_a_calendar_is_left_out() -> None:
    rows = [
        {"id": 1, "dayofweek": False, "hour_from": 8.0, "hour_to": 12.0},
        {"id": 2, "dayofweek": "9", "hour_from": 8.0, "hour_to": 12.0},
        {"id": 3, "dayofweek": "1", "hour_from": 12.0, "hour_to": 8.0},
        {"id": 4, "dayofweek": "1", "hour_from": 12.0, "hour_to": 13.0, "day_period": "lunch"},
    ]
    calendar = WorkCalendar.from_odoo(
        calendar_row(attendance_ids=rows, tz="Mars/Olympus", global_leave_ids=None)
    )
    assert calendar.is_assumed
    assert calendar.is_working(MONDAY)
    assert calendar.zone.key == "UTC"


def test_a_calendar_that_never_works_ends_the_search() -> None:
    closed_for_ever = working_time(*range(-1, 500))
    assert closed_for_ever.working_day_from(MONDAY) == MONDAY


def test_weeks_that_take_turns() -> None:
    first, second = (
        WorkCalendar(calendar_id=1, hours=(WorkingHours(weekday=0, opens=8, closes=17, week=week),))
        for week in (0, 1)
    )
    assert first.is_working(MONDAY) is not second.is_working(MONDAY)
    assert first.is_working(MONDAY) is second.is_working(date(2026, 11, 30))


def test_closed_day_is_skipped_and_named() -> None:
    scene = Scene(calendar=working_time(2, 3))
    scene.line()
    expected = scene.diagnose().expected
    assert expected.earliest == date(2026, 11, 25)
    assert "23 Nov 2026 does not count: Stocktaking." in expected.reasoning
    assert "24 Nov 2026 does not count" in expected.reasoning
    assert cause_figures_without_source(scene.diagnose()) == {}


def test_without_a_calendar_monday_to_friday_is_assumed_and_said() -> None:
    scene = Scene()
    scene.line()
    assert "Monday to Friday is assumed" in scene.diagnose().expected.reasoning
    assert ASSUMED.weekdays == "Mon, Tue, Wed, Thu, Fri"


def test_saturday_counts_where_the_company_works_on_saturdays() -> None:
    scene = Scene(calendar=working_time(weekdays=(0, 1, 2, 3, 4, 5)))
    scene.line()
    assert scene.diagnose().expected.earliest == TODAY


def friday_at(hour_utc: int, **fields: object) -> tuple[date, str, tuple]:
    scene = Scene(**{"calendar": working_time(), **fields})  # type: ignore[arg-type]
    scene.line()
    now = datetime(2026, 11, 20, hour_utc, 0, tzinfo=UTC)
    found = next_departure(scene.case(now=now))
    assert not cause_figures_without_source(scene.diagnose(now=now))
    return found.day, found.why, found.evidence


def test_before_the_carriers_cutoff_goods_leave_today() -> None:
    assert friday_at(22)[0] == FRIDAY  # 14:00 in Los Angeles, cut-off 15:30


def test_after_the_carriers_cutoff_they_leave_on_the_next_working_day() -> None:
    leaves, why, evidence = friday_at(23, carrier=replace(SWIFT, cutoff="14:30"))
    assert leaves == MONDAY
    assert "14:30 in Allentown East (from its description in Odoo), has passed" in why
    assert ("delivery.carrier", 71) in evidence


def test_cutoff_is_a_time_on_the_wall_of_the_warehouse() -> None:
    in_new_york = replace(EAST, timezone="America/New_York")
    assert friday_at(20, warehouse=in_new_york)[0] == FRIDAY  # 15:00 there
    assert friday_at(21, warehouse=in_new_york)[0] == MONDAY  # 16:00 there, 13:00 in Los Angeles
    assert friday_at(21, warehouse=replace(EAST, timezone="nowhere"))[0] == FRIDAY


def test_without_a_carriers_cutoff_the_end_of_work_counts() -> None:
    assert friday_at(21, carrier=None, calendar=working_time(closes=12.0))[0] == MONDAY
    assert friday_at(18, carrier=None, calendar=working_time(closes=12.0))[0] == FRIDAY
    assert friday_at(23, carrier=replace(SWIFT, cutoff="teatime"))[0] == FRIDAY


def test_lead_times_of_odoos_routes_replace_the_assumed_day() -> None:
    scene = Scene(warehouse=replace(EAST, route_days=3), calendar=working_time())
    valve = scene.line("Butterfly Valve", 40, reserved=28)
    scene.inbound(valve, 12, due=5)
    diagnosis = scene.diagnose()
    assert diagnosis.expected.earliest == date(2026, 11, 30)  # Thursday and three days: a Sunday
    assert "Odoo's routes take 3 days from receipt to delivery" in diagnosis.expected.reasoning
    assert cause_figures_without_source(diagnosis) == {}
    assert after_receipt(Scene().case(), FRIDAY).day == MONDAY
