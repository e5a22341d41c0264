"""When will it ship now? From the forecast chain, the vendor's record and our own steps; with its reasoning, and no date where the
records allow none. A date that is past is never given as a forecast. Pure.

The rules, so that a person can follow them by hand:

- goods that are ready leave on the next working day; a scheduled day in the future is kept;
- goods that arrive leave one working day after their receipt (put-away, pick, pack);
- a vendor's date is taken as the earliest; how late four of five past receipts of that vendor were gives the latest;
- an overdue receipt has no date: only the vendor's record may bound it;
- what nobody ordered starts at the vendor's lead time from today, and has no latest;
- while finance, a document, an address or a carrier holds it, there is an earliest ("if released today") and no latest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.sources import InboundShare, Supply
from erp_tools.lateness.taxonomy import ExpectedDate
from erp_tools.lateness.verdict import longest_lead
from erp_tools.lateness.wording import SMALLEST, add_working_days, day_text, days_text, working_day_from

RECEIPT_TO_SHIPMENT = 1
"""Working days from a receipt to the shipment of what it brought."""

HELD_BY = {
    "credit_hold": "Finance releases it",
    "missing_documents": "the document is there",
    "incomplete_master_data": "the data is complete",
    "price_mismatch": "the price is agreed",
    "no_carrier": "a carrier is booked",
    "inventory_discrepancy": "the count is settled",
}
"""Causes that no date ends, and what has to happen."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One line's date, with why."""

    earliest: date | None
    latest: date | None
    why: str
    evidence: tuple[FactKey, ...] = ()
    derived: dict[FactKey, dict[str, Any]] = field(default_factory=dict)


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
    return (
        ExpectedDate(
            earliest=result.earliest,
            latest=result.latest,
            reasoning=why,
            evidence=tuple(dict.fromkeys(evidence)),
        ),
        derived,
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
        soonest = working_day_from(today + timedelta(days=lead))
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
    forecasts = [_line(case, line) for line in case.lines if line.line.remaining > SMALLEST]
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
    return Forecast(earliest=earliest, latest=latest, why=why, evidence=deciding.evidence, derived=derived)


def _line(case: OrderCase, line: LineCase) -> Forecast:
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
    next_day = add_working_days(case.today, 0)
    if not line.is_short:
        if scheduled is not None and scheduled > case.today:
            return Forecast(
                earliest=scheduled,
                latest=scheduled,
                evidence=keys,
                why=f"The goods are ready and scheduled for {day_text(scheduled)}.",
            )
        return Forecast(
            earliest=next_day,
            latest=add_working_days(case.today, 1),
            evidence=keys,
            why=f"The goods are ready: they can leave on {day_text(next_day)}.",
        )
    found = [_supply(case, line, case.supplies[key]) for key in line.supply_keys if key in case.supplies]
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
            why=f"The delivery is scheduled for {day_text(scheduled)}.",
        )
    return worst


def _supply(case: OrderCase, line: LineCase, supply: Supply) -> Forecast:
    if supply.needed <= SMALLEST or supply.free_for_us >= supply.needed - SMALLEST:
        day = add_working_days(case.today, 0)
        return Forecast(
            earliest=day,
            latest=add_working_days(case.today, 1),
            evidence=(line.key,),
            why=f"There is enough free stock of {line.plain_product}: it can leave on {day_text(day)} once it is reserved.",
        )
    parts = [_share(case, line, share) for share in supply.shares]
    if supply.uncovered > SMALLEST:
        parts.append(_uncovered(case, line, supply))
    worst = max(
        parts, key=lambda item: (item.earliest is None, item.latest is None, item.earliest or date.min)
    )
    if (
        supply.elsewhere
        and supply.uncovered <= SMALLEST
        and (worst.earliest is None or worst.earliest > case.today)
    ):
        place = supply.elsewhere[0]
        return replace(
            worst,
            why=f"{worst.why} Sourced from {place.warehouse.name} it could leave earlier.",
            evidence=(*worst.evidence, *(("stock.quant", quant.quant_id) for quant in place.quants[:1])),
        )
    return worst


