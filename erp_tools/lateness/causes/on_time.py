"""Not late, and nothing in the records says that it will be."""

from __future__ import annotations

from erp_tools.facts import FactKey
from erp_tools.lateness.case import OrderCase
from erp_tools.lateness.finding import Finding
from erp_tools.lateness.taxonomy import Cause
from erp_tools.lateness.verdict import is_on_time
from erp_tools.lateness.wording import SMALLEST, day_text, lines_text

from ._shared import Derived, document_phrase, inbound_evidence, transfer_key

CODE = "on_time"
RANK = 900


def find(case: OrderCase) -> Finding | None:
    if not is_on_time(case):
        return None
    evidence: list[FactKey] = [case.key]
    derived: Derived = {}
    name, promise = case.order.name, f" for {day_text(case.promised)}" if case.promised else ""
    if not case.lines:
        words = f"{name} has no goods to deliver."
    elif case.is_delivered:
        last = case.done_deliveries[-1] if case.done_deliveries else None
        if last is not None:
            evidence.append(transfer_key(last))
        when = f" on {day_text(case.shipped_on)}" if case.shipped_on else ""
        # Without the deliveries all that is known is that Odoo counts the goods as gone: nothing says that they arrived.
        done = "was delivered" if case.could_read("moves") else "was shipped in full"
        words = f"{name} {done}{when}" + (
            f", in time for the promise of {day_text(case.promised)}." if case.promised else "."
        )
    elif case.order.is_quotation:
        dated = (
            f" with a delivery date of {day_text(case.promised)}"
            if case.order.committed and case.promised
            else ""
        )
        words = f"{name} is a quotation{dated}; it is not late."
    else:
        covered = [
            share
            for supply, _ in case.short_supplies()
            for share in supply.shares
            if share.quantity > SMALLEST
        ]
        ready, total = len(case.ready_lines), len(case.lines)
        derived = {case.key: {"lines_ready": ready, "lines_in_all": total}}
        words = f"{name} is promised{promise} and is not late; "
        if case.promised and case.promise_basis == "expected_date":
            # Odoo's estimate is nobody's promise, and the delivery may be planned for a later day.
            words = f"No day was promised for {name}; Odoo's own estimate is {day_text(case.promised)}; "
            planned = max(
                (day for item in case.frontier_transfers if (day := case.day(item.scheduled)) is not None),
                default=None,
            )
            if planned is not None and planned > case.promised:
                words += f"its delivery is planned for {day_text(planned)}; "
                evidence += [transfer_key(item) for item in case.frontier_transfers[:3]]
        if not case.could_read("moves"):
            words += "how far its delivery is could not be read."
        elif covered:
            first = covered[0]
            due = f" on {day_text(first.inbound.due)}" if first.inbound.due else ""
            verb = "is" if ready == 1 else "are"
            words += f"{ready} of {lines_text(total)} {verb} ready, and {document_phrase(first.inbound)} is due{due}."
            evidence += [key for share in covered[:5] for key in inbound_evidence(share.inbound)]
        elif ready == total:
            words += f"everything is ready ({lines_text(total)})."
        else:
            words += f"{ready} of {lines_text(total)} {'is' if ready == 1 else 'are'} ready, and there is stock for the rest."
    return Finding(
        cause=Cause(
            code=CODE,
            certainty="proven" if case.could_read("moves") else "likely",
            summary=words,
            evidence=tuple(dict.fromkeys(evidence)),
            owner_role="service",
            missing=case.why_unread("moves", "transfers"),
        ),
        derived=derived,
    )
