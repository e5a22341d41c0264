"""When goods that are here can leave: working time, the day's cut-off, and the time our own steps take. Pure.

The cut-off is the carrier's, as its description in Odoo says it ("Cut-off 15:30"): Odoo has no field for one. Without it, the end
of that day's working time; without that, none is assumed. It is a time on the wall of the warehouse that ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil

from erp_tools.facts import FactKey
from erp_tools.lateness.case import OrderCase

ASSUMED_STEPS = 1
"""Working days from a receipt to the shipment of what it brought (put-away, pick, pack), where Odoo's routes have no lead time."""


@dataclass(frozen=True, kw_only=True)
class Departure:
    """The day goods can leave, and the sentence that says why it is not today; empty where it is, or where a weekend explains it."""

    day: date
    why: str = ""
    evidence: tuple[FactKey, ...] = ()


def next_departure(case: OrderCase) -> Departure:
    """The next day on which goods that are ready can leave."""
    calendar = case.calendar
    if not calendar.is_working(case.today):
        return Departure(day=calendar.working_day_from(case.today))
    tomorrow = calendar.working_day_from(case.today + timedelta(days=1))
    where = case.order.warehouse.name if case.order.warehouse else "the warehouse"
    carrier = case.carrier
    if carrier is not None and (cutoff := _time_of(carrier.cutoff)) is not None:
        if _has_passed(case, cutoff):
            return Departure(
                day=tomorrow,
                why=f"Today's cut-off of {carrier.name}, {carrier.cutoff} in {where} (from its description in Odoo), has passed.",
                evidence=(("delivery.carrier", carrier.carrier_id),),
            )
        return Departure(day=case.today, evidence=(("delivery.carrier", carrier.carrier_id),))
    hours = calendar.hours_on(case.today)
    if hours is not None and hours[1] < 24 and _has_passed(case, _clock(hours[1])):
        return Departure(
            day=tomorrow,
            why="No carrier's cut-off is recorded, and today's working hours are over.",
            evidence=(case.calendar_key,) if case.calendar_key else (),
        )
    return Departure(day=case.today)


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The day received goods can leave, and how that was reckoned, to follow a comma."""

    day: date
    words: str


def after_receipt(case: OrderCase, received: date) -> Steps:
    """The day on which goods received on a day can leave: Odoo's lead times of our own routes, else `ASSUMED_STEPS` working days."""
    days = ceil(case.order.warehouse.route_days) if case.order.warehouse else 0
    if days > 0:
        return Steps(
            day=case.calendar.working_day_from(received + timedelta(days=days)),
            words=f"and Odoo's routes take {days} {'day' if days == 1 else 'days'} from receipt to delivery",
        )
    return Steps(
        day=case.calendar.add(received, ASSUMED_STEPS), words="and the goods leave one working day later"
    )


def _has_passed(case: OrderCase, cutoff: time) -> bool:
    return case.now > datetime.combine(case.today, cutoff, tzinfo=case.warehouse_zone)


def _time_of(text: str) -> time | None:
    """``15:30`` as a time, or None."""
    try:
        hours, minutes = text.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        return None


def _clock(hour: float) -> time:
    return time(min(23, int(hour)), int((hour % 1) * 60))
