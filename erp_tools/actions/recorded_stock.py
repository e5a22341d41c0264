"""Stock in the recorded demo's local copy: what a split, a reservation and its release do to lines, transfers and what lies there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from erp_tools.errors import OdooUserError
from erp_tools.odoo.allow_list import ALLOWED

if TYPE_CHECKING:
    from erp_tools.odoo.recorded_gateway import RecordedSession

OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")
SMALLEST = 1e-6
_NUMBERED = re.compile(r"^(.*?)(\d+)$")


class Book:
    """The local copy as the methods see it: values by model, id and field."""

    def __init__(self, session: RecordedSession) -> None:
        self.session = session
        self.tables = session.tables

    def get(self, model: str, record_id: int, field: str) -> Any:
        return self.tables[model].value(field, record_id)

    def put(self, model: str, record_id: int, /, **values: Any) -> None:
        self.tables.write(model, record_id, values)

    def add(self, model: str, /, **values: Any) -> int:
        record_id = max(self.tables[model].ids, default=0) + 1
        known = {name: value for name, value in values.items() if name in ALLOWED[model].fields}
        self.put(model, record_id, **known)
        return record_id

    def where(self, model: str, field: str, values: Iterable[Any]) -> list[int]:
        wanted, table = set(values), self.tables[model]
        return [one for one, value in zip(table.ids, table.column(field), strict=True) if value in wanted]

    def link(self, model: str, record_id: int, field: str, *added: int) -> None:
        if field in ALLOWED[model].fields:
            known = list(self.get(model, record_id, field) or [])
            self.put(model, record_id, **{field: known + [one for one in added if one not in known]})

    def unlink(self, model: str, record_id: int, field: str, gone: int) -> None:
        self.put(
            model,
            record_id,
            **{field: [one for one in self.get(model, record_id, field) or [] if one != gone]},
        )


def next_name(book: Book, picking_type: int) -> str:
    names = [
        book.get("stock.picking", one, "name")
        for one in book.where("stock.picking", "picking_type_id", [picking_type])
    ]
    numbered = [
        (int(match[2]), match[1], len(match[2])) for name in names if (match := _NUMBERED.match(str(name)))
    ]
    if not numbered:
        return f"NEW/{picking_type}/00001"
    number, prefix, width = max(numbered)
    return f"{prefix}{number + 1:0{width}d}"


def split(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = Book(session)
    for picking in ids:
        moves = _open_moves(book, picking)
        waits = [move for move in moves if _missing(book, move) > SMALLEST]
        if all(_reserved(book, move) <= SMALLEST for move in moves):
            raise OdooUserError(f"{book.get('stock.picking', picking, 'display_name')}: Nothing to split.")
        if not waits:
            raise OdooUserError(
                f"{book.get('stock.picking', picking, 'display_name')}: Nothing to split, all demand is done."
            )
        copied = (
            "partner_id", "picking_type_id", "picking_type_code", "location_id", "location_dest_id", "scheduled_date", "move_type",
            "company_id", "carrier_id", "sale_id", "origin", "date_deadline", "priority",
        )  # fmt: skip
        name = next_name(book, book.get("stock.picking", picking, "picking_type_id"))
        backorder = book.add(
            "stock.picking", **{field: book.get("stock.picking", picking, field) for field in copied}, name=name, display_name=name,
            state="confirmed", backorder_id=picking, create_date=now(), move_ids=[], move_line_ids=[], backorder_ids=[],
            message_ids=[], activity_ids=[],
        )  # fmt: skip
        book.link("stock.picking", picking, "backorder_ids", backorder)
        if order := book.get("stock.picking", picking, "sale_id"):
            book.link("sale.order", order, "picking_ids", backorder)
        for move in waits:
            if _reserved(book, move) <= SMALLEST:
                book.put("stock.move", move, picking_id=backorder)
                book.unlink("stock.picking", picking, "move_ids", move)
                book.link("stock.picking", backorder, "move_ids", move)
            else:
                _divide(book, move, backorder)
        settle(book, picking)
        settle(book, backorder)
    return True


def _divide(book: Book, move: int, backorder: int) -> None:
    """What is missing of a line becomes a line of the backorder."""
    rest = _missing(book, move)
    table = book.tables["stock.move"]
    values = {name: table.value(name, move) for name in ALLOWED["stock.move"].fields if name != "id"}
    per_unit = float(values.get("product_qty") or 0) / (float(values.get("product_uom_qty") or 0) or 1.0)
    values |= {
        "product_uom_qty": rest,
        "product_qty": rest * per_unit,
        "quantity": 0.0,
        "state": "confirmed",
        "picking_id": backorder,
        "move_line_ids": [],
    }
    twin = book.add("stock.move", **values)
    kept = _reserved(book, move)
    book.put("stock.move", move, product_uom_qty=kept, product_qty=kept * per_unit, state="assigned")
    book.link("stock.picking", backorder, "move_ids", twin)
    if line := book.get("stock.move", move, "sale_line_id"):
        book.link("sale.order.line", line, "move_ids", twin)


def assign(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = Book(session)
    for picking in ids:
        for move in _open_moves(book, picking):
            if book.get("stock.move", move, "state") != "waiting":
                _take(book, move)
        settle(book, picking)
    return True


def unreserve(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = Book(session)
    for picking in ids:
        for move in _open_moves(book, picking):
            release(book, move, down_to=0.0)
        settle(book, picking)
    return True


def _open_moves(book: Book, picking: int) -> list[int]:
    return [
        move
        for move in book.get("stock.picking", picking, "move_ids") or []
        if book.get("stock.move", move, "state") in OPEN
    ]


def _reserved(book: Book, move: int) -> float:
    return float(book.get("stock.move", move, "quantity") or 0)


def _missing(book: Book, move: int) -> float:
    return max(0.0, float(book.get("stock.move", move, "product_uom_qty") or 0) - _reserved(book, move))


def _quants(book: Book, move: int) -> list[int]:
    """Where a line takes from: its place and what lies below."""
    place = book.get("stock.move", move, "location_id")
    path = str(book.get("stock.location", place, "parent_path") or f"/{place}/")
    below = {
        one
        for one in book.tables["stock.location"].ids
        if one == place or str(book.get("stock.location", one, "parent_path") or "").startswith(path)
    }
    product = book.get("stock.move", move, "product_id")
    return [
        one
        for one in book.where("stock.quant", "product_id", [product])
        if book.get("stock.quant", one, "location_id") in below
    ]


def _take(book: Book, move: int) -> None:
    for quant in _quants(book, move):
        held = float(book.get("stock.quant", quant, "reserved_quantity") or 0)
        taken = min(
            _missing(book, move), max(0.0, float(book.get("stock.quant", quant, "quantity") or 0) - held)
        )
        if taken > SMALLEST:
            book.put("stock.quant", quant, reserved_quantity=held + taken)
            book.put("stock.move", move, quantity=_reserved(book, move) + taken)
    _move_state(book, move)


def release(book: Book, move: int, *, down_to: float) -> None:
    back = max(0.0, _reserved(book, move) - down_to)
    for quant in _quants(book, move):
        held = float(book.get("stock.quant", quant, "reserved_quantity") or 0)
        given = min(held, back)
        if given > SMALLEST:
            book.put("stock.quant", quant, reserved_quantity=held - given)
            back -= given
    book.put("stock.move", move, quantity=min(_reserved(book, move), down_to))
    _move_state(book, move)


def _move_state(book: Book, move: int) -> None:
    if _missing(book, move) <= SMALLEST:
        state = "assigned"
    else:
        state = "partially_available" if _reserved(book, move) > SMALLEST else "confirmed"
    book.put("stock.move", move, state=state)


def settle(book: Book, picking: int | None) -> None:
    """A transfer's state follows its lines and its shipping policy."""
    if not picking or book.get("stock.picking", picking, "state") in ("done", "cancel"):
        return
    states = [book.get("stock.move", move, "state") for move in _open_moves(book, picking)]
    some = any(state in ("assigned", "partially_available") for state in states)
    if (states and all(state == "assigned" for state in states)) or (
        some and book.get("stock.picking", picking, "move_type") == "direct"
    ):
        state = "assigned"
    else:
        state = "confirmed" if states else "draft"
    book.put("stock.picking", picking, state=state)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
