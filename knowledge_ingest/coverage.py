"""What the documents do not cover: customers without a contract, papers that run out, causes nobody wrote a procedure for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from erp_tools.lateness.taxonomy import CAUSES
from retrieval.access import in_force, may_read
from retrieval.passage import DEFAULT_COLLECTION, Document, Reader
from retrieval.search import Library

SOON_DAYS = 60
"""A document that ends within so many days is about to expire."""
SEES_UNREADABLE_FILES: frozenset[str] = frozenset({"compliance", "supervisor"})
"""Roles that are told about files that never became documents: nobody knows yet who may read those."""
_NO_CAUSE = frozenset({"on_time", "unknown"})


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A customer as Odoo has it."""

    ref: str
    """res.partner.ref; empty: it has none, so no document can belong to it."""
    name: str


@dataclass(frozen=True, kw_only=True)
class Uncovered:
    """A customer without a contract in force."""

    ref: str
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document, and why it is listed."""

    document: str
    title: str
    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """The report, as one person may see it."""

    on_date: date
    documents: int
    """Documents that were looked at: those this person may read."""
    customers: int | None
    """Customers that were looked at; None: Odoo was not asked."""
    without_contract: tuple[Uncovered, ...]
    expired: tuple[Listed, ...]
    """Past their last day, and no newer version took their place."""
    expiring: tuple[Listed, ...]
    """Ending within `SOON_DAYS`, with nothing that follows."""
    without_text: tuple[Listed, ...]
    without_owner: tuple[Listed, ...]
    causes_without_sop: tuple[str, ...]
    never_cited: tuple[Listed, ...] | None
    """None: the answers cannot be read."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"on_date": self.on_date.isoformat()}


def coverage(
    library: Library,
    reader: Reader,
    *,
    on_date: date,
    customers: Iterable[Customer] | None = None,
    cited: Mapping[str, int] | None = None,
    collection: str = DEFAULT_COLLECTION,
) -> Coverage:
    """What is missing, among the documents this reader may see.

    Args:
        customers: As the same person sees them in Odoo; None: not asked for.
        cited: Document id -> in how many answers it was cited; None: not known.

    Raises:
        StoreUnavailable: the documents cannot be read.
    """
    documents = [row.document for row in library.store.rows(collection) if may_read(reader, row.document)]
    named = None if customers is None else list(customers)
    followed = _followed(documents)
    return Coverage(
        on_date=on_date,
        documents=len(documents),
        customers=None if named is None else len(named),
        without_contract=tuple(_without_contract(documents, named or [], on_date)),
        expired=tuple(
            _listed(each, f"expired on {_day(each.valid_to)}")
            for each in documents
            if each.valid_to and each.valid_to < on_date and not each.superseded_by
        ),
        expiring=tuple(
            _listed(each, f"ends on {_day(each.valid_to)}")
            for each in documents
            if in_force(each, on_date)
            and each.valid_to
            and each.valid_to <= on_date + timedelta(days=SOON_DAYS)
            and each.document_id not in followed
        ),
        without_text=(*_without_text(documents), *_unreadable(library, reader, collection)),
        without_owner=tuple(
            _listed(each, "no owner is named") for each in documents if not each.owner.strip()
        ),
        causes_without_sop=_causes_without_sop(documents, on_date),
        never_cited=None
        if cited is None
        else tuple(
            _listed(each, "in no answer so far")
            for each in documents
            if in_force(each, on_date) and not cited.get(each.document_id)
        ),
    )


def _without_contract(
    documents: list[Document], customers: list[Customer], on_date: date
) -> Iterable[Uncovered]:
    contracts: dict[str, list[Document]] = {}
    for each in documents:
        # an amendment alone is no contract
        if each.type == "contract" and each.customer and not each.amends:
            contracts.setdefault(each.customer, []).append(each)
    for customer in sorted(customers, key=lambda one: (one.ref or "~", one.name)):
        own = contracts.get(customer.ref, []) if customer.ref else []
        if any(in_force(each, on_date) for each in own):
            continue
        if not customer.ref:
            reason = "has no reference in Odoo, so no document can be found for it"
        elif not own:
            reason = "no contract among the documents"
        else:
            last = max(own, key=lambda one: one.valid_to or date.max)
            future = last.valid_from and last.valid_from > on_date
            reason = f"{last.document_id} " + (
                f"begins on {_day(last.valid_from)}" if future else f"ended on {_day(last.valid_to)}"
            )
        yield Uncovered(ref=customer.ref, name=customer.name, reason=reason)


def _followed(documents: list[Document]) -> set[str]:
    return {each.document_id for each in documents if each.superseded_by} | {
        each.supersedes for each in documents if each.supersedes
    }


def _without_text(documents: list[Document]) -> Iterable[Listed]:
    for each in documents:
        if not each.text_length or "no_text" in each.flags:
            yield _listed(each, "no text could be read in it")


def _unreadable(library: Library, reader: Reader, collection: str) -> Iterable[Listed]:
    if not reader.roles & SEES_UNREADABLE_FILES:
        return
    for (_, path), entry in sorted(library.store.quarantined(collection).items()):
        yield Listed(document="", title="", path=path, reason=entry.reason)


def _causes_without_sop(documents: list[Document], on_date: date) -> tuple[str, ...]:
    covered = {
        cause for each in documents if each.type == "sop" and in_force(each, on_date) for cause in each.causes
    }
    return tuple(code for code in CAUSES if code not in covered and code not in _NO_CAUSE)


def _listed(document: Document, reason: str) -> Listed:
    return Listed(document=document.document_id, title=document.title, path=document.path, reason=reason)


def _day(value: date | None) -> str:
    return value.isoformat() if value else "an unknown day"
