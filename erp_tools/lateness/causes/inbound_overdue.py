"""What this order waits for should have come already. The date in Odoo is past: it is said to be past, and never given as a forecast."""

from __future__ import annotations

from datetime import timedelta

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.sources import InboundShare
from erp_tools.lateness.wording import day_text, days_text, quantity_text

from ._inbound import Told, due_of, inbound_finding, waits_for
from ._shared import document_phrase

CODE = "inbound_overdue"
RANK = 140


def find(case: OrderCase) -> Finding | None:
    waiting = waits_for(case, lambda due: due < case.today)
    if waiting is None:
        return None

    def told(share: InboundShare, _first: bool) -> Told:
        due = due_of(share)
        overdue = (case.today - due).days
        said = (
            f"{document_phrase(share.inbound)} was due on {day_text(due)} and has not been received "
            f"({days_text(overdue)} overdue)"
        )
        return Told(
            sentence=lambda chain: said + (f": {chain}" if chain else ""), figures={"days_overdue": overdue}
        )

    first = waiting.documents[0]
    return inbound_finding(
        case,
        waiting,
        code=CODE,
        told=told,
        in_all=("overdue_documents", "are overdue in all"),
        since=due_of(first) + timedelta(days=1),
        next_steps=_next_steps(first),
        rests_on_promise=False,
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
