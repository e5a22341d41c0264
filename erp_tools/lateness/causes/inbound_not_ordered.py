"""What is missing stands on a request for quotation: nobody has ordered it yet."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, day_text, list_text, quantity_text
from erp_tools.reads.purchase import PurchaseLine

from ._shared import affected, in_trouble, missing_phrase, unique_lines

CODE = "inbound_not_ordered"
RANK = 160
SUPERSEDES = ("stock_shortage",)

_STATUS = {"draft": "is still a draft", "sent": "was sent to the vendor", "to approve": "waits for approval"}


def _how(rfq: PurchaseLine) -> str:
    """What Purchasing has to do with it: compare offers, or call off what is agreed already."""
    if rfq.compared_with:
        return f" Purchasing compares it with {list_text(rfq.compared_with[:3])}."
    return f" It calls off from the blanket order {rfq.agreement}." if rfq.agreement else ""


def _steps(rfq: PurchaseLine) -> tuple[str, ...]:
    first = (
        f"Choose between {list_text([rfq.purchase, *rfq.compared_with[:3]])}, and confirm one with a firm date."
        if rfq.compared_with
        else f"Confirm {rfq.purchase} with the vendor, with a firm date."
    )
    return (first, "Then promise the customer a new day.")


def find(case: OrderCase) -> list[Finding]:
    return [item for item in (_for_stock(case), _straight_to_the_customer(case)) if item is not None]


def _straight_to_the_customer(case: OrderCase) -> Finding | None:
    """Drop-shipped: Odoo makes no move before the purchase is confirmed."""
    waiting = [(line, rfq) for line in case.lines if (rfq := case.request_for(line)) is not None]
    if not waiting or not case.is_open:
        return None
    line, rfq = waiting[0]
    more = f" (and {len(waiting) - 1} more)" if len(waiting) > 1 else ""
    order = case.order.name
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{quantity_text(line.line.remaining)} {line.plain_product}{more} are to be bought for {order} on the request "
            f"for quotation {rfq.purchase} to {rfq.vendor}, which {_STATUS.get(rfq.state, 'is not confirmed')}: "
            f"nothing has been ordered.{_how(rfq)}",
            lines=tuple(item.affected() for item, _ in waiting),
            evidence=(
                case.key,
                *(item.key for item, _ in waiting),
                *(("purchase.order.line", item.line_id) for _, item in waiting),
            ),
            owner_role="purchasing",
            since=case.day(rfq.placed),
            next_steps=_steps(rfq),
        ),
        derived={case.key: {"more_lines_to_be_bought": len(waiting) - 1}} if more else {},
    )


def _for_stock(case: OrderCase) -> Finding | None:
    uncovered = [(supply, lines) for supply, lines in in_trouble(case) if supply.uncovered > SMALLEST]
    if not uncovered:
        return None
    if not case.could_read("purchases"):
        # Only where nothing else explains it: a shelf elsewhere or a receipt on its way are explanations.
        open_question = [
            (supply, lines) for supply, lines in uncovered if not supply.elsewhere and not supply.held
        ]
        return _unknown(case, [lines for _, lines in open_question]) if open_question else None
    hits: list[tuple[tuple[LineCase, ...], PurchaseLine]] = []
    for supply, lines in uncovered:
        if supply.rfqs:
            serving = {move.move_id for line in lines for move in line.frontier}
            best = min(supply.rfqs, key=lambda rfq: (not serving & set(rfq.serves_move_ids), rfq.line_id))
            hits.append((lines, best))
    if not hits:
        return None
    lines, rfq = hits[0]
    waiting = list({line.line.line_id: line for group, _ in hits for line in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    planned = f" It asks for {day_text(day)}." if (day := case.day(rfq.planned)) and day >= case.today else ""
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{phrase.text}; {quantity_text(rfq.ordered)} stand on the request for quotation {rfq.purchase} to {rfq.vendor}, "
            f"which {_STATUS.get(rfq.state, 'is not confirmed')}: nothing has been ordered.{planned}{_how(rfq)}",
            lines=unique_lines(affected(group) for group, _ in hits),
            evidence=(*phrase.evidence, *(("purchase.order.line", item.line_id) for _, item in hits)),
            owner_role="purchasing",
            since=case.day(rfq.placed),
            next_steps=_steps(rfq),
        ),
        derived=phrase.derived,
    )


def _unknown(case: OrderCase, groups: list[tuple[LineCase, ...]]) -> Finding:
    waiting = list({line.line.line_id: line for group in groups for line in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="unknown",
            summary=f"{phrase.text}; whether Purchasing has a request for quotation for it could not be read.",
            lines=unique_lines(affected(group) for group in groups),
            evidence=phrase.evidence,
            owner_role="purchasing",
            next_steps=("Ask Purchasing whether it is on order.",),
            missing=case.why_unread("purchases"),
        ),
        derived=phrase.derived,
    )
