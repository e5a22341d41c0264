"""What a brain may read. Nothing here changes anything; results are evidence with ids that code gave.

A result is JSON text: for a language model to read, and for the playbook to plan and phrase from. What went wrong is part of the
result (`status`), so that one failed read never ends a turn.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from copilot.turn import Outcome, Turn
from erp_tools.errors import OdooError, OdooRefused, OdooUnavailable, SessionEnded
from erp_tools.facts import Fact
from erp_tools.lateness.diagnosis import diagnose
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.orders import Resolution, resolve_orders
from erp_tools.partners import find_partners
from retrieval.errors import RetrievalError
from retrieval.passage import DocumentType, Reader, ScoredPassage
from retrieval.search import Scope, SearchRequest

log = logging.getLogger(__name__)

MAX_PASSAGES = 8
MAX_TIMELINE = 14


def diagnose_order(turn: Turn, reference: str) -> str:
    """Read one sales order live from Odoo and say why it is late, in code, with evidence.

    Args:
        reference: the order's name (S00042), or the customer's reference, a delivery's name or a tracking number.
    """

    def read() -> str:
        resolution = resolve_orders(turn.person.session, reference)
        if resolution.status != "one":
            return _unresolved(turn, reference, resolution)
        diagnosis = diagnose(turn.person.session, resolution.order, now=turn.now, server=turn.server)
        turn.diagnoses.append(diagnosis)
        turn.outcomes.append("partial" if diagnosis.not_read else "found")
        return _json(diagnosis_json(turn, diagnosis) | {"status": "found", "asked_for": reference})

    return _from_odoo(turn, reference, read)


def find_partner(turn: Turn, name: str) -> str:
    """Find a customer or vendor in Odoo by name or by our reference for it (C-1001).

    Args:
        name: what the person called it; need not be the whole name.
    """

    def read() -> str:
        facts = find_partners(turn.person.session, name, now=turn.now, server=turn.server)
        turn.outcomes.append("partner" if facts else "no_partner")
        turn.said.append(name)
        partners = [
            {"id": turn.book.add_fact(fact), "name": fact.display_name, "ref": fact.fields.get("ref") or ""}
            for fact in facts
        ]
        return _json(
            {"status": "found" if partners else "not_found", "asked_for": name, "partners": partners}
        )

    return _from_odoo(turn, name, read)


def search_documents(
    turn: Turn,
    query: str,
    customer_ref: str = "",
    carrier: str = "",
    vendor_ref: str = "",
    cause: str = "",
    types: list[DocumentType] | None = None,
    include_superseded: bool = False,
) -> str:
    """Passages of SOPs, contracts and carrier policies; `tools.search_documents` says what each argument means."""
    request = SearchRequest(
        text=query,
        reader=reader_of(turn),
        top=MAX_PASSAGES,
        types=tuple(types or ()),
        include_superseded=include_superseded,
        scope=Scope(customer=customer_ref, carrier=carrier, vendor=vendor_ref),
        on_date=turn.now.date(),
    )
    begun = time.perf_counter()
    try:
        result = turn.library.search(request)
    except RetrievalError as error:
        turn.note_degraded(f"Documents are unavailable: {error}")
        turn.outcomes.append("documents_unavailable")
        return _json(
            {"status": "unavailable", "message": "The documents are unavailable just now.", "passages": []}
        )
    finally:
        turn.search_seconds += time.perf_counter() - begun
    for sentence in result.degraded:
        turn.note_degraded(sentence)
    passages = list(result.passages)
    if cause:
        passages.sort(key=lambda found: cause not in found.document.causes)  # stable: score order within
    turn.outcomes.append("passages" if passages else "no_passages")
    return _json(
        {
            "status": "found" if passages else "nothing_relevant",
            "query": query,
            "passages": [_passage_json(turn, found) for found in passages],
        }
    )


READS: dict[str, Callable[..., str]] = {
    "diagnose_order": diagnose_order,
    "find_partner": find_partner,
    "search_documents": search_documents,
}


def progress_of(name: str, arguments: dict[str, Any]) -> str:
    """What a person who waits is told while this is read."""
    match name:
        case "diagnose_order":
            return f"Reading {arguments.get('reference', 'the order')} in Odoo"
        case "find_partner":
            return f"Looking up {arguments.get('name', 'the name')} in Odoo"
        case _:
            return "Searching the documents"


def note_fault(turn: Turn, error: Exception) -> str:
    """A read that breaks is one missing part of an answer, not the end of the turn; its kind goes to the log, not to a brain."""
    log.error("a read failed", exc_info=error)
    turn.note_failure(error)
    turn.outcomes.append("unavailable")
    turn.note_degraded(
        "One part of the question could not be read because of a fault on our side; it has been logged."
    )
    return _json({"status": "unavailable", "message": "That part could not be read just now."})


def reader_of(turn: Turn) -> Reader:
    """The asking person as the documents' access rules see them."""
    return Reader(login=turn.person.login, roles=turn.person.roles, companies=turn.person.companies)


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
        "promised": _day(diagnosis.promised),
        "promise_basis": diagnosis.promise_basis,
        "expected": {
            "earliest": _day(diagnosis.expected.earliest),
            "latest": _day(diagnosis.expected.latest),
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
                "since": _day(cause.since),
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
        "evidence": [_fact_json(turn, fact) for fact in _cited(diagnosis)],
    }


