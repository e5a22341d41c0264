"""Reading many open orders at once: a constant number of round trips per thousand orders.

Per page of orders one nested read, with the specification of a single diagnosis less messages and invoices; then, for all products
that are short in any of them, stock, open moves and purchase lines in pages of their own, and how their vendors kept their dates.
Nothing is asked per order. Pages go by id, so that an order that is delivered meanwhile does not push another one out of sight.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from erp_tools.errors import AccessDenied, OdooGarbage, OdooUnavailable
from erp_tools.lateness.build import RECORD_DAYS, Wanted, build_case, vendor_records, what_to_read
from erp_tools.lateness.case import OrderCase, Part, Unread
from erp_tools.lateness.reading import FEW_VENDORS, RECENT_PURCHASE_DAYS
from erp_tools.odoo.gateway import Domain, OdooSession
from erp_tools.orders import zone_of
from erp_tools.reads.inventory import NAMED, QUANT, Quant
from erp_tools.reads.messages import MESSAGES, Message
from erp_tools.reads.purchase import PURCHASE_LINE, PurchaseLine
from erp_tools.reads.rights import IN_WORDS, MODEL_PARTS, parts_denied
from erp_tools.reads.rows import Row, link, number, text
from erp_tools.reads.sales import SalesOrder, order_spec
from erp_tools.reads.transfers import OPEN_STATES, SOURCE_MOVE, Move

Item = TypeVar("Item")
Progress = Callable[[int, int], None]
"""(orders read so far, open orders in all)"""

ORDERS_PER_PAGE = 100
"""Small enough for Odoo to answer well within the read deadline."""
ORDERS_PER_MESSAGES_PAGE = 400
FEWEST_PER_PAGE = 10
"""After a page that Odoo did not answer for in time, the next ones are smaller, down to this."""
PRODUCTS_PER_PAGE = 400
ROWS_PER_PAGE = 2000
FEWEST_ROWS_PER_PAGE = 125
MOST_RECEIPTS = 20_000
"""Done receipts that are looked at for the vendors' records, newest first."""
QUOTATION_DAYS = 60
"""A quotation whose promise is longer past than this is taken for forgotten, not for late."""

_RECEIPT: dict[str, Any] = {
    "state": {}, "date": {}, "date_deadline": {}, "product_id": {}, "company_id": {}, "picking_id": {"fields": {"partner_id": NAMED}},
}  # fmt: skip


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


def scan_spec(without: Iterable[str] = ()) -> dict[str, Any]:
    """What is read of each open order: as `order_spec`, without what was said and invoiced (of thousands of orders too much).

    Args:
        without: parts this person may not read.
    """
    spec = order_spec(without={*without, "invoices"})
    del spec["message_ids"]
    if "picking_ids" in spec:
        transfers = dict(spec["picking_ids"]["fields"])
        del transfers["message_ids"]
        spec["picking_ids"] = {"fields": transfers}
    return spec


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def open_orders_domain(now: datetime) -> list[Any]:
    """Confirmed orders that are not delivered, and quotations whose promise has passed lately."""

    return [
        "|", "&", ["state", "=", "sale"], ["delivery_status", "!=", "full"],
        "&", "&", ["state", "in", ["draft", "sent"]], ["commitment_date", "<", _at(now)],
        ["commitment_date", ">=", _at(now - timedelta(days=QUOTATION_DAYS))],
    ]  # fmt: skip


def scan_open_orders(
    session: OdooSession,
    *,
    now: datetime,
    only: Narrowed = EVERYTHING,
    most: int = 20_000,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Scanned:
    """Read every open order with what decides whether it is late, the oldest first.

    Args:
        most: how many orders at the most.
        seconds: after so long no further page of orders is read; None: all of them.
        progress: told after every page.

    Raises:
        AccessDenied: this person may read no sales orders.
        OdooUnavailable: Odoo did not answer for any of them; when it stops answering later, `total` tells how many are missing.
    """
    pages = _OrderPages(session, now=now, only=only, most=most, seconds=seconds, progress=progress)
    orders = [SalesOrder.from_odoo(row) for rows in _ahead(pages.pages()) for row in rows]
    unread = pages.unread
    around = _Around(session, unread, pages.notes, pages.denied, now)
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
            order, now=now, zone=zone, quants=_of(quants, company, need.stock_of), moves=_of(moves, company, need.supply_of),
            purchase_lines=_of(purchases, company, need.supply_of), unread=tuple(unread),
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
        self, session: OdooSession, *, now: datetime, only: Narrowed, most: int, seconds: float | None, progress: Progress | None,
    ) -> None:  # fmt: skip
        self._session, self._most, self._progress = session, most, progress
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
                    scan_spec(self.denied & {"moves", "transfers", "tags", "carriers"}),
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
                    f"Only the {read} oldest open orders were looked at: all take too long for one answer."
                )
                break
        self.unread += [
            Unread(part=part, text=IN_WORDS[part]) for part in ("moves", "transfers") if part in self.denied
        ]


