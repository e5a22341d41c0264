"""The shipment was prepared (its label booked, or everything picked), and the truck left without it."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text
from erp_tools.reads.transfers import Transfer

from ._shared import Derived, standing_ready, transfer_key

CODE = "missed_dispatch"
RANK = 230
SUPERSEDES = ("warehouse_backlog",)


def was_prepared(case: OrderCase, transfer: Transfer) -> bool:
    """A label is booked, or every move of it is picked."""
    return bool(transfer.tracking) or all(move.picked for _, move in case.moves_of(transfer))


def find(case: OrderCase) -> Finding | None:
    missed = [
        (transfer, lines)
        for transfer, lines in standing_ready(case)
        if transfer.to_customer and (transfer.carrier or case.order.carrier) and was_prepared(case, transfer)
    ]
    if not missed:
        return None
    transfer, _ = missed[0]
    carrier = transfer.carrier or case.order.carrier
    assert carrier is not None
    scheduled = case.day(transfer.scheduled)
    derived: Derived = {}
    booked = (
        f"is booked with {carrier.name} under {transfer.tracking}"
        if transfer.tracking
        else f"is picked for {carrier.name}"
    )
    words = f"{transfer.name} {booked}, and has not left"
    if scheduled and scheduled < case.today:
        behind = (case.today - scheduled).days
        derived = {transfer_key(transfer): {"days_behind": behind}}
        words += f"; it should have gone on {day_text(scheduled)} ({days_text(behind)} ago)"
    cutoff = ("delivery.carrier", carrier.carrier_id)
    if carrier.cutoff:
        words += f". {carrier.name} has its cut-off at {carrier.cutoff}"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=words + ".",
            lines=tuple(line.affected() for _, lines in missed for line in lines),
            evidence=(*(transfer_key(item) for item, _ in missed), cutoff),
            owner_role="supervisor",
            since=scheduled,
            next_steps=(
                "Book the next pickup, before the carrier's cut-off.",
                "Check whether the label is still valid, and tell the customer the new day.",
            ),
        ),
        derived=derived,
    )
