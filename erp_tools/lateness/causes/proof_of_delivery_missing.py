"""The carrier says delivered, somebody needs the proof, and there is none: no signature and no file on the delivery.

A delivery without a file is nothing unusual by itself. It counts only where somebody asks for the proof, or where the carrier
reports a delivery that the customer does not know of.
"""

from __future__ import annotations

import re

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.wording import day_text, days_text

from ._shared import Derived, activity_key, message_key, transfer_key
from .carrier_delay import ARRIVED, has_proof, said_since

CODE = "proof_of_delivery_missing"
RANK = 410

GRACE_DAYS = 3
"""Days after the expected arrival until a proof should be there."""
USUAL_TRANSIT = 5
"""Days on the road when the carrier's description names none."""

_ASKED = re.compile(
    r"proof of delivery|\bPOD\b|send the proof|no record of (?:this|the|that) delivery"
    r"|(?:never|not|nothing) (?:\w+ ){0,2}(?:arrived|received)|signed delivery (?:note|slip)",
    re.IGNORECASE,
)


def find(case: OrderCase) -> Finding | None:
    if not case.is_delivered or not case.done_deliveries:
        return None
    last = case.done_deliveries[-1]
    left = case.day(last.done)
    if left is None or has_proof(last) or last.attachments is None:
        return None
    transit = last.carrier.lead_days if last.carrier and last.carrier.lead_days is not None else USUAL_TRANSIT
    gone = (case.today - left).days
    if gone <= transit + GRACE_DAYS:
        return None
    asked = said_since(case, last, _ASKED)
    reported = [message for message in said_since(case, last, ARRIVED) if not case.is_from_customer(message)]
    tasks = [item for item in (*last.activities, *case.order.activities) if _ASKED.search(item.words)]
    tagged = any(_ASKED.search(tag) for tag in (*case.order.tags, *case.order.customer.tags))
    if not (asked or tasks or tagged):
        return None
    derived: Derived = {transfer_key(last): {"days_since_shipped": gone}}
    carrier = f" with {last.carrier.name}" if last.carrier else ""
    words = (
        f"{last.name} left on {day_text(left)}{carrier} ({days_text(gone)} ago) and has neither a signature nor a file "
        "as proof of delivery"
    )
    if reported:
        day = case.day(reported[-1].at)
        assert day is not None
        words += f"; {reported[-1].author} reported it delivered on {day_text(day)}"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if reported or tasks or tagged else "likely",
            summary=words + ".",
            lines=tuple(line.affected(line.line.delivered) for line in case.lines),
            evidence=(
                case.key,
                transfer_key(last),
                *(message_key(message) for message in (*reported[-1:], *asked[-1:])),
                *(activity_key(item) for item in tasks),
            ),
            owner_role="service",
            since=left,
            next_steps=(
                "Ask the carrier for the signed proof and attach it to the delivery.",
                "Open a claim in time if there is none.",
            ),
        ),
        derived=derived,
    )
