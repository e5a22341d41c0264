"""The shelf does not hold what Odoo shows: a count that contradicts the book, a negative quantity, more reserved than there is."""

from __future__ import annotations

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import Doubt, Supply
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, quantity_text

from ._shared import merge, number_field, standing_ready, transfer_key, waiting_since

CODE = "inventory_discrepancy"
RANK = 100
SUPERSEDES = (
    "warehouse_backlog",
    "upstream_step_pending",
    "missed_dispatch",
    "stock_shortage",
    "reserved_by_other",
)


def _relevant(case: OrderCase, supply: Supply, lines: tuple[LineCase, ...], doubt: Doubt) -> bool:
    """It concerns goods that this order holds or lacks, not just any shelf of the product."""
    if doubt.reason == "negative":
        return any(line.is_short for line in lines)
    pieces = [
        piece
        for line in lines
        for move in line.frontier
        if move.product_id == supply.product_id
        for piece in move.pieces
    ]
    ours = any(
        piece.location_id == doubt.quant.location.location_id and piece.lot_id in (None, doubt.quant.lot_id)
        for piece in pieces
    )
    if ours:
        return True
    # Nothing is reserved for us: a shelf that holds less than it should explains why.
    return any(line.is_short for line in lines) and supply.free_for_us <= SMALLEST


def _words(doubt: Doubt, product: str) -> tuple[str, dict[FactKey, dict[str, float | int]]]:
    quant = doubt.quant
    key: FactKey = ("stock.quant", quant.quant_id)
    lot = f" (lot {quant.lot})" if quant.lot else ""
    if doubt.reason == "count" and quant.counted is not None:
        short = number_field(quant.quantity - quant.counted)
        text = (
            f"Odoo shows {quantity_text(quant.quantity)} {product}{lot} in {quant.location.name}, {quantity_text(quant.reserved)} of "
            f"them reserved; a count that is not applied yet found {quantity_text(quant.counted)} ({short} fewer)"
        )
        return text, {key: {"count_shortfall": short}}
    if doubt.reason == "negative":
        return (
            f"Odoo shows {quantity_text(quant.quantity)} {product}{lot} in {quant.location.name}: a negative quantity cannot be right",
            {},
        )
    return (
        f"{quantity_text(quant.reserved)} {product}{lot} are reserved in {quant.location.name}, "
        f"where Odoo shows only {quantity_text(quant.quantity)}",
        {},
    )


def find(case: OrderCase) -> Finding | None:
    if not case.is_open:
        return None
    stands = {line.line.line_id for _, lines in standing_ready(case) for line in lines}
    hit: list[tuple[Doubt, tuple[LineCase, ...]]] = []
    for key, supply in case.supplies.items():
        # Ready goods matter once they stand still; short ones at once.
        lines = tuple(
            line
            for line in case.lines
            if key in line.supply_keys and (line.is_short or line.line.line_id in stands)
        )
        hit += [(doubt, lines) for doubt in supply.doubts if lines and _relevant(case, supply, lines, doubt)]
    if not hit:
        return None
    hit.sort(
        key=lambda item: (
            {"count": 0, "negative": 1, "over_reserved": 2}[item[0].reason],
            item[0].quant.quant_id,
        )
    )
    doubt, lines = hit[0]
    text, derived = _words(doubt, lines[0].plain_product)
    if len(hit) > 1:
        derived = merge(derived, {case.key: {"doubtful_quantities": len(hit)}})
        text += f" ({len(hit)} quantities of this order are in doubt)"
    found = {line.line.line_id: line for _, group in hit for line in group}
    transfers = {move.transfer_id for line in found.values() for move in line.frontier}
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely" if all(item.reason == "over_reserved" for item, _ in hit) else "proven",
            summary=text + ".",
            lines=tuple(
                line.affected(line.missing_in_unit if line.is_short else None) for line in found.values()
            ),
            evidence=(
                *(("stock.quant", item.quant.quant_id) for item, _ in hit[:5]),
                *(line.key for line in found.values()),
                *(transfer_key(item) for item in case.open_transfers if item.transfer_id in transfers),
            ),
            owner_role="supervisor",
            since=waiting_since(case, found.values()),
            next_steps=(
                "Count the location again and apply the count in Inventory.",
                "Then check availability: the rest has to come from another place or another order.",
            ),
        ),
        derived=derived,
    )
