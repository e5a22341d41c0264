"""Where an order's goods are: its transfers step by step, the carrier and the tracking number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.facts import Fact
from erp_tools.lateness.wording import day_text, local_day
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import FoundOrder
from erp_tools.reads.report import Report, Sentence
from erp_tools.reads.rows import Row, moment, name_of, one, text

_NAMED: dict[str, Any] = {"fields": {"display_name": {}}}
_SPEC: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "state": {},
    "scheduled_date": {},
    "date_done": {},
    "carrier_tracking_ref": {},
    "carrier_id": _NAMED,
    "sale_id": _NAMED,
    "return_id": {},
    "location_id": _NAMED,
    "picking_type_id": {"fields": {"display_name": {}, "code": {}, "warehouse_id": _NAMED}},
}
MOST_LINES = 8
_OPEN = {
    "draft": "is a draft",
    "waiting": "waits for another step",
    "confirmed": "waits for stock",
    "assigned": "is ready",
}


def delivery_status(
    session: OdooSession, order: FoundOrder, *, now: datetime, server: OdooServer, zone: ZoneInfo
) -> Report:
    """All transfers of one order, the last step first. One round trip.

    Raises:
        AccessDenied: this person may read no transfers. OdooUnavailable.
    """
    page = session.read("stock.picking", [["sale_id", "=", order.order_id]], _SPEC, order="id desc", limit=40)
    rows = sorted(page.rows, key=lambda row: (not _is_outgoing(row), -int(row["id"])))
    own = order.fact(read_at=now, url_of=server.record_url)
    facts = [own, *(_fact(row, now, server, zone) for row in rows)]
    lines = tuple(
        Sentence(text=_words(row, zone), evidence=(fact.key,))
        for row, fact in zip(rows, facts[1:], strict=True)
    )
    outgoing = [row for row in rows if _is_outgoing(row) and text(row, "state") != "cancel"]
    done = [row for row in outgoing if text(row, "state") == "done"]
    key = (own.key, *(("stock.picking", int(row["id"])) for row in outgoing[:3]))
    if not rows:
        words = f"{order.name} has no delivery in Odoo"
    elif outgoing and len(done) == len(outgoing):
        words = f"{order.name} has left: {_sent(done, zone)}"
    elif done:
        words = f"Part of {order.name} has left ({_sent(done, zone)}); the rest is still in the warehouse"
    else:
        words = f"{order.name} has not left the warehouse yet"
    return Report(
        headline=Sentence(text=words, evidence=key if rows else (own.key,)),
        lines=lines[:MOST_LINES],
        facts=tuple(facts),
        not_listed=page.total - len(page.rows) + max(0, len(lines) - MOST_LINES),
        subject=order.name,
        orders=(order.name,),
    )


def _is_outgoing(row: Row) -> bool:
    return text(one(row, "picking_type_id") or {}, "code") == "outgoing" and not row.get("return_id")


def _sent(done: Sequence[Row], zone: ZoneInfo) -> str:
    last = max(done, key=lambda row: (text(row, "date_done"), int(row["id"])))
    at = moment(last, "date_done")
    carrier = name_of(last, "carrier_id")
    tracking = text(last, "carrier_tracking_ref")
    words = f"{text(last, 'name')} on {day_text(local_day(at, zone))}" if at else text(last, "name")
    words += f" with {carrier}" if carrier else ""
    return words + (f", tracking {tracking}" if tracking else ", no tracking number recorded")


def _words(row: Row, zone: ZoneInfo) -> str:
    name, state = text(row, "name"), text(row, "state")
    kind = name_of(row, "picking_type_id").split(":")[-1].strip()
    at, planned = moment(row, "date_done"), moment(row, "scheduled_date")
    if state == "done":
        words = f"{name} ({kind}) was done" + (f" on {day_text(local_day(at, zone))}" if at else "")
    elif state == "cancel":
        words = f"{name} ({kind}) was cancelled"
    else:
        words = f"{name} ({kind}) {_OPEN.get(state, state)}"
        words += f", scheduled for {day_text(local_day(planned, zone))}" if planned else ""
    carrier, tracking = name_of(row, "carrier_id"), text(row, "carrier_tracking_ref")
    if carrier and _is_outgoing(row):
        words += f", carrier {carrier}" + (f", tracking {tracking}" if tracking else "")
    return words


def _fact(row: Row, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    at, planned = moment(row, "date_done"), moment(row, "scheduled_date")
    return Fact(
        model="stock.picking",
        record_id=int(row["id"]),
        display_name=text(row, "name"),
        fields={
            "name": text(row, "name"),
            "state": text(row, "state"),
            "picking_type_id": name_of(row, "picking_type_id"),
            "sale_id": name_of(row, "sale_id") or None,
            "scheduled_date": planned.astimezone(zone).isoformat() if planned else None,
            "date_done": at.astimezone(zone).isoformat() if at else None,
            "carrier_id": name_of(row, "carrier_id") or None,
            "carrier_tracking_ref": text(row, "carrier_tracking_ref") or None,
        },
        read_at=now,
        url=server.record_url("stock.picking", int(row["id"])),
    )
