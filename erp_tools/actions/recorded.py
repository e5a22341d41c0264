"""What the approved actions do to the recorded demo's local copy: as much of Odoo's own behaviour as can be read back afterwards.

The contract suite runs the same actions here and on a real Odoo and compares what is left. It is good for trying the product and for
evals; that an action works is proven on the real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from erp_tools.errors import OdooUserError
from erp_tools.odoo.allow_list import ALLOWED

if TYPE_CHECKING:
    from erp_tools.odoo.recorded_gateway import RecordedSession

OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")
SMALLEST = 1e-6
_NUMBERED = re.compile(r"^(.*?)(\d+)$")

Method = Callable[["RecordedSession", Sequence[int], Mapping[str, Any]], Any]


class _Book:
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


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _post(model: str) -> Method:
    def message_post(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book = _Book(session)
        for record_id in ids:
            message = book.add(
                "mail.message", model=model, res_id=record_id, body=named["body"], message_id=named.get("message_id"), date=_now(),
                create_date=_now(), message_type="comment", author_id=session.user.partner_id, subject=named.get("subject"),
                is_internal=not named.get("partner_ids"), display_name=named.get("subject") or "Message",
            )  # fmt: skip
            book.link(model, record_id, "message_ids", message)
        return True

    return message_post


def _schedule(model: str) -> Method:
    def activity_schedule(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book = _Book(session)
        for record_id in ids:
            activity = book.add(
                "mail.activity", res_model=model, res_id=record_id, res_name=book.get(model, record_id, "display_name"),
                summary=named["summary"], note=named["note"], user_id=named["user_id"], date_deadline=named["date_deadline"],
                create_date=_now(), create_uid=session.user.user_id, state="planned", display_name=named["summary"],
            )  # fmt: skip
            book.link(model, record_id, "activity_ids", activity)
        return True

    return activity_schedule


def _write(model: str) -> Method:
    def write(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book, values = _Book(session), dict(named["vals"])
        for record_id in ids:
            if model == "stock.move" and "picking_id" in values:
                _move_to(book, record_id, values["picking_id"])
            if model == "sale.order.line" and "product_uom_qty" in values:
                _reorder(book, record_id, float(values["product_uom_qty"]))
            book.put(model, record_id, **values)
            if model == "stock.picking":
                _settle(book, record_id)
        return True

    return write


def _move_to(book: _Book, move: int, picking: int) -> None:
    """A line changes its transfer; an order's transfer is known by its lines."""
    before = book.get("stock.move", move, "picking_id")
    if before == picking:
        return
    if before:
        book.unlink("stock.picking", before, "move_ids", move)
    book.link("stock.picking", picking, "move_ids", move)
    line = book.get("stock.move", move, "sale_line_id")
    order = book.get("sale.order.line", line, "order_id") if line else None
    if order and not book.get("stock.picking", picking, "sale_id"):
        book.put("stock.picking", picking, sale_id=order)
        book.link("sale.order", order, "picking_ids", picking)
    if before:
        _settle(book, before)


def _reorder(book: _Book, line: int, quantity: float) -> None:
    """Odoo lowers what is still open when less is ordered."""
    less = float(book.get("sale.order.line", line, "product_uom_qty") or 0) - quantity
    for move in book.where("stock.move", "sale_line_id", [line]):
        if less <= SMALLEST or book.get("stock.move", move, "state") not in OPEN:
            continue
        left = max(0.0, float(book.get("stock.move", move, "product_uom_qty")) - less)
        less -= float(book.get("stock.move", move, "product_uom_qty")) - left
        _release(book, move, down_to=left)
        book.put(
            "stock.move", move, product_uom_qty=left, **({"state": "cancel"} if left <= SMALLEST else {})
        )
        _settle(book, book.get("stock.move", move, "picking_id"))


