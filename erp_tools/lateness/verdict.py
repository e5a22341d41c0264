"""Is the order late, about to be late, or on time? Decided from dates and quantities, before anybody asks why. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.sources import Supply
from erp_tools.lateness.wording import SMALLEST


def short_in_time(case: OrderCase, supply: Supply) -> float:
    """How much of what is missing the records do not bring by the promise (or, once that is past, by today)."""
    in_time = supply.free_for_us
    for share in supply.shares:
        due = share.inbound.due
        if due is None or due < case.today:
            continue
        if share.inbound.kind == "put_away" or case.promised is None or due <= case.promised:
            in_time += share.quantity
    return max(0.0, supply.needed - in_time)


def longest_lead(case: OrderCase) -> int:
    """The longest lead time among the lines, in days."""
    return max((int(line.line.lead_days) for line in case.lines), default=0)


def feasible_from_order(case: OrderCase) -> date | None:
    """The earliest day our own lead times allowed when the order was entered."""
    ordered = case.day(case.order.ordered)
    return None if ordered is None else ordered + timedelta(days=longest_lead(case))


def is_late(case: OrderCase) -> bool:
    """The promise has passed (or was passed when it shipped)."""
    return bool(case.days_late) and case.order.state != "cancel" and bool(case.lines)


def is_at_risk(case: OrderCase) -> bool:
    """Not late yet, and the records as they stand do not keep the promise."""
    if is_late(case) or case.is_delivered or not case.lines:
        return False
    if case.order.is_quotation:
        if case.order.committed is None or case.promised is None:
            return False
        return case.today + timedelta(days=longest_lead(case)) > case.promised
    if not case.is_confirmed:
        return False
    if not case.could_read("moves"):
        return False
    if any(line.is_stopped for line in case.lines):
        return True
    if any(short_in_time(case, supply) > SMALLEST for supply, _ in case.short_supplies()):
        return True
    # Goods missing between two steps have no supply to wait for.
    if any(line.is_short and not line.supply_keys for line in case.lines):
        return True
    if case.promised is None or case.order.committed is None:
        return False  # Odoo's lead time alone is an estimate, and a delivery planned a day after it no broken promise
    return any(
        (day := case.day(transfer.scheduled)) is not None and day > case.promised
        for transfer in case.frontier_transfers
    )


def is_on_time(case: OrderCase) -> bool:
    """Delivered in time, or open with everything reserved or coming in time."""
    return case.order.state != "cancel" and not is_late(case) and not is_at_risk(case)
