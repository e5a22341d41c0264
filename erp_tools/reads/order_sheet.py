"""What stands on an order: customer, reference, dates, lines, amount."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.facts import Fact
from erp_tools.lateness.wording import (
    day_text,
    local_day,
    money_text,
    plain_money,
    plain_number,
    quantity_text,
)
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import FoundOrder
from erp_tools.reads.report import Report, Sentence
from erp_tools.reads.rows import Row, many, moment, money, name_of, one, quantity, text

_NAMED: dict[str, Any] = {"fields": {"display_name": {}}}
_SPEC: dict[str, Any] = {
    "name": {},
    "display_name": {},
    "state": {},
    "client_order_ref": {},
    "date_order": {},
    "commitment_date": {},
    "expected_date": {},
    "amount_untaxed": {},
    "picking_policy": {},
    "currency_id": _NAMED,
    "partner_id": _NAMED,
    "partner_shipping_id": _NAMED,
    "user_id": _NAMED,
    "payment_term_id": _NAMED,
    "warehouse_id": _NAMED,
    "carrier_id": _NAMED,
    "order_line": {
        "fields": {
            "display_name": {},
            "display_type": {},
            "product_id": _NAMED,
            "product_uom_qty": {},
            "qty_delivered": {},
            "product_uom_id": _NAMED,
        }
    },
}
MOST_LINES = 8


def order_sheet(
    session: OdooSession, order: FoundOrder, *, now: datetime, server: OdooServer, zone: ZoneInfo
) -> Report:
    """The sheet of one order. One round trip.

    Raises:
        AccessDenied, OdooUnavailable.
    """
    row: Row = session.read("sale.order", [["id", "=", order.order_id]], _SPEC, limit=1).rows[0]
    goods = [line for line in many(row, "order_line") if one(line, "product_id")]
    fact = _fact(row, now, server, zone)
    facts, lines = [fact], []
    for line in goods:
        ordered, delivered = quantity(line, "product_uom_qty"), quantity(line, "qty_delivered")
        piece = Fact(
            model="sale.order.line",
            record_id=int(line["id"]),
            display_name=text(line, "display_name"),
            fields={
                "product_id": name_of(line, "product_id"),
                "product_uom_qty": plain_number(ordered),
                "qty_delivered": plain_number(delivered),
                "product_uom_id": name_of(line, "product_uom_id") or None,
            },
            read_at=now,
            url=server.record_url("sale.order.line", int(line["id"])),
        )
        facts.append(piece)
        words = f"{name_of(line, 'product_id')}: {quantity_text(ordered)} ordered, {quantity_text(delivered)} delivered"
        lines.append(Sentence(text=words, evidence=(piece.key,)))
    reference = text(row, "client_order_ref")
    promised = moment(row, "commitment_date") or moment(row, "expected_date")
    amount = money(row, "amount_untaxed")
    head = f"{text(row, 'name')} is a {order.state} of {name_of(row, 'partner_id')}"
    head += f" (their reference {reference})" if reference else ""
    head += (
        f", promised for {day_text(local_day(promised, zone))}" if promised else ", without a promised date"
    )
    if amount is not None:
        head += f", worth {money_text(amount, name_of(row, 'currency_id'))} without taxes"
    about = [
        ("ships to", name_of(row, "partner_shipping_id")),
        ("from", name_of(row, "warehouse_id")),
        ("carrier", name_of(row, "carrier_id")),
        ("payment terms", name_of(row, "payment_term_id")),
        ("salesperson", name_of(row, "user_id")),
    ]
    rest = "; ".join(f"{label} {value}" for label, value in about if value)
    if rest:
        lines.insert(0, Sentence(text=rest[0].upper() + rest[1:], evidence=(fact.key,)))
    return Report(
        headline=Sentence(text=head, evidence=(fact.key,)),
        lines=tuple(lines[: MOST_LINES + 1]),
        facts=tuple(facts),
        not_listed=max(0, len(lines) - MOST_LINES - 1),
        subject=text(row, "name"),
        orders=(text(row, "name"),),
    )


def _fact(row: Row, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    promised, ordered = (
        moment(row, "commitment_date") or moment(row, "expected_date"),
        moment(row, "date_order"),
    )
    amount = money(row, "amount_untaxed")
    return Fact(
        model="sale.order",
        record_id=int(row["id"]),
        display_name=text(row, "name"),
        fields={
            "name": text(row, "name"),
            "partner_id": name_of(row, "partner_id"),
            "client_order_ref": text(row, "client_order_ref") or None,
            "state": text(row, "state"),
            "date_order": ordered.astimezone(zone).isoformat() if ordered else None,
            "promised": local_day(promised, zone).isoformat() if promised else None,
            "amount_untaxed": plain_money(amount) if isinstance(amount, Decimal) else None,
            "currency_id": name_of(row, "currency_id"),
            "partner_shipping_id": name_of(row, "partner_shipping_id") or None,
            "warehouse_id": name_of(row, "warehouse_id") or None,
            "carrier_id": name_of(row, "carrier_id") or None,
            "payment_term_id": name_of(row, "payment_term_id") or None,
            "user_id": name_of(row, "user_id") or None,
        },
        read_at=now,
        url=server.record_url("sale.order", int(row["id"])),
    )
