"""Days as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.models.playbook.days import find_days

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("by 2026-12-03", "2026-12-03", "2026-12-03"),
        ("before 3 Dec", "2026-12-03", "2026-12-03"),
        ("Nov 23, 2027", "2027-11-23", "2027-11-23"),
        ("the 5th of January", "2027-01-05", "2027-01-05"),
        ("today", "2026-11-21", "2026-11-21"),
        ("tomorrow", "2026-11-22", "2026-11-22"),
        ("the day after tomorrow", "2026-11-23", "2026-11-23"),
        ("on Friday", "2026-11-27", "2026-11-27"),
        ("next Friday", "2026-11-27", "2026-11-27"),
        ("next Saturday", "2026-11-28", "2026-11-28"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("next week", "2026-11-23", "2026-11-29"),
        ("end of the month", "2026-11-30", "2026-11-30"),
        ("in 3 days", "2026-11-24", "2026-11-24"),
        ("within two weeks", "2026-11-21", "2026-12-05"),
        ("by thurs", "2026-11-26", "2026-11-26"),
        ("end of next wk", "2026-11-27", "2026-11-27"),
        ("early next week", "2026-11-23", "2026-11-24"),
        ("tuesday next week", "2026-11-24", "2026-11-24"),
        ("next week on Tuesday", "2026-11-24", "2026-11-24"),
        ("a week from Monday", "2026-11-30", "2026-11-30"),
        ("by 27/11", "2026-11-27", "2026-11-27"),
        ("by 11/27", "2026-11-27", "2026-11-27"),
        ("by 27.11.2026", "2026-11-27", "2026-11-27"),
        ("by 3/12", "2026-12-03", "2026-12-03"),
        ("December first", "2026-12-01", "2026-12-01"),
        ("by the 27", "2026-11-27", "2026-11-27"),
        ("before December", "2026-11-30", "2026-11-30"),
        ("before the weekend", "2026-11-27", "2026-11-27"),
        ("by close of business Friday", "2026-11-27", "2026-11-27"),
        ("before thanksgiving", "2026-11-26", "2026-11-26"),
        ("wednesday before thanksgiving", "2026-11-25", "2026-11-25"),
        ("in a couple of days", "2026-11-23", "2026-11-23"),
        ("in 36 hours", "2026-11-23", "2026-11-23"),
        ("two weeks from now", "2026-12-05", "2026-12-05"),
        ("friday the 27th", "2026-11-27", "2026-11-27"),
        ("on Saturday the 28th", "2026-11-28", "2026-11-28"),
    ],
)
def test_days_before_us(text: str, first: str, last: str) -> None:
    found = find_days(f"will it ship {text}?", SATURDAY, past=False)
    assert found is not None
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("since yesterday", "2026-11-20"),
        ("since Friday", "2026-11-20"),
        ("since Saturday", "2026-11-14"),
        ("since last Monday", "2026-11-16"),
        ("since 23 Nov", "2025-11-23"),
        ("since 12 Nov", "2026-11-12"),
        ("in the last 3 days", "2026-11-18"),
        ("a week ago", "2026-11-14"),
        ("last week", "2026-11-09"),
    ],
)
def test_days_behind_us(text: str, first: str) -> None:
    found = find_days(f"what changed {text}", SATURDAY, past=True)
    assert found is not None
    assert found.first.isoformat() == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S00042",
        "31 Feb",
        "we may ship",
        "the march of time",
        "20 L drum",
        "99 Nov",
        "24/7 support",
        "valve 1/2 in brass",
    ],
)
def test_no_day_is_no_day(text: str) -> None:
    assert find_days(text, SATURDAY, past=False) is None


def test_the_end_of_december_is_this_year() -> None:
    found = find_days("end of the month", date(2026, 12, 31), past=False)
    assert found is not None
    assert found.last == date(2026, 12, 31)


def test_what_is_late_this_week_is_asked_of_the_whole_week() -> None:
    found = find_days("what is late this week", SATURDAY, past=False)
    assert found is not None
    assert (found.first, found.last) == (date(2026, 11, 16), date(2026, 11, 22))


def test_the_day_that_is_named_counts_more_than_the_weekend() -> None:
    found = find_days("tell me before the weekend what ships on monday", SATURDAY, past=False)
    assert found is not None
    assert found.last == date(2026, 11, 23)
