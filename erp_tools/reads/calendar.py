"""When the company works: its working time in Odoo, and the days on which everybody is off.

Odoo keeps one working time per company (Settings, Companies), none per warehouse. Public holidays that were entered without a
working time are not reached from there, and are not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from erp_tools.reads.rows import Row, many, moment, number, text

MOST_CLOSURES = 100
"""Newest closed days read."""

CALENDAR: dict[str, Any] = {
    "fields": {
        "display_name": {},
        "tz": {},
        "attendance_ids": {
            "fields": {
                "dayofweek": {},
                "day_period": {},
                "week_type": {},
                "hour_from": {},
                "hour_to": {},
            },
            "limit": 60,
        },
        "global_leave_ids": {
            "fields": {"name": {}, "date_from": {}, "date_to": {}},
            "limit": MOST_CLOSURES,
            "order": "date_from desc",
        },
    }
}

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UTC = ZoneInfo("UTC")
_LONGEST_SEARCH = 400
"""Days looked ahead for a working day; a calendar without one is taken as Monday to Friday."""


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """One working day of the week."""

    weekday: int
    """0 is Monday."""
    opens: float
    """Hours after midnight, e.g. 8.5."""
    closes: float
    week: int | None = None
    """Of two alternating weeks, which one (0 or 1); None: every week."""

    def holds_on(self, on: date) -> bool:
        # Odoo numbers weeks from the first of January of year 1; every second one is its "second week".
        in_its_week = self.week is None or ((on.toordinal() - 1) // 7) % 2 == self.week
        return self.weekday == on.weekday() and in_its_week


@dataclass(frozen=True, kw_only=True)
class Closure:
    """A time when everybody is off (resource.calendar.leaves without a person)."""

    name: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """The company's working time."""

    calendar_id: int | None = None
    """None: it could not be read, and Monday to Friday is assumed."""
    name: str = ""
    zone: ZoneInfo = _UTC
    hours: tuple[WorkingHours, ...] = ()
    closures: tuple[Closure, ...] = ()

    @property
    def is_assumed(self) -> bool:
        return self.calendar_id is None or not self.hours

    def hours_on(self, on: date) -> tuple[float, float] | None:
        """When work begins and ends that day, closed days not counted; None where nobody works, or hours are assumed."""
        those = [item for item in self.hours if item.holds_on(on)]
        return (min(item.opens for item in those), max(item.closes for item in those)) if those else None

    def closure_on(self, on: date) -> Closure | None:
        """What closes that whole working day."""
        hours = self.hours_on(on) or (0.0, 24.0)
        starts, ends = (self._at(on, hour) for hour in hours)
        return next((item for item in self.closures if item.starts <= starts and item.ends >= ends), None)

    def is_working(self, on: date) -> bool:
        planned = on.weekday() < 5 if self.is_assumed else self.hours_on(on) is not None
        return planned and self.closure_on(on) is None

    def working_day_from(self, on: date) -> date:
        """That day, or the next working day after it."""
        for ahead in range(_LONGEST_SEARCH):
            candidate = on + timedelta(days=ahead)
            if self.is_working(candidate):
                return candidate
        return on

    def add(self, on: date, count: int) -> date:
        """So many working days later; 0 gives the next working day from that day on."""
        found = self.working_day_from(on)
        for _ in range(count):
            found = self.working_day_from(found + timedelta(days=1))
        return found

    def closed_between(self, first: date, last: date) -> tuple[tuple[date, Closure], ...]:
        """Closed days that would else be working days, both ends included."""
        found = []
        for ahead in range(max(0, min((last - first).days + 1, _LONGEST_SEARCH))):
            on = first + timedelta(days=ahead)
            planned = on.weekday() < 5 if self.is_assumed else self.hours_on(on) is not None
            closure = self.closure_on(on) if planned else None
            if closure is not None:
                found.append((on, closure))
        return tuple(found)

    @property
    def weekdays(self) -> str:
        """``Mon, Tue, Wed, Thu, Fri``."""
        if self.is_assumed:
            return "Mon, Tue, Wed, Thu, Fri"
        return ", ".join(_WEEKDAYS[number] for number in sorted({item.weekday for item in self.hours}))

    def _at(self, on: date, hour: float) -> datetime:
        midnight = datetime.combine(on, time(0), tzinfo=self.zone)
        return midnight + timedelta(minutes=round(hour * 60))

    @classmethod
    def from_odoo(cls, row: Row) -> WorkCalendar:
        hours = []
        for item in many(row, "attendance_ids"):
            weekday, opens, closes = (
                text(item, "dayofweek"),
                number(item, "hour_from"),
                number(item, "hour_to"),
            )
            if weekday not in "0123456" or not weekday or opens is None or closes is None:
                continue
            if text(item, "day_period") == "lunch" or closes <= opens:
                continue
            week = text(item, "week_type")
            hours.append(
                WorkingHours(
                    weekday=int(weekday),
                    opens=opens,
                    closes=closes,
                    week=int(week) if week in ("0", "1") else None,
                )
            )
        closures = []
        for item in many(row, "global_leave_ids"):
            starts, ends = moment(item, "date_from"), moment(item, "date_to")
            if starts is not None and ends is not None:
                closures.append(Closure(name=text(item, "name"), starts=starts, ends=ends))
        return cls(
            calendar_id=int(row["id"]),
            name=text(row, "display_name"),
            zone=zone_named(text(row, "tz")) or ZoneInfo("UTC"),
            hours=tuple(hours),
            closures=tuple(closures),
        )


ASSUMED = WorkCalendar()
"""Monday to Friday, no closed days: where Odoo's working time could not be read."""


def zone_named(name: str) -> ZoneInfo | None:
    """The timezone of that name, or None when there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
