"""HTTP routes about documents: which there are, what they do not cover, and contract terms with what people decide about them."""

# No `from __future__ import annotations` here: FastAPI has to see the alias `Who` that `build_router` makes.
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from copilot.conversation import Copilot
from copilot.errors import NotFound, NotPermitted, QuestionError
from copilot.identity import Person
from copilot.term_decisions import AuditedTerms
from retrieval.contract_terms import customer_terms, customer_terms_json
from retrieval.errors import TermMisfit, TermNotAllowed, TermNotFound
from retrieval.general_rules import procedures_about, procedures_json
from retrieval.passage import Reader
from retrieval.term_decisions import find_term, history

CoverageOf = Callable[[Person, bool], dict[str, Any]]
"""The coverage report for a person; whether their customers are read in Odoo."""


class TermDecision(BaseModel):
    """Which term; why, for the history."""

    model_config = {"extra": "forbid"}

    term_id: str = Field(min_length=3, max_length=300)
    note: str = Field(default="", max_length=500)


class TermConfirmation(TermDecision):
    """The value that was shown; left out, whatever is there is confirmed."""

    value: str = Field(default="", max_length=300)


class TermCorrection(TermDecision):
    """The value it should have, in its written form, and the words it rests on."""

    value: str = Field(min_length=1, max_length=300)
    quote: str = Field(default="", max_length=4000)


def build_router(copilot: Copilot, signed_in: Callable[..., Person], coverage_of: CoverageOf) -> APIRouter:
    """The routes.

    Args:
        signed_in: The dependency that tells who asks.
        coverage_of: Makes the report; it lives where documents are ingested.
    """
    router = APIRouter()
    terms_on_record = AuditedTerms(copilot.library, lambda: copilot.desk.audit)
    Who = Annotated[Person, Depends(signed_in)]

    @router.get("/api/v1/documents")
    def documents(person: Who) -> dict[str, Any]:
        """The documents this person may read, in force or not."""
        listed = copilot.library.documents(reader_of_person(person))
        return {
            "documents": [
                {
                    "document": each.document_id,
                    "title": each.title,
                    "path": each.path,
                    "type": each.type,
                    "owner": each.owner,
                    "company": each.company,
                    "customer": each.customer,
                    "carrier": each.carrier,
                    "vendor": each.vendor,
                    "classification": each.classification,
                    "valid_from": each.valid_from.isoformat() if each.valid_from else None,
                    "valid_to": each.valid_to.isoformat() if each.valid_to else None,
                    "version": each.version,
                    "amends": each.amends,
                    "superseded_by": each.superseded_by,
                    "flags": list(each.flags),
                }
                for each in listed
            ]
        }

    @router.get("/api/v1/documents/coverage")
    def coverage(person: Who, customers: bool = False) -> dict[str, Any]:
        """What the documents do not cover; with `customers`, also which customers in Odoo have no contract in force."""
        return coverage_of(person, customers)

    @router.get("/api/v1/contracts/{customer_ref}/terms")
    def terms(
        customer_ref: str, person: Who, on_date: Annotated[date | None, Query()] = None
    ) -> dict[str, Any]:
        """What the contracts of a customer agree on, today or on another day."""
        reader = reader_of_person(person)
        day = on_date or datetime.now(UTC).astimezone().date()
        found = customer_terms(copilot.library, customer_ref, reader, on_date=day)
        procedures = procedures_about(copilot.library, found.unknown, reader, on_date=day)
        return customer_terms_json(found) | {"procedures": procedures_json(procedures)}

    @router.get("/api/v1/contracts/terms")
    def term(person: Who, term_id: Annotated[str, Query(min_length=3, max_length=300)]) -> dict[str, Any]:
        """One term, with every decision about it."""
        with _said_plainly():
            found = find_term(copilot.library, term_id, reader_of_person(person))
        return found.to_json() | {"history": _history(person, term_id)}

    @router.post("/api/v1/contracts/terms/confirm")
    def confirm(body: TermConfirmation, person: Who) -> dict[str, Any]:
        """Say that a term was read rightly (roles compliance and supervisor)."""
        with _said_plainly():
            found = terms_on_record.confirm(person, body.term_id, shown=body.value, note=body.note)
        return found.to_json() | {"history": _history(person, body.term_id)}

    @router.post("/api/v1/contracts/terms/correct")
    def correct(body: TermCorrection, person: Who) -> dict[str, Any]:
        """Give a term the value it should have (roles compliance and supervisor)."""
        with _said_plainly():
            found = terms_on_record.correct(
                person, body.term_id, body.value, quote=body.quote, note=body.note
            )
        return found.to_json() | {"history": _history(person, body.term_id)}

    @router.post("/api/v1/contracts/terms/undo")
    def undo(body: TermDecision, person: Who) -> dict[str, Any]:
        """Take back the last decision about a term (roles compliance and supervisor)."""
        with _said_plainly():
            found = terms_on_record.undo(person, body.term_id, note=body.note)
        return {"term": found.to_json() if found else None, "history": _history(person, body.term_id)}

    def _history(person: Person, term_id: str) -> list[dict[str, Any]]:
        return [each.to_json() for each in history(copilot.library, term_id, reader_of_person(person))]

    return router


def reader_of_person(person: Person) -> Reader:
    """The asking person as the documents' access rules see them."""
    return Reader(login=person.login, roles=person.roles, companies=person.companies)


class _said_plainly:
    """Refusals about terms as the errors that routes know the status of."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: type | None, error: BaseException | None, _trace: object) -> None:
        match error:
            case TermNotFound():
                raise NotFound(str(error)) from None
            case TermNotAllowed():
                raise NotPermitted(str(error)) from None
            case TermMisfit():
                raise QuestionError(str(error)) from None
