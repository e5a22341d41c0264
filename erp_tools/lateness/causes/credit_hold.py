"""Finance holds the order because of what the customer owes.

Odoo Community does not stop an order by itself: it warns on the quotation when the customer is over the limit. What stops it is a
person, and people note that as an activity, a tag or a message. An activity or a tag proves a hold; the warning, or a colleague's
message, makes it likely.
"""

from __future__ import annotations

import re
from decimal import Decimal

from erp_tools.facts import FactKey
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, money_text, quoted
from erp_tools.reads.blocks import Block
from erp_tools.reads.messages import Message

from ._shared import activity_key, said, transfer_key

CODE = "credit_hold"
RANK = 20
SUPERSEDES = ("warehouse_backlog", "upstream_step_pending", "missed_dispatch")

_ACTIVITY = re.compile(
    r"credit\W*(?:review|hold|block|check|limit|stop)|(?:hold|block)\w*\W+(?:by\W+)?(?:credit|finance)",
    re.IGNORECASE,
)
_TAG = re.compile(r"credit\W*(?:hold|block|stop|review)|finance\W*hold", re.IGNORECASE)
_SAID = re.compile(
    r"\b(?:on|credit) hold\b.*\b(?:overdue|credit|payment|finance)|credit (?:hold|block|stop)",
    re.IGNORECASE | re.DOTALL,
)
_RELEASED = re.compile(
    r"\breleas(?:ed|ing)\b|\bhas paid\b|\bpayment (?:arrived|received|came)|\boff (?:credit )?hold\b|\blifted\b",
    re.IGNORECASE,
)


def is_about_credit(block: Block) -> bool:
    """A block of an optional module that finance set."""
    words = f"{block.name} {block.text}"
    return bool(_TAG.search(words) or _ACTIVITY.search(words))


def _over_limit(case: OrderCase) -> bool:
    """What the customer owes, with this order, is more than their limit: as far as this person may see the figures."""
    customer = case.order.customer
    if customer.owed is None or not customer.credit_limit or not customer.has_own_limit:
        return False
    return customer.owed + (case.order.total or Decimal(0)) > customer.credit_limit


def _hold_messages(case: OrderCase) -> tuple[Message, ...]:
    """Colleagues who wrote that it is on hold for credit, unless a later message says that it was released."""
    held = [message for message in said(case.written_messages, _SAID) if not case.is_from_customer(message)]
    released = said(case.written_messages, _RELEASED)
    # "Release only after payment" announces no release; a message that says both is the hold.
    last_release = max((message.at for message in released if message not in held), default=None)
    return tuple(message for message in held if last_release is None or message.at > last_release)


def find(case: OrderCase) -> Finding | None:
    if not (case.order.is_quotation or case.is_open):
        return None
    on_open = [item for transfer in case.open_transfers for item in transfer.activities]
    held_by = [item for item in (*case.order.activities, *on_open) if _ACTIVITY.search(item.words)]
    tags = [tag for tag in case.order.tags if _TAG.search(tag)]
    blocks = [block for block in case.order.blocks if is_about_credit(block)]
    warned = bool(case.order.credit_warning) or (case.order.is_quotation and _over_limit(case))
    messages = _hold_messages(case)
    if not (held_by or tags or blocks or (case.order.is_quotation and warned) or messages):
        return None
    evidence: list[FactKey] = [
        case.key,
        *(activity_key(item) for item in held_by),
        *(("mail.message", m.message_id) for m in messages[-1:]),
    ]
    parts = []
    if held_by:
        first = held_by[0]
        due = f" (due {day_text(first.due)})" if first.due else ""
        who = f" of {first.assigned_to}" if first.assigned_to else ""
        parts.append(
            f"{case.order.name} is on credit hold: the activity {first.kind}{who}{due} is still open."
        )
        evidence += [transfer_key(item) for item in case.open_transfers if first in item.activities]
    elif tags:
        parts.append(f"{case.order.name} is on credit hold: it carries the tag {tags[0]}.")
    elif blocks:
        parts.append(f"{case.order.name} is on credit hold: {quoted(blocks[0].name)} is set in Odoo.")
        evidence += [block.key for block in blocks]
    elif messages:
        last = messages[-1]
        day = case.day(last.at)
        assert day is not None
        parts.append(f"{case.order.name} is on credit hold, as {last.author} wrote on {day_text(day)}.")
    else:
        parts.append(
            f"{case.order.name} is a quotation, and Odoo warns that {case.order.customer.name} is over the credit limit."
        )
    customer = case.order.customer
    missing: tuple[str, ...] = ()
    if customer.owed is not None and customer.credit_limit:
        evidence.append(case.customer_key)
        parts.append(
            f"{customer.name} owes {money_text(customer.owed, case.order.currency)} "
            f"against a limit of {money_text(customer.credit_limit, case.order.currency)}."
        )
    else:
        missing = (
            "What the customer owes and their credit limit are not shown to this role; Finance can see them.",
        )
    created = [case.day(item.created) for item in held_by]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if held_by or tags or blocks else "likely",
            summary=" ".join(parts),
            lines=tuple(line.affected() for line in case.lines),
            evidence=tuple(dict.fromkeys(evidence)),
            owner_role="finance",
            since=min((item.due for item in held_by if item.due), default=None)
            or min((day for day in created if day), default=case.day(case.order.ordered)),
            next_steps=(
                "Finance: check open invoices and payments, then release or refuse.",
                "Until then do not promise the customer a date.",
            ),
            missing=missing,
        )
    )
