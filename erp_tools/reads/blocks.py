"""What optional modules put on a sales order to hold it: delivery blocks, exceptions and reviews of the Odoo Community Association.

The fields are there only where such a module is installed; the guard leaves them out everywhere else.

    sale_stock_picking_blocking   `delivery_block_id`: no delivery is made while it is set
    sale_exception                `exception_ids`: rules the order breaks; `ignore_exception`: somebody waved them through
    sale_tier_validation          `review_ids`: approvals of the order, by `status` (pending, waiting, approved, rejected)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from erp_tools.facts import FactKey
from erp_tools.reads.rows import Row, flag, link, many, one, plain_text, text

BLOCKS: dict[str, Any] = {
    "delivery_block_id": {"fields": {"display_name": {}, "description": {}}},
    "ignore_exception": {},
    "exception_ids": {"fields": {"display_name": {}, "description": {}}, "limit": 20},
    "review_ids": {"fields": {"display_name": {}, "name": {}, "status": {}, "todo_by": {}}, "limit": 20},
}

BlockKind = Literal["delivery_block", "exception", "review"]

OPEN_REVIEWS = ("pending", "waiting", "rejected")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One thing that holds an order."""

    kind: BlockKind
    key: FactKey
    """The record that says so."""
    name: str
    text: str = ""
    """Its explanation, as plain text: somebody's words."""
    status: str = ""
    """Of a review: ``pending``, ``waiting`` or ``rejected``."""
    waits_for: str = ""
    """Of a review: who has to decide."""


def blocks_of(row: Row) -> tuple[Block, ...]:
    """What holds the order of this row, what stops a delivery first."""
    found: list[Block] = []
    block = link(row, "delivery_block_id")
    if block is not None:
        found.append(
            Block(
                kind="delivery_block",
                key=("sale.delivery.block.reason", block.record_id),
                name=block.name,
                text=plain_text(text(one(row, "delivery_block_id") or {}, "description")),
            )
        )
    if not flag(row, "ignore_exception"):
        found += [
            Block(
                kind="exception",
                key=("exception.rule", int(item["id"])),
                name=text(item, "display_name"),
                text=plain_text(text(item, "description")),
            )
            for item in many(row, "exception_ids")
        ]
    found += [
        Block(
            kind="review",
            key=("tier.review", int(item["id"])),
            name=text(item, "name") or text(item, "display_name"),
            status=text(item, "status"),
            waits_for=text(item, "todo_by"),
        )
        for item in many(row, "review_ids")
        if text(item, "status") in OPEN_REVIEWS
    ]
    return tuple(found)
