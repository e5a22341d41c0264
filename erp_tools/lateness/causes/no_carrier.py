"""The goods are ready, and nobody is booked to take them."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, list_text

from ._shared import standing_ready, transfer_key

CODE = "no_carrier"
RANK = 220
SUPERSEDES = ("warehouse_backlog", "missed_dispatch")


def find(case: OrderCase) -> Finding | None:
    waiting = [
        (transfer, lines)
        for transfer, lines in standing_ready(case)
        if transfer.to_customer and transfer.carrier is None and case.order.carrier is None
    ]
    if not waiting:
        return None
    transfer = waiting[0][0]
    scheduled = case.day(transfer.scheduled)
    when = f" (scheduled for {day_text(scheduled)})" if scheduled else ""
    carried = any(line.is_charge for line in case.order.lines) or any(
        item.carrier is not None for item in case.order.transfers
    )
    names = list_text([item.name for item, _ in waiting[:3]])
    return Finding(
        cause=Cause(
            code=CODE,
            # That none is set is a fact; that one has to be is not, unless freight was sold or an earlier part left with one.
            certainty="proven" if carried else "likely",
            summary=f"{names} {'are' if len(waiting) > 1 else 'is'} ready{when}, and no carrier is set on it or on {case.order.name}.",
            lines=tuple(line.affected() for _, lines in waiting for line in lines),
            evidence=(case.key, *(transfer_key(item) for item, _ in waiting)),
            owner_role="supervisor",
            since=scheduled,
            missing=()
            if carried
            else (
                "Whether a carrier has to be booked, or the goods are collected or leave with your own vehicle, does not stand in "
                "the records.",
            ),
            next_steps=(
                "Choose a carrier that the customer's contract allows and that can still keep a date.",
                "Check whether the customer wanted to collect the goods.",
            ),
        )
    )
