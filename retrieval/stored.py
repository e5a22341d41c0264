"""What is kept of a document and its passages, as values, and the written form of a description."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Literal

from retrieval.passage import Document, Passage


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A name that a question may use for a document."""

    kind: Literal["title", "reference", "party"]
    """``party``: a customer, vendor, carrier or company it is about; may be shortened in a question."""
    name: str


@dataclass(frozen=True, kw_only=True)
class PageSpan:
    """A page of a document that has pages, or of something attached to it. Text may stand outside of all pages, as a mail's own does."""

    number: int
    """1-based."""
    start: int
    """First character in the document's text."""
    end: int
    """One past the last character."""
    of: str = ""
    """Name of the attachment that the page belongs to, as the mail gives it; empty: the document itself."""
    confidence: float | None = None
    """How sure text recognition was of the page's words on average, 0..1; None: not recognised from a picture."""


@dataclass(frozen=True, kw_only=True)
class StoredPassage:
    """A passage with what the index needs beside its text."""

    passage: Passage
    number: int
    """Running number within its document, from 0."""
    context: str = ""
    """Words that are not part of the passage but say what it is about, such as its table's header row."""
    embed_key: bytes = b""
    """Hash of the text that was embedded for it."""


@dataclass(frozen=True, kw_only=True)
class StoredDocument:
    """A document with everything that is kept of it."""

    document: Document
    revision: str
    """Hash of all that its index entries depend on."""
    source: str
    """Folder it was ingested from, absolute; or another name of a source."""
    inputs_hash: str
    """Hash of file, description and reader version: same inputs, nothing to do."""
    text: str
    body_start: int
    """First character after the front matter; what stands before it is description, not text to quote."""
    pages: tuple[PageSpan, ...]
    aliases: tuple[Alias, ...]
    """Names a question may use for it."""


@dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """A document without its text; what lists and access checks need."""

    document: Document
    revision: str
    source: str
    inputs_hash: str
    passages: int
    aliases: tuple[Alias, ...]


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A file that could not be read, and why."""

    path: str
    content_hash: str
    inputs_hash: str
    reason: str


def passage_id(document_id: str, number: int) -> str:
    """The public name of a passage."""
    return f"{document_id}#{number}"


def with_document(stored: StoredDocument, document: Document, revision: str) -> StoredDocument:
    """The same stored text under a changed description."""
    return replace(stored, document=document, revision=revision)


_DATES = ("valid_from", "valid_to", "superseded_from")
_LISTS = ("roles", "causes", "flags")
_KNOWN = {each.name for each in fields(Document)}


def page_at(pages: Iterable[PageSpan], at: int) -> PageSpan | None:
    """The page on which a character of the text stands, if any."""
    return next((page for page in pages if page.start <= at < page.end), None)


def pages_to(pages: Iterable[PageSpan]) -> str:
    """A list for each page: number, start, end; and what it belongs to and how sure it is, where there is such a thing."""
    return json.dumps(
        [
            [one.number, one.start, one.end, *([one.of, one.confidence] if _is_special(one) else [])]
            for one in pages
        ],
        ensure_ascii=False,
    )


def pages_from(written: str) -> tuple[PageSpan, ...]:
    """The pages of `pages_to`, also as they were written when a page was three numbers."""
    return tuple(
        PageSpan(
            number=number,
            start=start,
            end=end,
            of=more[0] if more else "",
            confidence=more[1] if more else None,
        )
        for number, start, end, *more in json.loads(written)
    )


def _is_special(page: PageSpan) -> bool:
    return bool(page.of) or page.confidence is not None


def document_to(document: Document) -> str:
    values = asdict(document)
    for name in _DATES:
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values, ensure_ascii=False)


def document_from(described: str) -> Document:
    values = {name: value for name, value in json.loads(described).items() if name in _KNOWN}
    for name in _DATES:
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in _LISTS:
        values[name] = tuple(values.get(name, ()))
    return Document(**values)


def aliases_from(written: str) -> tuple[Alias, ...]:
    return tuple(Alias(kind=kind, name=name) for kind, name in json.loads(written))
