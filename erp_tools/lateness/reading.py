"""The at most four questions that a diagnosis asks Odoo, whatever the size of the order.

    1  the order, with its lines, moves, transfers, customer, invoices, messages and activities
    2  stock of the products of interest, in all warehouses
    3  open moves of the short products (who else wants them, what comes), and how their vendors kept their dates
    4  purchase lines of the short products, with what was said on the purchase orders

2 to 4 are left out where the order does not need them. A part that this person may not read, or that Odoo does not answer for,
becomes an `Unread`; the rest is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from erp_tools.errors import AccessDenied, OdooUnavailable, OdooUserError
from erp_tools.lateness.build import RECORD_DAYS, Wanted, build_case, what_to_read
from erp_tools.lateness.case import OrderCase, Part, Unread
from erp_tools.odoo.gateway import Domain, OdooSession, Page
from erp_tools.orders import FoundOrder, OrderNotFound, Resolution, resolve_orders, zone_of
from erp_tools.reads.inventory import QUANT, Quant
from erp_tools.reads.purchase import PURCHASE_LINE, PurchaseLine
from erp_tools.reads.rights import IN_WORDS, MODEL_PARTS, parts_denied
from erp_tools.reads.rows import Row
from erp_tools.reads.sales import SalesOrder, order_spec
from erp_tools.reads.transfers import OPEN_STATES, SOURCE_MOVE, Move

Item = TypeVar("Item")

OF_AN_ORDER = frozenset({"moves", "transfers", "invoices", "tags", "carriers"})
"""Parts that stand in the order's own specification."""

MOST_QUANTS = 6000
MOST_MOVES = 6000
MOST_PURCHASE_LINES = 2000
RECENT_PURCHASE_DAYS = 90
"""A purchase line that was closed short counts this long."""
FEW_VENDORS = 8
"""With more vendors than this, their receipts are looked at for the short products only."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One order as it was read."""

    case: OrderCase
    not_read: tuple[str, ...]
    """What was not read, in words."""


def find_order(session: OdooSession, reference: str) -> Resolution:
    """Which order a reference means, read at once with all that its diagnosis starts from: hand the result to `diagnose`.

    Raises:
        AccessDenied: this person may read no sales orders.
        OdooUnavailable.
    """
    return resolve_orders(session, reference, details=order_spec(without=_left_out(session)))


def _left_out(session: OdooSession) -> set[str]:
    """Parts of an order that this person's groups do not give."""
    return set(parts_denied(session.user)) & OF_AN_ORDER


def read_order(session: OdooSession, found: int | FoundOrder) -> tuple[SalesOrder, list[Unread]]:
    """The order and everything that hangs on it, in one round trip (two when Odoo refuses a part that the groups promised; none
    when `find_order` has read it).

    Raises:
        OrderNotFound: there is no such order for this person.
        AccessDenied: this person may read no sales orders at all.
        OdooUnavailable.
    """
    without = _left_out(session)
    if isinstance(found, FoundOrder) and found.row is not None:
        return _order_and_unread(found.row, without)
    order_id = found if isinstance(found, int) else found.order_id
    domain = [["id", "=", order_id]]
    try:
        page = session.read("sale.order", domain, order_spec(without=without), limit=1)
    except AccessDenied as refused:
        if refused.model == "sale.order":
            raise
        # The groups promised more than the company's own rules give: leave the refused part out, or all that may be refused.
        without |= set(MODEL_PARTS.get(refused.model, OF_AN_ORDER))
        page = session.read("sale.order", domain, order_spec(without=without), limit=1)
    if not page.rows:
        raise OrderNotFound(
            f"There is no sales order with the number {order_id} that you may see; check the reference."
        )
    return _order_and_unread(page.rows[0], without)


def _order_and_unread(row: Row, without: Collection[str]) -> tuple[SalesOrder, list[Unread]]:
    order = SalesOrder.from_odoo(row)
    unread = [
        Unread(part=part, text=IN_WORDS[part])
        for part in ("moves", "transfers")
        if part in without and order.state == "sale"
    ]
    if (
        "invoices" in without
        and order.state == "sale"
        and all(line.remaining <= 0 for line in order.lines if line.is_goods)
    ):
        unread.append(Unread(part="invoices", text=IN_WORDS["invoices"]))
    return order, unread


def read_case(session: OdooSession, found: int | FoundOrder, *, now: datetime) -> Reading:
    """Read one order and everything around it that its diagnosis needs. Raises as `read_order`."""
    order, unread = read_order(session, found)
    zone = zone_of(order.company_timezone, session.user.timezone)
    moves_were_read = all(item.part != "moves" for item in unread)
    wanted = what_to_read(order, now=now, zone=zone, moves_were_read=moves_were_read)
    gather = _Gatherer(session, order.company_id, unread, now)
    quants = gather.stock(wanted) if wanted.stock_of else ()
    moves = gather.supply(wanted) if wanted.supply_of else ()
    purchases = gather.purchases(wanted) if wanted.supply_of else ()
    case = build_case(
        order, now=now, zone=zone, quants=quants, moves=moves, purchase_lines=purchases, unread=tuple(unread)
    )
    return Reading(case=case, not_read=tuple(dict.fromkeys(item.text for item in unread)))


