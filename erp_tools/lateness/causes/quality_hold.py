"""The goods are in the building and cannot be used: outside the Stock location (Odoo cannot reserve them there), or their lot is
past its removal date. Odoo's own forecast counts the former as available; it is not."""

from __future__ import annotations

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import Held, Supply
from erp_tools.lateness.taxonomy import AffectedLine, Cause
from erp_tools.lateness.wording import day_text, quantity_text

from ._shared import affected, in_trouble, merge, missing_phrase, number_field, unique_lines, waiting_since

CODE = "quality_hold"
RANK = 110
SUPERSEDES = ("stock_shortage",)


def _words(
    case: OrderCase, supply: Supply, held: list[Held]
) -> tuple[str, dict[FactKey, dict[str, float | int]]]:
    product: FactKey = ("product.product", supply.product_id)
    first = held[0]
    total = sum(item.quant.free for item in held)
    if first.reason == "expired":
        day = case.day(first.quant.leaves_stock)
        lot = f"lot {first.quant.lot}" if first.quant.lot else "the lot"
        when = f" on {day_text(day)}" if day else ""
        if len(held) == 1:
            return (
                f"{quantity_text(total)} are in {first.quant.location.name}, but {lot} passed its removal date{when}",
                {},
            )
        derived = {product: {"expired_quantity": number_field(total), "expired_lots": len(held)}}
        return (
            f"{quantity_text(total)} are in stock, but all {len(held)} lots passed their removal date ({lot}{when})",
            derived,
        )
    places = {item.quant.location.name for item in held}
    if len(held) == 1:
        return f"{quantity_text(total)} are in {first.quant.location.name}, where they cannot be reserved", {}
    where = first.quant.location.name if len(places) == 1 else f"{first.quant.location.name} and other places"
    return f"{quantity_text(total)} are in {where}, where they cannot be reserved", {
        product: {"held_quantity": number_field(total)}
    }


def find(case: OrderCase) -> Finding | None:
    groups: list[tuple[Supply, tuple[LineCase, ...], list[Held]]] = []
    for supply, lines in in_trouble(case):
        in_places = [item for item in supply.held if item.reason == "place"]
        expired = [item for item in supply.held if item.reason == "expired"]
        held = in_places or expired
        if held:
            groups.append(
                (supply, lines, sorted(held, key=lambda item: (-item.quant.free, item.quant.quant_id)))
            )
    if not groups:
        return None
    supply, lines, held = groups[0]
    words, derived = _words(case, supply, held)
    waiting = [line for _, group, _ in groups for line in group]
    phrase = missing_phrase(case, CODE, list({line.line.line_id: line for line in waiting}.values()))
    hit: list[tuple[AffectedLine, ...]] = [affected(group) for _, group, _ in groups]
    since = [
        day
        for _, _, items in groups
        for item in items
        if (day := case.day(item.quant.leaves_stock if item.reason == "expired" else item.quant.arrived))
    ]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{phrase.text}; {words}.",
            lines=unique_lines(hit),
            evidence=(
                *phrase.evidence,
                *(("stock.quant", item.quant.quant_id) for _, _, items in groups for item in items[:5]),
                *(("product.product", supply.product_id),) * bool(derived),
            ),
            owner_role="compliance",
            since=max(filter(None, (min(since, default=None), waiting_since(case, waiting))), default=None),
            next_steps=(
                ("Decide on the lot: extend, return or scrap it; then buy or bring other goods.",)
                if held[0].reason == "expired"
                else ("Decide on the held goods: release them into Stock, return or scrap them.",)
            )
            + ("Look for the same product in another warehouse meanwhile.",),
        ),
        derived=merge(phrase.derived, derived),
    )
