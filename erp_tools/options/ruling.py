"""What all rules share: how a rule's word becomes a ruling, what divides an order, and how days are counted. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from erp_tools.lateness.wording import list_text
from erp_tools.options.option import Fit, Plan, Ruling
from erp_tools.options.policy import Rule
from erp_tools.options.situation import Situation
from erp_tools.reads.calendar import WorkCalendar

NO_MONEY = Decimal(0)


def makes_parts(situation: Situation, plan: Plan) -> bool:
    """It divides what would otherwise leave as fewer shipments."""
    return len(plan.shipments) > len(situation.deliveries)


def days_between(first: date, last: date, unit: str, calendar: WorkCalendar) -> int:
    """Days from the first (not counted) to the last, working days for ``business_day``."""
    if unit != "business_day":
        return (last - first).days
    count, day = 0, first
    while day < last:
        day += timedelta(days=1)
        count += 1 if calendar.is_working(day) else 0
    return count


def said_by(rule: Rule, says: Fit, text: str) -> Ruling:
    return Ruling(says=says, text=text.rstrip(".") + ".", cites=rule.cites, subject=rule.subject)


def about(rule: Rule) -> str:
    if rule.only_for:
        return f" for {list_text(list(rule.only_for))}"
    return f" ({rule.limited_to})" if rule.limited_to else ""
