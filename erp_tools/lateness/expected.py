"""When will it ship now? From the forecast chain, the vendor's record and our own steps; with its reasoning, and no date where the
records allow none. A date that is past is never given as a forecast. Pure.

The rules, so that a person can follow them by hand:

- goods that are ready leave today, or on the next working day once the day's cut-off has passed (`dispatch.py`); a scheduled day
  in the future is kept;
- goods that arrive leave one working day after their receipt, or after the lead times of Odoo's own routes where those are set;
- working days are those of the company's working time in Odoo, its closed days left out; Monday to Friday where there is none;
- a vendor's date is taken as the earliest; how late four of five past receipts of that vendor were gives the latest;
- an overdue receipt has no date: only those past receipts of the vendor that were later still may bound it;
- what nobody ordered starts at the vendor's lead time from today, and has no latest;
- while finance, a document, an address or a carrier holds it, there is an earliest ("if released today") and no latest.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.dispatch import next_departure
from erp_tools.lateness.expected_supply import Forecast, supply_forecast, unordered, with_reason
from erp_tools.lateness.taxonomy import ExpectedDate
from erp_tools.lateness.verdict import longest_lead
from erp_tools.lateness.wording import SMALLEST, day_text, days_text

HELD_BY = {
    "credit_hold": "Finance releases it",
    "missing_documents": "the document is there",
    "incomplete_master_data": "the data is complete",
    "order_blocked": "the block is lifted",
    "price_mismatch": "the price is agreed",
    "no_carrier": "a carrier is booked",
    "inventory_discrepancy": "the count is settled",
}
"""Causes that no date ends, and what has to happen."""


def forecast(case: OrderCase, codes: Collection[str]) -> tuple[ExpectedDate, dict[FactKey, dict[str, Any]]]:
    """The expected date of the whole order.

    Args:
        codes: codes of the causes that were found.

    Returns:
        The date with its reasoning, and the worked-out figures in it.
    """
    result = _forecast(case, codes)
    derived = {key: dict(fields) for key, fields in result.derived.items()}
    order = derived.setdefault(case.key, {})
    if result.earliest:
        order["expected_earliest"] = result.earliest.isoformat()
    if result.latest:
        order["expected_latest"] = result.latest.isoformat()
    why = result.why
    evidence = (case.key, *result.evidence)
    carrier = case.carrier
    if carrier and carrier.lead_days and result.earliest and case.is_open:
        arrives = result.earliest + timedelta(days=carrier.lead_days)
        order["earliest_arrival"] = arrives.isoformat()
        why += f" {carrier.name} takes {days_text(carrier.lead_days)}, so it arrives on {day_text(arrives)} at the earliest."
        evidence = (*evidence, ("delivery.carrier", carrier.carrier_id))
    if case.is_open and result.earliest and not result.is_scheduled:
        closed = _closed_days(case, result.earliest, result.latest)
        why += closed
        evidence = (*evidence, *((case.calendar_key,) if case.calendar_key else ()))
    return (
        ExpectedDate(
            earliest=result.earliest,
            latest=result.latest,
            reasoning=why,
            evidence=tuple(dict.fromkeys(evidence)),
        ),
        derived,
    )


def _closed_days(case: OrderCase, earliest: date, latest: date | None) -> str:
    """The closed days that were left out on the way, or that working days are only assumed."""
    if case.calendar.is_assumed:
        return " Monday to Friday is assumed: no working time could be read in Odoo."
    closed = case.calendar.closed_between(case.today, latest or earliest)
    return "".join(
        f" {day_text(day)} does not count: {closure.name or 'closed'}." for day, closure in closed[:3]
    )


def _forecast(case: OrderCase, codes: Collection[str]) -> Forecast:
    today = case.today
    if case.order.state == "cancel":
        return Forecast(earliest=None, latest=None, why="It is cancelled: nothing will ship.")
    if not case.lines:
        return Forecast(earliest=None, latest=None, why="There are no goods to ship.")
    if case.is_delivered:
        last = case.done_deliveries[-1:]
        keys = tuple(("stock.picking", item.transfer_id) for item in last)
        if case.shipped_on is None:
            return Forecast(earliest=None, latest=None, why="Everything is delivered.", evidence=keys)
        return Forecast(
            earliest=case.shipped_on,
            latest=case.shipped_on,
            why=f"Everything left on {day_text(case.shipped_on)}.",
            evidence=keys,
        )
    if case.order.is_quotation:
        lead = longest_lead(case)
        soonest = case.calendar.working_day_from(today + timedelta(days=lead))
        return Forecast(
            earliest=soonest,
            latest=None,
            derived={case.key: {"longest_lead_days": lead}},
            why=f"It is not confirmed, so nothing is planned. Confirmed today it could ship on {day_text(soonest)} "
            f"(lead time {days_text(lead)}).",
        )
    if not case.could_read("moves"):
        return Forecast(
            earliest=None, latest=None, why="How far its delivery is could not be read, so there is no date."
        )
    if "cancelled" in codes:
        return Forecast(
            earliest=None,
            latest=None,
            why="Its delivery was cancelled: there is no date until a new one is made.",
        )
    held = next((what for code, what in HELD_BY.items() if code in codes), None)
    forecasts = [line_forecast(case, line) for line in case.lines if line.line.remaining > SMALLEST]
    if not forecasts:
        return Forecast(earliest=None, latest=None, why="Nothing is left to ship.")
    # The line without a date, else the one that comes last, decides.
    deciding = max(
        forecasts,
        key=lambda item: (
            item.earliest is None,
            item.latest is None,
            item.earliest or date.min,
            item.latest or date.min,
        ),
    )
    earliest = (
        None
        if any(item.earliest is None for item in forecasts)
        else max(item.earliest for item in forecasts if item.earliest)
    )
    latest = (
        None
        if any(item.latest is None for item in forecasts)
        else max(item.latest for item in forecasts if item.latest)
    )
    derived: dict[FactKey, dict[str, Any]] = {}
    for item in forecasts:
        for key, fields in item.derived.items():
            derived.setdefault(key, {}).update(fields)
    why = deciding.why
    if held:
        latest = None
        why = f"No date until {held}. " + (
            f"If that happens today: {why[0].lower()}{why[1:]}" if earliest else why
        )
    elif (
        earliest is not None
        and len(forecasts) > 1
        and any(item.earliest and item.earliest < earliest for item in forecasts)
    ):
        why += (
            " Lines that are ready could leave before that."
            if case.ready_lines and not case.order.ships_all_at_once
            else ""
        )
    return Forecast(
        earliest=earliest,
        latest=latest,
        why=why,
        evidence=deciding.evidence,
        derived=derived,
        is_scheduled=deciding.is_scheduled,
    )


def line_forecast(case: OrderCase, line: LineCase) -> Forecast:
    """When what is left of one line can ship, its other lines left aside."""
    rfq = case.request_for(line)
    if rfq is not None:
        return unordered(case, line, rfq)
    if line.is_stopped:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=(line.key,),
            why=f"No open transfer would deliver {line.plain_product}, so there is no date.",
        )
    scheduled = max(
        (
            day
            for transfer in case.open_transfers
            if transfer.transfer_id in {move.transfer_id for move in line.frontier}
            if (day := case.day(transfer.scheduled))
        ),
        default=None,
    )
    keys = tuple({("stock.picking", move.transfer_id): None for move in line.frontier if move.transfer_id})
    if not line.is_short:
        if scheduled is not None and scheduled > case.today:
            return Forecast(
                earliest=scheduled,
                latest=scheduled,
                evidence=keys,
                is_scheduled=True,
                why=f"The goods are ready and scheduled for {day_text(scheduled)}.",
            )
        leaves = next_departure(case)
        return Forecast(
            earliest=leaves.day,
            latest=case.calendar.add(leaves.day + timedelta(days=1), 0),
            evidence=(*keys, *leaves.evidence),
            why=with_reason(f"The goods are ready: they can leave on {day_text(leaves.day)}.", leaves),
        )
    found = [
        supply_forecast(case, line, case.supplies[key]) for key in line.supply_keys if key in case.supplies
    ]
    if not found:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=keys,
            why="The missing goods are between two warehouse steps; no record dates them.",
        )
    worst = max(
        found, key=lambda item: (item.earliest is None, item.latest is None, item.earliest or date.min)
    )
    if scheduled is not None and worst.earliest is not None and scheduled > worst.earliest:
        return Forecast(
            earliest=scheduled,
            latest=scheduled,
            evidence=keys,
            is_scheduled=True,
            why=f"The delivery is scheduled for {day_text(scheduled)}.",
        )
    return worst
