"""How purchase orders stand: ordered or still a request, due when, what has come and what has not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.facts import Fact
from erp_tools.lateness.wording import day_text, days_text, local_day, plain_number, quantity_text
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import clean
from erp_tools.reads.purchase import RFQ_STATES
from erp_tools.reads.report import Ambiguous, Candidate, Report, Sentence
from erp_tools.reads.rows import Row, flag, many, moment, name_of, number, one, quantity, text

_NAMED: dict[str, Any] = {"fields": {"display_name": {}}}
_SPEC: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "state": {},
    "partner_ref": {},
    "date_planned": {},
    "date_approve": {},
    "date_order": {},
    "receipt_status": {},
    "acknowledged": {},
    "partner_id": _NAMED,
    "user_id": _NAMED,
    "order_line": {
        "fields": {
            "display_name": {},
            "display_type": {},
            "product_id": _NAMED,
            "product_qty": {},
            "qty_received": {},
            "date_planned": {},
        }
    },
}
MOST_LINES = 8
_STATES = {
    "draft": "a request for quotation",
    "sent": "a request for quotation that was sent",
    "to approve": "waiting for approval",
    "purchase": "ordered",
    "done": "ordered and locked",
    "cancel": "cancelled",
}


def purchase_status(
    session: OdooSession, reference: str, *, now: datetime, server: OdooServer, zone: ZoneInfo
) -> Report:
    """One purchase order by its name or the vendor's reference. One round trip.

    Raises:
        Ambiguous: there is none, or several.
        AccessDenied: this person may read no purchase orders. OdooUnavailable.
    """
    wanted = clean(reference).replace(" ", "")
    domain = ["|", ["name", "=ilike", wanted], ["partner_ref", "=ilike", clean(reference)]]
    rows = session.read("purchase.order", domain, _SPEC, order="id desc", limit=6).rows
    named = [row for row in rows if text(row, "name").casefold() == wanted.casefold()] or rows
    if len(named) != 1:
        raise Ambiguous(
            reference,
            tuple(
                Candidate(fact=_fact(row, now, server, zone), kind="purchase", name=text(row, "name"))
                for row in named
            ),
        )
    row = named[0]
    facts = [_fact(row, now, server, zone)]
    lines: list[Sentence] = []
    goods = [line for line in many(row, "order_line") if one(line, "product_id")]
    for line in goods:
        fact = _line_fact(line, now, server, zone)
        facts.append(fact)
        ordered, received = quantity(line, "product_qty"), quantity(line, "qty_received")
        words = f"{name_of(line, 'product_id')}: {quantity_text(ordered)} ordered, {quantity_text(received)} received"
        planned = moment(line, "date_planned")
        if planned and received < ordered:
            words += f", due {day_text(local_day(planned, zone))}"
        lines.append(Sentence(text=words, evidence=(fact.key,)))
    return Report(
        headline=_headline(row, goods, facts[0], now, zone),
        lines=tuple(lines[:MOST_LINES]),
        facts=tuple(facts),
        not_listed=max(0, len(lines) - MOST_LINES),
        subject=text(row, "name"),
    )


def open_purchases(
    session: OdooSession, vendor: Candidate, *, now: datetime, server: OdooServer, zone: ZoneInfo
) -> Report:
    """A vendor's purchase orders and requests that have not been received in full, the earliest due first. One round trip.

    Raises:
        AccessDenied: this person may read no purchase orders. OdooUnavailable.
    """
    domain = [
        ["partner_id", "child_of", vendor.fact.record_id],
        ["state", "!=", "cancel"],
        ["receipt_status", "!=", "full"],
    ]
    page = session.read("purchase.order", domain, _SPEC, order="date_planned, id", limit=MOST_LINES)
    facts = [vendor.fact, *(_fact(row, now, server, zone) for row in page.rows)]
    lines = [
        _headline(row, [line for line in many(row, "order_line") if one(line, "product_id")], fact, now, zone)
        for row, fact in zip(page.rows, facts[1:], strict=True)
    ]
    words = f"{vendor.name} has no open purchase orders that you may see"
    if page.total:
        words = f"{vendor.name} has {'1 open purchase order' if page.total == 1 else f'{page.total} open purchase orders'}"
    return Report(
        headline=Sentence(text=words, evidence=tuple(fact.key for fact in facts[:4])),
        lines=tuple(lines),
        facts=tuple(facts),
        not_listed=page.total - len(page.rows),
    )


def _headline(row: Row, goods: list[Row], fact: Fact, now: datetime, zone: ZoneInfo) -> Sentence:
    name, vendor, state = text(row, "name"), name_of(row, "partner_id"), text(row, "state")
    planned = moment(row, "date_planned")
    due = local_day(planned, zone) if planned else None
    came = bool(goods) and all(
        quantity(line, "qty_received") >= quantity(line, "product_qty") for line in goods
    )
    some = any(quantity(line, "qty_received") > 0 for line in goods)
    words = f"{name} from {vendor} is {_STATES.get(state, state)}"
    if state in RFQ_STATES:
        words = f"{name} to {vendor} is still {_STATES[state]}: nothing has been ordered yet"
    elif state in {"purchase", "done"} and came:
        words = f"{name} from {vendor} has been received in full"
    elif state in {"purchase", "done"} and due:
        overdue = (local_day(now, zone) - due).days
        part = "has been received in part" if some else "has not been received"
        if overdue > 0:
            words = f"{name} from {vendor} {part}: it was due on {day_text(due)}, {days_text(overdue)} ago"
        else:
            words = f"{name} from {vendor} {part}; it is due on {day_text(due)}"
    buyer = name_of(row, "user_id")
    return Sentence(text=words + (f"; buyer {buyer}" if buyer else ""), evidence=(fact.key,))


def _fact(row: Row, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    planned, approved = moment(row, "date_planned"), moment(row, "date_approve")
    return Fact(
        model="purchase.order",
        record_id=int(row["id"]),
        display_name=text(row, "name"),
        fields={
            "name": text(row, "name"),
            "partner_id": name_of(row, "partner_id"),
            "state": text(row, "state"),
            "user_id": name_of(row, "user_id") or None,
            "partner_ref": text(row, "partner_ref") or None,
            "date_planned": planned.astimezone(zone).isoformat() if planned else None,
            "date_approve": approved.astimezone(zone).isoformat() if approved else None,
            "receipt_status": text(row, "receipt_status") or None,
            "acknowledged": flag(row, "acknowledged") if "acknowledged" in row else None,
        },
        read_at=now,
        url=server.record_url("purchase.order", int(row["id"])),
    )


def _line_fact(line: Row, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    planned = moment(line, "date_planned")
    return Fact(
        model="purchase.order.line",
        record_id=int(line["id"]),
        display_name=text(line, "display_name"),
        fields={
            "product_id": name_of(line, "product_id"),
            "product_qty": plain_number(number(line, "product_qty") or 0.0),
            "qty_received": plain_number(number(line, "qty_received") or 0.0),
            "date_planned": planned.astimezone(zone).isoformat() if planned else None,
        },
        read_at=now,
        url=server.record_url("purchase.order.line", int(line["id"])),
    )
