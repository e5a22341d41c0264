"""How dates, quantities and lists are written in summaries: plainly, and always the same way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SMALLEST = 1e-6
"""A quantity below this is nothing (rounding of units of measure)."""


def day_text(day: date) -> str:
    """``12 Nov 2026``."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def quantity_text(quantity: float) -> str:
    """``12``, ``12.5``: no zeros that nobody needs."""
    rounded = round(quantity, 3)
    return str(int(rounded)) if rounded == int(rounded) else f"{rounded:g}"


def plain_number(quantity: float) -> float | int:
    """The same number for a fact's field: whole numbers as int."""
    rounded = round(quantity, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def plain_money(amount: Decimal) -> float:
    """An amount as a number for a fact's field: to the cent, small unit prices to a hundredth of it."""
    return float(round(amount, 2 if abs(amount) >= 1 else 4))


def money_text(amount: Decimal, currency: str) -> str:
    """``USD 1250.00``; a unit price below one as ``USD 0.0125``."""
    if abs(amount) >= 1 or not amount:
        return f"{currency} {amount:.2f}".strip()
    return f"{currency} {plain_money(amount):g}".strip()


def days_text(count: int) -> str:
    """``1 day``, ``9 days``."""
    return f"{count} day" if count == 1 else f"{count} days"


def lines_text(count: int) -> str:
    """``1 line``, ``3 lines``."""
    return f"{count} line" if count == 1 else f"{count} lines"


def list_text(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) <= 1:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def quoted(words: str, limit: int = 160) -> str:
    """Somebody else's words, shortened, in quotation marks, on one line."""
    flat = " ".join(words.split()).replace('"', "'")
    if len(flat) > limit:
        flat = flat[:limit].rsplit(" ", 1)[0] + " ..."
    return f'"{flat}"'


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """The date a person there reads on the wall."""
    return moment.astimezone(zone).date()


def clock_text(hour: float) -> str:
    """``17:00`` for 17.0 hours after midnight."""
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def working_day_from(day: date) -> date:
    """That day, or the Monday after a weekend."""
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int) -> date:
    """So many working days later (Monday to Friday); 0 gives the next working day from that day on."""
    day = working_day_from(day)
    for _ in range(count):
        day = working_day_from(day + timedelta(days=1))
    return day
