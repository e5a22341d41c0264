"""Everything is delivered, and the invoice says another quantity."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, quantity_text

from ._shared import Derived, number_field

CODE = "delivery_invoice_mismatch"
RANK = 400


def _differs(line: LineCase) -> bool:
    """Invoiced, but not what was delivered. Nothing invoiced yet is no mismatch."""
    return line.line.invoiced > SMALLEST and abs(line.line.invoiced - line.line.delivered) > SMALLEST


def find(case: OrderCase) -> Finding | None:
    if not case.is_delivered:
        return None
    wrong = [line for line in case.lines if _differs(line)]
    posted = [invoice for invoice in case.order.invoices if invoice.is_posted]
    if not wrong or (case.order.invoices and not posted):
        return None  # drafts only: nobody has sent the wrong figure yet
    first = wrong[0]
    difference = first.line.invoiced - first.line.delivered
    more = "more" if difference > 0 else "fewer"
    derived: Derived = {first.key: {"invoiced_difference": number_field(abs(difference))}}
    words = (
        f"{quantity_text(first.line.invoiced)} {first.plain_product} are invoiced and "
        f"{quantity_text(first.line.delivered)} were delivered: "
        f"{quantity_text(abs(difference))} {more} than delivered"
    )
    if len(wrong) > 1:
        derived[case.key] = {"invoice_more_lines": len(wrong) - 1}
        words += f", and {len(wrong) - 1} more {'line differs' if len(wrong) == 2 else 'lines differ'}"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if posted else "likely",
            summary=words + ".",
            lines=tuple(line.affected(abs(line.line.invoiced - line.line.delivered)) for line in wrong),
            evidence=(
                case.key,
                *(line.key for line in wrong),
                *(("account.move", invoice.invoice_id) for invoice in posted[:5]),
            ),
            owner_role="finance",
            since=min((invoice.dated for invoice in posted if invoice.dated), default=None),
            next_steps=(
                "Compare the proof of delivery with the invoice line by line.",
                "Correct it with a credit note or a further invoice.",
            ),
            missing=()
            if posted
            else ("The invoice itself is not shown to this role; the quantities stand on the order.",),
        ),
        derived=derived,
    )