ByProduct = dict[tuple[int, int], list[Item]]
"""(company id, product id) -> what was read; company 0 for what belongs to none."""


def _of(
    by_product: ByProduct[Item] | None, company_id: int, products: Iterable[int]
) -> tuple[Item, ...] | None:
    """The company's own, as in a single diagnosis: another company's stock is not ours to promise."""
    if by_product is None:
        return None
    return tuple(item for product in products for item in by_product.get((company_id, product), ()))


class _Receipts:
    """Done receipts of vendors; each vendor's record is worked out once."""

    def __init__(self, by_vendor: dict[tuple[int, int], list[Move]]) -> None:
        self._by_vendor = by_vendor
        self._known: dict[Any, dict[int, Any]] = {}

    def records(self, need: Wanted, company_id: int, zone: Any) -> dict[int, Any]:
        """The records of an order's vendors, from the receipts that its own diagnosis would look at."""
        products = frozenset(need.supply_of) if len(need.vendor_ids) > FEW_VENDORS else None
        found: dict[int, Any] = {}
        for vendor in need.vendor_ids:
            key = (company_id, vendor, zone, products)
            if key not in self._known:
                receipts = self._by_vendor.get((company_id, vendor), ())
                self._known[key] = vendor_records(
                    (move for move in receipts if products is None or move.product_id in products), zone
                )
            found.update(self._known[key])
        return found


