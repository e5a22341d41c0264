"""A part has been delivered; the rest is in a backorder that is still open."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, day_text, quantity_text

from ._shared import Derived, transfer_key

CODE = "partial_backorder"
RANK = 260


def find(case: OrderCase) -> Finding | None:
    if not case.is_open or not case.done_deliveries:
        return None
    rests = [item for item in case.open_transfers if item.backorder_of_id is not None]
    if not rests:
        return None
    rest = rests[0]
    here = {item.transfer_id for item in rests}
    left: list[LineCase] = [
        line
        for line in case.lines
        if line.line.remaining > SMALLEST
        and any(move.transfer_id in here for move in line.line.moves if move.is_open)
    ]
    if not left:
        return None
    first = left[0]
    before = next(
        (item for item in case.done_deliveries if item.transfer_id == rest.backorder_of_id),
        case.done_deliveries[-1],
    )
    shipped = case.day(before.done)
    derived: Derived = {}
    more = ""
    if len(left) > 1:
        derived = {case.key: {"backorder_more_lines": len(left) - 1}}
        more = f" and {len(left) - 1} more {'line' if len(left) == 2 else 'lines'}"
    when = f" on {day_text(shipped)}" if shipped else ""
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{before.name} left{when} with a part; {quantity_text(first.line.remaining)} of "
            f"{quantity_text(first.line.ordered)} {first.plain_product}{more} are in the backorder {rest.name}, which is not shipped.",
            lines=tuple(line.affected() for line in left),
            evidence=(
                case.key,
                transfer_key(before),
                *(transfer_key(item) for item in rests),
                *(line.key for line in left),
            ),
            owner_role="supervisor",
            since=shipped,
            next_steps=("Tell the customer what came and what is still to come, with a date for the rest.",),
        ),
        derived=derived,
    )
