"""What many orders have around them: stock, moves, purchases and vendors' receipts of all their products, in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.lateness.build import RECORD_DAYS, Wanted, vendor_records
from erp_tools.lateness.case import Part, Unread
from erp_tools.lateness.reading import FEW_VENDORS, RECENT_PURCHASE_DAYS
from erp_tools.lateness.scan_fields import MOVES, PURCHASES, QUANTS
from erp_tools.odoo.gateway import Domain, OdooSession
from erp_tools.reads.inventory import NAMED, Quant
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.rights import IN_WORDS
from erp_tools.reads.rows import Row, link
from erp_tools.reads.transfers import OPEN_STATES, Move

Item = TypeVar("Item")

PRODUCTS_PER_PAGE = 400
ROWS_PER_PAGE = 2000
FEWEST_ROWS_PER_PAGE = 125
MOST_RECEIPTS = 20_000
"""Done receipts that are looked at for the vendors' records, newest first."""

_RECEIPT: dict[str, Any] = {
    "state": {}, "date": {}, "date_deadline": {}, "product_id": {}, "company_id": {}, "picking_id": {"fields": {"partner_id": NAMED}},
}  # fmt: skip


def at(moment: datetime) -> str:
    """An instant as Odoo's domains want it."""
    return moment.strftime("%Y-%m-%d %H:%M:%S")


ByProduct = dict[tuple[int, int], list[Item]]
"""(company id, product id) -> what was read; company 0 for what belongs to none."""


def of_company(
    by_product: ByProduct[Item] | None, company_id: int, products: Iterable[int]
) -> tuple[Item, ...] | None:
    """The company's own, as in a single diagnosis: another company's stock is not ours to promise."""
    if by_product is None:
        return None
    return tuple(item for product in products for item in by_product.get((company_id, product), ()))


class Receipts:
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


class Around:
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
        return self._all("stock", "stock.quant", domain, products, QUANTS, Quant.from_odoo)

    def moves(self, products: Iterable[int]) -> ByProduct[Move] | None:
        if "moves" in self._denied:
            return None
        domain: Domain = [
            "|", ["state", "in", list(OPEN_STATES)],
            # What a vendor did not send, and somebody cancelled.
            "&", "&", "&", ["state", "=", "cancel"], ["location_id.usage", "=", "supplier"],
            ["date", ">=", self._days_ago(RECENT_PURCHASE_DAYS)], ["picking_id.backorder_id", "!=", False],
        ]  # fmt: skip
        return self._all("supply", "stock.move", domain, products, MOVES, Move.from_odoo)

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
        return self._all(
            "purchases", "purchase.order.line", domain, products, PURCHASES, PurchaseLine.from_odoo
        )

    def receipts(self, vendors: Iterable[int]) -> Receipts:
        """How vendors kept their dates; without them, should Odoo not give them, dates have no range."""
        found: dict[tuple[int, int], list[Move]] = defaultdict(list)
        wanted = sorted(vendors)
        if "moves" in self._denied or not wanted:
            return Receipts(found)
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
        return Receipts(found)

    def _days_ago(self, days: int) -> str:
        return at(self._now - timedelta(days=days))

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
        for some in in_pages(sorted(products), PRODUCTS_PER_PAGE):
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


def _company(row: Row) -> int:
    company = link(row, "company_id")
    return company.record_id if company else 0


def in_pages(items: list[Item], size: int) -> Iterator[list[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