class _Around:
    """Stock, moves, purchases and receipts of many products, in pages."""

    def __init__(
        self,
        session: OdooSession,
        unread: list[Unread],
        notes: list[str],
        denied: frozenset[str],
        now: datetime,
    ) -> None:
        self._session = session
        self.notes = notes
        self._now = now
        self._unread = unread
        self._denied = denied

    def quants(self, products: Iterable[int]) -> ByProduct[Quant] | None:
        domain: Domain = [["location_id.usage", "in", ["internal", "transit"]]]
        return self._all("stock", "stock.quant", domain, products, QUANT, Quant.from_odoo)

    def moves(self, products: Iterable[int]) -> ByProduct[Move] | None:
        if "moves" in self._denied:
            return None
        domain: Domain = [
            "|", ["state", "in", list(OPEN_STATES)],
            # What a vendor did not send, and somebody cancelled.
            "&", "&", "&", ["state", "=", "cancel"], ["location_id.usage", "=", "supplier"],
            ["date", ">=", self._days_ago(RECENT_PURCHASE_DAYS)], ["picking_id.backorder_id", "!=", False],
        ]  # fmt: skip
        return self._all("supply", "stock.move", domain, products, SOURCE_MOVE["fields"], Move.from_odoo)

    def purchases(self, products: Collection[int]) -> ByProduct[PurchaseLine] | None:
        if products and "purchases" in self._denied:
            self._unread.append(Unread(part="purchases", text=IN_WORDS["purchases"]))
            return None
        domain: Domain = [
            ["order_id.state", "in", ["draft", "sent", "to approve", "purchase", "done"]],
            "|",
            ["order_id.receipt_status", "!=", "full"],
            ["date_planned", ">=", self._days_ago(RECENT_PURCHASE_DAYS)],
        ]
        order = {
            key: value
            for key, value in PURCHASE_LINE["order_id"]["fields"].items()
            if key not in ("message_ids", "activity_ids")
        }
        spec = {**PURCHASE_LINE, "order_id": {"fields": order}}
        return self._all("purchases", "purchase.order.line", domain, products, spec, PurchaseLine.from_odoo)

    def receipts(self, vendors: Iterable[int]) -> _Receipts:
        """How vendors kept their dates; without them, should Odoo not give them, dates have no range."""
        found: dict[tuple[int, int], list[Move]] = defaultdict(list)
        wanted = sorted(vendors)
        if "moves" in self._denied or not wanted:
            return _Receipts(found)
        domain: Domain = [
            ["state", "=", "done"],
            ["location_id.usage", "=", "supplier"],
            ["date", ">=", self._days_ago(RECORD_DAYS)],
            ["picking_id.partner_id", "in", wanted],
        ]
        for offset in range(0, MOST_RECEIPTS, ROWS_PER_PAGE):
            try:
                page = self._session.read(
                    "stock.move",
                    domain,
                    _RECEIPT,
                    order="date desc, id desc",
                    limit=ROWS_PER_PAGE,
                    offset=offset,
                )
            except (AccessDenied, OdooUnavailable):
                self.notes.append("How vendors kept their dates could not be read.")
                break
            for row in page.rows:
                move = Move.from_odoo(row)
                if move.partner_id is not None:
                    found[_company(row), move.partner_id].append(move)
            if offset + len(page.rows) >= page.total or not page.rows:
                break
        return _Receipts(found)

    def _days_ago(self, days: int) -> str:
        return _at(self._now - timedelta(days=days))

    def _all(
        self,
        part: Part,
        model: str,
        domain: Domain,
        products: Iterable[int],
        spec: dict[str, Any],
        make: Callable[[Any], Item],
    ) -> ByProduct[Item] | None:
        found: ByProduct[Item] = defaultdict(list)
        for some in _pages(sorted(products), PRODUCTS_PER_PAGE):
            last, size = 0, ROWS_PER_PAGE
            while True:
                try:
                    page = self._session.read(
                        model,
                        [["id", ">", last], ["product_id", "in", some], *domain],
                        {**spec, "company_id": {}},
                        order="id",
                        limit=size,
                    )
                except AccessDenied:
                    self._unread.append(Unread(part=part, text=IN_WORDS[part]))
                    return None
                except OdooUnavailable:
                    if size > FEWEST_ROWS_PER_PAGE:
                        size = max(FEWEST_ROWS_PER_PAGE, size // 4)
                        continue
                    self._unread.append(Unread(part=part, text=IN_WORDS[part]))
                    return None
                for row in page.rows:
                    item = make(row)
                    found[_company(row), item.product_id].append(item)  # type: ignore[attr-defined]
                if len(page.rows) < size:
                    break
                last = int(page.rows[-1]["id"])
        return found


def _ahead(pages: Iterator[Item]) -> Iterator[Item]:
    """The same pages, each fetched while the one before it is worked on. One thread at a time still uses the session."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="scan") as pool:
        coming = pool.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = pool.submit(next, pages, None)
            yield page


def _company(row: Row) -> int:
    company = link(row, "company_id")
    return company.record_id if company else 0


def _pages(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def with_messages(
    session: OdooSession, cases: Sequence[OrderCase]
) -> tuple[tuple[OrderCase, ...], tuple[str, ...]]:
    """The same cases with what was said on the orders and their transfers, many orders in one round trip.

    Returns:
        The cases, and what could not be read, in words: then the cases come back as they were.
    """
    said: dict[tuple[str, int], list[Message]] = defaultdict(list)
    for some in _pages(list(cases), ORDERS_PER_MESSAGES_PAGE):
        try:
            _add_messages(session, some, said)
        except (AccessDenied, OdooUnavailable):
            return tuple(cases), ("Messages on the orders could not be read.",)
    return tuple(_saying(case, said) for case in cases), ()


def _add_messages(
    session: OdooSession, cases: Sequence[OrderCase], said: dict[tuple[str, int], list[Message]]
) -> None:
    orders = [case.order.order_id for case in cases]
    transfers = [transfer.transfer_id for case in cases for transfer in case.order.transfers]
    domain: Domain = [
        "|", "&", ["model", "=", "sale.order"], ["res_id", "in", orders],
        "&", ["model", "=", "stock.picking"], ["res_id", "in", transfers],
    ]  # fmt: skip
    spec = {**MESSAGES["fields"], "model": {}, "res_id": {}}
    offset = 0
    while True:
        page = session.read(
            "mail.message", domain, spec, order="date, id", limit=ROWS_PER_PAGE, offset=offset
        )
        for row in page.rows:
            model, record_id = text(row, "model"), int(number(row, "res_id") or 0)
            message = Message.from_odoo(row, model=model, record_id=record_id)
            if message is not None:
                said[model, record_id].append(message)
        # Odoo takes a page first and then leaves out what the person may not see: a short page is not the last one.
        offset += ROWS_PER_PAGE
        if offset >= page.total:
            return


def _saying(case: OrderCase, said: dict[tuple[str, int], list[Message]]) -> OrderCase:
    order = case.order
    transfers = tuple(
        replace(transfer, messages=tuple(said.get(("stock.picking", transfer.transfer_id), ())))
        for transfer in order.transfers
    )
    messages = tuple(said.get(("sale.order", order.order_id), ()))
    return replace(case, order=replace(order, messages=messages, transfers=transfers))
