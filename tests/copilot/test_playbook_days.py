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
    "text", ["", "S00042", "31 Feb", "we may ship", "the march of time", "20 L drum", "99 Nov"]
)
def test_no_day_is_no_day(text: str) -> None:
    assert find_days(text, SATURDAY, past=False) is None


def test_the_end_of_december_is_this_year() -> None:
    found = find_days("end of the month", date(2026, 12, 31), past=False)
    assert found is not None
    assert found.last == date(2026, 12, 31)
