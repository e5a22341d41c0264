"""Approvers are told: an activity in Odoo asks a few of those who may decide, and is taken back when somebody did.

Both happen with the Odoo session of a person who is there: whoever hands a draft over asks, and whoever decides, or the requester,
takes the question back. What cannot be taken back now waits for the worker's next round with one of them signed in.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.draft import UNDECIDED, Draft
from copilot.drafts.tables import asks
from copilot.errors import NotFound
from copilot.identity import Person, owner_of
from erp_tools.actions.approvers import Colleague, EndActivity, colleagues_with
from erp_tools.actions.calls import Schedule
from erp_tools.errors import OdooError

log = logging.getLogger(__name__)

MOST_ASKED = 3
"""Activities for one draft, unless it takes more approvers than that."""


class Asking:
    """Asks, and takes questions back.

    Args:
        most: activities for one draft; 0: nobody is asked unless somebody is named.
        session_of: `owner_of` a person -> that person, if they are signed in here.
    """

    def __init__(
        self,
        database: Database,
        audit: Audit,
        session_of: Callable[[str], Person | None],
        *,
        most: int = MOST_ASKED,
    ) -> None:
        self._database, self._audit, self._session_of, self._most = database, audit, session_of, most

    def whom(self, person: Person, draft: Draft) -> list[Colleague]:
        """Who would be asked about a draft: those with the fewest questions open first. Nobody where Odoo does not say who may.

        Raises:
            OdooUnavailable: no answer.
        """
        if not self._most:
            return []
        try:
            with person.lock:
                found = colleagues_with(person.session, draft.approver_roles, company=draft.company)
        except OdooError as error:
            log.info("who may decide is not known from Odoo: %s", error)
            return []
        themselves = person.user.user_id
        others = [one for one in found if one.user_id != themselves]
        with self._database.reading() as connection:
            busy = _open_questions(connection)
        others.sort(key=lambda one: (busy.get(one.user_id, 0), one.name))
        return others[: max(self._most, int(draft.verdict.get("approvers", 1)))]

    def ask(self, person: Person, draft: Draft, colleagues: Sequence[Colleague], now: datetime) -> list[str]:
        """Plan the activities, each once however often it is asked for. Names of whom an activity asks now.

        Raises:
            OdooError: one could not be planned; those before it stand, and are on record.
        """
        until = now.astimezone(ZoneInfo(person.user.timezone or "UTC")).date()
        asked: list[str] = []
        for colleague in colleagues:
            question = _question(draft, colleague, until)
            with (
                self._database.changing() as connection
            ):  # first the row, so that it can be taken back whatever happens now
                _keep(connection, draft, colleague.user_id)
            with person.lock:
                if question.observe(person.session).seen == "not_done":
                    question.run(person.session)
                outcome = question.observe(person.session).seen
            with self._database.changing() as connection:
                who = self._audit.actor_of(
                    connection, f"{person.odoo}#{colleague.user_id}:{colleague.login}", colleague.name
                )
                self._audit.append(
                    connection, "draft.asked", subject=f"draft:{draft.draft_id}", body={"colleague": who, "outcome": outcome},
                    actor=self._audit.actor_of(connection, owner_of(person), person.name),
                )  # fmt: skip
            asked.append(colleague.name)
        return asked

    def end(self, *people: Person) -> int:
        """Take back the questions about drafts that nobody has to decide any more. How many were.

        Args:
            people: who is there, besides the requesters who are signed in; the first whom Odoo lets do it does.
        """
        ended = 0
        for draft, user_id in self._to_end():
            requester = self._session_of(draft.requester)
            candidates = [
                one
                for one in (requester, *people)
                if one is not None and draft.requester.startswith(f"{one.odoo}#")
            ]
            if any(_taken_back(one, draft, user_id) for one in candidates):
                self._note_ended(draft, user_id)
                ended += 1
        return ended

    def _to_end(self) -> list[tuple[Draft, int]]:
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(asks).where(asks.c.state == "asked").limit(200)).all()
            found = []
            for row in rows:
                try:
                    draft = store.newest(connection, row.draft_id)
                except NotFound:
                    continue
                if draft.version != row.version or draft.state not in UNDECIDED:
                    found.append((store.version_of(connection, row.draft_id, row.version), row.user_id))
        return found

    def _note_ended(self, draft: Draft, user_id: int) -> None:
        with self._database.changing() as connection:
            connection.execute(
                asks.update()
                .where(
                    asks.c.draft_id == draft.draft_id,
                    asks.c.version == draft.version,
                    asks.c.user_id == user_id,
                )
                .values(state="ended")
            )


def _question(draft: Draft, colleague: Colleague, until: date) -> Schedule:
    return Schedule(
        name=f"ask {colleague.name} to decide", model="sale.order", record_id=draft.order_id, user_id=colleague.user_id, until=until,
        summary=f"Decide: {draft.summary}"[:150], note=f"Decide it on the copilot's desk: /desk/{draft.draft_id}",
        key=_key(draft, colleague.user_id),
    )  # fmt: skip


def _key(draft: Draft, user_id: int) -> str:
    return f"copilot.{draft.draft_id}.{draft.version}.ask.{user_id}."


def _taken_back(person: Person, draft: Draft, user_id: int) -> bool:
    end = EndActivity(key=_key(draft, user_id))
    try:
        with person.lock:
            end.run(person.session)
            return end.observe(person.session).seen == "done"
    except OdooError as error:
        log.info("a question about draft %s could not be taken back: %s", draft.draft_id, error)
        return False


def _keep(connection: sa.Connection, draft: Draft, user_id: int) -> None:
    there = (
        asks.c.draft_id == draft.draft_id,
        asks.c.version == draft.version,
        asks.c.user_id == user_id,
    )
    if connection.execute(sa.select(asks.c.state).where(*there)).scalar() is None:
        row = {"draft_id": draft.draft_id, "version": draft.version, "user_id": user_id, "state": "asked"}
        connection.execute(asks.insert().values(row))


def _open_questions(connection: sa.Connection) -> dict[int, int]:
    wanted = sa.select(asks.c.user_id, sa.func.count()).where(asks.c.state == "asked").group_by(asks.c.user_id)  # fmt: skip
    return {int(user_id): int(count) for user_id, count in connection.execute(wanted)}
