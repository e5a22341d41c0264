"""Lines are ready, and the shipping policy "When all products are ready" holds them for the ones that are not."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, lines_text
from erp_tools.reads.transfers import Transfer

from ._shared import transfer_key, waiting_since

CODE = "waiting_complete"
RANK = 250


def _held(case: OrderCase, transfer: Transfer) -> tuple[list[LineCase], list[LineCase]]:
    """Lines that are ready in it, and lines it waits for."""
    ready: dict[int, LineCase] = {}
    missing: dict[int, LineCase] = {}
    for line, move in case.moves_of(transfer):
        (missing if move.missing > SMALLEST else ready)[line.line.line_id] = line
    return [line for key, line in ready.items() if key not in missing], list(missing.values())


def find(case: OrderCase) -> Finding | None:
    if not case.is_open:
        return None
    for transfer in case.frontier_transfers:
        if not (transfer.ships_all_at_once or case.order.ships_all_at_once):
            continue
        ready, missing = _held(case, transfer)
        if not ready or not missing:
            continue
        total = len(ready) + len(missing)
        return Finding(
            cause=Cause(
                code=CODE,
                certainty="proven",
                summary=f"The shipping policy 'When all products are ready' holds {len(ready)} of {lines_text(total)} on "
                f"{transfer.name} that could leave now; {missing[0].plain_product} is still missing.",
                lines=tuple(line.affected() for line in ready),
                evidence=(case.key, transfer_key(transfer), *(line.key for line in (*missing, *ready))),
                owner_role="service",
                since=waiting_since(case, ready),
                next_steps=(
                    "Check whether the customer's contract allows a partial shipment, and ask the customer.",
                    "If yes, split the delivery and ship what is ready.",
                ),
            ),
            derived={transfer_key(transfer): {"lines_ready": len(ready), "lines_in_all": total}},
        )
    return None
