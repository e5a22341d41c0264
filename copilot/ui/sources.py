"""One piece of evidence of a stored answer, as the side panel and its own page show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any, Literal, Protocol

from copilot.answer import Citation, Evidence
from copilot.errors import NotFound
from copilot.places import is_unsure, page_words, scan_words
from copilot.ui.labels import DOCUMENT_TYPES, day_text, field_label, model_label, moment_text, value_text
from copilot.ui.links import allowed_url
from copilot.ui.markdown import without_hidden_characters

_AROUND = 360
"""Characters of the document shown before and after a quote."""


class OpenedDocument(Protocol):
    """What `Copilot.open_document` gives, as far as a screen needs it."""

    @property
    def document(self) -> Any: ...
    @property
    def text(self) -> str: ...
    @property
    def body_start(self) -> int: ...
    @property
    def pages(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Validity:
    """Whether a document is in force today, and the sentence that says so."""

    state: Literal["in_force", "superseded", "expired", "not_yet", "open"]
    text: str

    @property
    def is_warning(self) -> bool:
        return self.state in ("superseded", "expired", "not_yet")


def validity(*, valid_from: date | None, valid_to: date | None, superseded: bool, today: date) -> Validity:
    """Judge a document's dates on a day."""
    span = f"{day_text(valid_from)} to {day_text(valid_to)}" if valid_to else f"since {day_text(valid_from)}"
    if superseded:
        return Validity(state="superseded", text="No longer in force: a newer version replaced it.")
    if valid_to and valid_to < today:
        return Validity(state="expired", text=f"Expired on {day_text(valid_to)}.")
    if valid_from and valid_from > today:
        return Validity(state="not_yet", text=f"Not in force before {day_text(valid_from)}.")
    if valid_from or valid_to:
        return Validity(
            state="in_force", text=f"In force {span if valid_from else f'until {day_text(valid_to)}'}."
        )
    return Validity(state="open", text="No dates are recorded for this document.")


def find_source(answer: Mapping[str, Any], source_id: str) -> Evidence | Citation:
    """The evidence or citation of a stored answer with this id.

    Args:
        answer: in the contract's JSON.

    Raises:
        NotFound: the answer has none.
    """
    for row in answer["evidence"]:
        if row["id"] == source_id:
            return Evidence(**row)
    for row in answer["citations"]:
        if row["id"] == source_id:
            return Citation(**row)
    raise NotFound(f"This answer has no source {source_id!r}. Open it from the answer again.")


def fact_view(fact: Evidence, *, odoo_address: str, zone: tzinfo) -> dict[str, Any]:
    """An Odoo record's fields in Odoo's own words."""
    return {
        "kind": "odoo",
        "id": fact.id,
        "type": model_label(fact.model),
        "title": without_hidden_characters(fact.display_name),
        "fields": field_rows(fact.model, fact.fields, zone=zone),
        "read": moment_text(fact.read_at, zone=zone),
        "url": allowed_url(fact.url, odoo_address=odoo_address),
        "from_recording": not odoo_address,
    }


def field_rows(model: str, fields: Mapping[str, Any], *, zone: tzinfo) -> list[dict[str, Any]]:
    """Label and value of each field; a list of records becomes rows of its own."""
    rows: list[dict[str, Any]] = []
    for name, value in fields.items():
        if name in ("id", "__last_update"):
            continue
        row: dict[str, Any] = {"label": field_label(model, name)}
        if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            row["records"] = [field_rows(model, one, zone=zone) for one in value]
        else:
            row["value"] = without_hidden_characters(value_text(model, name, value, zone=zone))
        rows.append(row)
    return rows


def passage_view(citation: Citation, opened: OpenedDocument, *, today: date) -> dict[str, Any]:
    """A quoted passage with some of the text around it."""
    document, text = opened.document, opened.text
    unchanged = text[citation.start : citation.end] == citation.quote
    standing = validity(
        valid_from=document.valid_from,
        valid_to=document.valid_to,
        superseded=bool(document.superseded_by),
        today=today,
    )
    return {
        "kind": "document",
        "id": citation.id,
        "type": DOCUMENT_TYPES.get(citation.type, "Document"),
        "title": without_hidden_characters(citation.title),
        "section": without_hidden_characters(citation.section),
        "page": citation.page,
        "place": page_words(citation.page, without_hidden_characters(citation.page_of)),
        "scan": scan_words(citation.page_confidence),
        "scan_warning": is_unsure(citation.page_confidence),
        "version": document.version,
        "validity": standing.text,
        "warning": standing.is_warning,
        "changed": not unchanged,
        "before": without_hidden_characters(_before(text, citation.start)) if unchanged else "",
        "quote": without_hidden_characters(citation.quote),
        "after": without_hidden_characters(_after(text, citation.end)) if unchanged else "",
        "url": allowed_url(citation.url),
    }


def _before(text: str, start: int) -> str:
    piece = text[max(0, start - _AROUND) : start]
    if start > _AROUND:
        cut = piece.find(" ")
        piece = "… " + piece[cut + 1 :]
    return piece


def _after(text: str, end: int) -> str:
    piece = text[end : end + _AROUND]
    if end + _AROUND < len(text):
        piece = piece[: piece.rfind(" ")] + " …"
    return piece
