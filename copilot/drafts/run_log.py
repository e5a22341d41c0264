"""What a worker writes down of a run: who has the draft, how far it is, what came of it. Every change is one transaction with its entry
in the audit.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa

from copilot.audit import Audit
from copilot.database import Database
from copilot.drafts import store
from copilot.drafts.draft import Draft
from copilot.errors import StateUnavailable
from erp_tools.actions.action import Outcome


class RunLog:
    """The part of an `Executor` that keeps; see there for its arguments."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        *,
        clock: Callable[[], float],
        hook: Callable[[str], None],
        lease: float,
    ) -> None:
        self._database, self._audit = database, audit
        self._clock, self._hook, self._lease = clock, hook, lease
        self._worker = uuid.uuid4().hex

    def _claim(self, draft: Draft) -> Draft | None:
        now = self._clock()
        with self._database.changing() as connection:
            draft = store.newest(connection, draft.draft_id)
            if draft.state not in {"approved", "claimed", "executing", "uncertain"}:
                return None
            if draft.state in {"approved", "claimed"} and store.stopped(connection, draft.action):
                return None
            if not store.claim(connection, draft, self._worker, now=now, until=now + self._lease):
                return None
            if draft.state == "approved":
                draft = store.move(connection, draft, "claimed")
                self._note(connection, "draft.claimed", draft)
        return draft

    def _renew(self, connection: sa.Connection, draft: Draft) -> bool:
        now = self._clock()
        return store.claim(connection, draft, self._worker, now=now, until=now + self._lease)

    @contextmanager
    def _kept_alive(self, draft: Draft) -> Iterator[None]:
        """Renews the lease for as long as Odoo takes, so that a dead worker's draft is taken up soon and a slow one's is not."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(self._lease / 3):
                with suppress(StateUnavailable), self._database.changing() as connection:
                    self._renew(connection, draft)

        thread = threading.Thread(target=renew, name="draft-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _step_done(self, draft: Draft, position: int, seen: Outcome) -> None:
        with self._database.changing() as connection:
            store.end_step(connection, draft.draft_id, position, "done", seen.text)
            self._note(connection, "draft.step_done", draft, position=position, text=seen.text,
                       records=[list(record) for record in seen.records])  # fmt: skip
        self._hook("step_done")

    def _leave_to_people(self, draft: Draft, position: int) -> None:
        """Odoo's word and Odoo's records disagree: it is not called again for this."""
        with self._database.changing() as connection:
            store.end_step(connection, draft.draft_id, position, "unclear", "said done, not found")

    def _how_far(self, draft: Draft, text: str) -> str:
        with self._database.reading() as connection:
            done = [row.name for row in store.steps_of(connection, draft.draft_id) if row.state == "done"]
        if not done:
            return f"nothing was changed. {text}"
        return f"half of it was done ({', '.join(done)}), the rest was not. {text}"

    def _uncertain(self, draft: Draft, text: str) -> Draft:
        fresh = self._fresh(draft)
        if fresh.state == "uncertain":
            return fresh
        return self._moved(fresh, "uncertain", text)

    def _end(self, draft: Draft, state: Any, text: str) -> Draft:
        draft = self._fresh(draft)
        if state == "executed" and draft.state == "claimed":
            draft = self._moved(draft, "executing")
        ended = self._moved(draft, state, text)
        self._hook("finished")
        return ended

    def _moved(self, draft: Draft, state: Any, text: str = "") -> Draft:
        with self._database.changing() as connection:
            draft = store.move(connection, draft, state, reason=text[:2000])
            self._note(connection, f"draft.{state}", draft, reason=draft.reason)
        return draft

    def _fresh(self, draft: Draft) -> Draft:
        with self._database.reading() as connection:
            return store.newest(connection, draft.draft_id)

    def _note(self, connection: sa.Connection, kind: str, draft: Draft, **body: Any) -> None:
        self._audit.append(
            connection, kind, subject=f"draft:{draft.draft_id}",
            body={"action": draft.action, "version": draft.version, "digest": draft.digest, **body},
        )  # fmt: skip
