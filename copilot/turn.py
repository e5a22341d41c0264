"""What one turn of conversation works with: who asks, what was read so far, and how it went."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from copilot.evidence_book import EvidenceBook
from copilot.identity import Person
from copilot.masking import Pseudonyms
from erp_tools.lateness.taxonomy import Diagnosis
from erp_tools.odoo.gateway import OdooServer
from retrieval.search import Library

if TYPE_CHECKING:
    from copilot.drafts.desk import Desk

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
    "drafted",
    "not_drafted",
]
"""How one read went: of an order, of a partner, of the documents, of a draft."""


TURN_SECONDS = 60.0
"""Longest time a turn reads and asks for; then it answers with what it has (RELIABILITY T25)."""
PLAYBOOK_SECONDS = 15.0
"""Of these, what a language model may not use up: the playbook finishes a turn that the model did not."""


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
    odoo_calls: int = 0
    """Round trips to Odoo of this turn alone; another turn of the same person does not count."""
    search_seconds: float = 0.0
    model_seconds: float = 0.0
    """Time spent waiting for a language model."""
    model_tokens: int = 0
    """Estimated tokens that this turn has sent to and received from a language model."""
    conversation: str = ""
    """Id of the conversation: the same names have the same pseudonyms throughout it."""
    before: Sequence[Mapping[str, Any]] = ()
    """What is kept of the conversation's answers so far, oldest first: the names in them are known in this turn, too."""
    pseudonyms: Pseudonyms | None = None
    """Of the conversation; None: none were needed so far."""
    begun: float = field(default_factory=time.monotonic)
    """When the turn began, on the monotonic clock."""
    transcript: list[Any] = field(default_factory=list)
    """The messages of the loop, for one attempt at repair."""
    kept_back: float = 0.0
    """Seconds of the turn that the brain at work may not use: while a language model is, those of the playbook behind it."""
    brain_failed: bool = False
    """True once the language model failed in this turn: the playbook finishes it."""
    said: list[str] = field(default_factory=list)
    """Sentences and names that code put into tool results: an answer may repeat them without other proof."""
    asked_for: list[str] = field(default_factory=list)
    """What a brain passed to the reads, drafted words included. It is nobody's proof, wherever it comes back (RELIABILITY T2)."""
    lists: list[dict[str, Any]] = field(default_factory=list)
    """Lists of orders at risk that were made, for the chat's card; the last is the answer's."""
    tell: Callable[[str], None] | None = None
    """Takes what a person who waits is told while a long read goes on; None: nobody listens."""
    comparisons: list[dict[str, Any]] = field(default_factory=list)
    """Options of orders that were compared, as `reads.options` gives them; the first is the answer's."""
    house_rules: Path | None = None
    """File of our own procedures' figures; None: those that ship with the product."""
    option_weights: Path | None = None
    """File of the weights between options; None: those that ship with the product."""
    results: list[str] = field(default_factory=list)
    """What the reads returned, as JSON text: grounding looks up there what code said of the evidence."""
    reads: list[dict[str, Any]] = field(default_factory=list)
    """The same with the tool's name and its arguments, in order: what an answer is rebuilt from."""
    failures: list[str] = field(default_factory=list)
    """Kinds of failures, for the log; never shown."""
    desk: Callable[[], Desk] | None = None
    """Where drafts are saved; None: nowhere. It may raise StateUnavailable."""
    further_back: tuple[tuple[str, str], ...] = ()
    """(question, the list of ours it was answered with) of what the person named before the questions that a brain gets word for
    word, oldest first: what "it" may still mean (`models.playbook.remembering`)."""
    words: tuple[str, ...] = ()
    """What the person themselves wrote in this conversation, the question last: the only text that a draft's target may come from."""
    answer_id: str = ""
    """Of the answer that this turn ends in; its drafts carry it."""
    kept_drafts: tuple[dict[str, Any], ...] = ()
    """What the brain before saved in this turn: the same is not saved again in other words."""
    drafts: list[dict[str, Any]] = field(default_factory=list)
    """Drafts that were saved or listed, in the contract's JSON."""

    @property
    def timezone(self) -> str:
        """IANA name of the person's timezone in Odoo; UTC if they have none that we know."""
        try:
            ZoneInfo(self.person.user.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return "UTC"
        return self.person.user.timezone

    @property
    def today(self) -> date:
        """The person's own day."""
        return self.now.astimezone(ZoneInfo(self.timezone)).date()

    def seconds_left(self) -> float:
        """Until the brain at work has to end with what it has."""
        return self.begun + TURN_SECONDS - self.kept_back - time.monotonic()

    def note_failure(self, error: BaseException) -> None:
        self.failures.append(type(error).__name__)

    def note_degraded(self, sentence: str) -> None:
        if sentence not in self.degraded:
            self.degraded.append(sentence)
