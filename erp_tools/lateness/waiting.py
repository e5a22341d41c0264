"""The chain read backwards: which orders wait for a purchase order, and which does a product hold up. At most four round trips.

    1  the purchase order, by its name or the vendor's reference (for people without that right: its receipts)
    2  else the product, by its reference, barcode or name
    3  open moves of the products, with the order lines and purchase lines behind them
    4  stock of the products

However many orders there are. What was bought for an order is linked; for the rest every order takes its turn (`serving.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from erp_tools.facts import Fact
from erp_tools.lateness.serving import Served
from erp_tools.lateness.waiting_queue import served_by_queue
from erp_tools.lateness.waiting_reading import Reader, Subject, Target, timezone_of
from erp_tools.lateness.wording import local_day, plain_number
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import clean, zone_of
from erp_tools.reads.rows import Row, moment, name_of, one, quantity, text
from erp_tools.reads.sales import SalesLine

MOST_CANDIDATES = 10

How = Literal["linked", "queue"]


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """One line of an order that waits, for one product. Quantities in `unit`."""

    order_id: int
    order: str
    customer: str
    customer_ref: str
    line_id: int
    product: str
    """What it lacks: the line's product, or the component of a kit."""
    warehouse: str
    quantity: float
    """What falls to it of the purchase; for a product: what it lacks."""
    unit: str
    short: float
    """What it lacks and nothing that is on its way, nor the shelf, brings."""
    promised: date | None
    days_late: int
    how: How
    """``linked``: bought or sent for this order; ``queue``: it is this order's turn among those that compete for it."""
    covered_by: tuple[tuple[str, date | None, float], ...] = ()
    """(document, due, quantity) of what it gets, earliest first."""

    def fact(self, *, read_at: datetime, url_of: Any) -> Fact:
        return Fact(
            model="sale.order.line",
            record_id=self.line_id,
            display_name=f"{self.order}, {self.product}",
            fields={
                "order_id": self.order,
                "partner_id": self.customer,
                "product_id": self.product,
                "waits_for_quantity": plain_number(self.quantity),
                "short": plain_number(self.short),
                "product_uom_id": self.unit,
                "promised": self.promised.isoformat() if self.promised else None,
                "days_late": self.days_late,
                "warehouse_id": self.warehouse or None,
            },
            read_at=read_at,
            url=url_of("sale.order", self.order_id),
        )


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Who waits for a purchase order or a product."""

    reference: str
    status: Literal["found", "several", "not_found"]
    subject: Subject | None = None
    candidates: tuple[Subject, ...] = ()
    lines: tuple[WaitingLine, ...] = ()
    """In the order in which Odoo would serve them."""
    others: int = 0
    """For a purchase: further lines that want the same products and get nothing of it."""
    not_read: tuple[str, ...] = ()


def waiting_for(session: OdooSession, reference: str, *, now: datetime, server: OdooServer) -> Waiting:
    """Which order lines wait for this purchase order or product.

    Args:
        reference: a purchase order (P00031), the vendor's reference of it, or a product by reference, barcode or name.
        server: not asked; its links are made where facts are.

    Raises:
        AccessDenied: this person may read neither stock moves nor products.
        OdooUnavailable.
    """
    wanted = clean(reference)
    if not wanted or not any(character.isalnum() for character in wanted):
        return Waiting(reference=wanted, status="not_found")
    reader = Reader(session, now)
    found = reader.purchases(wanted) or reader.products(wanted)
    if not found:
        return Waiting(reference=wanted, status="not_found", not_read=tuple(reader.not_read))
    if len(found) > 1:
        return Waiting(
            reference=wanted, status="several", candidates=tuple(item.subject for item in found[:MOST_CANDIDATES]),
            not_read=tuple(reader.not_read),
        )  # fmt: skip
    target = found[0]
    moves, rows, quants = reader.around(target)
    served = served_by_queue(moves, rows, quants, target, now, session.user.timezone)
    lines, others = [], 0
    for each in served:
        line = _line(each, rows, target, now, session.user.timezone)
        if line is not None:
            lines.append(line)
        elif target.subject.kind == "purchase" and each.move.sale_line_id:
            others += 1
    return Waiting(
        reference=wanted, status="found", subject=target.subject, lines=tuple(lines), others=others,
        not_read=tuple(dict.fromkeys(reader.not_read)),
    )  # fmt: skip


def _per_unit(row: Row) -> float:
    """How many of the product's own units one unit of a move holds."""
    asked, own = quantity(row, "product_uom_qty"), quantity(row, "product_qty")
    return own / asked if asked and own else 1.0


def _line(
    each: Served, rows: Mapping[int, Row], target: Target, now: datetime, timezone: str
) -> WaitingLine | None:
    """The demand as a line of an order that waits; None when it gets nothing of the purchase, or no order is behind it."""
    line_row = one(rows[each.move.move_id], "sale_line_id")
    order = one(line_row or {}, "order_id")
    if line_row is None or order is None:
        return None
    mine = [(item, taken) for item, taken in each.shares if target.brings(item)]
    is_purchase = target.subject.kind == "purchase"
    if is_purchase and not mine:
        return None
    sales_line = SalesLine.from_odoo(line_row)
    is_component = sales_line.product is None or sales_line.product.product_id != each.move.product_id
    per_unit = _per_unit(rows[each.move.move_id]) if is_component else sales_line.per_unit or 1.0
    unit = name_of(rows[each.move.move_id], "product_uom") if is_component else sales_line.unit
    zone = zone_of(timezone_of(one(order, "company_id") or {}), timezone)
    promised_at = moment(order, "commitment_date") or moment(order, "expected_date")
    promised = local_day(promised_at, zone) if promised_at else None
    amount = sum(taken for _, taken in mine) if is_purchase else each.move.missing
    customer = one(order, "partner_id") or {}
    linked = any(each.move.move_id in item.tied_to for item, _ in (mine if is_purchase else each.shares))
    return WaitingLine(
        order_id=int(order["id"]),
        order=text(order, "name"),
        customer=text(customer, "display_name"),
        customer_ref=text(customer, "ref"),
        line_id=int(line_row["id"]),
        product=each.move.product if is_component or not sales_line.product else sales_line.product.name,
        warehouse=name_of(order, "warehouse_id"),
        quantity=amount / per_unit,
        unit=unit,
        short=each.uncovered / per_unit,
        promised=promised,
        days_late=max(0, (local_day(now, zone) - promised).days) if promised else 0,
        how="linked" if linked else "queue",
        covered_by=tuple((item.document, item.due, taken / per_unit) for item, taken in each.shares),
    )
