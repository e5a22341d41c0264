"""What was said on many orders and their transfers, many orders in one round trip."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from erp_tools.errors import AccessDenied, OdooUnavailable
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.scan_around import ROWS_PER_PAGE, in_pages
from erp_tools.lateness.scan_fields import SAID
from erp_tools.odoo.gateway import Domain, OdooSession
from erp_tools.reads.messages import Message
from erp_tools.reads.rows import number, text

ORDERS_PER_PAGE = 400


def with_messages(
    session: OdooSession, cases: Sequence[OrderCase]
) -> tuple[tuple[OrderCase, ...], tuple[str, ...]]:
    """The same cases with what was said on the orders and their transfers, many orders in one round trip.

    Returns:
        The cases, and what could not be read, in words: then the cases come back as they were.
    """
    said: dict[tuple[str, int], list[Message]] = defaultdict(list)
    for some in in_pages(list(cases), ORDERS_PER_PAGE):
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
    spec = {**SAID, "model": {}, "res_id": {}}
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
