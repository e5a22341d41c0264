"""The vendor sent less than was ordered; what this order needs is in the part that did not come."""

from __future__ import annotations

from erp_tools.facts import FactKey
from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare, Supply
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import SMALLEST, day_text, days_text, quantity_text
from erp_tools.reads.purchase import PurchaseLine
from erp_tools.reads.transfers import Move

from ._shared import (
    Derived,
    affected,
    document_phrase,
    in_trouble,
    inbound_evidence,
    is_rest_of_short_receipt,
    merge,
    missing_phrase,
    unique_lines,
    waiting_since,
)

CODE = "inbound_short"
RANK = 130
SUPERSEDES = ("stock_shortage",)


def _rest_words(case: OrderCase, share: InboundShare) -> tuple[str, Derived]:
    due = share.inbound.due
    if due is None:
        return "the rest has no date", {}
    if due < case.today:
        overdue = (case.today - due).days
        return (
            f"the rest was due on {day_text(due)} and has not been received ({days_text(overdue)} overdue)",
            {share.inbound.key: {"days_overdue": overdue}},
        )
    return f"the rest is due on {day_text(due)}", {}


def find(case: OrderCase) -> Finding | None:
    hits: list[
        tuple[Supply, tuple[LineCase, ...], InboundShare | None, PurchaseLine | None, Move | None]
    ] = []
    for supply, lines in in_trouble(case):
        share = next((item for item in supply.shares if is_rest_of_short_receipt(item.inbound)), None)
        closed = None
        cut: Move | None = None
        if share is None and supply.uncovered > SMALLEST:
            open_lines = {item.purchase_line.line_id for item in supply.inbound if item.purchase_line}
            closed = next((line for line in supply.shortened if line.line_id not in open_lines), None)
            cut = next(iter(supply.cut_receipts), None) if closed is None else None
        if share is not None or closed is not None or cut is not None:
            hits.append((supply, lines, share, closed, cut))
    if not hits:
        return None
    _, _, share, closed, cut = hits[0]
    evidence: list[FactKey] = []
    derived: Derived = {}
    missing: tuple[str, ...] = ()
    line = share.inbound.purchase_line if share else closed
    if line is not None:
        evidence.append(("purchase.order.line", line.line_id))
        words = f"{line.vendor} delivered {quantity_text(line.received)} of {quantity_text(line.ordered)} on PO {line.purchase}"
    elif share is not None:
        words = f"{document_phrase(share.inbound)} came only in part"
    else:
        assert cut is not None
        label = f"PO {cut.purchase}" if cut.purchase else f"receipt {cut.reference}"
        words = f"{label} from {cut.partner} came only in part; {quantity_text(cut.demand)} were cancelled"
        evidence.append(("stock.move", cut.move_id))
    if share is not None:
        rest, derived = _rest_words(case, share)
        evidence += inbound_evidence(share.inbound)
        words += f"; {rest}"
    elif line is not None:
        words += "; nothing more is on its way"
    if line is None:
        missing = case.why_unread("purchases") or ("How much was ordered and received could not be read.",)
    waiting = list({item.line.line_id: item for _, group, *_ in hits for item in group}.values())
    phrase = missing_phrase(case, CODE, waiting)
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if line is not None else "likely",
            summary=f"{phrase.text}; {words}.",
            lines=unique_lines(affected(group) for _, group, *_ in hits),
            evidence=tuple(dict.fromkeys((*phrase.evidence, *evidence))),
            owner_role="purchasing",
            since=waiting_since(case, waiting),
            next_steps=(
                ("Get a firm date for the rest from the vendor.",)
                if share is not None
                else ("Order the missing quantity again, from this or another vendor.",)
            )
            + ("Ask whether another warehouse can help meanwhile.",),
            missing=missing,
        ),
        derived=merge(phrase.derived, derived),
    )
