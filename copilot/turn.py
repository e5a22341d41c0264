"""What one turn of conversation works with: who asks, what was read so far, and how it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.evidence_book import EvidenceBook
from copilot.identity import Person
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.odoo.gateway import OdooServer
from retrieval.search import Library

Outcome = Literal[
    "found",
    "partial",
    "several",
    "not_found",
    "not_permitted",
    "unavailable",
    "partner",
    "no_partner",
    "passages",
    "no_passages",
    "documents_unavailable",
]
"""How one read went: of an order (first row), of a partner or of the documents (second row)."""


@dataclass(kw_only=True)
class Turn:
    """Filled by the read tools while a brain works; read by the conversation when it is done."""

    person: Person
    server: OdooServer
    library: Library
    now: datetime
    """With timezone; everything in a turn happens at this instant."""
    book: EvidenceBook = field(default_factory=EvidenceBook)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    """In the order in which they were made; the first is the answer's diagnosis."""
    outcomes: list[Outcome] = field(default_factory=list)
    """One per read; the answer's status comes from them, never from a brain."""
    degraded: list[str] = field(default_factory=list)
    odoo_seconds: float = 0.0
    search_seconds: float = 0.0
    model_seconds: float = 0.0
    """Time spent waiting for a language model."""
    brain_failed: bool = False
    """True once the language model failed in this turn: the playbook finishes it."""
    said: list[str] = field(default_factory=list)
    """Sentences and names that code put into tool results: an answer may repeat them without other proof."""
    failures: list[str] = field(default_factory=list)
    """Kinds of failures, for the log; never shown."""

    @property
    def timezone(self) -> str:
        """IANA name of the person's timezone in Odoo; UTC if they have none that we know."""
        try:
            ZoneInfo(self.person.user.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return "UTC"
        return self.person.user.timezone

    def note_failure(self, error: BaseException) -> None:
        self.failures.append(type(error).__name__)

    def note_degraded(self, sentence: str) -> None:
        if sentence not in self.degraded:
            self.degraded.append(sentence)
