"""The chain read backwards: which orders wait for a purchase order, and which does a product hold up. At most four round trips.

    1  the purchase order, by its name or the vendor's reference (for people without that right: its receipts)
    2  else the product, by its reference, barcode or name
    3  open moves of the products, with the order lines and purchase lines behind them
    4  stock of the products

However many orders there are. What was bought for an order is linked; for the rest every order takes its turn (`serving.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.facts import Fact
from erp_tools.lateness.build import takes_from_shelf
from erp_tools.lateness.serving import Arriving, Served, queue_key, serve
from erp_tools.lateness.supply import inbound_kind, leaves_stock
from erp_tools.lateness.wording import SMALLEST, local_day, plain_number
from erp_tools.odoo.gateway import OdooServer, OdooSession
from erp_tools.orders import clean, zone_of
from erp_tools.reads.inventory import NAMED, QUANT, WAREHOUSE, Quant, Warehouse
from erp_tools.reads.products import UNIT
from erp_tools.reads.purchase import RFQ_STATES, PurchaseLine
from erp_tools.reads.rights import IN_WORDS, parts_denied
from erp_tools.reads.rows import Row, link, many, moment, name_of, one, quantity, text
from erp_tools.reads.sales import SalesLine
from erp_tools.reads.transfers import OPEN_STATES, SOURCE_MOVE, Move

MOST_MOVES = 10_000
MOST_QUANTS = 6_000
MOST_CANDIDATES = 10

_PURCHASE: dict[str, Any] = {
    "name": {}, "state": {}, "partner_id": NAMED, "partner_ref": {}, "date_order": {}, "date_planned": {}, "receipt_status": {},
    "company_id": {"fields": {"display_name": {}, "partner_id": {"fields": {"tz": {}}}}},
    "picking_type_id": {"fields": {"display_name": {}, "warehouse_id": WAREHOUSE}},
    "order_line": {
        "fields": {
            "product_id": NAMED, "product_qty": {}, "product_uom_qty": {}, "qty_received": {}, "date_planned": {},
            "product_uom_id": UNIT, "move_dest_ids": {}, "move_ids": {},
        }
    },
}  # fmt: skip
_RECEIPT: dict[str, Any] = {
    "name": {}, "origin": {}, "partner_id": NAMED, "scheduled_date": {}, "state": {}, "purchase_id": NAMED,
    "company_id": _PURCHASE["company_id"], "move_ids": {"fields": {"product_id": NAMED, "state": {}}},
}  # fmt: skip
_PRODUCT: dict[str, Any] = {"display_name": {}, "name": {}, "default_code": {}, "barcode": {}, "uom_id": UNIT}
_SALES_LINE: dict[str, Any] = {
    "fields": {
        "product_uom_id": UNIT,
        "product_uom_qty": {},
        "product_id": {"fields": {"display_name": {}, "default_code": {}, "uom_id": UNIT}},
        "order_id": {
            "fields": {
                "name": {}, "state": {}, "commitment_date": {}, "expected_date": {}, "warehouse_id": WAREHOUSE,
                "partner_id": {"fields": {"display_name": {}, "ref": {}}},
                "company_id": {"fields": {"partner_id": {"fields": {"tz": {}}}}},
            }
        },
    }
}  # fmt: skip

Kind = Literal["purchase", "product"]
How = Literal["linked", "queue"]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What the orders wait for."""

    kind: Kind
    record_id: int
    """purchase.order or product.product id; of a receipt (stock.picking), where this person may read no purchase orders."""
    model: str
    name: str
    """``P00031``, or the product as Odoo shows it."""
    vendor: str = ""
    vendor_reference: str = ""
    state: str = ""
    """Of a purchase: as Odoo shows it."""
    due: date | None = None
    """Of a purchase: the first day on which something of it should come. May be past."""
    still_to_come: float | None = None
    """Over all its open receipts, in the products' own units."""

    def fact(self, *, read_at: datetime, url_of: Any) -> Fact:
        fields: dict[str, Any] = {"name": self.name}
        if self.kind == "purchase":
            fields |= {
                "partner_id": self.vendor or None,
                "partner_ref": self.vendor_reference or None,
                "state": self.state or None,
                "date_planned": self.due.isoformat() if self.due else None,
                "still_to_come": None if self.still_to_come is None else plain_number(self.still_to_come),
            }
        return Fact(
            model=self.model, record_id=self.record_id, display_name=self.name, fields=fields, read_at=read_at,
            url=url_of(self.model, self.record_id),
        )  # fmt: skip


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
    reader = _Reader(session, now)
    found = reader.purchases(wanted) or reader.products(wanted)
    if not found:
        return Waiting(reference=wanted, status="not_found", not_read=tuple(reader.not_read))
    if len(found) > 1:
        return Waiting(
            reference=wanted, status="several", candidates=tuple(item.subject for item in found[:MOST_CANDIDATES]),
            not_read=tuple(reader.not_read),
        )  # fmt: skip
    target = found[0]
    served, rows = reader.served(target)
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


