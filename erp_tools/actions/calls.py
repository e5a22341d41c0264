"""The steps that several actions share: write one field, post a message, plan an activity. Each can be read back."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from erp_tools.actions.action import Outcome
from erp_tools.errors import OdooUserError
from erp_tools.odoo.gateway import OdooSession


@dataclass(frozen=True, kw_only=True)
class WriteField:
    """Sets one field. Compared three ways (before, wanted, now), because Odoo's own write has no guard."""

    name: str
    model: str
    record_id: int
    field: str
    before: Any
    wanted: Any
    repeatable: bool = False
    """A first call that waits in Odoo for somebody's lock may land after the second one, over what was written there meanwhile."""

    @property
    def expects(self) -> dict[str, dict[str, Any]]:
        """What has to stand there still, where Odoo itself compares."""
        return {f"{self.model},{self.record_id}": {self.field: self.before}}

    def run(self, session: OdooSession) -> None:
        session.call(self.model, "write", [self.record_id], vals={self.field: self.wanted})

    def observe(self, session: OdooSession) -> Outcome:
        now = value_of(session, self.model, self.record_id, self.field)
        if now == self.wanted:
            return Outcome(
                seen="done", text=f"{self.field} is {now}", records=((self.model, self.record_id),)
            )
        if now == self.before:
            return Outcome(seen="not_done", text=f"{self.field} is still {now}")
        return Outcome(seen="unclear", text=f"{self.field} is {now}: somebody else set it.")


@dataclass(frozen=True, kw_only=True)
class Post:
    """Posts a message or a note under a message id of ours, by which it is found again."""

    name: str
    model: str
    record_id: int
    text: str
    key: str
    partner_ids: Sequence[int] = ()
    """Whom it is sent to; empty for a note that stays inside."""
    subject: str = ""
    repeatable: bool = False
    is_trace: bool = True
    """It stands in the record's chatter."""

    @property
    def message_id(self) -> str:
        return f"<{self.key}@distribution-copilot>"

    def run(self, session: OdooSession) -> None:
        sent = {"partner_ids": list(self.partner_ids), "subject": self.subject} if self.partner_ids else {}
        session.call(
            self.model,
            "message_post",
            [self.record_id],
            body=as_html(self.text),
            body_is_html=True,
            message_type="comment",
            subtype_xmlid="mail.mt_comment" if self.partner_ids else "mail.mt_note",
            message_id=self.message_id,
            **sent,
        )

    def observe(self, session: OdooSession) -> Outcome:
        found = session.read(
            "mail.message",
            [
                ["model", "=", self.model],
                ["res_id", "=", self.record_id],
                ["message_id", "=", self.message_id],
            ],
            {"date": {}},
            limit=5,
        ).rows
        if not found:
            return Outcome(seen="not_done", text="there is no such message")
        if len(found) > 1:
            return Outcome(seen="unclear", text=f"the message stands there {len(found)} times.")
        return Outcome(seen="done", text="the message is there", records=(("mail.message", found[0]["id"]),))


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Plans an activity; its note carries the key, by which it is found while it is open and after it was done."""

    name: str
    model: str
    record_id: int
    user_id: int
    summary: str
    note: str
    until: date
    key: str
    repeatable: bool = False
    is_trace: bool = True

    def run(self, session: OdooSession) -> None:
        session.call(
            self.model,
            "activity_schedule",
            [self.record_id],
            act_type_xmlid="mail.mail_activity_data_todo",
            summary=self.summary,
            note=as_html(f"{self.note}\n\nDraft {self.key}"),
            user_id=self.user_id,
            date_deadline=self.until.isoformat(),
        )

    def observe(self, session: OdooSession) -> Outcome:
        at = [["res_model", "=", self.model], ["res_id", "=", self.record_id], ["note", "ilike", self.key]]
        found = session.read("mail.activity", at, {"summary": {}}, limit=5).rows
        if len(found) > 1:
            return Outcome(seen="unclear", text=f"the activity is planned {len(found)} times.")
        if found:
            return Outcome(
                seen="done", text="the activity is planned", records=(("mail.activity", found[0]["id"]),)
            )
        was = [["model", "=", self.model], ["res_id", "=", self.record_id], ["body", "ilike", self.key]]
        if session.read("mail.message", was, {"date": {}}, limit=1).rows:
            return Outcome(seen="done", text="the activity was planned, and is done already")
        return Outcome(seen="not_done", text="there is no such activity")


def load_once(session: OdooSession, model: str, external: str, values: Mapping[str, Any]) -> None:
    """Create one record by Odoo's ``load`` under an external id of ours: the second call with it finds the first one's record.

    Args:
        external: what the id is made of; unique to the step.
        values: column of `load` -> value; what is empty is left out.

    Raises:
        OdooUserError: Odoo created nothing; it says why. `load` answers a refusal as a message and not as an error.
        and as `OdooSession.call`.
    """
    given = {name: str(value) for name, value in values.items() if value not in (None, False, "")}
    reply = session.call(
        model,
        "load",
        [],
        fields=["id", *given],
        data=[["copilot." + external.replace(".", "_"), *given.values()]],
    )
    if isinstance(reply, Mapping) and "ids" in reply and not reply["ids"]:
        said = [
            str(one.get("message", "")) for one in reply.get("messages") or () if isinstance(one, Mapping)
        ]
        raise OdooUserError(" ".join(filter(None, said)) or "Odoo created nothing, and does not say why.")


def value_of(session: OdooSession, model: str, record_id: int, field: str) -> Any:
    """A field's value as it is written: a many2one as its id. None where the record is gone."""
    rows = session.read(model, [["id", "=", record_id]], {field: {}}, limit=1).rows
    value = rows[0].get(field) if rows else None
    return value["id"] if isinstance(value, dict) else value


def as_html(text: str) -> str:
    """Our own plain text as Odoo's HTML; nothing in it can be markup."""
    return "".join(
        f"<p>{html.escape(part).replace(chr(10), '<br/>')}</p>" for part in text.strip().split("\n\n")
    )
