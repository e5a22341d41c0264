"""A document that has to be there before the goods leave (certificate, signed order) is still asked for."""

from __future__ import annotations

import re

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text, list_text

from ._shared import activity_key, transfer_key

CODE = "missing_documents"
RANK = 40
SUPERSEDES = ("warehouse_backlog", "upstream_step_pending", "missed_dispatch")

_TAG = re.compile(
    r"(?:documents?|certificates?|paperwork)\W*(?:missing|pending|required)|missing\W*(?:documents?|certificates?)",
    re.IGNORECASE,
)


def find(case: OrderCase) -> Finding | None:
    if not (case.order.is_quotation or case.is_open):
        return None
    open_transfers = [
        (transfer, item) for transfer in case.open_transfers for item in transfer.activities if item.is_upload
    ]
    wanted = [
        *(item for item in case.order.activities if item.is_upload),
        *(item for _, item in open_transfers),
    ]
    tags = [tag for tag in case.order.tags if _TAG.search(tag)]
    if not wanted and not tags:
        return None
    derived = {}
    if wanted:
        first = min(wanted, key=lambda item: (item.due is None, item.due, item.activity_id))
        on = next((transfer.name for transfer, item in open_transfers if item is first), case.order.name)
        what = list_text(list(dict.fromkeys(item.kind for item in wanted)))
        summary = f"A document is still missing on {on}: the activity {what} is open"
        if first.due and first.due < case.today:
            overdue = (case.today - first.due).days
            summary += f" and was due on {day_text(first.due)} ({days_text(overdue)} ago)"
            derived = {activity_key(first): {"days_overdue": overdue}}
        elif first.due:
            summary += f" and is due on {day_text(first.due)}"
        since = first.due
    else:
        summary = f"A document is still missing: {case.order.name} carries the tag {tags[0]}"
        since = None
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=summary + ".",
            lines=tuple(line.affected() for line in case.lines),
            evidence=(
                case.key,
                *(activity_key(item) for item in wanted),
                *dict.fromkeys(transfer_key(transfer) for transfer, _ in open_transfers),
            ),
            owner_role="service",
            since=since,
            next_steps=(
                "Get the document from whoever owes it and attach it.",
                "Then mark the activity as done and release the goods.",
            ),
        ),
        derived=derived,
    )
