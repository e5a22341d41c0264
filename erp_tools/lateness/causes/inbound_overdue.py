"""What this order waits for should have come already. The date in Odoo is past: it is said to be past, and never given as a forecast."""

from __future__ import annotations

from datetime import timedelta

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text, quantity_text

from ._shared import (
    Derived,
    affected,
    are_transfers,
    chain_phrase,
    document_phrase,
    in_trouble,
    inbound_evidence,
    is_rest_of_short_receipt,
    merge,
    message_key,
    missing_phrase,
    number_field,
    shares_by_document,
    unique_lines,
)

CODE = "inbound_overdue"
RANK = 140


def find(case: OrderCase) -> Finding | None:
    hits: list[tuple[tuple[LineCase, ...], InboundShare]] = []
    for supply, lines in in_trouble(case):
        hits += [
            (lines, share)
            for share in supply.shares
            if share.inbound.kind != "put_away"
            and share.inbound.due is not None
            and share.inbound.due < case.today
            and not is_rest_of_short_receipt(share.inbound)
        ]
    if not hits:
        return None
    documents = shares_by_document(share for _, share in hits)
    derived: Derived = {}
    parts = []
    for share in documents[:2]:
        due = share.inbound.due
        assert due is not None
        overdue = (case.today - due).days
        derived = merge(
            derived,
            {
                share.inbound.key: {
                    "days_overdue": overdue,
                    "quantity_for_this_order": number_field(share.quantity),
                }
            },
        )
        chain = chain_phrase(case, share.inbound)
        derived = merge(derived, chain.derived)
        parts.append(
            f"{document_phrase(share.inbound)} was due on {day_text(due)} and has not been received ({days_text(overdue)} overdue)"
            + (f": {chain.text}" if chain.text else "")
        )
    if len(documents) > 2:
        derived = merge(derived, {case.key: {"overdue_documents": len(documents)}})
        parts.append(f"{len(documents)} documents are overdue in all")
    waiting = list({line.line.line_id: line for lines, _ in hits for line in lines}.values())
    phrase = missing_phrase(case, CODE, waiting)
    first_due = documents[0].inbound.due
    assert first_due is not None
    bought = {share.inbound.purchase_line.purchase_id for share in documents if share.inbound.purchase_line}
    about = [message for message in case.purchase_messages if message.written and message.record_id in bought]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{phrase.text}; {'; '.join(parts)}.",
            lines=unique_lines(affected(lines, quantity=share.quantity) for lines, share in hits),
            evidence=tuple(
                dict.fromkeys(
                    (
                        *phrase.evidence,
                        *(key for share in documents for key in inbound_evidence(share.inbound)),
                        *map(message_key, about[-1:]),
                        *(((case.key),) if len(documents) > 2 else ()),
                    )
                )
            ),
            owner_role="supervisor" if are_transfers(documents) else "purchasing",
            since=first_due + timedelta(days=1),
            next_steps=_next_steps(documents[0]),
        ),
        derived=merge(phrase.derived, derived),
    )


def _next_steps(first: InboundShare) -> tuple[str, ...]:
    departure = first.inbound.departure
    if departure is not None and departure.is_open:
        return (
            f"Have {departure.reference} sent, or say what keeps it, and enter the new date in Odoo.",
            f"Check whether part of the {quantity_text(first.quantity)} can be sent ahead.",
        )
    return (
        f"Get a firm date (and a tracking number) for {first.inbound.document} and enter it in Odoo.",
        f"Check whether part of the {quantity_text(first.quantity)} can be sent ahead or bought elsewhere.",
    )
