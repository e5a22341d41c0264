"""What this order waits for is on order, and comes after the promise."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare
from erp_tools.lateness.wording import day_text, days_text

from ._inbound import Told, due_of, inbound_finding, waits_for
from ._shared import document_phrase

CODE = "inbound_late"
RANK = 150


def find(case: OrderCase) -> Finding | None:
    promised = case.promised
    if promised is None:
        return None
    waiting = waits_for(case, lambda due: due >= case.today and due > promised)
    if waiting is None:
        return None

    def told(share: InboundShare, first: bool) -> Told:
        due = due_of(share)
        after = (due - promised).days
        of = f" of {day_text(promised)}" if first else ""
        said = f"{document_phrase(share.inbound)} is due on {day_text(due)}, {days_text(after)} after the promise{of}"
        return Told(
            sentence=lambda chain: said + (f" ({chain})" if chain else ""),
            figures={"days_after_promise": after},
        )

    return inbound_finding(
        case,
        waiting,
        code=CODE,
        told=told,
        in_all=("late_documents", "come after the promise in all"),
        since=promised,
        next_steps=(
            f"Ask for {waiting.documents[0].inbound.document} to be expedited, in whole or for the missing quantity.",
            "Tell the customer the new date before they ask.",
        ),
        rests_on_promise=True,
    )
