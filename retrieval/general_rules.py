"""What procedures say about a subject on which a contract is silent: passages, never values, and no word of the contract's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from retrieval.passage import DEFAULT_COLLECTION, Passage, Reader, ScoredPassage
from retrieval.request import SearchRequest
from retrieval.search import Library
from retrieval.stored import page_at
from retrieval.terms import Span, TermKind

SUBJECTS: dict[str, tuple[str, tuple[TermKind, ...]]] = {
    "partial_shipments": (
        "when may an order be split into partial shipments, consent of the customer, first shipment share",
        ("partial_shipments", "split_first_minimum", "split_remainder_within", "split_max_shipments", "split_shipment_minimum"),
    ),
    "on_time": ("when is a delivery on time, promised date", ("on_time", "delivery_window")),
    "late_delivery": ("credit or penalty for late delivery", ("late_rate", "late_cap", "late_grace")),
    "approved_carriers": ("choosing a carrier, approved carriers", ("approved_carriers",)),
    "substitution": ("substitutes, delivering another item, consent", ("substitution",)),
    "minimum_order": ("minimum order value, handling charge", ("minimum_order", "minimum_quantity")),
    "required_documents": ("documents that must go with a delivery", ("required_documents",)),
    "notice_delay": ("telling the customer about a delay", ("notice_delay",)),
}  # fmt: skip
"""Subject -> what procedures are searched for, and the kinds of terms it stands for."""

_LEADING: dict[str, TermKind] = {
    "partial_shipments": "partial_shipments",
    "on_time": "on_time",
    "late_delivery": "late_rate",
    "approved_carriers": "approved_carriers",
    "substitution": "substitution",
    "minimum_order": "minimum_order",
    "required_documents": "required_documents",
    "notice_delay": "notice_delay",
}
"""A subject is open when its leading kind is: that a contract which allows splits names no share is no gap."""


def procedures_about(
    library: Library,
    unknown: Iterable[TermKind],
    reader: Reader,
    *,
    on_date: date,
    top: int = 2,
    collection: str = DEFAULT_COLLECTION,
) -> dict[str, tuple[ScoredPassage, ...]]:
    """The best passages of procedures in force for each open subject; subjects without any are left out.

    Raises:
        RetrievalError: documents cannot be searched at all.
    """
    kinds = set(unknown)
    found: dict[str, tuple[ScoredPassage, ...]] = {}
    for subject, (question, _) in SUBJECTS.items():
        if _LEADING[subject] not in kinds:
            continue
        request = SearchRequest(
            text=question, reader=reader, top=top, types=("sop",), on_date=on_date, collection=collection
        )
        passages = library.search(request).passages
        if passages:
            found[subject] = passages
    return found


def procedures_json(found: Mapping[str, Sequence[ScoredPassage]]) -> list[dict[str, Any]]:
    """Plain values, for the command line and HTTP."""
    return [
        {
            "subject": subject,
            "document": each.document.document_id,
            "title": each.document.title,
            "section": each.passage.section,
            "page": each.passage.page,
            "page_of": each.passage.page_of,
            "start": each.passage.start,
            "end": each.passage.end,
            "text": each.passage.text,
        }
        for subject, passages in found.items()
        for each in passages
    ]


def span_passage(
    library: Library, document_id: str, span: Span, reader: Reader, *, collection: str = DEFAULT_COLLECTION
) -> ScoredPassage:
    """A term's words as a passage that can be cited.

    Raises:
        DocumentRefused: not for this reader.
    """
    opened = library.open(document_id, reader, collection=collection)
    page = page_at(opened.pages, span.start)
    section = " > ".join(part for part in (span.heading, span.clause) if part)
    return ScoredPassage(
        passage=Passage(
            passage_id=f"{document_id}@{span.start}-{span.end}",
            document_id=document_id,
            text=opened.text[span.start : span.end],
            start=span.start,
            end=span.end,
            page=page.number if page else None,
            section=section,
            page_of=page.of if page else "",
            page_confidence=page.confidence if page else None,
        ),
        document=opened.document,
        score=1.0,
    )
