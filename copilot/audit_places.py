"""Where in Odoo the head of the audit log is anchored: the add-on's own table, a note on one's own contact, or a private conversation.

Which of them is open depends on the Odoo and on the rights of whoever anchors; the first that is takes it. The add-on's table and the
conversation need no right beyond that of any internal user.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from erp_tools.actions.calls import Post, load_once
from erp_tools.errors import OdooError, OdooFailed, OdooRefused, OdooUserError
from erp_tools.odoo.gateway import OdooSession

TABLE = "distribution.copilot.anchor"
CONVERSATION = "discuss.channel"
CONVERSATION_NAME = "Copilot audit log"
_ID = re.compile(r"<copilot-audit\.(\d+)\.([0-9a-f]{64})@distribution-copilot>")


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One of them."""

    seq: int
    seal: str
    at: str
    """When Odoo got it, UTC."""
    place: str
    """In words."""


def put(session: OdooSession, seq: int, seal: str) -> str:
    """Put it into the first place that takes it, once however often it is asked for. Which one, in words.

    Raises:
        OdooUserError, OdooRefused, OdooFailed: no place takes it; says why the last one did not. OdooUnavailable.
    """
    problem: OdooError | None = None
    for name, place in (
        ("the add-on's table", _table),
        ("a note on their own contact", _contact),
        ("a private conversation", _talk),
    ):
        try:
            place(session, seq, seal)
            return name
        except (OdooUserError, OdooRefused, OdooFailed) as error:
            problem = error
    assert problem is not None
    raise problem


def found(session: OdooSession) -> list[Anchor]:
    """Everything that this person anchored and can still see, the oldest first. Raises OdooUnavailable."""
    at = [["author_id", "=", session.user.partner_id], ["message_id", "ilike", "copilot-audit."]]
    rows = session.read(
        "mail.message", at, {"message_id": {}, "date": {}, "model": {}}, limit=2000, order="id"
    ).rows
    known = [
        Anchor(seq=int(match[1]), seal=match[2], at=str(row["date"]), place=_WORDS.get(str(row["model"]), str(row["model"])))
        for row in rows
        if (match := _ID.fullmatch(str(row.get("message_id") or "")))
    ]  # fmt: skip
    return sorted([*known, *_kept(session)], key=lambda one: (one.seq, one.at))


_WORDS = {"res.partner": "a note on their own contact", CONVERSATION: "a private conversation"}


def _kept(session: OdooSession) -> Sequence[Anchor]:
    try:
        rows = session.read(
            TABLE,
            [["create_uid", "=", session.user.user_id]],
            {"seq": {}, "seal": {}, "create_date": {}},
            limit=2000,
            order="id",
        ).rows
    except (OdooUserError, OdooRefused, OdooFailed):  # the add-on is not there, or an older one
        return []
    return [
        Anchor(
            seq=int(row["seq"]),
            seal=str(row["seal"]),
            at=str(row["create_date"]),
            place="the add-on's table",
        )
        for row in rows
    ]


def _table(session: OdooSession, seq: int, seal: str) -> None:
    session.call(TABLE, "keep", [], seq=seq, seal=seal)


def _contact(session: OdooSession, seq: int, seal: str) -> None:
    if session.user.partner_id is None:
        raise OdooUserError("Odoo shows no contact of your own that a note could be put on.")
    _note(session, "res.partner", session.user.partner_id, seq, seal)


def _talk(session: OdooSession, seq: int, seal: str) -> None:
    """A conversation of one's own, made at the first use; nobody else is in it."""
    named = [["name", "=", CONVERSATION_NAME], ["create_uid", "=", session.user.user_id]]
    if not (rows := session.read(CONVERSATION, named, {"name": {}}, limit=1, order="id").rows):
        values = {"name": CONVERSATION_NAME, "channel_type": "group"}
        load_once(session, CONVERSATION, f"audit_log_{session.user.user_id}", values)
        rows = session.read(CONVERSATION, named, {"name": {}}, limit=1, order="id").rows
    if not rows:
        raise OdooUserError("Odoo does not show the conversation that the audit log is anchored in.")
    _note(session, CONVERSATION, rows[0]["id"], seq, seal)


def _note(session: OdooSession, model: str, record_id: int, seq: int, seal: str) -> None:
    note = Post(
        name="anchor the audit log", model=model, record_id=record_id, key=f"copilot-audit.{seq}.{seal}",
        text=f"Audit log of the distribution copilot: entry {seq}, seal {seal}.",
    )  # fmt: skip
    if note.observe(session).seen == "not_done":
        note.run(session)
    if note.observe(session).seen != "done":
        raise OdooUserError("Odoo took the note that anchors the audit log, and does not show it.")
