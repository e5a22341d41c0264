"""It is late, and the records do not show why. Said plainly, with what was looked at and what could not be."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text

from ._shared import Derived, message_key, transfer_key

CODE = "unknown"
RANK = 910


def find(case: OrderCase) -> Finding:
    derived: Derived = {}
    promise = f"was promised for {day_text(case.promised)}" if case.promised else "has no promised date"
    evidence = [case.key]
    if case.is_delivered and case.shipped_on:
        words = f"{case.order.name} {promise} and left on {day_text(case.shipped_on)}"
        if case.days_late:
            derived = {case.key: {"days_late": case.days_late}}
            words += f", {days_text(case.days_late)} late"
        words += "; the records do not show what kept it."
        evidence += [transfer_key(item) for item in case.done_deliveries[-1:]]
    elif case.days_late:
        derived = {case.key: {"days_late": case.days_late}}
        words = f"{case.order.name} {promise} and is {days_text(case.days_late)} late; the records do not show why."
        evidence += [transfer_key(item) for item in case.open_transfers[:3]]
    else:
        later = [
            item
            for item in case.frontier_transfers
            if case.promised and (case.day(item.scheduled) or case.promised) > case.promised
        ]
        words = f"{case.order.name} {promise}; the records do not show whether that can be kept."
        if later and (day := case.day(later[0].scheduled)):
            words = f"{case.order.name} {promise}, and {later[0].name} is scheduled for {day_text(day)}; the records do not show why."
        evidence += [transfer_key(item) for item in (*later[:1], *case.open_transfers[:3])]
    evidence += [message_key(message) for message in case.written_messages[-1:]]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="unknown",
            summary=words,
            lines=tuple(line.affected() for line in case.lines if line.line.remaining > 0),
            evidence=tuple(dict.fromkeys(evidence)),
            owner_role="supervisor" if case.is_open else "service",
            since=case.promised,
            next_steps=("Ask the warehouse and read the messages on the order and its delivery.",),
            missing=tuple(item.text for item in case.unread)
            or ("None of the known causes fits the records.",),
        ),
        derived=derived,
    )
