"""When Harbor & Pine works: its calendar in Odoo, a closed day, and each warehouse's timezone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from erp_tools.demo.clock import HOME, Clock
from erp_tools.demo.rpc import AdminSession
from erp_tools.demo.setup_company import Ground

TIMEZONES = {"WEST": HOME, "EAST": "America/New_York", "SOUTH": "America/Chicago"}
CLOSED = ((-30, "Inventory day"), (5, "Stocktaking, nothing is shipped"))
"""(day, why): whole days on which no warehouse works."""


def set_up_calendar(odoo: AdminSession, ground: Ground, clock: Clock) -> None:
    """Monday to Friday as Odoo's own working time has it, with closed days. Raises SeedingError like every step."""
    calendar = odoo.find("res.company", [("id", "=", ground.company)], ["resource_calendar_id"])[0][
        "resource_calendar_id"
    ][0]
    odoo.write("resource.calendar", [calendar], {"name": "Warehouses, Monday to Friday", "tz": HOME})
    odoo.create(
        "resource.calendar.leaves",
        [
            {"name": why, "calendar_id": calendar, "company_id": ground.company, "date_from": _utc(clock, day, time(0)),
             "date_to": _utc(clock, day, time(23, 59, 59))}
            for day, why in CLOSED
        ],
    )  # fmt: skip
    for code, site in ground.sites.items():
        partner = odoo.find("stock.warehouse", [("id", "=", site.warehouse)], ["partner_id"])[0]["partner_id"]
        odoo.write("res.partner", [partner[0]], {"tz": TIMEZONES[code]})


def _utc(clock: Clock, day: int, at: time) -> str:
    local = datetime.combine(clock.today + timedelta(days=day), at, tzinfo=ZoneInfo(HOME))
    return local.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
