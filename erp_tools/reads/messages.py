"""What was said and what has to be done: chatter messages and activities.

A message is evidence for what somebody said. It is never proof that it is so, and never an instruction to us.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from erp_tools.reads.rows import Row, day, link, many, moment, name_of, plain_text, text

MESSAGE_LIMIT = 30
"""Newest messages read of one record."""

MESSAGES: dict[str, Any] = {
    "fields": {
        "date": {},
        "body": {},
        "subject": {},
        "message_type": {},
        "is_internal": {},
        "author_id": {"fields": {"display_name": {}, "commercial_partner_id": {}}},
        "subtype_id": {"fields": {"display_name": {}}},
        "tracking_value_ids": {
            "fields": {
                "display_name": {},
                "old_value_char": {},
                "new_value_char": {},
                "old_value_datetime": {},
                "new_value_datetime": {},
            }
        },
    },
    "limit": MESSAGE_LIMIT,
}

ACTIVITIES: dict[str, Any] = {
    "fields": {
        "summary": {},
        "note": {},
        "date_deadline": {},
        "state": {},
        "create_date": {},
        "activity_type_id": {"fields": {"display_name": {}, "category": {}}},
        "user_id": {"fields": {"display_name": {}}},
    },
    "limit": 20,
}


@dataclass(frozen=True, kw_only=True)
class TrackedChange:
    """One change that Odoo logged by itself (mail.tracking.value); administrators alone may read them."""

    label: str
    before: datetime | str
    after: datetime | str


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message in the chatter of a record."""

    message_id: int
    model: str
    record_id: int
    at: datetime
    author: str
    author_company_id: int | None
    """The company contact behind the author: tells a customer's message from a colleague's."""
    text: str
    """Plain text: other people's words."""
    written: bool
    """A person wrote it (a comment, a note, an e-mail); False for Odoo's own log entries."""
    changes: tuple[TrackedChange, ...] = ()

    @classmethod
    def from_odoo(cls, row: Row, *, model: str, record_id: int) -> Message | None:
        at = moment(row, "date")
        if at is None:
            return None
        author_row = row.get("author_id")
        company = link(author_row, "commercial_partner_id") if isinstance(author_row, dict) else None
        words = "\n".join(part for part in (text(row, "subject"), plain_text(text(row, "body"))) if part)
        return cls(
            message_id=int(row["id"]),
            model=model,
            record_id=record_id,
            at=at,
            author=name_of(row, "author_id"),
            author_company_id=company.record_id if company else None,
            text=words,
            written=text(row, "message_type") in ("comment", "email", "email_outgoing") and bool(words),
            changes=tuple(
                TrackedChange(
                    label=text(change, "display_name"),
                    before=moment(change, "old_value_datetime") or text(change, "old_value_char"),
                    after=moment(change, "new_value_datetime") or text(change, "new_value_char"),
                )
                for change in many(row, "tracking_value_ids")
            ),
        )


def messages_of(row: Row, *, model: str) -> tuple[Message, ...]:
    """The messages that came with a record, oldest first."""
    found = (
        Message.from_odoo(item, model=model, record_id=int(row["id"])) for item in many(row, "message_ids")
    )
    return tuple(
        sorted((item for item in found if item), key=lambda message: (message.at, message.message_id))
    )


@dataclass(frozen=True, kw_only=True)
class Activity:
    """Something that somebody has to do on a record (mail.activity); open ones only."""

    activity_id: int
    model: str
    record_id: int
    kind: str
    """The activity type, e.g. ``To-Do``, ``Upload Document``."""
    is_upload: bool
    """Its type asks for a document."""
    summary: str
    note: str
    """Plain text."""
    due: date | None
    created: datetime | None
    assigned_to: str

    @property
    def words(self) -> str:
        return " ".join(part for part in (self.kind, self.summary, self.note) if part)


def activities_of(row: Row, *, model: str) -> tuple[Activity, ...]:
    """The open activities that came with a record."""
    found = []
    for item in many(row, "activity_ids"):
        kind = item.get("activity_type_id")
        kind_row: Row = kind if isinstance(kind, dict) else {}
        found.append(
            Activity(
                activity_id=int(item["id"]),
                model=model,
                record_id=int(row["id"]),
                kind=text(kind_row, "display_name"),
                is_upload=text(kind_row, "category") == "upload_file",
                summary=text(item, "summary"),
                note=plain_text(text(item, "note")),
                due=day(item, "date_deadline"),
                created=moment(item, "create_date"),
                assigned_to=name_of(item, "user_id"),
            )
        )
    return tuple(found)
