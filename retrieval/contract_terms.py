"""Which terms apply: to one document with what people decided, and to one customer on one day.

Precedence: a signed amendment over its agreement, the later amendment over the earlier, the contract over general rules. A document
that is expired, not yet in force or superseded never gives a term; it is named, so that nobody wonders. What a contract leaves open
is unknown, and what general rules say about it stands apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from retrieval.access import in_force, may_read
from retrieval.passage import DEFAULT_COLLECTION, Document, Reader
from retrieval.search import Library
from retrieval.term_book import TermBook, clause_of
from retrieval.term_values import FREIGHT_PAYERS, INCOTERMS, TermValue
from retrieval.terms import CUMULATIVE, TERM_KINDS, Term, TermKind


@dataclass(frozen=True, kw_only=True)
class EffectiveTerm:
    """A term that applies, with the document that says so and what it took the place of."""

    term: Term
    document: Document
    instead_of: tuple[Term, ...] = ()
    """Terms of the amended document, no longer in force."""


@dataclass(frozen=True, kw_only=True)
class CustomerTerms:
    """What applies to one customer on one day."""

    customer: str
    on_date: date
    documents: tuple[Document, ...] = ()
    """Contracts and amendments in force, agreements first."""
    set_aside: tuple[tuple[Document, str], ...] = ()
    """Contracts of this customer that do not count, and why."""
    terms: tuple[EffectiveTerm, ...] = ()
    unknown: tuple[TermKind, ...] = ()
    """Kinds on which the contracts in force are silent."""
    general: tuple[EffectiveTerm, ...] = ()
    """What general rules (SOPs, terms of sale) say about the unknown kinds; no substitute for the contract's word."""
    proposed: tuple[Term, ...] = ()
    """What a language model proposes; decides nothing."""
    not_read: tuple[str, ...] = ()
    """Documents whose terms were read from an older text; `copilot ingest` reads them again."""


def document_terms(
    library: Library, document: Document, *, collection: str = DEFAULT_COLLECTION
) -> list[Term]:
    """The terms of one document, people's decisions applied. Access is the caller's matter."""
    book = TermBook(library, collection)
    return book.terms(document.document_id)


def customer_terms(
    library: Library, customer: str, reader: Reader, *, on_date: date, collection: str = DEFAULT_COLLECTION,
    book: TermBook | None = None,
) -> CustomerTerms:  # fmt: skip
    """What applies to a customer, as far as this reader may see the documents.

    Args:
        customer: Its reference in Odoo (res.partner.ref); empty: only general rules.
        book: The library's terms, where several customers are asked about at once; None: they are read.
    """
    book = book or TermBook(library, collection)
    readable = [row.document for row in library.store.rows(collection) if may_read(reader, row.document)]
    own = [each for each in readable if customer and each.customer == customer and each.type == "contract"]
    valid = [each for each in own if in_force(each, on_date)]
    bases = sorted((each for each in valid if not each.amends), key=lambda each: each.document_id)
    amendments = sorted(
        (each for each in valid if each.amends),
        key=lambda each: (each.valid_from or date.min, each.document_id),
    )
    standing = {each.document_id for each in bases}
    set_aside = [(each, _why_not(each, on_date)) for each in own if each not in valid]
    for each in list(amendments):
        if each.amends not in standing | {other.document_id for other in amendments}:
            amendments.remove(each)
            set_aside.append((each, "what it amends is not in force"))
    effective: list[EffectiveTerm] = []
    for base in bases:
        own_terms = [EffectiveTerm(term=term, document=base) for term in book.terms(base.document_id)]
        for amendment in _of(base, amendments):
            own_terms = _amended(own_terms, amendment, book)
        effective += own_terms
    effective = _marked_conflicts(effective)
    known = {each.term.kind for each in effective}
    unknown = tuple(kind for kind in TERM_KINDS if kind not in known)
    general_documents = [
        each
        for each in readable
        if not each.customer and each.type in ("contract", "sop") and in_force(each, on_date)
    ]
    general = [
        EffectiveTerm(term=term, document=document)
        for document in sorted(general_documents, key=lambda one: (one.type != "sop", one.document_id))
        for term in book.terms(document.document_id)
        if term.kind in unknown and term.status != "conflicting"
    ]
    used = [*bases, *amendments]
    return CustomerTerms(
        customer=customer,
        on_date=on_date,
        documents=tuple(used),
        set_aside=tuple(set_aside),
        terms=tuple(sorted(effective, key=lambda each: TERM_KINDS.index(each.term.kind))),
        unknown=unknown,
        general=tuple(general),
        proposed=tuple(
            term
            for term in book.proposals
            if term.document_id in {each.document_id for each in used} and term.kind in unknown
        ),
        not_read=tuple(each.document_id for each in used if book.is_stale(each.document_id)),
    )


