"""Ready, with everything it needs, and not shipped: the warehouse has not come to it."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text

from ._shared import Derived, standing_ready, transfer_key

CODE = "warehouse_backlog"
RANK = 240


def find(case: OrderCase) -> Finding | None:
    waiting = [(transfer, lines) for transfer, lines in standing_ready(case) if transfer.to_customer]
    if not waiting:
        return None
    transfer, _ = min(
        waiting, key=lambda item: (case.day(item[0].scheduled) or case.today, item[0].transfer_id)
    )
    scheduled = case.day(transfer.scheduled)
    derived: Derived = {}
    words = f"{transfer.name} is ready and has not been shipped"
    if scheduled and scheduled < case.today:
        behind = (case.today - scheduled).days
        derived = {transfer_key(transfer): {"days_behind": behind}}
        words += f"; it was scheduled for {day_text(scheduled)} ({days_text(behind)} ago)"
    if len(waiting) > 1:
        derived.setdefault(case.key, {})["ready_deliveries"] = len(waiting)
        words += f"; {len(waiting)} deliveries of this order are ready"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=words + ".",
            lines=tuple(line.affected() for _, lines in waiting for line in lines),
            evidence=(
                *(transfer_key(item) for item, _ in waiting),
                *(((case.key),) if len(waiting) > 1 else ()),
            ),
            owner_role="supervisor",
            since=scheduled,
            next_steps=(f"Ship {transfer.name} today, or say what keeps it.",),
        ),
        derived=derived,
    )
