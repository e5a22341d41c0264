"""Which document replaces which, derived from what they say of themselves once all of them are in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from knowledge_ingest.looking import hash_of
from knowledge_ingest.sources.source import ANYBODYS
from retrieval.document_store import DocumentStore
from retrieval.indexing import Indexer
from retrieval.passage import Document
from retrieval.stored import DocumentRow, with_document


def derive_supersession(store: DocumentStore, indexer: Indexer, collection: str) -> list[str]:
    """Tell each document by which it was replaced, and from which day on. Returns what was claimed and may not be."""
    rows = store.rows(collection)
    by_id = {row.document.document_id: row for row in rows}
    successors: dict[str, Document] = {}
    refused: list[str] = []
    for row in rows:
        if row.document.supersedes and row.document.supersedes != row.document.document_id:
            former = by_id.get(row.document.supersedes)
            if former is not None and not _may_replace(row, former):
                refused.append(
                    f"{row.document.path} says that it replaces {row.document.supersedes!r}, which is another company's "
                    "or from another source; it does not."
                )
                continue
            # two that claim to replace the same one: the earlier to be in force wins
            other = successors.get(row.document.supersedes)
            if other is None or (_since(row.document), row.document.document_id) < (
                _since(other),
                other.document_id,
            ):
                successors[row.document.supersedes] = row.document
    for row in rows:
        successor = successors.get(row.document.document_id)
        by = successor.document_id if successor else ""
        since = _since(successor) if successor else None
        if (row.document.superseded_by, row.document.superseded_from) == (by, since):
            continue
        stored = store.document(collection, row.document.document_id)
        if stored is None:
            continue
        document = replace(stored.document, superseded_by=by, superseded_from=since)
        indexer.put(
            with_document(stored, document, revision_of(document, stored.inputs_hash)),
            store.passages(collection, document.document_id),
        )
    return refused


def keep_supersession(document: Document, there: DocumentRow | None) -> Document:
    """What is derived from other documents stays as it was until it is derived anew."""
    if there is None:
        return document
    return replace(
        document,
        superseded_by=there.document.superseded_by,
        superseded_from=there.document.superseded_from,
    )


def revision_of(document: Document, inputs_hash: str) -> str:
    """Hash of all that a document's index entries depend on."""
    return hash_of(inputs_hash, document.superseded_by, str(document.superseded_from))[:16]


def _may_replace(row: DocumentRow, former: DocumentRow) -> bool:
    """A document takes none of another company's out of the answers, and what hangs on an Odoo record only its like."""
    if row.source.startswith(ANYBODYS) and row.source != former.source:
        return False
    return row.document.company in ("", former.document.company)


def _since(document: Document) -> date:
    return document.valid_from or date.min
