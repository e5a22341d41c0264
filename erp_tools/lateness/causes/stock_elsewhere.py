"""Not here, but free in another warehouse of the company."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import Elsewhere, Supply
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, list_text, quantity_text

from ._shared import Derived, affected, in_trouble, missing_phrase, number_field, unique_lines, waiting_since

CODE = "stock_elsewhere"
RANK = 170
SUPERSEDES = ("stock_shortage",)


def place_words(place: Elsewhere) -> str:
    """``30 are free in Allentown East``."""
    return f"{quantity_text(place.free)} {'is' if place.free == 1 else 'are'} free in {place.warehouse.name}"


def find(case: OrderCase) -> Finding | None:
    hits: list[tuple[Supply, tuple[LineCase, ...]]] = [
        (supply, lines) for supply, lines in in_trouble(case) if supply.elsewhere
    ]
    if not hits:
        return None
    supply, _ = hits[0]
    derived: Derived = {
        ("product.product", item.product_id): {
            f"free_in_{place.warehouse.code or place.warehouse.warehouse_id}": number_field(place.free)
            for place in item.elsewhere
        }
        for item, _ in hits
    }
    for item, _ in hits:
        derived[("product.product", item.product_id)]["warehouses_with_stock"] = [
            place.warehouse.name for place in item.elsewhere
        ]
    waiting = list({line.line.line_id: line for _, group in hits for line in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    words = list_text([place_words(place) for place in supply.elsewhere[:2]])
    covers = sum(place.free for place in supply.elsewhere) >= supply.needed - SMALLEST
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{phrase.text}; {words}" + ("." if covers else ", which is not enough for all of it."),
            lines=unique_lines(
                affected(group, quantity=min(item.needed, sum(place.free for place in item.elsewhere)))
                for item, group in hits
            ),
            evidence=(
                *phrase.evidence,
                *(("product.product", item.product_id) for item, _ in hits),
                *(
                    ("stock.quant", quant.quant_id)
                    for item, _ in hits
                    for place in item.elsewhere
                    for quant in place.quants[:3]
                ),
            ),
            owner_role="supervisor",
            since=waiting_since(case, waiting),
            next_steps=(
                f"Ship the line from {supply.elsewhere[0].warehouse.name}, or transfer it.",
                "Compare the freight with waiting, and check the contract on partial shipments.",
            ),
        ),
        derived={**phrase.derived, **derived},
    )
