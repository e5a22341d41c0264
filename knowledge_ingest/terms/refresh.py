"""Reading the terms of all contracts, when their text or the rules changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_ingest.cutting import TYPES_WITH_TERMS
from knowledge_ingest.terms.extract import RULES_VERSION, extract
from retrieval.passage import DEFAULT_COLLECTION, Document
from retrieval.search import Library
from retrieval.stored import StoredDocument
from retrieval.term_store import TermStore, term_store
from retrieval.terms import DocumentTerms, text_hash


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    """What was done."""

    read: int
    """Documents whose terms were read anew."""
    terms: int
    """Terms found in them."""
    forgotten: int
    """Documents that are gone."""


def refresh_terms(library: Library, *, collection: str = DEFAULT_COLLECTION) -> Refreshed:
    """Bring the stored terms to the texts that are stored. One document at a time; killed at any moment, the next run goes on.

    People's decisions are never touched.

    Raises:
        StoreUnavailable: texts cannot be read or terms not written.
    """
    store = term_store(library)
    states = store.states(collection)
    documents = {row.document.document_id: row.document for row in library.store.rows(collection)}
    wanted = {
        document_id: document
        for document_id, document in documents.items()
        if document.type in TYPES_WITH_TERMS
    }
    read = terms = 0
    for document_id in wanted:
        stored = library.store.document(collection, document_id)
        if stored is None or states.get(document_id) == _state(library, collection, stored):
            continue
        read, terms = read + 1, terms + _read(library, store, collection, stored)
    gone = set(states) - set(wanted)
    for document_id in gone:
        store.forget(collection, document_id)
    return Refreshed(read=read, terms=terms, forgotten=len(gone))


def read_terms(
    library: Library,
    documents: Sequence[tuple[StoredDocument, DocumentTerms | None]],
    *,
    collection: str = DEFAULT_COLLECTION,
) -> None:
    """Keep the terms of documents that were just put in, as `refresh_terms` would; that still has to come after the last of them,
    for what is gone and for amendments that came before what they amend.

    Args:
        documents: Each with what was read of it already; where that is nothing, it is read here.

    Raises:
        StoreUnavailable
    """
    contracts = [each for each in documents if each[0].document.type in TYPES_WITH_TERMS]
    if contracts:
        store = term_store(library)
        for stored, agreed in contracts:
            if agreed is None:
                _read(library, store, collection, stored)
            else:
                _, version = _state(library, collection, stored)
                store.keep(collection, replace(agreed, rules_version=version))


def _read(library: Library, store: TermStore, collection: str, stored: StoredDocument) -> int:
    """How many terms were found and kept."""
    _, version = _state(library, collection, stored)
    found = extract(
        stored.text,
        document_id=stored.document.document_id,
        start=stored.body_start,
        defined_by=_defined_by(library, collection, stored.document),
        rules_version=version,
    )
    store.keep(collection, found)
    return len(found.terms)


def _state(library: Library, collection: str, stored: StoredDocument) -> tuple[str, str]:
    """What the terms of a document are read from: its text, and the rules with the words they borrow."""
    return text_hash(stored.text), f"{RULES_VERSION}:{_defined_by_hash(library, collection, stored.document)}"


def _defined_by(library: Library, collection: str, document: Document) -> str:
    stored = library.store.document(collection, document.amends) if document.amends else None
    return stored.text if stored else ""


def _defined_by_hash(library: Library, collection: str, document: Document) -> str:
    """An amendment is read again when the agreement whose words it uses changes."""
    text = _defined_by(library, collection, document)
    return text_hash(text)[:8] if text else ""
