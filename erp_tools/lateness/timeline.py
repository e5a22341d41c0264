"""What happened to an order, and what is planned, in order of time. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Literal

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.causes._shared import document_phrase, warehouse_word
from erp_tools.lateness.sources import Inbound
from erp_tools.lateness.taxonomy import ExpectedDate, TimelineEntry
from erp_tools.lateness.wording import SMALLEST, day_text, lines_text, quantity_text, quoted
from erp_tools.reads.messages import Message
from erp_tools.reads.transfers import Move, with_sources

MOST_MESSAGES = 25
"""Newest messages shown."""
MOST_MOVES = 10
"""Moves that one entry about a reservation points at."""

_DAY = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[ .]\w{3,9}\.? \d{4}|\d{1,2}/\d{1,2}/\d{2,4})"
_DATE_WORDS = (
    r"(?:delivery|ship(?:ping|ment)?|receipt|arrival|promise\w*|commitment|scheduled?|expected|due) ?dates?"
)
_MOVED = re.compile(
    rf"\b{_DATE_WORDS}\b.{{0,80}}?(?:\bfrom {_DAY} to|{_DAY} ?(?:->|\u2192)) ?(?P<to>{_DAY})"
    rf"|\b(?:new|revised|updated|changed) {_DATE_WORDS}\b.{{0,20}}?(?P<new>{_DAY})"
    rf"|\b(?:re-?promised|postponed|rescheduled|re-?scheduled|pushed|moved)\b.{{0,30}}?\b(?:to|for|until) (?P<put>{_DAY})",
    re.IGNORECASE | re.DOTALL,
)
"""A new date in the words people and Odoo's own log notes use; what Odoo tracks in fields only administrators may read."""
_WRITTEN_DAYS = ("%Y-%m-%d", "%d %b %Y", "%d %B %Y", "%d.%b %Y", "%d.%B %Y")
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
        before = order.ordered is not None and promised.date() < order.ordered.date()
        found.append(
            TimelineEntry(
                at=promised,
                kind="promised",
                text=f"{basis}: {day_text(case.day(promised) or case.today)}"
                + (" (before the order was entered)" if before else ""),
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
    found += _reserved(case)
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


def _reserved(case: OrderCase) -> list[TimelineEntry]:
    """What Odoo reserved for each open transfer, and when."""
    reserved: dict[tuple[str, date], list[tuple[datetime, LineCase, Move]]] = {}
    for line in case.lines:
        for move in line.frontier:
            moments = [piece.since for piece in move.pieces if piece.since is not None]
            if moments and move.reserved > SMALLEST:
                first = min(moments)
                reserved.setdefault((move.reference, case.day(first) or case.today), []).append(
                    (first, line, move)
                )
    found = []
    for (reference, _), those in reserved.items():
        _, line, move = those[0]
        if len(those) == 1:
            of = f" of {quantity_text(move.demand)}" if move.missing > SMALLEST else ""
            what = f"{quantity_text(move.reserved)}{of} {line.plain_product}"
        else:
            short = sum(1 for _, _, item in those if item.missing > SMALLEST)
            what = lines_text(len(those)) + (f", {short} of them in part" if short else "")
        found.append(
            TimelineEntry(
                at=min(moment for moment, _, _ in those),
                kind="reserved",
                text=f"Reserved for {reference}: {what}",
                evidence=tuple(("stock.move", item.move_id) for _, _, item in those[:MOST_MOVES]),
            )
        )
    return found


def _behind(case: OrderCase, inbound: Inbound) -> list[TimelineEntry]:
    """The steps in another warehouse, and the receipts, that a transfer waits for or has behind it."""
    shown = {transfer.transfer_id for transfer in case.order.transfers}
    found = []
    for move in inbound.feeding:
        if move.at is None or move.transfer_id in shown:
            continue
        place = warehouse_word(move)
        if move.source.usage == "supplier":
            document = f"PO {move.purchase}" if move.purchase else move.reference
            words = (
                f"{document} was received for it"
                if not move.is_open
                else f"{document} is to bring the goods for it"
            )
        else:
            words = f"{move.reference} {'left' if not move.is_open else 'is to leave'} {place}"
        past = move.is_open and (case.day(move.at) or case.today) < case.today
        found.append(
            TimelineEntry(
                at=move.at,
                kind="inbound",
                text=words + (" (that day has passed)" if past else "") + f": {move.product}",
                evidence=(("stock.move", move.move_id),),
                planned=move.is_open and not past,
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
        found += _behind(case, inbound)
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


def _written_day(words: str) -> date | None:
    """A day as somebody wrote it; None where it could be two (``1/2/2026``)."""
    for form in _WRITTEN_DAYS:
        try:
            return datetime.strptime(words.replace(". ", " "), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def _doubt(case: OrderCase, day: date | None) -> str:
    """A new date that has passed, while something is still to come, is said to have passed."""
    if day is None or day >= case.today or not (case.is_open or case.order.is_quotation):
        return ""
    return " (that day has passed)"


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
                        text=f"{change.label}: from {before} to {day_text(case.day(change.after) or case.today)}"
                        f"{_doubt(case, case.day(change.after))}",
                        evidence=(_key(message),),
                    )
                )
    said = sorted(
        (
            item
            for item in (*case.messages, *case.purchase_messages)
            # Of what Odoo logged by itself, only a new date counts.
            if item.written or (not item.changes and _MOVED.search(item.text))
        ),
        key=lambda item: (item.at, item.message_id),
    )
    for message in said[-MOST_MESSAGES:]:
        moved = None if case.is_from_customer(message) else _MOVED.search(message.text)
        word = "wrote" if message.written else "changed in Odoo"
        to = _written_day(next(filter(None, moved.groups()))) if moved else None
        found.append(
            TimelineEntry(
                at=message.at,
                kind="re-promised" if moved else "message",
                text=f"{message.author or 'Somebody'} {word}: {quoted(message.text)}{_doubt(case, to)}",
                evidence=(_key(message),),
            )
        )
    return found


def _key(message: Message) -> tuple[str, int]:
    return ("mail.message", message.message_id)
