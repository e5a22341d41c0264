"""It left our warehouse in time and has not arrived. Odoo knows no day of arrival: what is known comes from messages, so it is likely."""

from __future__ import annotations

import re

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text
from erp_tools.reads.messages import Message
from erp_tools.reads.transfers import Transfer

from ._shared import activity_key, message_key, said, transfer_key

CODE = "carrier_delay"
RANK = 300

TROUBLE = re.compile(
    r"\bexception\b|\bdelay\w*|\bbreakdown\b|\bmisrout\w*|\bmis-?sort\w*|\bre-?attempt\w*|\bsecond attempt\b|\bclosed on arrival\b"
    r"|\btracing\b|\btracer\b|\bstuck\b|\bheld (?:at|by|in)\b|\bcustoms\b|\bweather\b|\bderail\w*|\bdamaged in transit\b"
    r"|\b(?:has|have|had|did|does)(?: not|n't) (?:yet )?(?:arriv\w*|receiv\w*|been delivered|reach\w*)"
    r"|\bnot (?:yet )?(?:arrived|delivered)\b",
    re.IGNORECASE,
)
ARRIVED = re.compile(
    r"^\W*delivered\b|\bwas delivered\b|\bdelivered(?:,| on| at| to|;| -)|\bsigned (?:for )?by\b|\bleft at\b",
    re.IGNORECASE,
)


def has_proof(transfer: Transfer) -> bool:
    """A signature, or a file in its chatter."""
    return transfer.signed or bool(transfer.attachments)


def said_since(case: OrderCase, transfer: Transfer, pattern: re.Pattern[str]) -> tuple[Message, ...]:
    """What was said about it after it left, on the delivery and on the order."""
    assert transfer.done is not None
    since = case.day(transfer.done)
    return tuple(
        message
        for message in said((*transfer.messages, *case.order.messages), pattern)
        if since is None or (day := case.day(message.at)) is None or day >= since
    )


def find(case: OrderCase) -> Finding | None:
    if not case.done_deliveries or not case.promise_has_passed or case.promised is None:
        return None
    last = case.done_deliveries[-1]
    left = case.day(last.done)
    if left is None or left > case.promised or has_proof(last) or not (last.carrier or last.tracking):
        return None
    if said_since(case, last, ARRIVED):
        return None
    reports = said_since(case, last, TROUBLE)
    tasks = [item for item in last.activities if TROUBLE.search(item.words)]
    if not reports and not tasks:
        return None
    carrier = last.carrier.name if last.carrier else "the carrier"
    under = f" under {last.tracking}" if last.tracking else ""
    # The carrier's own report says more than the customer's question.
    by_others = [message for message in reports if not case.is_from_customer(message)]
    if reports:
        report = (by_others or reports)[-1]
        reported = case.day(report.at)
        assert reported is not None
        words = f"{report.author} wrote on {day_text(reported)} that there is a problem on the way"
    else:
        words = f"the activity {tasks[0].kind} about it is open"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely",
            summary=f"{last.name} left on {day_text(left)} with {carrier}{under}, before the promise of {day_text(case.promised)}; "
            f"{words}, and there is no proof of delivery.",
            lines=tuple(line.affected(line.line.delivered) for line in case.lines),
            evidence=(
                case.key,
                transfer_key(last),
                *(
                    message_key(message)
                    for message in (*by_others[-1:], *(m for m in reports[-1:] if m not in by_others[-1:]))
                ),
                *(activity_key(item) for item in tasks),
            ),
            owner_role="service",
            since=case.promised,
            next_steps=(
                "Ask the carrier for a new delivery day and open a tracer or claim in time.",
                "Tell the customer before they ask again.",
            ),
            missing=("The day of arrival: Odoo has no field for it, so this rests on what was said.",),
        )
    )
