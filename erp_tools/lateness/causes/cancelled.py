"""The order was cancelled, or it still stands and its delivery was cancelled."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, list_text, quantity_text

CODE = "cancelled"
RANK = 10


def find(case: OrderCase) -> Finding | None:
    if case.order.state == "cancel":
        promise = (
            f" It was promised for {day_text(case.promised)}."
            if case.order.committed and case.promised
            else ""
        )
        return Finding(
            cause=Cause(
                code=CODE,
                certainty="proven",
                summary=f"{case.order.name} is cancelled: nothing will be shipped.{promise}",
                lines=tuple(line.affected() for line in case.lines),
                evidence=(case.key,),
                owner_role="sales",
                next_steps=(
                    "Ask who cancelled it and whether the customer knows.",
                    "If the customer still wants the goods, enter a new order.",
                ),
            )
        )
    if not case.is_open or not case.could_read("moves"):
        return None
    stopped = tuple(
        line
        for line in case.lines
        if line.is_stopped and any(move.state == "cancel" for move in line.line.moves)
    )
    if not stopped:
        return None
    moved = {move.transfer_id for line in stopped for move in line.line.moves if move.state == "cancel"}
    transfers = tuple(
        item for item in case.order.transfers if item.transfer_id in moved and item.state == "cancel"
    )
    first = stopped[0]
    what = f"{quantity_text(first.line.remaining)} {first.plain_product}"
    derived = {}
    if len(stopped) > 1:
        what += f" and {len(stopped) - 1} more {'line' if len(stopped) == 2 else 'lines'}"
        derived = {case.key: {"cancelled_more_lines": len(stopped) - 1}}
    names = list_text([item.name for item in transfers[:3]])
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{case.order.name} is confirmed, but its delivery {names} was cancelled: no transfer will bring {what}.".replace(
                "  ", " "
            ),
            lines=tuple(line.affected() for line in stopped),
            evidence=(
                case.key,
                *(("stock.picking", item.transfer_id) for item in transfers[:3]),
                *(line.key for line in stopped),
            ),
            owner_role="sales",
            since=case.promised,
            next_steps=(
                "Ask the customer whether the goods are still wanted.",
                "Create a new delivery, or cancel the order too.",
            ),
        ),
        derived=derived,
    )
