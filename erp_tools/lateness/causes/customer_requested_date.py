"""The customer asked for a later day, and the delivery was moved; only the promise in the order is still the old one."""

from __future__ import annotations

import re

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text

from ._shared import message_key, said, transfer_key

CODE = "customer_requested_date"
RANK = 70

_LATER = re.compile(
    r"\b(?:postpone\w*|re-?schedul\w*|push(?:ed|ing)?\b.{0,30}\bback|not before|hold (?:off|back|the|our|it)\b"
    r"|delay (?:the|our|this|it)\b|later (?:date|day|delivery|week|than)|at the earliest|no earlier than"
    r"|(?:deliver|ship|send)\b.{0,40}\b(?:next week|next month|after|later|instead)\b"
    r"|move (?:the|our|this|it)\b.{0,40}\b(?:to|back)\b)",
    re.IGNORECASE | re.DOTALL,
)


def find(case: OrderCase) -> Finding | None:
    if not case.is_open or case.promised is None:
        return None
    moved = [
        transfer
        for transfer in case.frontier_transfers
        if (day := case.day(transfer.scheduled)) is not None and day > case.promised and day >= case.today
    ]
    asked = said((message for message in case.messages if case.is_from_customer(message)), _LATER)
    if not moved or not asked:
        return None
    first = min(moved, key=lambda transfer: (transfer.scheduled, transfer.transfer_id))
    day, last = case.day(first.scheduled), asked[-1]
    said_on = case.day(last.at)
    assert day is not None
    assert said_on is not None
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely",
            summary=f"{last.author} asked on {day_text(said_on)} for a later delivery, and {first.name} was moved to {day_text(day)}, "
            f"after the promise of {day_text(case.promised)}. The promise in the order was not changed.",
            lines=tuple(line.affected() for transfer in moved for line in case.lines_in(transfer)),
            evidence=(case.key, *(transfer_key(transfer) for transfer in moved), message_key(last)),
            owner_role="service",
            since=said_on,
            next_steps=(
                "Confirm the later day with the customer in writing.",
                "Set the Delivery Date of the order to it, so that it no longer counts as late.",
            ),
            missing=("That the customer asked for it stands in a message, not in a field.",),
        )
    )
