"""Data without which nobody can ship or buy: an address with gaps, a line without a delivery, a product without a vendor."""

from __future__ import annotations

import re

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, day_text, list_text, quantity_text
from erp_tools.reads.contacts import Address
from erp_tools.reads.transfers import Transfer

from ._shared import Derived, affected, in_trouble, message_key, said, standing_ready, transfer_key

CODE = "incomplete_master_data"
RANK = 50
SUPERSEDES = ("warehouse_backlog", "upstream_step_pending", "missed_dispatch")

_BAD_ADDRESS = re.compile(
    r"\baddress\b.{0,60}\b(?:not complete|incomplete|missing|wrong|lacks|cannot)|\b(?:incomplete|missing|wrong)\b.{0,30}\baddress",
    re.IGNORECASE | re.DOTALL,
)

AFTER_SHORTAGE = 185
"""A missing vendor explains a shortage; it does not come before it."""


def find(case: OrderCase) -> list[Finding]:
    found = [_address(case), _no_delivery(case), _vendor(case)]
    return [item for item in found if item is not None]


def _address(case: OrderCase) -> Finding | None:
    address = case.order.delivery_address
    if address is None:
        return None
    ready = list(standing_ready(case))
    if not address.missing:
        return _hidden_address(case, address, ready)
    if not ready and not (case.order.is_quotation and case.promise_has_passed):
        return None
    what = list_text([f"no {part}" for part in address.missing])
    goods = (
        f"; {list_text([transfer.name for transfer, _ in ready[:3]])} is ready and cannot be labelled"
        if ready
        else ""
    )
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"The delivery address {address.name} has {what}{goods}.",
            lines=tuple(line.affected() for line in case.lines),
            evidence=(
                case.key,
                ("res.partner", address.partner_id),
                *(transfer_key(transfer) for transfer, _ in ready[:3]),
            ),
            owner_role="service",
            since=min(
                (day for transfer, _ in ready if (day := case.day(transfer.scheduled))), default=case.promised
            ),
            next_steps=(
                "Ask the customer for the full address.",
                "Complete the contact in Odoo; the label can then be printed.",
            ),
        )
    )


def _hidden_address(
    case: OrderCase, address: Address, ready: list[tuple[Transfer, tuple[LineCase, ...]]]
) -> Finding | None:
    """Parts of the address are hidden from this role, and a colleague wrote that it is not complete."""
    reports = [
        message for message in said(case.written_messages, _BAD_ADDRESS) if not case.is_from_customer(message)
    ]
    if not address.not_shown or not reports or not ready:
        return None
    last = reports[-1]
    day = case.day(last.at)
    assert day is not None
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely",
            summary=f"{last.author} wrote on {day_text(day)} that the delivery address {address.name} is not complete; "
            f"{ready[0][0].name} is ready and has not left.",
            lines=tuple(line.affected() for line in case.lines),
            evidence=(
                case.key,
                ("res.partner", address.partner_id),
                transfer_key(ready[0][0]),
                message_key(last),
            ),
            owner_role="service",
            since=day,
            next_steps=(
                "Ask the customer for the full address.",
                "Complete the contact in Odoo; the label can then be printed.",
            ),
            missing=(f"Hidden from this role in the address: {list_text(address.not_shown)}.",),
        )
    )


def _no_delivery(case: OrderCase) -> Finding | None:
    """Odoo made no transfer for a confirmed line: no route leads to the customer, or the order is older than Inventory."""
    if not case.is_open or not case.could_read("moves"):
        return None
    without = [
        line
        for line in case.lines
        if line.is_stopped and not line.line.moves and case.request_for(line) is None
    ]
    if not without:
        return None
    first = without[0]
    words = f"{quantity_text(first.line.remaining)} {first.plain_product}"
    derived: Derived = {}
    if len(without) > 1:
        derived = {case.key: {"lines_without_delivery": len(without)}}
        words += f" ({len(without)} lines in all)"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely",
            summary=f"{case.order.name} is confirmed, but there is no delivery for {words}: Odoo found no way to supply it when it "
            "was confirmed, or nobody has delivered it through Inventory.",
            lines=tuple(line.affected() for line in without),
            evidence=(case.key, *(line.key for line in without)),
            owner_role="supervisor",
            since=case.day(case.order.ordered),
            next_steps=(
                "Check the routes of the product and the warehouse of the order.",
                "Create the delivery, or note what was delivered.",
            ),
            missing=(
                "Why Odoo made no delivery does not stand in the records.",
                *case.why_unread("purchases"),
            ),
        ),
        derived=derived,
    )


def _has_no_vendor(line: LineCase) -> bool:
    product = line.line.product
    return product is not None and product.vendors_read and not product.vendors


def _vendor(case: OrderCase) -> Finding | None:
    without = [
        (supply, lines)
        for supply, lines in in_trouble(case)
        if supply.uncovered > SMALLEST
        and not supply.rfqs
        and not supply.elsewhere
        and not supply.held
        and all(_has_no_vendor(line) for line in lines)
    ]
    if not without or not case.could_read("purchases"):
        return None
    supply, lines = without[0]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely",
            summary=f"No vendor is set for {lines[0].plain_product}, so Odoo cannot propose to buy it.",
            lines=affected(lines),
            evidence=(*(line.key for line in lines), ("product.product", supply.product_id)),
            owner_role="purchasing",
            next_steps=(
                "Set a vendor with price and lead time on the product.",
                "Then order what is missing.",
            ),
            missing=("Whether somebody orders it outside Odoo.",),
        ),
        rank=AFTER_SHORTAGE,
    )