def _cited(diagnosis: Diagnosis) -> list[Fact]:
    """The facts that causes and the expected date rest on, and the order itself: what a brain needs to see."""
    wanted = {key for cause in diagnosis.causes for key in cause.evidence} | set(diagnosis.expected.evidence)
    return [fact for fact in diagnosis.facts if fact.key in wanted or fact.model == "sale.order"]


def _fact_json(turn: Turn, fact: Fact) -> dict[str, Any]:
    return {
        "id": turn.book.add_fact(fact),
        "model": fact.model,
        "display_name": fact.display_name,
        "fields": dict(fact.fields),
    }


def _passage_json(turn: Turn, found: ScoredPassage) -> dict[str, Any]:
    document = found.document
    return {
        "id": turn.book.add_passage(found),
        "title": document.title,
        "type": document.type,
        "version": document.version,
        "customer": document.customer,
        "section": found.passage.section,
        "page": found.passage.page,
        "valid_to": _day(document.valid_to),
        "superseded": bool(document.superseded_by),
        "causes": list(document.causes),
        "text": found.passage.text,
    }


def _from_odoo(turn: Turn, asked_for: str, read: Callable[[], str]) -> str:
    """What was read, or why it was not. One person's session serves one thread at a time."""
    begun = time.perf_counter()
    with turn.person.lock:
        try:
            return read()
        except SessionEnded:
            raise  # the person has to sign in again: no answer can be given
        except OdooUnavailable as error:
            turn.note_degraded(str(error))
            return _problem(turn, "unavailable", asked_for, error)
        except OdooRefused as error:
            return _problem(turn, "not_permitted", asked_for, error)
        except OdooError as error:
            return _problem(turn, "unavailable", asked_for, error)
        finally:
            turn.odoo_seconds += time.perf_counter() - begun


def _unresolved(turn: Turn, reference: str, resolution: Resolution) -> str:
    turn.said.append(reference)
    if resolution.status == "none":
        turn.outcomes.append("not_found")
        return _json({"status": "not_found", "asked_for": reference})
    turn.outcomes.append("several")
    return _json(
        {
            "status": "several",
            "asked_for": reference,
            "candidates": [
                {
                    "id": turn.book.add_fact(found.fact(read_at=turn.now, url_of=turn.server.record_url)),
                    "order": found.name,
                    "customer": found.customer,
                    "promised": _day(found.promised),
                    "state": found.state,
                }
                for found in resolution.orders
            ],
            "not_listed": resolution.not_listed,
        }
    )


def _problem(turn: Turn, outcome: Outcome, asked_for: str, error: OdooError) -> str:
    turn.outcomes.append(outcome)
    turn.said += [str(error), asked_for]
    return _json({"status": outcome, "message": str(error), "asked_for": asked_for})


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
