"""The head of the audit log, put where whoever holds our database does not reach: a note in Odoo, on the page of the person who anchors.

A log that was cut off or written anew together with its head and its key still has to agree with every note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from copilot.audit import Audit, Problem
from copilot.errors import StateUnavailable
from copilot.identity import Person
from erp_tools.actions.calls import Post
from erp_tools.errors import AccessDenied

_ID = re.compile(r"<copilot-audit\.(\d+)\.([0-9a-f]{64})@distribution-copilot>")


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One note."""

    seq: int
    seal: str
    at: str
    """When Odoo got it, UTC."""


class _Note(Post):
    """Found again by an id that carries what it anchors."""

    @property
    def message_id(self) -> str:
        return f"<{self.key}@distribution-copilot>"


def anchor(audit: Audit, person: Person) -> Anchor:
    """Put the head as it stands into Odoo, once however often it is asked for.

    Raises:
        StateUnavailable: the log does not hold or is empty, or Odoo does not let this person write on their own contact; OdooError.
    """
    verdict = audit.verify()
    if not verdict.holds or not verdict.last:
        raise StateUnavailable(
            "The audit log is empty or is not what was written; it is not anchored. Run `copilot audit verify`."
        )
    if person.user.partner_id is None:
        raise StateUnavailable(
            "Odoo shows no contact of your own that a note could be put on; anchor the log as somebody else."
        )
    note = _Note(
        name="anchor the audit log", model="res.partner", record_id=person.user.partner_id,
        text=f"Audit log of the distribution copilot: entry {verdict.last}, seal {verdict.head}.",
        key=f"copilot-audit.{verdict.last}.{verdict.head}",
    )  # fmt: skip
    with person.lock:
        if note.observe(person.session).seen == "not_done":
            try:
                note.run(person.session)
            except AccessDenied as refused:
                raise StateUnavailable(
                    f"The log is not anchored: {refused} Anchoring puts a note on your own contact; whoever does it needs Odoo's right "
                    "Contact / Creation (base.group_partner_manager)."
                ) from refused
    return next(one for one in anchors(person) if one.seq == verdict.last)


def anchors(person: Person) -> list[Anchor]:
    """The notes on this person's page, the oldest first. Raises OdooError."""
    at = [
        ["model", "=", "res.partner"],
        ["res_id", "=", person.user.partner_id],
        ["message_id", "ilike", "copilot-audit."],
    ]
    with person.lock:
        rows = person.session.read(
            "mail.message", at, {"message_id": {}, "date": {}}, limit=1000, order="id"
        ).rows
    found = ((_ID.fullmatch(str(row.get("message_id") or "")), row) for row in rows)
    return [Anchor(seq=int(match[1]), seal=match[2], at=str(row["date"])) for match, row in found if match]


def disagreements(audit: Audit, known: list[Anchor]) -> list[Problem]:
    """Anchored entries that are not in the log as they were anchored; those that were retired properly are left out."""
    first, seals = audit.first(), audit.seals([one.seq for one in known])
    return [
        Problem(seq=one.seq, kind="truncated" if one.seq not in seals else "altered",
                text=f"entry {one.seq} is not what was anchored in Odoo on {one.at}")
        for one in known
        if one.seq >= first and seals.get(one.seq) != one.seal
    ]  # fmt: skip
