"""Places in documents that options rest on, and the words of house rules found there. Opaque keys outside, K ids once they are cited."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from copilot.evidence_book import EvidenceBook
from retrieval.access import in_force
from retrieval.errors import RetrievalError
from retrieval.general_rules import span_passage
from retrieval.passage import Document, Reader
from retrieval.request import OpenedDocument
from retrieval.search import Library
from retrieval.terms import Span


@dataclass(kw_only=True)
class Proofs:
    """What one person may read of the documents on one day, opened at most once each."""

    library: Library
    reader: Reader
    on_date: date
    _opened: dict[str, OpenedDocument | None] = field(default_factory=dict)
    _spans: dict[str, tuple[str, Span]] = field(default_factory=dict)

    def key_of(self, document_id: str, span: Span) -> str:
        """An opaque key for a place; `cite` turns it into an id."""
        key = f"{document_id}@{span.start}-{span.end}"
        self._spans[key] = (document_id, span)
        return key

    def cite(self, book: EvidenceBook, key: str) -> str | None:
        """The K id of a place, filed as evidence; None when it cannot be opened any more."""
        known = self._spans.get(key)
        if known is None:
            return None
        try:
            return book.add_passage(span_passage(self.library, *known, self.reader))
        except RetrievalError:
            return None

    def open(self, document_id: str) -> OpenedDocument | None:
        """A document that this person may read and that is in force today; None otherwise."""
        if document_id not in self._opened:
            try:
                opened = self.library.open(document_id, self.reader)
                self._opened[document_id] = opened if in_force(opened.document, self.on_date) else None
            except RetrievalError:
                self._opened[document_id] = None
        return self._opened[document_id]

    def find(self, document_id: str, words: str, *, clause: str = "") -> str | None:
        """The key of the place where these words stand, white space aside; None where they do not."""
        opened = self.open(document_id)
        if opened is None:
            return None
        found = re.search(r"\s+".join(map(re.escape, words.split())), opened.text)
        if found is None:
            return None
        span = Span(start=found.start(), end=found.end(), quote=found.group(), clause=clause)
        return self.key_of(document_id, span)

    def document(self, document_id: str) -> Document | None:
        opened = self.open(document_id)
        return opened.document if opened else None
