"""A document and its passages: the values that travel between ingest, index and answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

DocumentType = Literal["sop", "contract", "carrier_policy", "product_rule", "case_note", "unknown"]
Classification = Literal["public", "internal", "confidential", "restricted"]

ROLES = ("service", "supervisor", "purchasing", "sales", "finance", "compliance")

DEFAULT_COLLECTION = "default"

UNSURE_BELOW = 0.7
"""Mean confidence over a page's words below which its recognised text is to be checked against the scan."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One document as the company knows it; the text itself is kept beside it, unchanged, so that spans stay true."""

    document_id: str
    """Stable slug from the manifest or front matter, else made from the path."""
    title: str
    path: str
    """Relative to the folder it was ingested from, with forward slashes."""
    type: DocumentType
    owner: str = ""
    company: str = ""
    """Name of the company it belongs to; empty: every company of this installation."""
    customer: str = ""
    """Customer reference in Odoo (res.partner.ref), e.g. ``C-1001``; empty: not about one customer."""
    carrier: str = ""
    """Carrier name in Odoo (delivery.carrier); empty: not about one carrier."""
    vendor: str = ""
    """Vendor reference in Odoo (res.partner.ref), e.g. ``V-2003``."""
    classification: Classification = "internal"
    roles: tuple[str, ...] = ()
    """Roles that may read it; empty: every role."""
    valid_from: date | None = None
    valid_to: date | None = None
    version: str = ""
    supersedes: str = ""
    """document_id of the version this one replaces."""
    amends: str = ""
    """document_id of the document this one changes in part; both stay in force, and this one prevails."""
    superseded_by: str = ""
    """document_id of the version that replaced this one; derived at ingest."""
    superseded_from: date | None = None
    """First day on which the newer version is in force and this one no longer; derived at ingest."""
    causes: tuple[str, ...] = ()
    """Cause codes it tells what to do for."""
    language: str = "en"
    """ISO 639-1 code; empty where it cannot be told."""
    content_hash: str
    """SHA-256 of the file's bytes, hex."""
    text_length: int
    """Characters of the extracted text."""
    collection: str = DEFAULT_COLLECTION
    flags: tuple[str, ...] = ()
    """What its owner should look at: ``instruction_in_text``, ``hidden_text``, ``no_text``, ``no_owner`` ..."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A piece of a document that can be cited: exactly ``text[start:end]`` of the document's extracted text."""

    passage_id: str
    """document_id + ``#`` + running number."""
    document_id: str
    text: str
    start: int
    """First character in the document's extracted text."""
    end: int
    """One past the last character."""
    page: int | None = None
    """1-based page, where the format has pages; for XLSX None (the sheet and row stand in `section`)."""
    page_of: str = ""
    """Name of the attachment whose page it is; empty: the document's own. The text store fills it in from the document's pages."""
    page_confidence: float | None = None
    """How sure text recognition was of that page, 0..1; None: not recognised from a picture. Filled in like `page_of`."""
    section: str = ""
    """Heading path, outermost first, joined by `` > ``, e.g. ``4 Deliveries > 4.2 Partial shipments``."""


@dataclass(frozen=True, kw_only=True)
class ScoredPassage:
    """A passage that was found, with its document's properties (the access check needs them)."""

    passage: Passage
    document: Document
    score: float
    """Fused and normalised to 0..1, comparable within one search only."""
    referred_by: str = ""
    """passage_id of the best passage, which brought it to its place by referring to it or by using the term that it defines; else empty."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who is asking, as far as documents care."""

    login: str
    roles: frozenset[str]
    """Of `ROLES`; someone without any role reads only documents open to every role."""
    companies: frozenset[str]
    """Names of the companies they may see."""
    customers: frozenset[str] | None = None
    """References of the only customers whose documents they may see; None: no such limit."""