def _load(model: str) -> Method:
    def load(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        """Once for each external id: the id is kept in the row's own text, where the real one has a table for it."""
        book = _Book(session)
        made = []
        for row in named["data"]:
            given = dict(zip(named["fields"], row, strict=True))
            mark = "origin" if model == "stock.picking" else "name"
            there = book.where(model, mark, [given[mark]])
            made.append(there[0] if there else _made(book, model, given))
        return {"ids": made, "messages": []}

    return load


def _made(book: _Book, model: str, given: Mapping[str, Any]) -> int:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "id":
            continue
        field, _, by_id = name.partition("/")
        kind = ALLOWED[model].fields[field].kind
        values[field] = int(value) if by_id else float(value) if kind == "number" else value
    if model == "stock.picking":
        kind_of_transfer = values["picking_type_id"]
        name = _next_name(book, kind_of_transfer)
        code = book.get("stock.picking.type", kind_of_transfer, "code")
        company = book.get("stock.picking.type", kind_of_transfer, "company_id")
        return book.add(
            model, **values, name=name, display_name=name, state="draft", picking_type_code=code, company_id=company,
            create_date=_now(), move_ids=[], move_line_ids=[], backorder_ids=[], message_ids=[], activity_ids=[],
        )  # fmt: skip
    line = book.add(
        model,
        **values,
        display_name=values["name"],
        state="sale",
        qty_delivered=0.0,
        discount=0.0,
        move_ids=[],
    )
    order = values["order_id"]
    book.link("sale.order", order, "order_line", line)
    open_transfers = [
        one
        for one in book.get("sale.order", order, "picking_ids") or []
        if book.get("stock.picking", one, "state") in OPEN
    ]
    if open_transfers:
        _plan_line(book, line, open_transfers[0], values)
    return line


def _plan_line(book: _Book, line: int, picking: int, values: Mapping[str, Any]) -> None:
    """Odoo plans a delivery for a new line of a confirmed order; here it joins the order's open transfer."""
    product = values["product_id"]
    move = book.add(
        "stock.move", product_id=product, product_uom_qty=values["product_uom_qty"], quantity=0.0, state="confirmed",
        picking_id=picking, sale_line_id=line, display_name=book.get("product.product", product, "display_name"),
        product_uom=book.get("product.product", product, "uom_id"), location_id=book.get("stock.picking", picking, "location_id"),
        location_dest_id=book.get("stock.picking", picking, "location_dest_id"), create_date=_now(), move_orig_ids=[], move_dest_ids=[],
        move_line_ids=[], company_id=book.get("stock.picking", picking, "company_id"),
        picking_type_id=book.get("stock.picking", picking, "picking_type_id"),
    )  # fmt: skip
    book.link("stock.picking", picking, "move_ids", move)
    book.link("sale.order.line", line, "move_ids", move)
    _settle(book, picking)


def _next_name(book: _Book, picking_type: int) -> str:
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


def _split(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = _Book(session)
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
        name = _next_name(book, book.get("stock.picking", picking, "picking_type_id"))
        backorder = book.add(
            "stock.picking", **{field: book.get("stock.picking", picking, field) for field in copied}, name=name, display_name=name,
            state="confirmed", backorder_id=picking, create_date=_now(), move_ids=[], move_line_ids=[], backorder_ids=[],
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
        _settle(book, picking)
        _settle(book, backorder)
    return True


def _divide(book: _Book, move: int, backorder: int) -> None:
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


def _assign(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = _Book(session)
    for picking in ids:
        for move in _open_moves(book, picking):
            if book.get("stock.move", move, "state") != "waiting":
                _take(book, move)
        _settle(book, picking)
    return True


def _unreserve(session: RecordedSession, ids: Sequence[int], _named: Mapping[str, Any]) -> Any:
    book = _Book(session)
    for picking in ids:
        for move in _open_moves(book, picking):
            _release(book, move, down_to=0.0)
        _settle(book, picking)
    return True


def _open_moves(book: _Book, picking: int) -> list[int]:
    return [
        move
        for move in book.get("stock.picking", picking, "move_ids") or []
        if book.get("stock.move", move, "state") in OPEN
    ]


def _reserved(book: _Book, move: int) -> float:
    return float(book.get("stock.move", move, "quantity") or 0)


def _missing(book: _Book, move: int) -> float:
    return max(0.0, float(book.get("stock.move", move, "product_uom_qty") or 0) - _reserved(book, move))


def _quants(book: _Book, move: int) -> list[int]:
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


def _take(book: _Book, move: int) -> None:
    for quant in _quants(book, move):
        held = float(book.get("stock.quant", quant, "reserved_quantity") or 0)
        taken = min(
            _missing(book, move), max(0.0, float(book.get("stock.quant", quant, "quantity") or 0) - held)
        )
        if taken > SMALLEST:
            book.put("stock.quant", quant, reserved_quantity=held + taken)
            book.put("stock.move", move, quantity=_reserved(book, move) + taken)
    _move_state(book, move)


def _release(book: _Book, move: int, *, down_to: float) -> None:
    back = max(0.0, _reserved(book, move) - down_to)
    for quant in _quants(book, move):
        held = float(book.get("stock.quant", quant, "reserved_quantity") or 0)
        given = min(held, back)
        if given > SMALLEST:
            book.put("stock.quant", quant, reserved_quantity=held - given)
            back -= given
    book.put("stock.move", move, quantity=min(_reserved(book, move), down_to))
    _move_state(book, move)


def _move_state(book: _Book, move: int) -> None:
    if _missing(book, move) <= SMALLEST:
        state = "assigned"
    else:
        state = "partially_available" if _reserved(book, move) > SMALLEST else "confirmed"
    book.put("stock.move", move, state=state)


def _settle(book: _Book, picking: int | None) -> None:
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


RECORDED_METHODS: Mapping[tuple[str, str], Method] = MappingProxyType(
    {
        **{
            (model, "message_post"): _post(model)
            for model in ("sale.order", "purchase.order", "stock.picking", "res.partner")
        },
        **{
            (model, "activity_schedule"): _schedule(model)
            for model in ("sale.order", "purchase.order", "stock.picking")
        },
        **{
            (model, "write"): _write(model)
            for model in ("sale.order", "sale.order.line", "stock.picking", "stock.move")
        },
        **{(model, "load"): _load(model) for model in ("sale.order.line", "stock.picking")},
        ("stock.picking", "action_split_transfer"): _split,
        ("stock.picking", "action_assign"): _assign,
        ("stock.picking", "do_unreserve"): _unreserve,
    }
)
"""(model, method) -> what it does to the local copy; `connect_recording` hands them to the recording."""