@dataclass(frozen=True, kw_only=True)
class _Target:
    subject: Subject
    product_ids: tuple[int, ...]
    company_id: int = 0
    purchase_ids: frozenset[int] = frozenset()
    receipts: frozenset[int] = frozenset()
    """Its open moves, where the purchase itself may not be read."""
    rfq_lines: tuple[PurchaseLine, ...] = ()
    """Of an RFQ: nothing of it is on its way yet."""
    warehouse: Warehouse | None = None
    timezone: str = ""

    def brings(self, item: Arriving) -> bool:
        """The goods come from this purchase."""
        if item.key[0] == "stock.move" and item.key[1] in self.receipts:
            return True
        return item.purchase_id in self.purchase_ids


class _Reader:
    """Asks the questions, and notes what could not be read."""

    def __init__(self, session: OdooSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._denied = parts_denied(session.user)
        self.not_read: list[str] = []

    def purchases(self, wanted: str) -> list[_Target]:
        names = purchase_names(wanted)
        if "purchases" not in self._denied:
            domain = _any_of(
                [
                    ["name", "in", names],
                    ["name", "=ilike", _exactly(wanted)],
                    ["partner_ref", "=ilike", _exactly(wanted)],
                ]
            )
            try:
                page = self._session.read(
                    "purchase.order", domain, _PURCHASE, order="date_order desc, id desc", limit=40
                )
                return _best([self._purchase(row) for row in page.rows], names)
            except AccessDenied:
                pass
        self.not_read.append(IN_WORDS["purchases"])
        # The receipts say which purchase they belong to, to people who may read no purchase orders.
        domain = [["location_id.usage", "=", "supplier"], "|", ["origin", "in", names], ["name", "in", names]]
        try:
            page = self._session.read("stock.picking", domain, _RECEIPT, order="id desc", limit=80)
        except AccessDenied:
            return []
        return self._from_receipts(page.rows, names)

    def _purchase(self, row: Row) -> _Target:
        lines = [PurchaseLine.from_odoo({**line, "order_id": row}) for line in many(row, "order_line")]
        goods = [line for line in lines if line.product_id]
        company, vendor = one(row, "company_id") or {"id": 0}, link(row, "partner_id")
        zone = zone_of(_timezone(company), self._session.user.timezone)
        days = [
            local_day(line.planned, zone) for line in goods if line.planned and line.outstanding > SMALLEST
        ]
        warehouse = one(one(row, "picking_type_id") or {}, "warehouse_id")
        state = text(row, "state")
        return _Target(
            subject=Subject(
                kind="purchase", model="purchase.order", record_id=int(row["id"]), name=text(row, "name"),
                vendor=vendor.name if vendor else "", vendor_reference=text(row, "partner_ref"), state=_STATES.get(state, state),
                due=min(days, default=None), still_to_come=sum(line.outstanding for line in goods),
            ),
            product_ids=tuple({line.product_id: None for line in goods if line.outstanding > SMALLEST}),
            company_id=int(company["id"]), purchase_ids=frozenset({int(row["id"])}),
            rfq_lines=tuple(goods) if state in RFQ_STATES else (), warehouse=Warehouse.from_odoo(warehouse) if warehouse else None,
            timezone=_timezone(company),
        )  # fmt: skip

    def _from_receipts(self, rows: Iterable[Row], names: list[str]) -> list[_Target]:
        by_origin: dict[str, list[Row]] = {}
        for row in rows:
            name = text(row, "name")
            by_origin.setdefault(name if name in names else text(row, "origin"), []).append(row)
        found = []
        for origin, some in by_origin.items():
            moves = [
                move for row in some for move in many(row, "move_ids") if text(move, "state") in OPEN_STATES
            ]
            company, purchase = one(some[0], "company_id") or {"id": 0}, link(some[0], "purchase_id")
            products = [product.record_id for move in moves if (product := link(move, "product_id"))]
            found.append(
                _Target(
                    subject=Subject(
                        kind="purchase", model="stock.picking", record_id=int(some[0]["id"]), name=origin,
                        vendor=name_of(some[0], "partner_id"),
                    ),
                    product_ids=tuple(dict.fromkeys(products)), company_id=int(company["id"]),
                    purchase_ids=frozenset({purchase.record_id} if purchase else ()),
                    receipts=frozenset(int(move["id"]) for move in moves), timezone=_timezone(company),
                )
            )  # fmt: skip
        return found

    def products(self, wanted: str) -> list[_Target]:
        bare = _BRACKETED.match(wanted)
        code = bare.group(1) if bare else wanted
        domain: list[Any] = [
            ["active", "in", [True, False]],  # what is archived may still be owed
            "|", "|", ["default_code", "=ilike", _exactly(code)], ["barcode", "=", wanted], ["name", "ilike", _exactly(wanted)],
        ]  # fmt: skip
        page = self._session.read("product.product", domain, _PRODUCT, order="default_code, id", limit=80)
        rows = page.rows
        for exact in (
            [row for row in rows if text(row, "default_code").casefold() == code.casefold()],
            [row for row in rows if text(row, "name").casefold() == wanted.casefold()],
        ):
            if exact:
                rows = exact
                break
        return [
            _Target(
                subject=Subject(
                    kind="product",
                    model="product.product",
                    record_id=int(row["id"]),
                    name=text(row, "display_name"),
                ),
                product_ids=(int(row["id"]),),
            )
            for row in rows
        ]

    def served(self, target: _Target) -> tuple[list[Served], Mapping[int, Row]]:
        """Every demand of the products with what it gets, and the sales lines behind the demands."""
        if not target.product_ids:
            return [], {}
        company = [["company_id", "=", target.company_id]] if target.company_id else []
        products = [["product_id", "in", list(target.product_ids)]]
        spec = {**SOURCE_MOVE["fields"], "sale_line_id": _SALES_LINE}
        if "purchases" not in self._denied:
            spec["purchase_line_id"] = {"fields": {"date_planned": {}, "order_id": NAMED}}
        page = self._session.read(
            "stock.move",
            [*company, *products, ["state", "in", list(OPEN_STATES)]],
            spec,
            order="id",
            limit=MOST_MOVES,
        )
        if page.total > len(page.rows):
            self.not_read.append(f"{page.total - len(page.rows)} of {page.total} open moves were not read.")
        quants = self._quants([*company, *products])
        moves = [Move.from_odoo(row) for row in page.rows]
        by_id: dict[int, Row] = {int(row["id"]): row for row in page.rows}
        return _served(moves, by_id, quants, target, self._now, self._session.user.timezone), by_id

    def _quants(self, domain: list[Any]) -> list[Quant]:
        usage = ["location_id.usage", "in", ["internal", "transit"]]
        try:
            page = self._session.read("stock.quant", [*domain, usage], QUANT, order="id", limit=MOST_QUANTS)
        except (AccessDenied, OdooUnavailable):
            self.not_read.append(IN_WORDS["stock"])
            return []
        if page.total > len(page.rows):
            self.not_read.append(
                f"{page.total - len(page.rows)} of {page.total} stock records were not read."
            )
        return [Quant.from_odoo(row) for row in page.rows]


_STATES = {
    "draft": "RFQ", "sent": "RFQ Sent", "to approve": "To Approve", "purchase": "Purchase Order", "done": "Purchase Order",
    "cancel": "Cancelled",
}  # fmt: skip
_BRACKETED = re.compile(r"^\[?([^\]\s]+)\]\s*\S")
_NUMBERED = re.compile(r"^(?:po|p)?[ #.\-]*0*(\d{1,9})$", re.IGNORECASE)
_WORDS = re.compile(
    r"^(?:purchase ?orders?|purchases?|rfq|request for quotation)\b[ .:#]*(?:(?:number|num|no|nr)\b[ .:#]*)?",
    re.IGNORECASE,
)


def purchase_names(reference: str) -> list[str]:
    """The purchase orders a person may mean: ``p31``, ``PO 31``, ``purchase order 31`` all give ``P00031`` among others."""
    bare = _WORDS.sub("", reference).strip(" #") or reference
    names = {bare, bare.upper(), bare.upper().replace(" ", ""), reference}
    if numbered := _NUMBERED.match(bare):
        digits = numbered.group(1)
        for width in range(len(digits), 8):
            names |= {f"P{digits.zfill(width)}", f"PO{digits.zfill(width)}"}
    return sorted(names)


def _best(found: list[_Target], names: list[str]) -> list[_Target]:
    """A purchase order's own name wins over the vendor's reference of another one."""
    return [item for item in found if item.subject.name.upper() in {name.upper() for name in names}] or found


def _any_of(terms: list[list[Any]]) -> list[Any]:
    return ["|"] * (len(terms) - 1) + list(terms)


def _exactly(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


def _timezone(company: Row) -> str:
    return text(one(company, "partner_id") or {}, "tz")


def _served(
    moves: list[Move],
    rows: Mapping[int, Row],
    quants: list[Quant],
    target: _Target,
    now: datetime,
    timezone: str,
) -> list[Served]:
    zone = zone_of(target.timezone, timezone)
    warehouses = _warehouses(rows.values(), quants, target)
    by_id = {move.move_id: move for move in moves}
    later_steps = _waiting_for_steps(moves, by_id)
    here: dict[tuple[int, int], tuple[Warehouse | None, list[Move]]] = {}
    for move in moves:
        if move.missing <= SMALLEST or move.move_id in later_steps:
            continue
        warehouse = _warehouse_of(move, warehouses)
        from_vendor = move.source.usage == "supplier" and move.destination.usage == "customer"
        if from_vendor or (leaves_stock(move, warehouse) and takes_from_shelf(move, warehouse)):
            key = (move.product_id, warehouse.warehouse_id if warehouse else 0)
            here.setdefault(key, (warehouse, []))[1].append(move)
    served: list[Served] = []
    for (product_id, warehouse_id), (warehouse, demands) in here.items():
        free = sum(
            quant.free
            for quant in quants
            if quant.product_id == product_id
            and quant.warehouse is not None
            and quant.warehouse.warehouse_id == warehouse_id
            and quant.is_reservable_place
            and not quant.has_expired(now)
        )
        arriving = [
            item
            for move in moves
            if move.product_id == product_id
            and (item := _arriving(move, warehouse, by_id, rows, zone)) is not None
        ]
        arriving += [
            Arriving(
                key=("purchase.order.line", line.line_id), document=line.purchase, quantity=line.outstanding, is_ordered=False,
                due=local_day(line.planned, zone) if line.planned else None, purchase_id=line.purchase_id,
                tied_to=frozenset(line.serves_move_ids),
            )
            for line in target.rfq_lines
            if line.product_id == product_id and line.warehouse_id in (None, warehouse_id)
        ]  # fmt: skip
        served += serve(demands, max(0.0, free), arriving)
    return sorted(served, key=lambda one: queue_key(one.move))


def _waiting_for_steps(moves: Iterable[Move], by_id: Mapping[int, Move]) -> set[int]:
    """Moves whose earlier step of the same delivery has to be done first: it is that step that waits for goods."""
    return {
        number
        for move in moves
        if move.sale_line_id is not None
        for number in move.destination_ids
        if number in by_id and by_id[number].sale_line_id == move.sale_line_id
    }


def _warehouses(rows: Iterable[Row], quants: Iterable[Quant], target: _Target) -> dict[int, Warehouse]:
    known = {quant.warehouse.warehouse_id: quant.warehouse for quant in quants if quant.warehouse is not None}
    for row in rows:
        order = one(one(row, "sale_line_id") or {}, "order_id") or {}
        if warehouse := one(order, "warehouse_id"):
            known.setdefault(int(warehouse["id"]), Warehouse.from_odoo(warehouse))
    if target.warehouse is not None:
        known.setdefault(target.warehouse.warehouse_id, target.warehouse)
    return known


def _warehouse_of(move: Move, known: Mapping[int, Warehouse]) -> Warehouse | None:
    number = move.source.warehouse_id
    if number is None:
        return None
    name = move.source.name.split("/")[0]
    return known.get(number) or Warehouse(
        warehouse_id=number, name=name, code=name, stock_id=move.source.location_id
    )


def _arriving(
    move: Move, warehouse: Warehouse | None, by_id: Mapping[int, Move], rows: Mapping[int, Row], zone: Any
) -> Arriving | None:
    kind = inbound_kind(move, warehouse)
    if kind is None or move.demand <= SMALLEST:
        return None
    purchase_line = one(rows[move.move_id], "purchase_line_id") or {}
    purchase = link(purchase_line, "order_id")
    promised = moment(purchase_line, "date_planned") or move.deadline
    due = max((local_day(at, zone) for at in (promised, move.at) if at is not None), default=None)
    tied = _tied_to(move, by_id)
    return Arriving(
        key=("stock.move", move.move_id),
        document=(purchase.name if purchase else "") or move.purchase or move.reference,
        quantity=move.reserved if kind == "put_away" else move.demand,
        due=due,
        purchase_id=purchase.record_id if purchase else move.purchase_id,
        tied_to=frozenset({move.move_id}) if kind == "dropship" else tied,
    )


def _tied_to(move: Move, by_id: Mapping[int, Move]) -> frozenset[int]:
    """The demands it was bought or sent for: what takes it directly, or after one more step (put-away, the second half of a
    transfer). Nothing when anybody may take it."""
    found: set[int] = set()
    waiting = [(number, 0) for number in move.destination_ids]
    while waiting:
        number, depth = waiting.pop()
        next_move = by_id.get(number)
        if next_move is None:
            continue
        if next_move.sale_line_id is not None:
            found.add(number)
        elif depth < 2:
            waiting += [(further, depth + 1) for further in next_move.destination_ids]
    return frozenset(found)


def _per_unit(row: Row) -> float:
    """How many of the product's own units one unit of a move holds."""
    asked, own = quantity(row, "product_uom_qty"), quantity(row, "product_qty")
    return own / asked if asked and own else 1.0


def _line(
    each: Served, rows: Mapping[int, Row], target: _Target, now: datetime, timezone: str
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
    zone = zone_of(_timezone(one(order, "company_id") or {}), timezone)
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
