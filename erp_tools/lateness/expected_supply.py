"""When what is missing can ship: from free stock, from what is on its way, or from what nobody has ordered. Pure.

The rules stand in `expected.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.dispatch import Departure, after_receipt, next_departure
from erp_tools.lateness.sources import Inbound, InboundShare, Supply, VendorRecord
from erp_tools.lateness.wording import SMALLEST, day_text, days_text
from erp_tools.reads.purchase import PurchaseLine


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One line's date, with why."""

    earliest: date | None
    latest: date | None
    why: str
    evidence: tuple[FactKey, ...] = ()
    derived: dict[FactKey, dict[str, Any]] = field(default_factory=dict)
    is_scheduled: bool = False
    """The day stands in Odoo; it was not reckoned in working days."""


def with_reason(words: str, leaves: Departure) -> str:
    """A sentence, and why it is not an earlier day."""
    return f"{words} {leaves.why}".strip()


def supply_forecast(case: OrderCase, line: LineCase, supply: Supply) -> Forecast:
    """When a line's missing product can ship."""
    if supply.needed <= SMALLEST or supply.free_for_us >= supply.needed - SMALLEST:
        leaves = next_departure(case)
        return Forecast(
            earliest=leaves.day,
            latest=case.calendar.add(leaves.day + timedelta(days=1), 0),
            evidence=(line.key, *leaves.evidence),
            why=with_reason(
                f"There is enough free stock of {line.plain_product}: it can leave on {day_text(leaves.day)} once it is reserved.",
                leaves,
            ),
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


def _known(record: VendorRecord | None) -> str:
    """The vendor's record in words; empty without one."""
    if record is None:
        return ""
    if not record.late:
        return f"all {record.receipts} past receipts from {record.vendor} came in time"
    return (
        f"{record.late} of {record.receipts} past receipts from {record.vendor} came late, half of all within "
        f"{days_text(record.usual_delay)} of the promised day, the worst {days_text(record.worst_delay)} after it"
        if record.usual_delay
        else f"{record.late} of {record.receipts} past receipts from {record.vendor} came late, the worst {days_text(record.worst_delay)} "
        "after the promised day"
    )


def _share(case: OrderCase, line: LineCase, share: InboundShare) -> Forecast:
    inbound, due = share.inbound, share.inbound.due
    evidence: tuple[FactKey, ...] = (inbound.key, *(("stock.move", move.move_id) for move in inbound.feeding))
    if inbound.kind == "put_away":
        steps = after_receipt(case, case.today)
        return Forecast(
            earliest=steps.day,
            latest=case.calendar.add(steps.day + timedelta(days=1), 0),
            evidence=evidence,
            why=f"{line.plain_product} was received and waits to be put away; it can leave on {day_text(steps.day)}.",
        )
    record = case.vendor_records.get(inbound.vendor_id) if inbound.vendor_id else None
    if record is not None:
        evidence = (*evidence, ("res.partner", record.vendor_id))
    if due is None:
        return Forecast(
            earliest=None,
            latest=None,
            evidence=evidence,
            why=f"{inbound.document} has no date, so there is none for the order.",
        )
    derived = _steps_derived(case)
    if due >= case.today:
        return replace(_on_its_way(case, inbound, due, record), evidence=evidence, derived=derived)
    overdue = (case.today - due).days
    derived = {**derived, inbound.key: {"days_overdue": overdue}}
    found = _overdue(case, inbound, due, overdue, record)
    for key, fields in found.derived.items():
        derived[key] = {**derived.get(key, {}), **fields}
    return replace(found, evidence=evidence, derived=derived)


def _leaves(case: OrderCase, inbound: Inbound, received: date) -> tuple[date, str]:
    """The day that goods received on a day reach the customer's carrier, and the words for what lies between."""
    if inbound.kind == "dropship":
        return case.calendar.working_day_from(received), ""
    steps = after_receipt(case, received)
    return steps.day, f", {steps.words}"


def _steps_derived(case: OrderCase) -> dict[FactKey, dict[str, Any]]:
    days = case.order.warehouse.route_days if case.order.warehouse else 0
    return {case.key: {"route_days": int(days) if days == int(days) else days}} if days else {}


def _on_its_way(case: OrderCase, inbound: Inbound, due: date, record: VendorRecord | None) -> Forecast:
    earliest, after = _leaves(case, inbound, due)
    known = _known(record)
    if inbound.starved > SMALLEST:
        return Forecast(
            earliest=earliest,
            latest=None,
            why=f"{inbound.document} is due on {day_text(due)}{after}: {day_text(earliest)} at the earliest. The warehouse it comes from "
            "lacks the goods itself, so there is no latest day.",
        )
    if record is None or record.long_delay == 0:
        tail = f" ({known})" if known else ""
        return Forecast(
            earliest=earliest,
            latest=earliest,
            why=f"{inbound.document} is due on {day_text(due)}{tail}{after}: {day_text(earliest)}.",
        )
    latest, _ = _leaves(case, inbound, due + timedelta(days=record.long_delay))
    return Forecast(
        earliest=earliest,
        latest=latest,
        why=f"{inbound.document} is due on {day_text(due)}{after}: {day_text(earliest)} at the earliest. "
        f"{known[0].upper() + known[1:]}; four of five came within {days_text(record.long_delay)}, which gives {day_text(latest)}.",
    )


def _overdue(
    case: OrderCase, inbound: Inbound, due: date, overdue: int, record: VendorRecord | None
) -> Forecast:
    past = f"{inbound.document} was due on {day_text(due)}: that day is past ({days_text(overdue)} ago) and is no forecast."
    departure = inbound.departure
    if departure is not None and departure.is_open:
        return Forecast(
            earliest=None,
            latest=None,
            why=f"{past} {departure.reference} has not left, so there is no date until it does.",
        )
    if record is None:
        return Forecast(
            earliest=None, latest=None, why=f"{past} There is no date until the sender confirms a new one."
        )
    known = _known(record)
    later = record.later_than(overdue)
    if not later:
        return Forecast(
            earliest=None,
            latest=None,
            why=f"{past} {known[0].upper() + known[1:]}, so this one is later than anything on record: "
            f"there is no date until {record.vendor} confirms one.",
        )
    earliest, _ = _leaves(case, inbound, case.today + timedelta(days=1))
    latest, _ = _leaves(case, inbound, due + timedelta(days=later[-1]))
    latest = max(latest, earliest)
    were = "was" if len(later) == 1 else "were"
    return Forecast(
        earliest=earliest,
        latest=latest,
        derived={("res.partner", record.vendor_id): {"receipts_even_later": len(later)}},
        why=f"{past} {known[0].upper() + known[1:]}; {len(later)} of {record.receipts} {were} even later than this one is now. "
        f"By that record it ships between {day_text(earliest)} and {day_text(latest)}; {record.vendor} has to confirm.",
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
        return unordered(case, line, supply.rfqs[0])
    if lead and product is not None:
        day = after_receipt(case, case.today + timedelta(days=lead)).day
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


def unordered(case: OrderCase, line: LineCase, rfq: PurchaseLine) -> Forecast:
    """When a line can ship that waits for a request for quotation."""
    product = line.line.product
    lead = product.vendor_lead_days if product else None
    asked = case.day(rfq.planned)
    if lead is None and (asked is None or asked < case.today):
        return Forecast(
            earliest=None,
            latest=None,
            evidence=(("purchase.order.line", rfq.line_id),),
            why=f"{rfq.purchase} is not ordered and the vendor's lead time is not known, so there is no date.",
        )
    soonest = max(filter(None, (asked, case.today + timedelta(days=lead or 0))), default=case.today)
    # Without a move it is drop-shipped: nothing of ours lies between.
    straight = not line.line.moves
    day = case.calendar.working_day_from(soonest) if straight else after_receipt(case, soonest).day
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
