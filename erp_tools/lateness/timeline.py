"""What happened to an order, and what is planned, in order of time. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Literal

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.causes._shared import document_phrase
from erp_tools.lateness.sources import Inbound
from erp_tools.lateness.taxonomy import ExpectedDate, TimelineEntry
from erp_tools.lateness.wording import day_text, quoted
from erp_tools.reads.messages import Message
from erp_tools.reads.transfers import Move, with_sources

MOST_MESSAGES = 25
"""Newest messages shown."""

_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[ .]\w{3,9}\.? \d{4}|\d{1,2}/\d{1,2}/\d{2,4})"
_MOVED = re.compile(
    rf"\b(?:delivery|ship(?:ping|ment)?|promise\w*|commitment|scheduled?|due) ?date\b.{{0,40}}\bfrom {_DAY} to {_DAY}",
    re.IGNORECASE | re.DOTALL,
)
_DATE_FIELDS = re.compile(r"date|scheduled|deadline|expected|arrival", re.IGNORECASE)


def timeline(case: OrderCase, expected: ExpectedDate) -> tuple[TimelineEntry, ...]:
    """All entries, earliest first."""
    found = [*_order(case), *_transfers(case), *_inbound(case), *_messages(case)]
    if expected.earliest and not case.is_delivered:
        text = f"Expected to ship: {day_text(expected.earliest)}"
        if expected.latest is None:
            text += " at the earliest"
        elif expected.latest != expected.earliest:
            text += f" to {day_text(expected.latest)}"
        found.append(
            TimelineEntry(
                at=_noon(case, expected.earliest),
                kind="expected",
                text=text,
                evidence=expected.evidence,
                planned=True,
            )
        )
    return tuple(sorted(found, key=lambda entry: entry.at))


def _noon(case: OrderCase, day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=case.zone).astimezone(UTC)


def _order(case: OrderCase) -> list[TimelineEntry]:
    found = []
    order = case.order
    what = "Quotation made" if order.is_quotation else "Ordered"
    if order.ordered:
        found.append(
            TimelineEntry(
                at=order.ordered, kind="ordered", text=f"{what}: {order.name}", evidence=(case.key,)
            )
        )
    promised = order.committed or order.expected
    if promised:
        basis = "Promised to the customer" if order.committed else "Expected by lead time"
        found.append(
            TimelineEntry(
                at=promised,
                kind="promised",
                text=f"{basis}: {day_text(case.day(promised) or case.today)}",
                evidence=(case.key,),
                planned=promised > case.now,
            )
        )
    return found


def _transfers(case: OrderCase) -> list[TimelineEntry]:
    found = []
    for transfer in case.order.transfers:
        key = (("stock.picking", transfer.transfer_id),)
        if transfer.is_done and transfer.done:
            kind: Literal["shipped", "step"] = (
                "shipped" if transfer.to_customer and not transfer.is_return else "step"
            )
            carrier = f" with {transfer.carrier.name}" if transfer.carrier and kind == "shipped" else ""
            tracking = f" ({transfer.tracking})" if transfer.tracking else ""
            word = "Shipped" if kind == "shipped" else "Returned" if transfer.is_return else "Done"
            found.append(
                TimelineEntry(
                    at=transfer.done,
                    kind=kind,
                    text=f"{word}: {transfer.name}{carrier}{tracking}",
                    evidence=key,
                )
            )
        elif transfer.is_open and transfer.scheduled:
            past = transfer.scheduled < case.now
            word = "Was scheduled, not done" if past else "Scheduled"
            found.append(
                TimelineEntry(
                    at=transfer.scheduled,
                    kind="step",
                    text=f"{word}: {transfer.name} ({transfer.kind})",
                    evidence=key,
                    planned=not past,
                )
            )
    by_date = {transfer.transfer_id for transfer in case.order.transfers if transfer.reserves == "by_date"}
    for line in case.lines:
        for move in line.frontier:
            if (
                move.transfer_id in by_date
                and move.reservation_date
                and move.reservation_date > case.today
                and move.missing
            ):
                found.append(
                    TimelineEntry(
                        at=_noon(case, move.reservation_date),
                        kind="reserved",
                        text=f"Odoo reserves {line.plain_product} for {move.reference}",
                        evidence=(("stock.move", move.move_id), line.key),
                        planned=True,
                    )
                )
    return found


def _inbound(case: OrderCase) -> list[TimelineEntry]:
    found = []
    seen: set[tuple[str, int]] = set()
    shares: dict[int, Inbound] = {
        share.inbound.move.move_id: share.inbound
        for supply in case.supplies.values()
        for share in supply.shares
    }
    for inbound in shares.values():
        if (inbound.document, inbound.move.product_id) in seen:
            continue
        seen.add((inbound.document, inbound.move.product_id))
        line = inbound.purchase_line
        if line and line.placed:
            found.append(
                TimelineEntry(
                    at=line.placed,
                    kind="inbound",
                    text=f"{line.purchase} ordered from {line.vendor}",
                    evidence=(("purchase.order.line", line.line_id),),
                )
            )
        if inbound.due:
            overdue = inbound.due < case.today
            word = "was due and has not come" if overdue else "is due"
            found.append(
                TimelineEntry(
                    at=_noon(case, inbound.due),
                    kind="inbound",
                    text=f"{document_phrase(inbound)} {word}: {inbound.move.product}",
                    evidence=(inbound.key,),
                    planned=not overdue,
                )
            )
    own: tuple[Move, ...] = with_sources(move for line in case.order.lines for move in line.moves)
    for move in own:
        if move.state == "done" and move.source.usage == "supplier" and move.at:
            found.append(
                TimelineEntry(
                    at=move.at,
                    kind="inbound",
                    text=f"Received for this order: {move.product} ({move.purchase or move.reference})",
                    evidence=(("stock.move", move.move_id),),
                )
            )
    for supply in case.supplies.values():
        for rfq in supply.rfqs:
            if rfq.placed and ("rfq", rfq.line_id) not in seen:
                seen.add(("rfq", rfq.line_id))
                found.append(
                    TimelineEntry(
                        at=rfq.placed,
                        kind="inbound",
                        text=f"Request for quotation {rfq.purchase} to {rfq.vendor}, not ordered",
                        evidence=(("purchase.order.line", rfq.line_id),),
                    )
                )
    return found


def _messages(case: OrderCase) -> list[TimelineEntry]:
    found = []
    for message in (*case.messages, *case.purchase_messages):
        for change in message.changes:
            if isinstance(change.after, datetime) and _DATE_FIELDS.search(change.label):
                before = (
                    day_text(case.day(change.before) or case.today)
                    if isinstance(change.before, datetime)
                    else "no date"
                )
                found.append(
                    TimelineEntry(
                        at=message.at,
                        kind="re-promised",
                        text=f"{change.label}: from {before} to {day_text(case.day(change.after) or case.today)}",
                        evidence=(_key(message),),
                    )
                )
    said = sorted(
        (item for item in (*case.messages, *case.purchase_messages) if item.written),
        key=lambda item: (item.at, item.message_id),
    )
    for message in said[-MOST_MESSAGES:]:
        moved = _MOVED.search(message.text) is not None and not case.is_from_customer(message)
        found.append(
            TimelineEntry(
                at=message.at,
                kind="re-promised" if moved else "message",
                text=f"{message.author or 'Somebody'} wrote: {quoted(message.text)}",
                evidence=(_key(message),),
            )
        )
    return found


def _key(message: Message) -> tuple[str, int]:
    return ("mail.message", message.message_id)
