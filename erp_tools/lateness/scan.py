"""Reading many open orders at once: a constant number of round trips per thousand orders.

Per page of orders one nested read; then, for all products that are short in any of them, stock, open moves and purchase lines in
pages of their own. Nothing is asked per order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.lateness.build import build_case, what_to_read
from erp_tools.lateness.case import OrderCase, Part, Unread
from erp_tools.lateness.reading import RECENT_PURCHASE_DAYS, zone_of
from erp_tools.odoo.gateway import Domain, OdooSession
from erp_tools.reads.contacts import ADDRESS, CUSTOMER
from erp_tools.reads.inventory import NAMED, QUANT, WAREHOUSE, Quant
from erp_tools.reads.messages import ACTIVITIES, MESSAGES, Message
from erp_tools.reads.products import UNIT
from erp_tools.reads.purchase import PURCHASE_LINE, PurchaseLine
from erp_tools.reads.rights import IN_WORDS, parts_denied
from erp_tools.reads.rows import number, text
from erp_tools.reads.sales import SalesOrder
from erp_tools.reads.transfers import MOVE_FIELDS, OPEN_STATES, SOURCE_MOVE, TRANSFER, Move

Item = TypeVar("Item")

ORDERS_PER_PAGE = 100
"""Small enough for Odoo to answer well within the read deadline."""
PRODUCTS_PER_PAGE = 400
ROWS_PER_PAGE = 5000
QUOTATION_DAYS = 60
"""A quotation whose promise is longer past than this is taken for forgotten, not for late."""

_LINE: dict[str, Any] = {
    "display_type": {}, "is_delivery": {}, "is_downpayment": {}, "product_uom_id": UNIT, "product_uom_qty": {}, "qty_delivered": {},
    "price_unit": {}, "discount": {}, "customer_lead": {},
    "product_id": {"fields": {"display_name": {}, "default_code": {}, "type": {}, "is_storable": {}, "uom_id": UNIT}},
    "move_ids": {
        "fields": {
            **MOVE_FIELDS,
            "move_line_ids": {"fields": {"quantity": {}, "location_id": {}, "lot_id": {}}},
            "move_orig_ids": SOURCE_MOVE,
        }
    },
}  # fmt: skip

_ORDER: dict[str, Any] = {
    "name": {}, "state": {}, "date_order": {}, "commitment_date": {}, "expected_date": {}, "picking_policy": {}, "amount_total": {},
    "currency_id": NAMED, "warehouse_id": WAREHOUSE, "carrier_id": NAMED, "partner_id": CUSTOMER, "partner_shipping_id": ADDRESS,
    "company_id": {"fields": {"display_name": {}, "partner_id": {"fields": {"tz": {}}}}}, "activity_ids": ACTIVITIES,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """All open orders as cases."""

    cases: tuple[OrderCase, ...]
    total: int
    """How many open orders there are for this person; ``total - len(cases)`` were not read."""
    not_read: tuple[str, ...]


def _spec(denied: frozenset[str]) -> dict[str, Any]:
    lines = dict(_LINE)
    spec = dict(_ORDER)
    if "moves" in denied:
        del lines["move_ids"]
    if "transfers" not in denied:
        transfers = {key: value for key, value in TRANSFER["fields"].items() if key != "message_ids"}
        spec["picking_ids"] = {"fields": {**transfers, "carrier_id": NAMED}}
    if "tags" not in denied:
        spec["tag_ids"] = NAMED
    return {**spec, "order_line": {"fields": lines}}


def _at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def open_orders_domain(now: datetime) -> list[Any]:
    """Confirmed orders that are not delivered, and quotations whose promise has passed lately."""

    return [
        "|", "&", ["state", "=", "sale"], ["delivery_status", "!=", "full"],
        "&", "&", ["state", "in", ["draft", "sent"]], ["commitment_date", "<", _at(now)],
        ["commitment_date", ">=", _at(now - timedelta(days=QUOTATION_DAYS))],
    ]  # fmt: skip


def scan_open_orders(session: OdooSession, *, now: datetime, most: int = 20_000) -> Scanned:
    """Read every open order with what decides whether it is late, oldest promise first.

    Raises:
        AccessDenied: this person may read no sales orders.
        OdooUnavailable.
    """
    denied = parts_denied(session.user)
    unread = [Unread(part=part, text=IN_WORDS[part]) for part in ("moves", "transfers") if part in denied]
    orders: list[SalesOrder] = []
    total = 0
    for offset in range(0, most, ORDERS_PER_PAGE):
        page = session.read(
            "sale.order",
            open_orders_domain(now),
            _spec(denied),
            order="commitment_date, id",
            limit=ORDERS_PER_PAGE,
            offset=offset,
        )
        total = page.total
        orders += [SalesOrder.from_odoo(row) for row in page.rows]
        if len(page.rows) < ORDERS_PER_PAGE:
            break
    around = _Around(session, unread, denied, now)
    zones = {order.order_id: zone_of(order.company_timezone, session.user.timezone) for order in orders}
    wanted = {order.order_id: what_to_read(order, now=now, zone=zones[order.order_id]) for order in orders}
    quants = around.quants({product for item in wanted.values() for product in item.stock_of})
    short = {product for item in wanted.values() for product in item.supply_of}
    moves = around.moves(short)
    purchases = around.purchases(short)
    cases = []
    for order in orders:
        need = wanted[order.order_id]
        cases.append(
            build_case(
                order, now=now, zone=zones[order.order_id], quants=_of(quants, need.stock_of), moves=_of(moves, need.supply_of),
                purchase_lines=_of(purchases, need.supply_of), unread=tuple(unread),
            )
        )  # fmt: skip
    return Scanned(
        cases=tuple(cases), total=total, not_read=tuple(dict.fromkeys(item.text for item in unread))
    )


def _of(by_product: dict[int, list[Item]] | None, products: Iterable[int]) -> tuple[Item, ...] | None:
    if by_product is None:
        return None
    return tuple(item for product in products for item in by_product.get(product, ()))


class _Around:
    """Stock, moves and purchases of many products, in pages."""

    def __init__(
        self, session: OdooSession, unread: list[Unread], denied: frozenset[str], now: datetime
    ) -> None:
        self._session = session
        self._now = now
        self._unread = unread
        self._denied = denied

    def quants(self, products: Iterable[int]) -> dict[int, list[Quant]] | None:
        domain: Domain = [["location_id.usage", "in", ["internal", "transit"]]]
        return self._all("stock", "stock.quant", domain, products, QUANT, Quant.from_odoo)

    def moves(self, products: Iterable[int]) -> dict[int, list[Move]] | None:
        if "moves" in self._denied:
            return None
        domain: Domain = [["state", "in", list(OPEN_STATES)]]
        return self._all("supply", "stock.move", domain, products, SOURCE_MOVE["fields"], Move.from_odoo)

    def purchases(self, products: Iterable[int]) -> dict[int, list[PurchaseLine]] | None:
        if "purchases" in self._denied:
            self._unread.append(Unread(part="purchases", text=IN_WORDS["purchases"]))
            return None
        domain: Domain = [
            ["order_id.state", "in", ["draft", "sent", "to approve", "purchase", "done"]],
            "|",
            ["order_id.receipt_status", "!=", "full"],
            ["date_planned", ">=", _at(self._now - timedelta(days=RECENT_PURCHASE_DAYS))],
        ]
        order = {
            key: value
            for key, value in PURCHASE_LINE["order_id"]["fields"].items()
            if key not in ("message_ids", "activity_ids")
        }
        spec = {**PURCHASE_LINE, "order_id": {"fields": order}}
        return self._all("purchases", "purchase.order.line", domain, products, spec, PurchaseLine.from_odoo)

    def _all(
        self,
        part: Part,
        model: str,
        domain: Domain,
        products: Iterable[int],
        spec: dict[str, Any],
        make: Callable[[Any], Item],
    ) -> dict[int, list[Item]] | None:
        found: dict[int, list[Item]] = defaultdict(list)
        for some in _pages(sorted(products), PRODUCTS_PER_PAGE):
            offset = 0
            while True:
                try:
                    page = self._session.read(
                        model,
                        [["product_id", "in", some], *domain],
                        spec,
                        order="id",
                        limit=ROWS_PER_PAGE,
                        offset=offset,
                    )
                except (AccessDenied, OdooUnavailable):
                    self._unread.append(Unread(part=part, text=IN_WORDS[part]))
                    return None
                for row in page.rows:
                    item = make(row)
                    found[item.product_id].append(item)  # type: ignore[attr-defined]
                offset += len(page.rows)
                if not page.rows or offset >= page.total:
                    break
        return found


def _pages(items: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def with_messages(session: OdooSession, cases: Sequence[OrderCase]) -> tuple[OrderCase, ...]:
    """The same cases with what was said on the orders and their transfers: one round trip for many orders.

    Without the messages, should Odoo not give them: then the cases come back as they were.
    """
    orders = [case.order.order_id for case in cases]
    transfers = [transfer.transfer_id for case in cases for transfer in case.order.transfers]
    if not orders:
        return ()
    domain: Domain = [
        "|",
        "&",
        ["model", "=", "sale.order"],
        ["res_id", "in", orders],
        "&",
        ["model", "=", "stock.picking"],
        ["res_id", "in", transfers],
    ]
    spec = {**MESSAGES["fields"], "model": {}, "res_id": {}}
    try:
        page = session.read("mail.message", domain, spec, order="date desc, id desc", limit=ROWS_PER_PAGE)
    except (AccessDenied, OdooUnavailable):
        return tuple(cases)
    said: dict[tuple[str, int], list[Message]] = defaultdict(list)
    for row in reversed(page.rows):
        model, record_id = text(row, "model"), int(number(row, "res_id") or 0)
        message = Message.from_odoo(row, model=model, record_id=record_id)
        if message is not None:
            said[model, record_id].append(message)
    return tuple(_saying(case, said) for case in cases)


def _saying(case: OrderCase, said: dict[tuple[str, int], list[Message]]) -> OrderCase:
    order = case.order
    transfers = tuple(
        replace(transfer, messages=tuple(said.get(("stock.picking", transfer.transfer_id), ())))
        for transfer in order.transfers
    )
    messages = tuple(said.get(("sale.order", order.order_id), ()))
    return replace(case, order=replace(order, messages=messages, transfers=transfers))