class _Gatherer:
    """Asks the questions after the first, and notes what could not be read."""

    def __init__(self, session: OdooSession, company_id: int, unread: list[Unread], now: datetime) -> None:
        self._session = session
        self._company: list[Any] = [["company_id", "=", company_id]] if company_id else []
        self._unread = unread
        self._now = now
        self._denied = parts_denied(session.user)

    def stock(self, wanted: Wanted) -> tuple[Quant, ...] | None:
        domain = [
            *self._company,
            ["product_id", "in", list(wanted.stock_of)],
            ["location_id.usage", "in", ["internal", "transit"]],
        ]
        return self._ask(
            "stock", "stock.quant", domain, QUANT, Quant.from_odoo, limit=MOST_QUANTS, order="product_id, id"
        )

    def supply(self, wanted: Wanted) -> tuple[Move, ...] | None:
        if "moves" in self._denied:
            self._note("supply", IN_WORDS["supply"])
            return None
        products = list(wanted.supply_of)
        recently = self._days_ago(RECENT_PURCHASE_DAYS)
        open_moves: Domain = ["&", ["product_id", "in", products], ["state", "in", list(OPEN_STATES)]]
        # What a vendor did not send, and somebody cancelled.
        cut: Domain = [
            "&",
            "&",
            "&",
            "&",
            ["product_id", "in", products],
            ["state", "=", "cancel"],
            ["location_id.usage", "=", "supplier"],
            ["date", ">=", recently],
            ["picking_id.backorder_id", "!=", False],
        ]
        parts = [open_moves, cut]
        if wanted.vendor_ids:
            received: list[Any] = [
                ["state", "=", "done"],
                ["location_id.usage", "=", "supplier"],
                ["date", ">=", self._days_ago(RECORD_DAYS)],
                ["picking_id.partner_id", "in", list(wanted.vendor_ids)],
            ]
            if len(wanted.vendor_ids) > FEW_VENDORS:
                received.append(["product_id", "in", products])
            parts.append(["&"] * (len(received) - 1) + received)
        either: list[Any] = ["|"] * (len(parts) - 1) + [term for part in parts for term in part]
        domain = [*(["&"] if self._company else []), *self._company, *either]
        # What is picked comes last: should the limit cut, it cuts old receipts, not open moves.
        return self._ask(
            "supply",
            "stock.move",
            domain,
            SOURCE_MOVE["fields"],
            Move.from_odoo,
            limit=MOST_MOVES,
            order="picked, date desc, id",
        )

    def purchases(self, wanted: Wanted) -> tuple[PurchaseLine, ...] | None:
        if "purchases" in self._denied:
            self._note("purchases", IN_WORDS["purchases"])
            return None
        domain = [
            *self._company,
            ["product_id", "in", list(wanted.supply_of)],
            ["order_id.state", "in", ["draft", "sent", "to approve", "purchase", "done"]],
            "|",
            ["order_id.receipt_status", "!=", "full"],
            ["date_planned", ">=", self._days_ago(RECENT_PURCHASE_DAYS)],
        ]
        return self._ask(
            "purchases",
            "purchase.order.line",
            domain,
            PURCHASE_LINE,
            PurchaseLine.from_odoo,
            limit=MOST_PURCHASE_LINES,
            order="date_planned desc, id",
        )

    def _days_ago(self, days: int) -> str:
        return (self._now - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")

    def _note(self, part: Part, text: str) -> None:
        self._unread.append(Unread(part=part, text=text))

    def _ask(
        self,
        part: Part,
        model: str,
        domain: Domain,
        spec: dict[str, Any],
        make: Callable[[Any], Item],
        *,
        limit: int,
        order: str,
    ) -> tuple[Item, ...] | None:
        try:
            page: Page = self._session.read(model, domain, spec, order=order, limit=limit)
        except AccessDenied:
            self._note(part, IN_WORDS[part])
            return None
        except (OdooUnavailable, OdooUserError):
            self._note(
                part,
                f"{IN_WORDS[part].split(' could not')[0]} could not be read: Odoo did not answer as it should. "
                "Ask again in a moment.",
            )
            return None
        if page.total > len(page.rows):
            self._note(
                part,
                f"{page.total - len(page.rows)} of {page.total} records ({part}) were not read; the newest were.",
            )
        return tuple(make(row) for row in page.rows)
