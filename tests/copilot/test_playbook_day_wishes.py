"""Days that somebody wishes for, is bound to or moves something to, beside those that only look like it."""

from __future__ import annotations

from datetime import date

import pytest

from copilot.models.playbook.days import find_days
from copilot.models.playbook.understanding import understand

SATURDAY = date(2026, 11, 21)
FRIDAY = date(2026, 11, 20)


def _said(question: str, today: date) -> tuple[str, str] | None:
    days = understand(question, today=today).days
    return (days.first.isoformat(), days.last.isoformat()) if days else None


def _found(question: str, *, past: bool = False) -> tuple[str, str] | None:
    days = find_days(question, SATURDAY, past=past)
    return (days.first.isoformat(), days.last.isoformat()) if days else None


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Will S00042 arrive overnight?", "2026-11-22", "2026-11-22"),
        ("can 142 go overnight", "2026-11-22", "2026-11-22"),
        ("does S00042 ship overnight", "2026-11-22", "2026-11-22"),
        ("what came in overnight", "2026-11-20", "2026-11-21"),
        ("anything changed on S00159 overnight?", "2026-11-20", "2026-11-21"),
        ("did anyone touch order 136 overnight", "2026-11-20", "2026-11-21"),
        ("did a note come onto the order overnight, 79", "2026-11-20", "2026-11-21"),
        ("Overnight news on our late orders?", "2026-11-20", "2026-11-21"),
        ("may perishables stay overnight on the dock by our rules", None, None),
        ("can we overnight S00042 to Meridian", None, None),
        ("how much is overnight shipping", None, None),
        ("overnight freight cost for 142", None, None),
        ("could you overnight it", None, None),
        ("Is overnight air possible for order 23?", None, None),
        ("he'd pay for overnight himself, what can be done on S00156?", None, None),
    ],
)
def test_overnight_is_last_night_or_the_next_or_a_way_to_ship(
    question: str, first: str | None, last: str | None
) -> None:
    assert _said(question, SATURDAY) == ((first, last) if first else None)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("The customer needs 142 on Tuesday! What can we do today?", "2026-11-24"),
        ("They need 142 by Tuesday. What can we ship today?", "2026-11-24"),
        ("They can wait until Tuesday. What can we do right now?", "2026-11-24"),
        ("What can we do today? They were promised it for Tuesday.", "2026-11-24"),
        # only told, and no deadline
        ("They receive on Tuesdays. Can it leave today?", "2026-11-21"),
        ("Dana wants to know about Tuesday. Can 142 leave today?", "2026-11-21"),
        ("Can 142 leave today? The night lead is off until Monday", "2026-11-21"),
        # the question has a day of its own
        ("They need it by Tuesday. What ships on Monday?", "2026-11-23"),
    ],
)
def test_a_deadline_that_was_told_outlasts_today(question: str, day: str) -> None:
    assert _said(question, SATURDAY) == (day, day)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("on monday 30 drums arrive, does 42 ship then", "2026-11-23"),
        ("on monday 30 kg arrive, does 42 ship then", "2026-11-23"),
        ("is 42 there monday 30", "2026-11-30"),
        ("will monday 30 still work for 42", "2026-11-30"),
        ("they said monday 30 was fine", "2026-11-30"),
    ],
)
def test_the_number_behind_a_weekday_may_count_goods(question: str, day: str) -> None:
    assert _found(question) == (day, day)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("reschedule 88 from nov 24 to dec 1", "2026-12-01", "2026-12-01"),
        ("reschedule S00088 from nov 24 to dec 1", "2026-12-01", "2026-12-01"),
        ("delay 142 from friday to monday", "2026-11-23", "2026-11-23"),
        ("bring 142 from friday to monday", "2026-11-23", "2026-11-23"),
        ("pull S00142 from friday to monday", "2026-11-23", "2026-11-23"),
        ("extend the hold on 142 from friday to monday", "2026-11-23", "2026-11-23"),
        ("move 142 from 20 to 30 November", "2026-11-30", "2026-11-30"),
        # asked for, not moved
        ("pull all orders from monday to friday", "2026-11-23", "2026-11-27"),
        ("bring me the deliveries from monday to friday", "2026-11-23", "2026-11-27"),
        ("which orders are due from monday to friday", "2026-11-23", "2026-11-27"),
    ],
)
def test_the_day_that_something_is_moved_to(question: str, first: str, last: str) -> None:
    assert _said(question, SATURDAY) == (first, last)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("what is due this month end", "2026-11-30", "2026-11-30"),
        ("what is due by this month-end", "2026-11-30", "2026-11-30"),
        ("what is due by this month's end", "2026-11-30", "2026-11-30"),
        ("what is due this month", "2026-11-01", "2026-11-30"),
        ("what ships between 20 and 30 November", "2026-11-20", "2026-11-30"),
        ("what ships from 20 to 30 November", "2026-11-20", "2026-11-30"),
        ("what ships between the 24th and the 30th of November", "2026-11-24", "2026-11-30"),
        ("what ships between 28 and 3 December", "2026-11-28", "2026-12-03"),
        ("what ships between 28 December and 3 January", "2026-12-28", "2027-01-03"),
        ("what ships between 28 and 3 January 2027", "2026-12-28", "2027-01-03"),
        ("between 31 and 40 November", None, None),
    ],
)
def test_spans_of_a_month(text: str, first: str | None, last: str | None) -> None:
    assert _found(text) == ((first, last) if first else None)


@pytest.mark.parametrize("past", [True, False])
def test_a_span_about_today_lies_in_this_year(past: bool) -> None:
    assert _found("what changed between 20 and 30 November", past=past) == ("2026-11-20", "2026-11-30")


@pytest.mark.parametrize(
    ("question", "today", "day"),
    [
        ("what's due by saturday", SATURDAY, "2026-11-21"),
        ("show me everything due saturday", SATURDAY, "2026-11-21"),
        ("which orders are due on saturday", SATURDAY, "2026-11-21"),
        ("can it go saturday", SATURDAY, "2026-11-21"),
        ("can we ship the rest saturday", SATURDAY, "2026-11-21"),
        ("will it go to granite saturday", SATURDAY, "2026-11-21"),
        ("can it go out on saturday", SATURDAY, "2026-11-21"),
        ("does S00042 ship saturday", SATURDAY, "2026-11-21"),
        ("what has to be packed by sat", SATURDAY, "2026-11-21"),
        ("what must be picked this saturday", SATURDAY, "2026-11-21"),
        ("what must ship by friday", FRIDAY, "2026-11-20"),
        ("what is due by end of friday", FRIDAY, "2026-11-20"),
        ("it's saturday and nothing came", SATURDAY, "2026-11-21"),
        # the next one
        ("they have a wedding on saturday", SATURDAY, "2026-11-28"),
        ("what must go before saturday", SATURDAY, "2026-11-28"),
        ("what is due by next saturday", SATURDAY, "2026-11-28"),
        ("what is due this coming saturday", SATURDAY, "2026-11-28"),
        ("what ships by saturday the 28th", SATURDAY, "2026-11-28"),
        ("what ships by saturday", FRIDAY, "2026-11-21"),
    ],
)
def test_the_weekday_that_it_is(question: str, today: date, day: str) -> None:
    days = find_days(question, today, past=False)
    assert days is not None
    assert (days.first.isoformat(), days.last.isoformat()) == (day, day)
