"""Reading many open orders at once: a constant number of round trips per thousand orders.

Per page of orders one nested read, with the specification of a single diagnosis less messages and invoices; then, for all products
that are short in any of them, stock, open moves and purchase lines in pages of their own, and how their vendors kept their dates.
Nothing is asked per order. Pages go by id, so that an order that is delivered meanwhile does not push another one out of sight.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from erp_tools.errors import AccessDenied, OdooGarbage, OdooUnavailable
from erp_tools.lateness.build import build_case, what_to_read
from erp_tools.lateness.case import OrderCase, Unread
from erp_tools.lateness.scan_around import Around, at, of_company
from erp_tools.lateness.scan_fields import scan_spec
from erp_tools.odoo.gateway import OdooSession
from erp_tools.orders import zone_of
from erp_tools.reads.rights import IN_WORDS, MODEL_PARTS, parts_denied
from erp_tools.reads.rows import Row
from erp_tools.reads.sales import SalesOrder

Item = TypeVar("Item")
Progress = Callable[[int, int], None]
"""(orders read so far, open orders in all)"""
OnOrders = Callable[[Sequence[SalesOrder]], None]
"""All orders, as soon as they are read."""

ORDERS_PER_PAGE = 100
"""Small enough for Odoo to answer well within the read deadline."""
FEWEST_PER_PAGE = 10
"""After a page that Odoo did not answer for in time, the next ones are smaller, down to this."""
QUOTATION_DAYS = 60
"""A quotation whose promise is longer past than this is taken for forgotten, not for late."""


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """All open orders as cases."""

    cases: tuple[OrderCase, ...]
    total: int
    """How many open orders there are for this person; ``total - len(cases)`` were not read."""
    not_read: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """Only some of the open orders; empty: all of them. Asked of Odoo, so that the others cost nothing."""

    customer: str = ""
    """Part of a customer's name, or our reference for it."""
    warehouse: str = ""
    """Part of a warehouse's name, or its short name."""

    @property
    def domain(self) -> list[Any]:
        found: list[Any] = []
        if customer := _plain(self.customer):
            found += [
                "|", "|", "|", ["partner_id.name", "ilike", customer], ["partner_id.commercial_partner_id.name", "ilike", customer],
                ["partner_id.ref", "=ilike", customer], ["partner_id.commercial_partner_id.ref", "=ilike", customer],
            ]  # fmt: skip
        if warehouse := _plain(self.warehouse):
            found += [
                "|",
                ["warehouse_id.name", "ilike", warehouse],
                ["warehouse_id.code", "=ilike", warehouse],
            ]
        return found


EVERYTHING = Narrowed()


def _plain(words: str) -> str:
    """Without the characters that Odoo takes for a pattern."""
    return " ".join("".join(" " if character in "%_\\" else character for character in words).split())


def open_orders_domain(now: datetime) -> list[Any]:
    """Confirmed orders that are not delivered, and quotations whose promise has passed lately."""

    return [
        "|", "&", ["state", "=", "sale"], ["delivery_status", "!=", "full"],
        "&", "&", ["state", "in", ["draft", "sent"]], ["commitment_date", "<", at(now)],
        ["commitment_date", ">=", at(now - timedelta(days=QUOTATION_DAYS))],
    ]  # fmt: skip


