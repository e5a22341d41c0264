"""One order: why it is late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from copilot.reads.shared import as_json, day_text, fact_json, from_odoo
from copilot.turn import Turn
from erp_tools.facts import Fact
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.reading import find_order
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.orders import Resolution

MAX_TIMELINE = 14


def diagnose_order(turn: Turn, reference: str) -> str:
    """Read one sales order live from Odoo and say why it is late, in code, with evidence.

    Args:
        reference: the order's name (S00042), or the customer's reference, a delivery's name or a tracking number.
    """

    def read() -> str:
        resolution = find_order(turn.person.session, reference)
        if resolution.status != "one":
            return unresolved(turn, reference, resolution)
        diagnosis = diagnose(turn.person.session, resolution.order, now=turn.now, server=turn.server)
        turn.diagnoses.append(diagnosis)
        turn.outcomes.append("partial" if diagnosis.not_read else "found")
        return as_json(diagnosis_json(turn, diagnosis) | {"status": "found", "asked_for": reference})

    return from_odoo(turn, reference, read)


def diagnosis_json(turn: Turn, diagnosis: Diagnosis) -> dict[str, Any]:
    """A diagnosis in the contract's JSON, its facts filed as evidence of this turn."""
    ids: Callable[[Any], list[str]] = turn.book.ids_of
    for fact in diagnosis.facts:
        turn.book.add_fact(fact)
    turn.said += [diagnosis.expected.reasoning, *diagnosis.not_read]
    for cause in diagnosis.causes:
        turn.said += [cause.summary, *cause.next_steps, *cause.missing]
    order_key = ("sale.order", diagnosis.order_id)
    return {
        "order": diagnosis.order,
        "order_evidence": ids([order_key]),
        "customer": diagnosis.customer,
        "customer_ref": diagnosis.customer_ref,
        "carrier": diagnosis.carrier,
        "vendors": list(diagnosis.vendors),
        "promised": day_text(diagnosis.promised),
        "promise_basis": diagnosis.promise_basis,
        "expected": {
            "earliest": day_text(diagnosis.expected.earliest),
            "latest": day_text(diagnosis.expected.latest),
            "reasoning": diagnosis.expected.reasoning,
            "evidence": ids(diagnosis.expected.evidence),
        },
        "days_late": diagnosis.days_late,
        "is_late": diagnosis.is_late,
        "causes": [
            {
                "code": cause.code,
                "certainty": cause.certainty,
                "summary": cause.summary,
                "lines": [
                    {"product": line.product, "quantity": line.quantity, "unit": line.unit}
                    for line in cause.lines
                ],
                "evidence": ids(cause.evidence),
                "owner_role": cause.owner_role,
                "since": day_text(cause.since),
                "next_steps": list(cause.next_steps),
                "missing": list(cause.missing),
            }
            for cause in diagnosis.causes
        ],
        "timeline": [
            {
                "at": entry.at.isoformat(timespec="minutes"),
                "kind": entry.kind,
                "text": entry.text,
                "planned": entry.planned,
                "evidence": ids(entry.evidence),
            }
            for entry in diagnosis.timeline[-MAX_TIMELINE:]
        ],
        "not_read": list(diagnosis.not_read),
        "evidence": [fact_json(turn, fact) for fact in _cited(diagnosis)],
    }


def _cited(diagnosis: Diagnosis) -> list[Fact]:
    """The facts that causes and the expected date rest on, and the order itself: what a brain needs to see."""
    wanted = {key for cause in diagnosis.causes for key in cause.evidence} | set(diagnosis.expected.evidence)
    return [fact for fact in diagnosis.facts if fact.key in wanted or fact.model == "sale.order"]


def unresolved(turn: Turn, reference: str, resolution: Resolution) -> str:
    """Why a reference is no single order, as a read's result."""
    if resolution.status == "none":
        turn.outcomes.append("not_found")
        return as_json({"status": "not_found", "asked_for": reference})
    turn.outcomes.append("several")
    return as_json(
        {
            "status": "several",
            "asked_for": reference,
            "candidates": [
                {
                    "id": turn.book.add_fact(found.fact(read_at=turn.now, url_of=turn.server.record_url)),
                    "order": found.name,
                    "customer": found.customer,
                    "promised": day_text(found.promised),
                    "state": found.state,
                }
                for found in resolution.orders
            ],
            "not_listed": resolution.not_listed,
        }
    )