def _share(case: OrderCase, line: LineCase, share: InboundShare) -> Forecast:
    inbound, due = share.inbound, share.inbound.due
    evidence: tuple[FactKey, ...] = (inbound.key,)
    steps = 0 if inbound.kind == "dropship" else RECEIPT_TO_SHIPMENT
    after = "" if inbound.kind == "dropship" else ", and the goods leave one working day later"
    if inbound.kind == "put_away":
        day = add_working_days(case.today, steps)
        return Forecast(
            earliest=day,
            latest=add_working_days(day, 1),
            evidence=evidence,
            why=f"{line.plain_product} was received and waits to be put away; it can leave on {day_text(day)}.",
        )
    record = case.vendor_records.get(inbound.vendor_id) if inbound.vendor_id else None
    known = ""
    if record is not None:
        evidence = (*evidence, ("res.partner", record.vendor_id))
        known = (
            f"{record.late} of {record.receipts} past receipts from {record.vendor} came late, the worst by {days_text(record.worst_delay)}"
            if record.late
            else f"all {record.receipts} past receipts from {record.vendor} came in time"
        )
    if due is None:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=evidence,
            why=f"{inbound.document} has no date, so there is none for the order.",
        )
    if due >= case.today:
        earliest = add_working_days(due, steps)
        if record is None or record.long_delay == 0:
            tail = f" ({known})" if known else ""
            return Forecast(
                earliest=earliest,
                latest=earliest,
                evidence=evidence,
                why=f"{inbound.document} is due on {day_text(due)}{tail}{after}: {day_text(earliest)}.",
            )
        latest = add_working_days(due + timedelta(days=record.long_delay), steps)
        return Forecast(
            earliest=earliest,
            latest=latest,
            evidence=evidence,
            why=f"{inbound.document} is due on {day_text(due)}{after}: {day_text(earliest)} at the earliest. "
            f"{known[0].upper() + known[1:]}; four of five came within {days_text(record.long_delay)}, which gives {day_text(latest)}.",
        )
    overdue = (case.today - due).days
    derived = {inbound.key: {"days_overdue": overdue}}
    past = f"{inbound.document} was due on {day_text(due)}: that day is past ({days_text(overdue)} ago) and is no forecast."
    if record is None:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=evidence,
            derived=derived,
            why=f"{past} There is no date until the sender confirms a new one.",
        )
    if record.worst_delay <= overdue:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=evidence,
            derived=derived,
            why=f"{past} {known[0].upper() + known[1:]}, so this one is later than anything on record: "
            f"there is no date until {record.vendor} confirms one.",
        )
    earliest = add_working_days(
        max(case.today + timedelta(days=1), due + timedelta(days=record.usual_delay)), steps
    )
    latest = add_working_days(due + timedelta(days=record.worst_delay), steps)
    latest = max(latest, earliest)
    return Forecast(
        earliest=earliest,
        latest=latest,
        evidence=evidence,
        derived=derived,
        why=f"{past} {known[0].upper() + known[1:]}; by that record it would ship between {day_text(earliest)} and {day_text(latest)}. "
        f"{record.vendor} has to confirm.",
    )


def _uncovered(case: OrderCase, line: LineCase, supply: Supply) -> Forecast:
    product = line.line.product
    lead = product.vendor_lead_days if product else None
    if supply.elsewhere:
        place = supply.elsewhere[0]
        return Forecast(
            earliest=None,
            latest=None,
            evidence=(
                line.key,
                ("product.product", supply.product_id),
                *(("stock.quant", quant.quant_id) for quant in place.quants[:1]),
            ),
            why=f"Nothing is planned for the missing {line.plain_product}; {place.warehouse.name} has some free, so a date depends on "
            "whether it is sourced from there.",
        )
    if supply.held:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=(line.key,),
            why=f"{line.plain_product} is held: there is no date until somebody decides about the held goods.",
        )
    if supply.rfqs:
        rfq = supply.rfqs[0]
        asked = case.day(rfq.planned)
        soonest = max(filter(None, (asked, case.today + timedelta(days=lead or 0))), default=case.today)
        day = add_working_days(soonest, RECEIPT_TO_SHIPMENT)
        if lead is None and (asked is None or asked < case.today):
            return Forecast(
                earliest=None,
                latest=None,
                evidence=(("purchase.order.line", rfq.line_id),),
                why=f"{rfq.purchase} is not ordered and the vendor's lead time is not known, so there is no date.",
            )
        why = f"{rfq.purchase} is not ordered yet."
        if lead:
            why += f" Ordered today, {rfq.vendor} needs {days_text(lead)}:"
        else:
            why += " Ordered today it could come as asked:"
        return Forecast(
            earliest=day,
            latest=None,
            evidence=(line.key, ("purchase.order.line", rfq.line_id)),
            why=f"{why} {day_text(day)} at the earliest.",
        )
    if lead and product is not None:
        day = add_working_days(case.today + timedelta(days=lead), RECEIPT_TO_SHIPMENT)
        vendor = product.vendors[0].vendor
        return Forecast(
            earliest=day,
            latest=None,
            evidence=(line.key,),
            why=f"Nothing is on its way for {line.plain_product}. Ordered today, {vendor} needs {days_text(lead)}: "
            f"{day_text(day)} at the earliest.",
        )
    return Forecast(
        earliest=None,
        latest=None,
        evidence=(line.key,),
        why=f"Nothing is on its way for {line.plain_product}, so there is no date.",
    )
