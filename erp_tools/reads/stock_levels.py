"""How much of a product there is, by warehouse: on hand, reserved, free, what cannot be reserved where it lies, and what has been
ordered from vendors and not received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from erp_tools.errors import AccessDenied
from erp_tools.facts import Fact, FactKey
from erp_tools.lateness.wording import day_text, list_text, local_day, plain_number, quantity_text
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.reads.inventory import QUANT, Quant
from erp_tools.reads.lookup import find_named
from erp_tools.reads.purchase import PURCHASE_LINE, PurchaseLine
from erp_tools.reads.report import Ambiguous, Candidate, Report, Sentence
from erp_tools.reads.rows import Row, one, quantity, text

_PRODUCT: dict[str, Any] = {
    "display_name": {},
    "default_code": {},
    "uom_id": {"fields": {"display_name": {}}},
}
_MOST_QUANTS = 2000
_MOST_LINES = 100
"""Lines of purchases not received in full that are read; some of them may have come."""
_MOST_ORDERED = 3
"""Purchases that are told, the earliest due first."""
_ORDERED: dict[str, Any] = {
    **{
        name: PURCHASE_LINE[name]
        for name in ("product_id", "product_qty", "product_uom_qty", "qty_received", "date_planned")
    },
    "display_name": {},
    "order_id": {"fields": {"name": {}, "state": {}, "partner_id": {"fields": {"display_name": {}}}}},
}


def stock_levels(
    session: OdooSession,
    product: str,
    *,
    warehouse: str = "",
    now: datetime,
    server: OdooServer,
    zone: ZoneInfo,
) -> Report:
    """Stock of one product, by warehouse, and the purchases that bring more, where this person may read them. Three round trips, one
    more where a warehouse is named.

    Raises:
        Ambiguous: the product or the warehouse cannot be told.
        AccessDenied, OdooUnavailable.
    """
    chosen = _one_of(session, product, "product", now, server)
    place = _one_of(session, warehouse, "warehouse", now, server) if warehouse else None
    product_id = chosen.fact.record_id
    spec = {**QUANT, "product_id": {"fields": _PRODUCT}}
    domain = [["product_id", "=", product_id], ["location_id.usage", "in", ["internal", "transit"]]]
    page = session.read("stock.quant", domain, spec, order="id", limit=_MOST_QUANTS)
    quants = [(row, Quant.from_odoo(row)) for row in page.rows]
    unit = next(
        (text(one(product_row, "uom_id") or {}, "display_name") for product_row in _products(page.rows)), ""
    )
    facts = [chosen.fact]
    by_place: dict[str, list[tuple[Quant, FactKey]]] = defaultdict(list)
    for row, quant in quants:
        fact = _fact(row, quant, unit, now, server)
        facts.append(fact)
        by_place[quant.warehouse.name if quant.warehouse else "no warehouse"].append((quant, fact.key))
    names = [name for name in sorted(by_place) if place is None or name == place.name]
    lines = [_line(name, by_place[name], now) for name in names]
    shown = chosen.fact.display_name
    there = [quant for name in names for quant, _ in by_place[name]]
    where = f" in {place.name}" if place else ""
    keys = tuple(key for name in names for _, key in by_place[name]) or (chosen.fact.key,)
    free = sum(quant.free for quant in there if quant.is_reservable_place and not quant.has_expired(now))
    total = sum(quant.quantity for quant in there)
    ordered = None if place else _on_its_way(session, product_id, now, server, zone)
    if total <= 0:
        none_ordered = ", and none is on order that you may see" if ordered == [] else ""
        words = f"There is no stock of {shown}{where}{none_ordered}"
        headline = Sentence(text=words, evidence=(chosen.fact.key,))
    else:
        headline = Sentence(
            text=f"{quantity_text(free)} of {shown} are free to use{where}, of {quantity_text(total)} on hand",
            evidence=(chosen.fact.key, *keys[:3]),
        )
    ordered = ordered or []
    return Report(
        headline=headline,
        lines=(*(lines if total > 0 else ()), *(sentence for sentence, _ in ordered)),
        facts=(*facts, *(fact for _, fact in ordered)),
        not_listed=page.total - len(page.rows),
        subject=shown,
    )


def _on_its_way(
    session: OdooSession, product_id: int, now: datetime, server: OdooServer, zone: ZoneInfo
) -> list[tuple[Sentence, Fact]] | None:
    """What vendors still owe of a product; None where that is not known: this person may read no purchases, or
    there are too many to tell."""
    domain = [
        ["product_id", "=", product_id],
        ["order_id.state", "in", ["purchase", "done"]],
        ["order_id.receipt_status", "!=", "full"],
    ]
    try:
        page = session.read(
            "purchase.order.line", domain, _ORDERED, order="date_planned, id", limit=_MOST_LINES
        )
    except AccessDenied:
        return None
    read = [(row, PurchaseLine.from_odoo(row)) for row in page.rows]
    owed = [(row, line) for row, line in read if line.outstanding > 0][:_MOST_ORDERED]
    if not owed and page.total > len(page.rows):
        return None
    return [
        (_ordered(line, zone, now, fact := _line_fact(row, line, now, server, zone)), fact)
        for row, line in owed
    ]


def _ordered(line: PurchaseLine, zone: ZoneInfo, now: datetime, fact: Fact) -> Sentence:
    words = f"On its way: {quantity_text(line.outstanding)} on {line.purchase} from {line.vendor}"
    if line.planned:
        due = local_day(line.planned, zone)
        is_over = due < local_day(now, zone)
        words += f", which {'were' if is_over else 'are'} due on {day_text(due)}"
    return Sentence(text=words, evidence=(fact.key,))


def _line_fact(row: Row, line: PurchaseLine, now: datetime, server: OdooServer, zone: ZoneInfo) -> Fact:
    return Fact(
        model="purchase.order.line",
        record_id=line.line_id,
        display_name=f"{line.purchase}: {line.product}",
        fields={
            "order_id": line.purchase,
            "partner_id": line.vendor,
            "product_id": line.product,
            "product_qty": plain_number(line.ordered),
            "qty_received": plain_number(line.received),
            "outstanding": plain_number(line.outstanding),
            "date_planned": line.planned.astimezone(zone).isoformat() if line.planned else None,
        },
        read_at=now,
        url=server.record_url("purchase.order", line.purchase_id),
    )


def _one_of(session: OdooSession, said: str, kind: str, now: datetime, server: OdooServer) -> Candidate:
    found = find_named(session, said, [kind], now=now, server=server)
    if len(found) != 1:
        raise Ambiguous(said, found)
    return found[0]


def _products(rows: Sequence[Row]) -> list[Row]:
    return [found for row in rows if (found := one(row, "product_id"))]


def _line(name: str, here: list[tuple[Quant, FactKey]], now: datetime) -> Sentence:
    good = [quant for quant, _ in here if quant.is_reservable_place and not quant.has_expired(now)]
    held = [quant for quant, _ in here if not quant.is_reservable_place]
    expired = [quant for quant, _ in here if quant.is_reservable_place and quant.has_expired(now)]
    on_hand = sum(quant.quantity for quant, _ in here)
    free = sum(quant.free for quant in good)
    reserved = sum(quant.reserved for quant, _ in here)
    text = f"{name}: {quantity_text(free)} free, {quantity_text(on_hand)} on hand, {quantity_text(reserved)} reserved"
    if held:
        places = list_text(sorted({quant.location.name for quant in held})[:3])
        text += f"; {quantity_text(sum(quant.quantity for quant in held))} of it in {places}, where no delivery can reserve it"
    if expired:
        text += f"; {quantity_text(sum(quant.quantity for quant in expired))} of it past its removal date"
    return Sentence(text=text, evidence=tuple(key for _, key in here))


def _fact(row: Row, quant: Quant, unit: str, now: datetime, server: OdooServer) -> Fact:
    return Fact(
        model="stock.quant",
        record_id=quant.quant_id,
        display_name=f"{quant.product} in {quant.location.name}",
        fields={
            "product_id": quant.product,
            "location_id": quant.location.name,
            "warehouse_id": quant.warehouse.name if quant.warehouse else None,
            "quantity": plain_number(quant.quantity),
            "reserved_quantity": plain_number(quant.reserved),
            "available_quantity": plain_number(quant.free),
            "lot_id": quant.lot or None,
            "removal_date": quant.leaves_stock.astimezone(UTC).isoformat() if quant.leaves_stock else None,
            "unit": unit,
            "inventory_quantity": quantity(row, "inventory_quantity") if quant.counted is not None else None,
        },
        read_at=now,
        url=server.record_url("stock.quant", quant.quant_id),
    )
