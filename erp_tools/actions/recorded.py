"""What the approved actions do to the recorded demo's local copy: as much of Odoo's own behaviour as can be read back afterwards.

The contract suite runs the same actions here and on a real Odoo and compares what is left. It is good for trying the product and for
evals; that an action works is proven on the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from erp_tools.actions.recorded_stock import (
    OPEN,
    SMALLEST,
    Book,
    assign,
    next_name,
    now,
    release,
    settle,
    split,
    unreserve,
)
from erp_tools.odoo.allow_list import ALLOWED

if TYPE_CHECKING:
    from erp_tools.odoo.recorded_gateway import RecordedSession


Method = Callable[["RecordedSession", Sequence[int], Mapping[str, Any]], Any]


def _post(model: str) -> Method:
    def message_post(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book = Book(session)
        for record_id in ids:
            message = book.add(
                "mail.message", model=model, res_id=record_id, body=named["body"], message_id=named.get("message_id"), date=now(),
                create_date=now(), message_type="comment", author_id=session.user.partner_id, subject=named.get("subject"),
                is_internal=not named.get("partner_ids"), display_name=named.get("subject") or "Message",
            )  # fmt: skip
            book.link(model, record_id, "message_ids", message)
        return True

    return message_post


def _schedule(model: str) -> Method:
    def activity_schedule(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book = Book(session)
        for record_id in ids:
            activity = book.add(
                "mail.activity", res_model=model, res_id=record_id, res_name=book.get(model, record_id, "display_name"),
                summary=named["summary"], note=named["note"], user_id=named["user_id"], date_deadline=named["date_deadline"],
                create_date=now(), create_uid=session.user.user_id, state="planned", display_name=named["summary"],
            )  # fmt: skip
            book.link(model, record_id, "activity_ids", activity)
        return True

    return activity_schedule


def _write(model: str) -> Method:
    def write(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        book, values = Book(session), dict(named["vals"])
        for record_id in ids:
            if model == "stock.move" and "picking_id" in values:
                _move_to(book, record_id, values["picking_id"])
            if model == "sale.order.line" and "product_uom_qty" in values:
                _reorder(book, record_id, float(values["product_uom_qty"]))
            book.put(model, record_id, **values)
            if model == "stock.picking":
                settle(book, record_id)
        return True

    return write


def _move_to(book: Book, move: int, picking: int) -> None:
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
        settle(book, before)


def _reorder(book: Book, line: int, quantity: float) -> None:
    """Odoo lowers what is still open when less is ordered."""
    less = float(book.get("sale.order.line", line, "product_uom_qty") or 0) - quantity
    for move in book.where("stock.move", "sale_line_id", [line]):
        if less <= SMALLEST or book.get("stock.move", move, "state") not in OPEN:
            continue
        left = max(0.0, float(book.get("stock.move", move, "product_uom_qty")) - less)
        less -= float(book.get("stock.move", move, "product_uom_qty")) - left
        release(book, move, down_to=left)
        book.put(
            "stock.move", move, product_uom_qty=left, **({"state": "cancel"} if left <= SMALLEST else {})
        )
        settle(book, book.get("stock.move", move, "picking_id"))


def _load(model: str) -> Method:
    def load(session: RecordedSession, ids: Sequence[int], named: Mapping[str, Any]) -> Any:
        """Once for each external id: the id is kept in the row's own text, where the real one has a table for it."""
        book = Book(session)
        made = []
        for row in named["data"]:
            given = dict(zip(named["fields"], row, strict=True))
            mark = "origin" if model == "stock.picking" else "name"
            there = book.where(model, mark, [given[mark]])
            made.append(there[0] if there else _made(book, model, given))
        return {"ids": made, "messages": []}

    return load


def _made(book: Book, model: str, given: Mapping[str, Any]) -> int:
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name == "id":
            continue
        field, _, by_id = name.partition("/")
        kind = ALLOWED[model].fields[field].kind
        values[field] = int(value) if by_id else float(value) if kind == "number" else value
    if model == "stock.picking":
        kind_of_transfer = values["picking_type_id"]
        name = next_name(book, kind_of_transfer)
        code = book.get("stock.picking.type", kind_of_transfer, "code")
        company = book.get("stock.picking.type", kind_of_transfer, "company_id")
        return book.add(
            model, **values, name=name, display_name=name, state="draft", picking_type_code=code, company_id=company,
            create_date=now(), move_ids=[], move_line_ids=[], backorder_ids=[], message_ids=[], activity_ids=[],
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


def _plan_line(book: Book, line: int, picking: int, values: Mapping[str, Any]) -> None:
    """Odoo plans a delivery for a new line of a confirmed order; here it joins the order's open transfer."""
    product = values["product_id"]
    move = book.add(
        "stock.move", product_id=product, product_uom_qty=values["product_uom_qty"], quantity=0.0, state="confirmed",
        picking_id=picking, sale_line_id=line, display_name=book.get("product.product", product, "display_name"),
        product_uom=book.get("product.product", product, "uom_id"), location_id=book.get("stock.picking", picking, "location_id"),
        location_dest_id=book.get("stock.picking", picking, "location_dest_id"), create_date=now(), move_orig_ids=[], move_dest_ids=[],
        move_line_ids=[], company_id=book.get("stock.picking", picking, "company_id"),
        picking_type_id=book.get("stock.picking", picking, "picking_type_id"),
    )  # fmt: skip
    book.link("stock.picking", picking, "move_ids", move)
    book.link("sale.order.line", line, "move_ids", move)
    settle(book, picking)


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
        ("stock.picking", "action_split_transfer"): split,
        ("stock.picking", "action_assign"): assign,
        ("stock.picking", "do_unreserve"): unreserve,
    }
)
"""(model, method) -> what it does to the local copy; `connect_recording` hands them to the recording."""
