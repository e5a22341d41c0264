"""What a customer's contract agrees on."""

from __future__ import annotations

import time
from typing import Any

from copilot.reads.shared import as_json, day_text, reader_of
from copilot.turn import Turn
from retrieval.contract_terms import CustomerTerms, EffectiveTerm, customer_terms
from retrieval.errors import RetrievalError
from retrieval.general_rules import procedures_about, span_passage
from retrieval.passage import ScoredPassage
from retrieval.terms import Span, Term

MAX_CONDITIONS = 6


def contract_terms(turn: Turn, customer_ref: str) -> str:
    """The terms in force of one customer's contracts, each with the passages (K ids) that prove it.

    Args:
        customer_ref: our reference of the customer in Odoo (C-1001).

    Returns JSON text::

        {"status": "found" | "no_contract" | "unavailable", "customer_ref": "C-1001", "on_date": "2026-11-21",
         "contracts": [{"document", "title", "valid_from", "valid_to", "amends"}],
         "set_aside": [{"document", "title", "reason"}],
         "terms": [{"kind", "value": "1.5% of line per business_day" | null, "typed": {...} | null, "status", "applies_to",
                    "document", "title", "clause": "8.1", "evidence": ["K1"], "quotes": [{"text", "clause"}],
                    "conditions": [{"text", "evidence": "K2", "clause"}],
                    "instead_of": [{"value", "document", "clause"}], "confirmed_by": login | ""}],
         "unknown": [kinds],
         "general": [{"subject" | "kind", "value" | null, "text", "title", "type", "evidence": "K9"}],
         "proposed": [{"kind", "value", "quote", "by"}],
         "not_read": [document ids]}

    - `contracts` are in force, agreements before their amendments; `set_aside` are expired, superseded or not yet in force.
    - `kind` is one of `retrieval.terms.TERM_KINDS`; `value` is `TermValue.text`, and null when conflicting. In durations ``day``
      means that the text does not say whether working or calendar days.
    - `status`: ``found`` (by a rule), ``confirmed``, ``corrected``, ``confirm_again`` (its clause changed since) or
      ``conflicting`` (`evidence` then holds each side).
    - `applies_to`: what the clause limits it to (``Kit Order``); empty: everything. `conditions` are to be said with it.
    - `instead_of`: what an amendment put out of force.
    - `unknown`: kinds the contracts are silent on; `general` (terms of sale and procedures) is no substitute for them.
    - `proposed`: a language model's reading, which proves nothing. `not_read`: terms were read from an older text.

    ``no_contract``: none in force; `set_aside` says why, `general` holds what applies to everyone.
    """
    begun = time.perf_counter()
    reader = reader_of(turn)
    on_date = turn.now.date()
    try:
        found = customer_terms(turn.library, customer_ref, reader, on_date=on_date)
        result = _terms_json(turn, found)
        procedures = procedures_about(turn.library, found.unknown, reader, on_date=on_date)
    except RetrievalError as error:
        turn.note_degraded(f"Contract terms are unavailable: {error}")
        turn.outcomes.append("documents_unavailable")
        return as_json(
            {
                "status": "unavailable",
                "customer_ref": customer_ref,
                "message": "Contract terms cannot be read just now.",
            }
        )
    finally:
        turn.search_seconds += time.perf_counter() - begun
    result["general"] += [
        _passage_json(turn, subject, passage)
        for subject, passages in procedures.items()
        for passage in passages
    ]
    turn.outcomes.append("passages" if found.documents or result["general"] else "no_passages")
    return as_json(result)


def _terms_json(turn: Turn, found: CustomerTerms) -> dict[str, Any]:
    return {
        "status": "found" if found.documents else "no_contract",
        "customer_ref": found.customer,
        "on_date": found.on_date.isoformat(),
        "contracts": [
            {
                "document": each.document_id,
                "title": each.title,
                "valid_from": day_text(each.valid_from),
                "valid_to": day_text(each.valid_to),
                "amends": each.amends,
            }
            for each in found.documents
        ],
        "set_aside": [
            {"document": each.document_id, "title": each.title, "reason": reason}
            for each, reason in found.set_aside
        ],
        "terms": [_term_json(turn, each) for each in found.terms],
        "unknown": list(found.unknown),
        "general": [
            {
                "kind": each.term.kind,
                "value": each.term.value.text() if each.term.value else None,
                "text": each.term.proof[0].quote,
                "title": each.document.title,
                "type": each.document.type,
                "evidence": _evidence(turn, each.term, each.term.proof[0]),
            }
            for each in found.general
            if each.term.proof
        ],
        "proposed": [
            {
                "kind": term.kind,
                "value": term.value.text() if term.value else None,
                "quote": term.proof[0].quote if term.proof else "",
                "by": term.by,
            }
            for term in found.proposed
        ],
        "not_read": list(found.not_read),
    }


def _term_json(turn: Turn, each: EffectiveTerm) -> dict[str, Any]:
    term = each.term
    return {
        "kind": term.kind,
        "value": term.value.text() if term.value else None,
        "typed": term.value.to_json() if term.value else None,
        "status": term.status,
        "applies_to": term.applies_to,
        "document": each.document.document_id,
        "title": each.document.title,
        "clause": term.proof[0].clause if term.proof else "",
        "evidence": [_evidence(turn, term, span) for span in term.proof],
        "quotes": [{"text": span.quote, "clause": span.clause} for span in term.proof],
        # where a letter exchanges one figure, the rest of the clause stays, and its conditions with it
        "conditions": [
            {"text": span.quote, "evidence": _evidence(turn, one, span), "clause": span.clause}
            for one in (term, *(each.instead_of if term.exchanges else ()))
            for span in one.conditions[:MAX_CONDITIONS]
        ],
        "instead_of": [
            {
                "value": before.value.text() if before.value else None,
                "document": before.document_id,
                "clause": before.proof[0].clause if before.proof else "",
            }
            for before in each.instead_of
        ],
        "confirmed_by": term.by if term.status in ("confirmed", "corrected") else "",
    }


def _evidence(turn: Turn, term: Term, span: Span) -> str:
    return turn.book.add_passage(span_passage(turn.library, term.document_id, span, reader_of(turn)))


def _passage_json(turn: Turn, subject: str, found: ScoredPassage) -> dict[str, Any]:
    return {
        "subject": subject,
        "value": None,
        "text": found.passage.text,
        "title": found.document.title,
        "type": found.document.type,
        "evidence": turn.book.add_passage(found),
    }
