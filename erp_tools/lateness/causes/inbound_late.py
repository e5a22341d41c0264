"""What this order waits for is on order, and comes after the promise."""

from __future__ import annotations

from erp_tools.lateness.case import LineCase, OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text

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

CODE = "inbound_late"
RANK = 150


def find(case: OrderCase) -> Finding | None:
    if case.promised is None:
        return None
    hits: list[tuple[tuple[LineCase, ...], InboundShare]] = []
    for supply, lines in in_trouble(case):
        hits += [
            (lines, share)
            for share in supply.shares
            if share.inbound.kind != "put_away"
            and share.inbound.due is not None
            and share.inbound.due >= case.today
            and share.inbound.due > case.promised
            and not is_rest_of_short_receipt(share.inbound)
        ]
    if not hits:
        return None
    documents = shares_by_document(share for _, share in hits)
    derived: Derived = {}
    parts: list[str] = []
    for share in documents[:2]:
        due = share.inbound.due
        assert due is not None
        after = (due - case.promised).days
        derived = merge(
            derived,
            {
                share.inbound.key: {
                    "days_after_promise": after,
                    "quantity_for_this_order": number_field(share.quantity),
                }
            },
        )
        chain = chain_phrase(case, share.inbound)
        derived = merge(derived, chain.derived)
        of = f" of {day_text(case.promised)}" if not parts else ""
        parts.append(
            f"{document_phrase(share.inbound)} is due on {day_text(due)}, {days_text(after)} after the promise{of}"
            + (f" ({chain.text})" if chain.text else "")
        )
    if len(documents) > 2:
        derived = merge(derived, {case.key: {"late_documents": len(documents)}})
        parts.append(f"{len(documents)} documents come after the promise in all")
    waiting = list({line.line.line_id: line for lines, _ in hits for line in lines}.values())
    phrase = missing_phrase(case, CODE, waiting)
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
                        case.key,
                        *(key for share in documents for key in inbound_evidence(share.inbound)),
                        *map(message_key, about[-1:]),
                    )
                )
            ),
            owner_role="supervisor" if are_transfers(documents) else "purchasing",
            since=case.promised,
            next_steps=(
                f"Ask for {documents[0].inbound.document} to be expedited, in whole or for the missing quantity.",
                "Tell the customer the new date before they ask.",
            ),
        ),
        derived=merge(phrase.derived, derived),
    )
