"""What a search is asked and gives back, and which documents and passages it may look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from retrieval.access import in_force, in_force_on, may_read, readable_by
from retrieval.knowledge_base import AnyOf, IndexFilter
from retrieval.passage import DEFAULT_COLLECTION, Document, DocumentType, Reader, ScoredPassage
from retrieval.stored import PageSpan


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What is known about the case from elsewhere, such as the order a question is about."""

    customer: str = ""
    """Customer reference (res.partner.ref); documents about other customers are left out."""
    carrier: str = ""
    """Carrier name (delivery.carrier); documents about it come before those about other carriers."""
    vendor: str = ""
    """Vendor reference (res.partner.ref); documents about other vendors are left out."""
    names: tuple[str, ...] = ()
    """Party names that may stand in the question and must not decide which passage wins."""


@dataclass(frozen=True, kw_only=True)
class SearchRequest:
    """One search."""

    text: str
    reader: Reader
    top: int = 10
    collection: str = DEFAULT_COLLECTION
    scope: Scope = field(default_factory=Scope)
    include_superseded: bool = False
    """Also documents that are expired, not yet in force or replaced."""
    on_date: date | None = None
    """Which documents are in force is decided for this day; None: today."""
    types: tuple[DocumentType, ...] = ()
    """Only documents of these types; empty: all."""
    documents: tuple[str, ...] = ()
    """Only these document ids, as when it is known which contract applies; empty: all."""


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """What was found."""

    passages: tuple[ScoredPassage, ...] = ()
    """Best first; empty when nothing is relevant."""
    degraded: tuple[str, ...] = ()
    """What did not work, a sentence each; empty when all is well."""
    nothing_relevant: bool = False
    """The documents were searched and do not speak about this."""
    uncertain: bool = False
    """The passages are the nearest there are; whether the documents speak about this at all is open."""


@dataclass(frozen=True, kw_only=True)
class OpenedDocument:
    """A document for reading, and for quoting ``text[start:end]``."""

    document: Document
    text: str
    """The extracted text that all spans refer to."""
    body_start: int
    """Where the text proper begins; front matter stands before it."""
    pages: tuple[PageSpan, ...] = ()
    """In the order of the text; empty where the format has no pages."""


def is_eligible(document: Document, request: SearchRequest, day: date) -> bool:
    """Whether a document may be found at all: by this reader, of these types, in force on that day."""
    if not may_read(request.reader, document):
        return False
    if request.types and document.type not in request.types:
        return False
    if request.documents and document.document_id not in request.documents:
        return False
    return request.include_superseded or in_force(document, day)


def index_filter(request: SearchRequest) -> IndexFilter:
    """The same for an index, with what is known about the case."""
    wanted = readable_by(request.reader)
    if request.types:
        wanted = wanted.and_also(AnyOf(field="type", values=request.types))
    if request.documents:
        wanted = wanted.and_also(AnyOf(field="document_id", values=request.documents))
    if not request.include_superseded:
        wanted = wanted.and_also(*in_force_on(day_of(request)))
    for name in ("customer", "vendor"):
        value = getattr(request.scope, name)
        if value:
            wanted = wanted.and_also(AnyOf(field=name, values=("", value)))
    return wanted


def day_of(request: SearchRequest) -> date:
    """The day for which it is decided what is in force."""
    return request.on_date or datetime.now(UTC).astimezone().date()
