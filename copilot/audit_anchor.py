"""The head of the audit log, put where whoever holds our database does not reach: into Odoo.

A log that was cut off or written anew together with its head and its key still has to agree with every anchor. The running service
anchors once a day by itself where it was given an account for it; what came of it stands in the log, and health and
`copilot audit verify` tell it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from copilot.audit import Audit
from copilot.audit_chain import Problem
from copilot.audit_places import Anchor, found, put
from copilot.errors import CopilotError, StateUnavailable
from copilot.identity import Person, owner_of
from erp_tools.errors import OdooError, OdooFailed, OdooRefused, OdooUserError

log = logging.getLogger(__name__)

ANCHORED, FAILED = "audit.anchored", "audit.anchor_failed"
EVERY = timedelta(hours=24)
AGAIN = timedelta(hours=1)
"""After a failure."""
EMPTY = timedelta(minutes=5)
LATE = timedelta(hours=26)
"""A head that was last anchored longer ago is said to be late."""

HOW = "Name an account for it in COPILOT_ANCHOR_ODOO_USER and COPILOT_ANCHOR_ODOO_PASSWORD, or run `copilot audit anchor` from a timer."


def anchor(audit: Audit, person: Person) -> Anchor:
    """Put the head as it stands into Odoo, once however often it is asked for, and on record.

    Raises:
        StateUnavailable: the log does not hold or is empty, or Odoo lets this person put it nowhere; OdooUnavailable.
    """
    verdict = audit.verify()
    if not verdict.holds or not verdict.last:
        raise StateUnavailable(
            "The audit log is empty or is not what was written; it is not anchored. Run `copilot audit verify`."
        )
    known = audit.newest(ANCHORED)
    if known is not None and known.seq == verdict.last:
        # nothing but our own entry has come since: that head is anchored
        kept = next((one for one in anchors(person) if one.seq == known.body["seq"]), None)
        if kept is not None:
            return kept
    with person.lock:
        try:
            place = put(person.session, verdict.last, verdict.head)
        except (OdooUserError, OdooRefused, OdooFailed) as refused:
            raise StateUnavailable(
                f"The log is not anchored: {refused} Anchor it as an internal user of Odoo, or install the add-on of `deploy/odoo_addon`."
            ) from refused
    with audit.changing() as connection:
        audit.append(
            connection, ANCHORED, subject="audit", body={"seq": verdict.last, "place": place},
            actor=audit.actor_of(connection, owner_of(person), person.name),
        )  # fmt: skip
    return next(one for one in anchors(person) if one.seq == verdict.last)


def anchors(person: Person) -> list[Anchor]:
    """What this person anchored, the oldest first. Raises OdooError."""
    with person.lock:
        return found(person.session)


def disagreements(audit: Audit, known: list[Anchor]) -> list[Problem]:
    """Anchored entries that are not in the log as they were anchored; those that were retired properly are left out."""
    first, seals = audit.first(), audit.seals([one.seq for one in known])
    return [
        Problem(seq=one.seq, kind="truncated" if one.seq not in seals else "altered",
                text=f"entry {one.seq} is not what was anchored in Odoo on {one.at}")
        for one in known
        if one.seq >= first and seals.get(one.seq) != one.seal
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Anchoring:
    """How it stands with anchoring, for people."""

    state: Literal["ok", "off", "late", "failed"]
    text: str
    """What is so, and the next step where there is one."""


def anchoring(audit: Audit, *, by_itself: bool, now: datetime) -> Anchoring:
    """What the log says of its anchors.

    Args:
        by_itself: whether the service was given an account to anchor with.

    Raises:
        StateUnavailable: the database does not work.
    """
    done, failed = audit.newest(ANCHORED), audit.newest(FAILED)
    last = (
        f"entry {done.body['seq']} on {done.at[:16].replace('T', ' ')} UTC, in {done.body['place']}"
        if done
        else ""
    )
    if failed is not None and (done is None or failed.seq > done.seq):
        text = f"not anchored in Odoo since {failed.at[:16].replace('T', ' ')} UTC: {failed.body['reason']}"
        return Anchoring(state="failed", text=text + (f" Last: {last}." if done else ""))
    if done is None:
        return Anchoring(state="off", text=f"not anchored in Odoo{' yet' if by_itself else '. ' + HOW}")
    if now.astimezone(UTC) - datetime.fromisoformat(done.at) > LATE:
        step = "Look into the log of the service." if by_itself else HOW
        return Anchoring(state="late", text=f"last anchored in Odoo: {last}. {step}")
    return Anchoring(state="ok", text=f"anchored in Odoo: {last}")


class DailyAnchor:
    """Anchors the log once a day, as one account; asked as often as one likes.

    Args:
        sign_in: the account's session while it is needed.
        clock: now, with timezone.
    """

    def __init__(
        self,
        audit: Audit,
        sign_in: Callable[[], AbstractContextManager[Person]],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._audit, self._sign_in, self._clock = audit, sign_in, clock
        self._next: datetime | None = None

    def round(self) -> bool:
        """Anchor, if it is time. Whether it was done. Never raises for Odoo's sake: a failure is on record and tried again in an hour.

        Raises:
            StateUnavailable: the database does not work.
        """
        now = self._clock().astimezone(UTC)
        if self._next is None:
            done = self._audit.newest(ANCHORED)
            self._next = datetime.fromisoformat(done.at) + EVERY if done else now
        if now < self._next:
            return False
        if not self._audit.read(limit=1):  # nothing was decided yet
            self._next = now + EMPTY
            return False
        self._next = now + AGAIN
        try:
            with self._sign_in() as person:
                anchor(self._audit, person)
        except (OdooError, CopilotError) as error:
            log.warning("the audit log was not anchored: %s", error)
            self._note_failure(str(error))
            return False
        self._next = now + EVERY
        return True

    def _note_failure(self, reason: str) -> None:
        """Once for each reason and day: an account that is locked for a week shall not fill the log."""
        known = self._audit.newest(ANCHORED, FAILED)
        lately = (self._clock().astimezone(UTC) - EVERY).isoformat()
        if known is not None and known.kind == FAILED and known.body["reason"] == reason and known.at > lately:  # fmt: skip
            return
        with self._audit.changing() as connection:
            self._audit.append(connection, FAILED, subject="audit", body={"reason": reason[:1000]})
