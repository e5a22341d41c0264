"""A module that the company installed holds the order: a delivery block, an exception that it breaks, or a review nobody has done.

Only where such a module is there (`erp_tools/reads/blocks.py`). What speaks of credit is a `credit_hold`.
"""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import list_text, quoted
from erp_tools.reads.blocks import Block

from .credit_hold import is_about_credit

CODE = "order_blocked"
RANK = 45
SUPERSEDES = ("not_confirmed", "warehouse_backlog", "upstream_step_pending", "missed_dispatch")


def find(case: OrderCase) -> Finding | None:
    if not (case.order.is_quotation or case.is_open):
        return None
    blocks = [block for block in case.order.blocks if not is_about_credit(block)]
    if not blocks:
        return None
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{case.order.name} is held in Odoo: {list_text([_phrase(block) for block in blocks[:3]])}.",
            lines=tuple(line.affected() for line in case.lines),
            evidence=(case.key, *(block.key for block in blocks)),
            owner_role="sales",
            since=case.day(case.order.ordered),
            next_steps=(_STEPS[blocks[0].kind], "Until then do not promise the customer a date."),
        )
    )


def _phrase(block: Block) -> str:
    name = quoted(block.name)
    if block.kind == "delivery_block":
        return f"the delivery block {name} is set"
    if block.kind == "exception":
        return f"it breaks the rule {name}"
    who = f" by {block.waits_for}" if block.waits_for else ""
    return (
        f"the review {name} was rejected" if block.status == "rejected" else f"the review {name}{who} is open"
    )


_STEPS = {
    "delivery_block": "Find out why the delivery block was set, and have it removed.",
    "exception": "Put right what the rule complains of, or have somebody with the right wave it through.",
    "review": "Ask the reviewer to decide.",
}