def scan_open_orders(
    session: OdooSession,
    *,
    now: datetime,
    only: Narrowed = EVERYTHING,
    to_judge: bool = False,
    most: int = 20_000,
    seconds: float | None = None,
    progress: Progress | None = None,
    on_orders: OnOrders | None = None,
) -> Scanned:
    """Read every open order with what decides whether it is late, the oldest first.

    Args:
        to_judge: the cases are for causes and expected dates alone: what only options and a single order's evidence show is not read.
        most: how many orders at the most.
        seconds: after so long no further page of orders is read; None: all of them.
        progress: told after every page.
        on_orders: told once, before what the orders have around them is read.

    Raises:
        AccessDenied: this person may read no sales orders.
        OdooUnavailable: Odoo did not answer for any of them; when it stops answering later, `total` tells how many are missing.
    """
    pages = _OrderPages(
        session, now=now, only=only, to_judge=to_judge, most=most, seconds=seconds, progress=progress
    )
    orders = [SalesOrder.from_odoo(row) for rows in _ahead(pages.pages()) for row in rows]
    if on_orders is not None:
        on_orders(orders)
    unread = pages.unread
    around = Around(session, unread, pages.notes, pages.denied, now)
    zones = {order.order_id: zone_of(order.company_timezone, session.user.timezone) for order in orders}
    seen = all(item.part != "moves" for item in unread)
    wanted = {
        order.order_id: what_to_read(order, now=now, zone=zones[order.order_id], moves_were_read=seen) for order in orders
    }  # fmt: skip
    quants = around.quants({product for item in wanted.values() for product in item.stock_of})
    short = {product for item in wanted.values() for product in item.supply_of}
    moves = around.moves(short)
    purchases = around.purchases(short)
    receipts = around.receipts({vendor for item in wanted.values() for vendor in item.vendor_ids})
    cases = []
    for order in orders:
        need, company, zone = wanted[order.order_id], order.company_id, zones[order.order_id]
        case = build_case(
            order, now=now, zone=zone, quants=of_company(quants, company, need.stock_of), moves=of_company(moves, company, need.supply_of),
            purchase_lines=of_company(purchases, company, need.supply_of), unread=tuple(unread),
        )  # fmt: skip
        records = receipts.records(need, company, zone)
        cases.append(replace(case, vendor_records={**case.vendor_records, **records}) if records else case)
    return Scanned(
        cases=tuple(cases), total=max(pages.total, len(cases)),
        not_read=tuple(dict.fromkeys((*pages.notes, *(item.text for item in unread)))),
    )  # fmt: skip


class _OrderPages:
    """The open orders as rows, in pages."""

    def __init__(
        self, session: OdooSession, *, now: datetime, only: Narrowed, to_judge: bool, most: int, seconds: float | None,
        progress: Progress | None,
    ) -> None:  # fmt: skip
        self._session, self._to_judge, self._most, self._progress = session, to_judge, most, progress
        self._until = None if seconds is None else time.monotonic() + seconds
        self._domain = [*only.domain, *open_orders_domain(now)]
        self.denied = frozenset(parts_denied(session.user))
        self.unread: list[Unread] = []
        self.notes: list[str] = []
        """What did not come, and makes no order look different."""
        self.total = 0

    def pages(self) -> Iterator[Sequence[Row]]:
        last, read, size = 0, 0, ORDERS_PER_PAGE
        while read < self._most:
            try:
                page = self._session.read(
                    "sale.order",
                    [["id", ">", last], *self._domain],
                    scan_spec(
                        self.denied & {"moves", "transfers", "tags", "carriers"}, to_judge=self._to_judge
                    ),
                    order="id",
                    limit=min(size, self._most - read),
                )
            except AccessDenied as refused:
                # The groups promised more than the company's own rules give: leave the refused part out.
                wider = self.denied | set(
                    MODEL_PARTS.get(refused.model, ("moves", "transfers", "tags", "carriers"))
                )
                if refused.model == "sale.order" or wider == self.denied:
                    raise
                self.denied = frozenset(wider)
                continue
            except OdooUnavailable:
                if size > FEWEST_PER_PAGE:
                    size = max(FEWEST_PER_PAGE, size // 4)
                    continue
                if not read:
                    raise
                self.notes.append("Odoo stopped answering before all open orders were read.")
                break
            if any(int(row["id"]) <= last for row in page.rows):
                raise OdooGarbage(
                    "Odoo sent orders that were not asked for. Ask again, and tell your administrator if it stays so."
                )
            self.total = max(self.total, read + page.total)
            if page.rows:
                yield page.rows
            read += len(page.rows)
            if self._progress is not None:
                self._progress(read, self.total)
            if len(page.rows) < min(size, self._most):
                self.total = read
                break
            last = max(int(row["id"]) for row in page.rows)
            if self._until is not None and time.monotonic() > self._until:
                self.notes.append(
                    f"Only the {read:,} oldest of {self.total:,} open orders were looked at: all take too long for one answer."
                )
                break
        self.unread += [
            Unread(part=part, text=IN_WORDS[part]) for part in ("moves", "transfers") if part in self.denied
        ]


def _ahead(pages: Iterator[Item]) -> Iterator[Item]:
    """The same pages, each fetched while the one before it is worked on. One thread at a time still uses the session."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="scan") as pool:
        coming = pool.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = pool.submit(next, pages, None)
            yield page
