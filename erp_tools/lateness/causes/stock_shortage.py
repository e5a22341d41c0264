"""Nothing free anywhere in the company, and nothing on its way that would be left for this order."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import Supply
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, days_text

from ._shared import affected, document_phrase, in_trouble, missing_phrase, unique_lines, waiting_since

CODE = "stock_shortage"
RANK = 180


def find(case: OrderCase) -> Finding | None:
    hits: list[tuple[Supply, tuple[LineCase, ...]]] = []
    for supply, lines in in_trouble(case):
        if (
            supply.uncovered > SMALLEST
            and not (supply.elsewhere or supply.held or supply.rfqs)
            and supply.moves_were_read
        ):
            hits.append((supply, lines))
    if not hits:
        return None
    supply, lines = hits[0]
    waiting = list({line.line.line_id: line for _, group in hits for line in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    evidence = [*phrase.evidence, ("product.product", supply.product_id)]
    if not supply.stock_was_read:
        words = "nothing is on its way, and stock could not be read"
    elif supply.shares or supply.inbound:
        first = supply.inbound[0]
        evidence.append(first.key)
        words = (
            f"no warehouse has any free, and what is on its way ({document_phrase(first)}) does not cover it"
        )
    else:
        words = "no warehouse has any free, and nothing is on its way"
    lead = lines[0].line.product.vendor_lead_days if lines[0].line.product else None
    vendor = (
        lines[0].line.product.vendors[0].vendor
        if lines[0].line.product and lines[0].line.product.vendors
        else ""
    )
    if lead and vendor:
        words += f"; {vendor} needs {days_text(lead)}"
    agreement = lines[0].line.product.agreement if lines[0].line.product else None
    if agreement:
        words += f"; the blanket order {agreement.agreement} with {agreement.vendor} is open for it"
    unread = case.why_unread("stock", "supply", "purchases")
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="likely" if unread else "proven",
            summary=f"{phrase.text}; {words}.",
            lines=unique_lines(affected(group, quantity=item.uncovered) for item, group in hits),
            evidence=tuple(dict.fromkeys(evidence)),
            owner_role="purchasing",
            since=waiting_since(case, waiting),
            next_steps=(
                f"Call it off from {agreement.agreement} with a firm date."
                if agreement
                else "Order what is missing and get a firm date.",
                "Offer the customer a substitute, or ship what is ready if the contract allows it.",
            ),
            missing=unread,
        ),
        derived=phrase.derived,
    )
