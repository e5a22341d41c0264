"""Question and Answer: the values that travel through the doors. Their JSON form is DESIGN's contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

Status = Literal["answered", "partial", "needs_clarification", "not_found", "not_permitted", "unavailable"]

MAX_QUESTION_BYTES = 8_000
"""RELIABILITY T25: a message of at most 8 kB."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person asks, in which conversation."""

    text: str
    thread_id: str | None = None
    """None begins a new conversation."""
    answer_id: str | None = None
    """What the answer is to be called; None: a new id. A door gives it that has to find the answer again behind what it drew."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """An Odoo fact of this answer, with the id that the text cites."""

    id: str
    """``E1``, ``E2`` ... given by code, in the order in which they were read."""
    model: str
    record_id: int
    display_name: str
    fields: Mapping[str, Any]
    read_at: str
    """ISO 8601 with offset."""
    url: str

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "model": self.model,
            "record_id": self.record_id,
            "display_name": self.display_name,
            "fields": dict(self.fields),
            "read_at": self.read_at,
            "url": self.url,
        }


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A passage of a document, with the id that the text cites. `quote` is exactly ``text[start:end]`` of the document."""

    id: str
    """``K1``, ``K2`` ... given by code."""
    document: str
    """document_id."""
    title: str
    path: str
    page: int | None
    section: str
    start: int
    end: int
    quote: str
    type: str
    customer: str
    valid_from: str | None
    valid_to: str | None
    url: str
    """Opens the document at the passage."""
    page_of: str = ""
    """Name of the attachment that `page` belongs to; empty: the document itself."""
    page_confidence: float | None = None
    """How sure text recognition was of that page, 0..1; None: it was not recognised from a picture."""

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "document": self.document,
            "title": self.title,
            "path": self.path,
            "page": self.page,
            "page_of": self.page_of,
            "page_confidence": self.page_confidence,
            "section": self.section,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "type": self.type,
            "customer": self.customer,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
            "url": self.url,
        }


@dataclass(frozen=True, kw_only=True)
class Checks:
    """What grounding found in the text: claims looked at, claims supported, sentences removed."""

    claims: int = 0
    supported: int = 0
    removed: int = 0
    repaired: int = 0
    """Sentences that failed at first and not after the brain had put its text right once."""

    def to_json(self) -> dict[str, int]:
        """Plain values; `repaired` only where something was."""
        told = {"claims": self.claims, "supported": self.supported, "removed": self.removed}
        return told | ({"repaired": self.repaired} if self.repaired else {})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a person gets back."""

    answer_id: str
    thread_id: str
    question: str
    text: str
    """Markdown of ours with ``[E1]`` and ``[K1]`` marks."""
    status: Status
    diagnosis: Mapping[str, Any] | None = None
    options: tuple[Mapping[str, Any], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...] = ()
    drafts: tuple[Mapping[str, Any], ...] = ()
    checks: Checks = Checks()
    brain: str = "playbook"
    """``playbook`` or the model's name."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Prompt name -> version that was in force."""
    degraded: tuple[str, ...] = ()
    """What did not work or was not available, in words a person understands."""
    odoo_calls: int = 0
    timings_ms: Mapping[str, int] = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    """Questions that make sense next, ready to be asked."""
    comparison: Mapping[str, Any] | None = None
    """What goes with `options`: verdict, what would change it, arrivals, stock by warehouse; None when none were compared."""
    at_risk: Mapping[str, Any] | None = None
    """The list of orders at risk that was made, as `GET /api/v1/orders/at-risk` gives it; None when none was asked for."""

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Answer:
        """An answer as it was kept; what a later version added is left at its default."""
        known = {one.name for one in fields(cls)}
        values = {name: value for name, value in body.items() if name in known}
        for name in ("options", "drafts", "degraded", "suggestions"):
            values[name] = tuple(values.get(name) or ())
        values["evidence"] = tuple(Evidence(**one) for one in body.get("evidence") or ())
        values["citations"] = tuple(Citation(**one) for one in body.get("citations") or ())
        values["checks"] = Checks(**(body.get("checks") or {}))
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        return {
            "answer_id": self.answer_id,
            "thread_id": self.thread_id,
            "question": self.question,
            "text": self.text,
            "status": self.status,
            "diagnosis": dict(self.diagnosis) if self.diagnosis else None,
            "options": [dict(option) for option in self.options],
            "evidence": [one.to_json() for one in self.evidence],
            "citations": [one.to_json() for one in self.citations],
            "drafts": [dict(draft) for draft in self.drafts],
            "checks": self.checks.to_json(),
            "brain": self.brain,
            "prompts": dict(self.prompts),
            "degraded": list(self.degraded),
            "odoo_calls": self.odoo_calls,
            "timings_ms": dict(self.timings_ms),
            "suggestions": list(self.suggestions),
            "comparison": dict(self.comparison) if self.comparison else None,
            "at_risk": dict(self.at_risk) if self.at_risk else None,
        }


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A step of the turn, for people who wait: ``Reading S00042 in Odoo``."""

    text: str


@dataclass(frozen=True, kw_only=True)
class TextPart:
    """A piece of the answer's text that has passed grounding; parts joined are the answer's text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """The whole answer; always the last event of a stream."""

    answer: Answer


Event = Progress | TextPart | Done
