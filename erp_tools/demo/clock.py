"""Days of the plan as Odoo's dates: whole days from the distributor's today, at hours that are the same date in every US time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOME = "America/Los_Angeles"
ORDERED, PROMISED, SHIPPED, RECEIVED, SAID = 16, 18, 20, 15, 17
"""Hours of the day, UTC."""


def today_at_home(now: datetime) -> date:
    """The distributor's day: after midnight in Greenwich it is still the day before, and so is every lateness of the demo."""
    return now.astimezone(ZoneInfo(HOME)).date()


@dataclass(frozen=True, kw_only=True)
class Clock:
    today: date
    """Day 0 of the plan."""

    def day(self, offset: int) -> str:
        """A date as Odoo takes it."""
        return (self.today + timedelta(days=offset)).isoformat()

    def at(self, offset: int, hour: int, minute: int = 0) -> str:
        """A point in time (UTC) as Odoo takes it."""
        moment = datetime.combine(self.today + timedelta(days=offset), time(hour, minute))
        return moment.strftime("%Y-%m-%d %H:%M:%S")