def customer_terms_json(found: CustomerTerms) -> dict[str, Any]:
    """Plain values, for the command line and HTTP."""
    return {
        "customer": found.customer,
        "on_date": found.on_date.isoformat(),
        "documents": [_document_json(each) for each in found.documents],
        "set_aside": [_document_json(each) | {"reason": reason} for each, reason in found.set_aside],
        "terms": [_effective_json(each) for each in found.terms],
        "unknown": list(found.unknown),
        "general": [_effective_json(each) for each in found.general],
        "proposed": [term.to_json() for term in found.proposed],
        "not_read": list(found.not_read),
    }


# --- inside ---


def _why_not(document: Document, on_date: date) -> str:
    if document.valid_from and on_date < document.valid_from:
        return f"in force from {document.valid_from.isoformat()} only"
    if document.superseded_from and on_date >= document.superseded_from:
        return f"replaced by {document.superseded_by} from {document.superseded_from.isoformat()}"
    return f"expired on {document.valid_to.isoformat()}" if document.valid_to else "not in force"


def _of(base: Document, amendments: Sequence[Document]) -> list[Document]:
    """The amendments of an agreement, those of its amendments too, oldest first."""
    family = {base.document_id}
    found = []
    for each in amendments:
        if each.amends in family:
            family.add(each.document_id)
            found.append(each)
    return found


def _amended(effective: list[EffectiveTerm], amendment: Document, book: TermBook) -> list[EffectiveTerm]:
    """The terms after an amendment: clauses it replaces go, figures it exchanges are exchanged, what it says anew prevails."""
    terms = book.terms(amendment.document_id)
    replaced = {clause for term in terms for clause in term.replaces}
    gone = [each for each in effective if clause_of(each.term) in replaced]
    effective = [each for each in effective if each not in gone]
    for term in terms:
        if term.exchanges:
            effective = _exchanged(effective, term, amendment)
            continue
        over = [each for each in gone if _same_subject(each.term, term)]
        if not term.adds and not _adds_up(term):
            more = [
                each
                for each in effective
                if each.document is not amendment and _same_subject(each.term, term)
            ]
            effective = [each for each in effective if each not in more]
            over += more
        effective.append(
            EffectiveTerm(term=term, document=amendment, instead_of=tuple(each.term for each in over))
        )
    return effective


def _exchanged(effective: list[EffectiveTerm], term: Term, amendment: Document) -> list[EffectiveTerm]:
    """One figure exchanged, in its place; both shown where the letter names a figure that was not there."""
    found = []
    for each in effective:
        if each.term.term_id != term.exchanges:
            found.append(each)
        elif term.status == "conflicting":
            found += [
                replace(each, term=replace(each.term, status="conflicting")),
                EffectiveTerm(term=term, document=amendment),
            ]
        else:
            # its conditions stand in the other document, and stay with the term that is named there
            found.append(
                EffectiveTerm(term=term, document=amendment, instead_of=(each.term, *each.instead_of))
            )
    return found


def _same_subject(one: Term, other: Term) -> bool:
    """Whether two terms speak of the same thing: kind, kind of order, and a fixed amount is no rate, nor an Incoterm a payer."""
    return (
        one.kind == other.kind
        and one.applies_to.casefold() == other.applies_to.casefold()
        and _is_fixed(one.value) == _is_fixed(other.value)
        and _either_or(one.value) == _either_or(other.value)
    )


def _adds_up(term: Term) -> bool:
    return term.kind in CUMULATIVE and not _either_or(term.value)


def _either_or(value: TermValue | None) -> str:
    """Of a routing instruction, the question that has one answer only; empty: it stands beside others."""
    named = set(value.names) if value is not None else set()
    return "payer" if named & set(FREIGHT_PAYERS) else "incoterm" if named & set(INCOTERMS) else ""


def _is_fixed(value: TermValue | None) -> bool:
    return value is not None and value.per in ("once", "delivery")


def _marked_conflicts(effective: list[EffectiveTerm]) -> list[EffectiveTerm]:
    """Two agreements in force that differ: both are shown, neither is decided for."""
    marked = []
    for each in effective:
        others = [
            other
            for other in effective
            if other.document.document_id != each.document.document_id
            and not _adds_up(each.term)
            and not each.term.adds
            and not other.term.adds
            and _same_subject(each.term, other.term)
            and each.term.value != other.term.value
            and not {each.document.amends, other.document.amends}
            & {each.document.document_id, other.document.document_id}
        ]
        marked.append(replace(each, term=replace(each.term, status="conflicting")) if others else each)
    return marked


def _document_json(document: Document) -> dict[str, Any]:
    return {
        "document": document.document_id,
        "title": document.title,
        "path": document.path,
        "valid_from": document.valid_from.isoformat() if document.valid_from else None,
        "valid_to": document.valid_to.isoformat() if document.valid_to else None,
        "amends": document.amends,
        "superseded_by": document.superseded_by,
    }


def _effective_json(each: EffectiveTerm) -> dict[str, Any]:
    return each.term.to_json() | {
        "title": each.document.title,
        "document_type": each.document.type,
        "instead_of": [term.to_json() for term in each.instead_of],
    }
