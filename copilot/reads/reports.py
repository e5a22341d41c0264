"""What reads of plain records share: a report as a tool's result, and the question back when a name fits several records or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from copilot.reads.shared import as_json, day_text, from_odoo
from copilot.turn import Turn
from erp_tools.orders import FoundOrder, Resolution, resolve_orders
from erp_tools.reads.lookup import find_named
from erp_tools.reads.report import Ambiguous, Candidate, Report, Sentence


def reported(turn: Turn, kind: str, asked_for: str, make: Callable[[], Report]) -> str:
    """A report in JSON; `make` runs with the person's session held."""

    def read() -> str:
        try:
            report = make()
        except Ambiguous as unclear:
            return _unclear(turn, kind, unclear)
        turn.outcomes.append("partial" if report.not_read else "found")
        return as_json(report_json(turn, kind, asked_for, report))

    return from_odoo(turn, asked_for, read)


def report_json(turn: Turn, kind: str, asked_for: str, report: Report) -> dict[str, Any]:
    """A report's sentences with their evidence, the facts filed as evidence of this turn."""
    for fact in report.facts:
        turn.book.add_fact(fact)
    turn.said += report.not_read
    return {
        "status": "found",
        "kind": kind,
        "asked_for": asked_for,
        "subject": report.subject,
        "headline": _sentence(turn, report.headline),
        "lines": [_sentence(turn, line) for line in report.lines],
        "orders": list(report.orders),
        "not_listed": report.not_listed,
        "not_read": list(report.not_read),
    }


def _sentence(turn: Turn, sentence: Sentence) -> dict[str, Any]:
    turn.said.append(sentence.text)
    return {"text": sentence.text, "evidence": turn.book.ids_of(sentence.evidence)[:4]}


def _unclear(turn: Turn, kind: str, unclear: Ambiguous) -> str:
    turn.outcomes.append("several" if unclear.candidates else "not_found")
    return as_json(
        {
            "status": "several" if unclear.candidates else "not_found",
            "kind": kind,
            "asked_for": unclear.said,
            "candidates": [candidate_json(turn, one) for one in unclear.candidates],
        }
    )


def candidate_json(turn: Turn, one: Candidate) -> dict[str, Any]:
    """A record that a name may mean, filed as evidence."""
    return {"id": turn.book.add_fact(one.fact), "kind": one.kind, "name": one.name, "ref": one.ref}


def the_order(turn: Turn, reference: str) -> FoundOrder:
    """The one order a reference leads to.

    Raises:
        Ambiguous: none, or several.
    """
    return order_of(turn, reference, resolve_orders(turn.person.session, reference))


def order_of(turn: Turn, reference: str, resolution: Resolution) -> FoundOrder:
    """The one order that was found.

    Raises:
        Ambiguous: none, or several.
    """
    if resolution.status == "one":
        return resolution.order
    found = tuple(
        Candidate(
            fact=one.fact(read_at=turn.now, url_of=turn.server.record_url),
            kind="order",
            name=f"{one.name}, {one.customer}"
            + (f", promised {day_text(one.promised)}" if one.promised else ""),
        )
        for one in resolution.orders
    )
    raise Ambiguous(reference, found)


def the_customer(turn: Turn, customer: str) -> Candidate:
    """The one company a name leads to; customers before others.

    Raises:
        Ambiguous: none, or several.
    """
    found = find_named(turn.person.session, customer, ["partner"], now=turn.now, server=turn.server)
    customers = tuple(one for one in found if one.kind == "customer") or found
    if len(customers) != 1:
        raise Ambiguous(customer, customers)
    return customers[0]


def zone_of(turn: Turn) -> ZoneInfo:
    """The person's timezone."""
    return ZoneInfo(turn.timezone)
