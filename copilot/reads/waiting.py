"""The chain read backwards: which orders wait for a purchase order, and which does a product hold up."""

from __future__ import annotations

from typing import Any

from copilot.reads.shared import as_json, day_text, from_odoo
from copilot.turn import Turn
from erp_tools.lateness.waiting import WaitingLine
from erp_tools.lateness.waiting import waiting_for as who_waits
from erp_tools.lateness.waiting_reading import Subject
from erp_tools.lateness.wording import plain_number

MOST_LISTED = 25


def waiting_for(turn: Turn, reference: str) -> str:
    """Which orders wait for a purchase order or a product, for how much of it, in the order in which they would be served.

    Args:
        reference: a purchase order (P00031), the vendor's reference of it, or a product by its reference or name.
    """

    def read() -> str:
        found = waiting_json(turn, reference)
        match found["status"]:
            case "not_found":
                turn.outcomes.append("not_found")
            case "several":
                turn.outcomes.append("several")
            case _:
                turn.outcomes.append("partial" if found["not_read"] else "found")
        return as_json(found)

    return from_odoo(turn, reference, read)


def waiting_json(turn: Turn, reference: str) -> dict[str, Any]:
    """Who waits, in the contract's JSON; subject and lines are filed as evidence of this turn. Raises OdooError."""
    found = who_waits(turn.person.session, reference, now=turn.now, server=turn.server)
    turn.said += found.not_read
    common = {"status": found.status, "asked_for": reference, "not_read": list(found.not_read)}
    if found.status == "several":
        return {**common, "candidates": [_subject_json(turn, item) for item in found.candidates]}
    if found.subject is None:
        return common
    listed = found.lines[:MOST_LISTED]
    return {
        **common,
        "kind": found.subject.kind,
        "subject": _subject_json(turn, found.subject),
        "orders": [_line_json(turn, line) for line in listed],
        "total_lines": len(found.lines),
        "total_orders": len({line.order_id for line in found.lines}),
        "not_listed": len(found.lines) - len(listed),
        "others": found.others,
    }


def _subject_json(turn: Turn, subject: Subject) -> dict[str, Any]:
    return {
        "id": turn.book.add_fact(subject.fact(read_at=turn.now, url_of=turn.server.record_url)),
        "name": subject.name,
        "kind": subject.kind,
        "vendor": subject.vendor,
        "vendor_reference": subject.vendor_reference,
        "state": subject.state,
        "due": day_text(subject.due),
        "overdue_days": max(0, (turn.now.date() - subject.due).days) if subject.due else 0,
        "still_to_come": None if subject.still_to_come is None else plain_number(subject.still_to_come),
    }


def _line_json(turn: Turn, line: WaitingLine) -> dict[str, Any]:
    return {
        "id": turn.book.add_fact(line.fact(read_at=turn.now, url_of=turn.server.record_url)),
        "order": line.order,
        "customer": line.customer,
        "customer_ref": line.customer_ref,
        "line": line.line_id,
        "product": line.product,
        "warehouse": line.warehouse,
        "quantity": plain_number(line.quantity),
        "unit": line.unit,
        "promised": day_text(line.promised),
        "days_late": line.days_late,
        "short": plain_number(line.short),
        "how": line.how,
        "covered_by": [
            {"document": document, "due": day_text(due), "quantity": plain_number(quantity)}
            for document, due, quantity in line.covered_by
        ],
    }
