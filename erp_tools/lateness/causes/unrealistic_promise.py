"""The day we promised was earlier than our own lead time allowed when the order was entered."""

from __future__ import annotations

from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.verdict import feasible_from_order
from erp_tools.lateness.wording import day_text, days_text

CODE = "unrealistic_promise"
RANK = 310


def find(case: OrderCase) -> Finding | None:
    if case.order.committed is None or case.promised is None or not (case.is_open or case.is_delivered):
        return None
    ordered, feasible = case.day(case.order.ordered), feasible_from_order(case)
    if ordered is None or feasible is None or feasible <= case.promised:
        return None
    slow = max(case.lines, key=lambda line: line.line.lead_days)
    lead = int(slow.line.lead_days)
    given = (case.promised - ordered).days
    apart = f"{days_text(given)} later" if given >= 0 else f"{days_text(-given)} earlier"
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven",
            summary=f"{case.order.name} was entered on {day_text(ordered)} and promised for {day_text(case.promised)}, "
            f"{apart}; {slow.plain_product} has a lead time of {days_text(lead)}, which allows {day_text(feasible)}.",
            lines=tuple(
                line.affected() for line in case.lines if (case.promised - ordered).days < line.line.lead_days
            ),
            evidence=(case.key, slow.key),
            owner_role="sales",
            since=ordered,
            next_steps=(
                "Agree a day with the customer that the lead time allows.",
                "Look at who promised it and why: the next one can be right.",
            ),
        ),
        derived={case.key: {"days_given": abs(given), "earliest_by_lead_time": feasible.isoformat()}},
    )
