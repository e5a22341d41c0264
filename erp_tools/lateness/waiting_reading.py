"""The purchase order or product that orders wait for, and the moves and stock around it, read from Odoo (see `waiting.py`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.facts import Fact
from erp_tools.lateness.serving import Arriving
from erp_tools.lateness.wording import SMALLEST, local_day, plain_number
from erp_tools.odoo.gateway import OdooSession
from erp_tools.orders import zone_of
from erp_tools.reads.inventory import NAMED, QUANT, WAREHOUSE, Quant, Warehouse
from erp_tools.reads.products import UNIT
from erp_tools.reads.purchase import RFQ_STATES, PurchaseLine
from erp_tools.reads.rights import IN_WORDS, parts_denied
from erp_tools.reads.rows import Row, link, many, name_of, one, text
from erp_tools.reads.transfers import OPEN_STATES, SOURCE_MOVE, Move

MOST_MOVES = 10_000
MOST_QUANTS = 6_000

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
class Target:
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


class Reader:
    """Asks the questions, and notes what could not be read."""

    def __init__(self, session: OdooSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._denied = parts_denied(session.user)
        self.not_read: list[str] = []

    def purchases(self, wanted: str) -> list[Target]:
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

    def _purchase(self, row: Row) -> Target:
        lines = [PurchaseLine.from_odoo({**line, "order_id": row}) for line in many(row, "order_line")]
        goods = [line for line in lines if line.product_id]
        company, vendor = one(row, "company_id") or {"id": 0}, link(row, "partner_id")
        zone = zone_of(timezone_of(company), self._session.user.timezone)
        days = [
            local_day(line.planned, zone) for line in goods if line.planned and line.outstanding > SMALLEST
        ]
        warehouse = one(one(row, "picking_type_id") or {}, "warehouse_id")
        state = text(row, "state")
        return Target(
            subject=Subject(
                kind="purchase", model="purchase.order", record_id=int(row["id"]), name=text(row, "name"),
                vendor=vendor.name if vendor else "", vendor_reference=text(row, "partner_ref"), state=_STATES.get(state, state),
                due=min(days, default=None), still_to_come=sum(line.outstanding for line in goods),
            ),
            product_ids=tuple({line.product_id: None for line in goods if line.outstanding > SMALLEST}),
            company_id=int(company["id"]), purchase_ids=frozenset({int(row["id"])}),
            rfq_lines=tuple(goods) if state in RFQ_STATES else (), warehouse=Warehouse.from_odoo(warehouse) if warehouse else None,
            timezone=timezone_of(company),
        )  # fmt: skip

    def _from_receipts(self, rows: Iterable[Row], names: list[str]) -> list[Target]:
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
                Target(
                    subject=Subject(
                        kind="purchase", model="stock.picking", record_id=int(some[0]["id"]), name=origin,
                        vendor=name_of(some[0], "partner_id"),
                    ),
                    product_ids=tuple(dict.fromkeys(products)), company_id=int(company["id"]),
                    purchase_ids=frozenset({purchase.record_id} if purchase else ()),
                    receipts=frozenset(int(move["id"]) for move in moves), timezone=timezone_of(company),
                )
            )  # fmt: skip
        return found

    def products(self, wanted: str) -> list[Target]:
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
            Target(
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

    def around(self, target: Target) -> tuple[list[Move], Mapping[int, Row], list[Quant]]:
        """Open moves of its products, their rows by id (with the sales lines behind them), and stock."""
        if not target.product_ids:
            return [], {}, []
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
        return moves, by_id, quants

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


def _best(found: list[Target], names: list[str]) -> list[Target]:
    """A purchase order's own name wins over the vendor's reference of another one."""
    return [item for item in found if item.subject.name.upper() in {name.upper() for name in names}] or found


def _any_of(terms: list[list[Any]]) -> list[Any]:
    return ["|"] * (len(terms) - 1) + list(terms)


def _exactly(value: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", value)


def timezone_of(company: Row) -> str:
    return text(one(company, "partner_id") or {}, "tz")
