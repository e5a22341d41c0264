"""In a warehouse that ships in steps, the pick or the pack (or the put-away of a receipt) is ready and nobody has done it."""

from __future__ import annotations

from collections.abc import Iterator

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text, quantity_text
from erp_tools.reads.transfers import Transfer

from ._shared import (
    Derived,
    affected,
    in_trouble,
    missing_phrase,
    standing_ready,
    transfer_key,
    waiting_since,
)

CODE = "upstream_step_pending"
RANK = 210


def pending(case: OrderCase) -> Iterator[tuple[Transfer, tuple[LineCase, ...]]]:
    """Earlier steps that are ready and due."""
    for transfer, lines in standing_ready(case):
        if not transfer.to_customer:
            yield transfer, lines


def find(case: OrderCase) -> list[Finding]:
    found = [_step(case), _put_away(case)]
    return [item for item in found if item is not None]


def _step(case: OrderCase) -> Finding | None:
    steps = list(pending(case))
    if not steps:
        return None
    transfer, _ = min(
        steps, key=lambda item: (case.day(item[0].scheduled) or case.today, item[0].transfer_id)
    )
    scheduled = case.day(transfer.scheduled)
    derived: Derived = {}
    words = f"{transfer.name} ({transfer.kind}) is ready and not done, so the delivery cannot leave"
    if scheduled and scheduled < case.today:
        behind = (case.today - scheduled).days
        derived = {transfer_key(transfer): {"days_behind": behind}}
        words += f"; it was scheduled for {day_text(scheduled)} ({days_text(behind)} ago)"
    if len(steps) > 1:
        derived.setdefault(case.key, {})["pending_steps"] = len(steps)
        words += f"; {len(steps)} steps of this order are pending"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=words + ".",
            lines=tuple(line.affected() for _, group in steps for line in group),
            evidence=(*(transfer_key(item) for item, _ in steps), *(((case.key),) if len(steps) > 1 else ())),
            owner_role="supervisor",
            since=scheduled,
            next_steps=(f"Do {transfer.name} next; the following step appears when it is done.",),
        ),
        derived=derived,
    )


def _put_away(case: OrderCase) -> Finding | None:
    for supply, lines in in_trouble(case):
        arrived = [share for share in supply.shares if share.inbound.kind == "put_away"]
        if arrived:
            share = arrived[0]
            phrase = missing_phrase(case, CODE, lines)
            return Finding(
                cause=Cause(
                    code=CODE,
                    certainty="proven",
                    summary=f"{phrase.text}; {quantity_text(share.inbound.quantity)} were received and wait to be put away "
                    f"({share.inbound.move.reference}).",
                    lines=affected(lines, quantity=share.quantity),
                    evidence=(*phrase.evidence, share.inbound.key),
                    owner_role="supervisor",
                    since=waiting_since(case, lines),
                    next_steps=(f"Put away {share.inbound.move.reference}, then check availability.",),
                ),
                derived=phrase.derived,
            )
    return None
