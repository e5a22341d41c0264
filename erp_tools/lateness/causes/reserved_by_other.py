"""The goods are on the shelf, and other orders hold them.

It leads when those orders are promised for later days than this one: then the reservation can be moved. Where they were promised
earlier the shelf is simply sold, and what would bring more goods comes first.
"""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import Reservation, Supply
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, day_text, quantity_text

from ._shared import Derived, affected, in_trouble, missing_phrase, number_field, unique_lines, waiting_since

CODE = "reserved_by_other"
RANK = 120
SUPERSEDES = ("stock_shortage",)

AFTER_WHAT_COMES = 190


def find(case: OrderCase) -> Finding | None:
    groups: list[tuple[Supply, tuple[LineCase, ...], list[Reservation]]] = []
    for supply, lines in in_trouble(case):
        later = [item for item in supply.reservations if item.is_later]
        holders = later or list(supply.reservations)
        if holders and supply.on_hand > SMALLEST:
            groups.append((supply, lines, holders))
    if not groups:
        return None
    groups.sort(key=lambda item: (not item[2][0].is_later, -item[0].needed))
    supply, lines, holders = groups[0]
    is_later = holders[0].is_later
    if not is_later and any(item.elsewhere or item.inbound or item.rfqs for item, _, _ in groups):
        return None
    first = holders[0]
    held = sum(item.quantity for item in holders)
    place = f" in {supply.warehouse.name}" if supply.warehouse else ""
    derived: Derived = {}
    words = f"{quantity_text(first.quantity)}{place} {'is' if first.quantity == 1 else 'are'} held by {first.holder}"
    if first.promised:
        words += f", promised for {day_text(first.promised)}"
    if is_later and case.promised:
        words += f", later than this order ({day_text(case.promised)})"
    if len(holders) > 1:
        words += f"; {len(holders)} other orders hold {quantity_text(held)} in all"
        derived = {
            ("product.product", supply.product_id): {
                "other_holders": len(holders),
                "held_by_others": number_field(held),
            }
        }
    waiting = list({line.line.line_id: line for _, group, _ in groups for line in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{phrase.text}; {words}.",
            lines=unique_lines(affected(group) for _, group, _ in groups),
            evidence=(
                case.key,
                *phrase.evidence,
                *(item.key for _, _, items in groups for item in items[:5]),
                *(("product.product", supply.product_id),) * bool(derived),
            ),
            owner_role="supervisor",
            since=waiting_since(case, waiting),
            next_steps=(
                ("Decide by the allocation rules whether this order comes first, and move the reservation.",)
                if is_later
                else ("The shelf is sold to earlier orders: buy more, or ask their customers.",)
            ),
        ),
        derived={**phrase.derived, **derived},
        rank=None if is_later else AFTER_WHAT_COMES,
    )
