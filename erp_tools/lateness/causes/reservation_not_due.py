"""The goods are free, and nobody has reserved them: the day on which Odoo would is still to come, or it has to be done by hand."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause, Certainty
from erp_tools.lateness.wording import SMALLEST, day_text
from erp_tools.reads.transfers import Move, Transfer

from ._shared import affected, missing_phrase, transfer_key

CODE = "reservation_not_due"
RANK = 200


def find(case: OrderCase) -> Finding | None:
    if not case.is_open:
        return None
    covered = {
        key
        for key, supply in case.supplies.items()
        if supply.needed > SMALLEST and supply.free_for_us >= supply.needed - SMALLEST
    }
    hits: list[tuple[Transfer, LineCase, Move]] = []
    for transfer in case.frontier_transfers:
        for line, move in case.moves_of(transfer):
            if (
                move.missing > SMALLEST
                and not move.waits_for_source
                and any(key in covered for key in line.supply_keys)
            ):
                hits.append((transfer, line, move))
    if not hits:
        return None
    transfer, _, move = min(
        hits, key=lambda item: (item[2].reservation_date is None, item[2].reservation_date, item[2].move_id)
    )
    waiting = list({line.line.line_id: line for _, line, _ in hits}.values())
    phrase = missing_phrase(case, CODE, waiting)
    scheduled = case.day(transfer.scheduled)
    when = f" for {day_text(scheduled)}" if scheduled else ""
    certainty: Certainty = "proven"
    if (
        transfer.reserves == "by_date"
        and move.reservation_date is not None
        and move.reservation_date > case.today
    ):
        words = (
            f"there is enough free stock, but {transfer.name} is scheduled{when} "
            f"and Odoo reserves it only on {day_text(move.reservation_date)}"
        )
        steps = (
            f"If the goods can go, move {transfer.name} to an earlier day or check its availability now.",
        )
    elif transfer.reserves == "manual":
        words = f"there is enough free stock, but {transfer.kind} reserves by hand, and nobody has done it for {transfer.name}"
        steps = (f"Check availability on {transfer.name}.",)
    else:
        certainty = "likely"
        words = f"there is enough free stock, but {transfer.name} has not reserved it"
        steps = (f"Check availability on {transfer.name}.",)
    return Finding(
        cause=Cause(
            code=CODE,
            certainty=certainty,
            summary=f"{phrase.text}; {words}.",
            lines=affected(waiting),
            evidence=(
                *phrase.evidence,
                transfer_key(transfer),
                ("stock.move", move.move_id),
                *dict.fromkeys(("product.product", item.product_id) for _, _, item in hits),
            ),
            owner_role="supervisor",
            since=case.promised,
            next_steps=steps,
            missing=()
            if certainty == "proven"
            else ("Why it was not reserved does not stand in the records.",),
        ),
        derived=phrase.derived,
    )
