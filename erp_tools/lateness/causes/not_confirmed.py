"""It is still a quotation: nothing was reserved, bought or planned for it."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.verdict import is_at_risk, longest_lead
from erp_tools.lateness.wording import day_text, days_text

from ._shared import message_key

CODE = "not_confirmed"
RANK = 60


def find(case: OrderCase) -> Finding | None:
    if not case.order.is_quotation or case.promised is None:
        return None
    derived = {}
    status = "a quotation that was sent" if case.order.state == "sent" else "a quotation"
    if case.promise_has_passed and case.order.committed is not None:
        summary = f"{case.order.name} is still {status}: it was promised for {day_text(case.promised)} and has not been confirmed."
    elif is_at_risk(case):
        lead = longest_lead(case)
        derived = {case.key: {"longest_lead_days": lead}}
        summary = (
            f"{case.order.name} is still {status}. With a lead time of {days_text(lead)} it would miss "
            f"{day_text(case.promised)} even if it were confirmed today."
        )
    else:
        return None
    if case.order.valid_until and case.order.valid_until < case.today:
        summary += f" It was valid until {day_text(case.order.valid_until)}."
    from_customer = [
        message for message in case.order.messages if message.written and case.is_from_customer(message)
    ]
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=summary,
            lines=tuple(line.affected() for line in case.lines),
            evidence=(case.key, *map(message_key, from_customer[-1:])),
            owner_role="sales",
            since=case.day(case.order.ordered),
            next_steps=(
                "Check whether the customer has accepted, and confirm the order.",
                "Agree a new delivery date first: the promised one cannot be kept.",
            ),
        ),
        derived=derived,
    )
