"""The stop switch over drafts: for one kind of action, or for all. Looked at when something is approved and when it is claimed."""

from __future__ import annotations

from dataclasses import dataclass

from copilot.drafts import store
from copilot.drafts.book import DraftBook
from copilot.drafts.errors import NotYours, WrongState
from copilot.errors import NotFound
from copilot.identity import Person, owner_of
from erp_tools.actions.types import ACTION_TYPES

MAY_STOP = frozenset({"supervisor", "compliance"})
"""Roles that may throw the stop switch; only compliance may lift it."""
MAY_LIFT = frozenset({"compliance"})


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop switch that is on."""

    scope: str
    """A kind of action, or ``all``."""
    by: str
    """Name of whoever threw it."""
    since: str
    """ISO 8601, UTC."""
    reason: str


class Switches(DraftBook):
    """The part of `Drafts` that stops and lifts."""

    def stops(self) -> list[Stop]:
        """What is stopped now; anybody who works here may know."""
        names = self._audit.names()
        with self._database.reading() as connection:
            rows = store.switches_on(connection)
        return [
            Stop(
                scope=row["scope"],
                by=names.get(self._audit.pseudonym(row["stopped_by"]), "somebody"),
                since=row["stopped_at"],
                reason=row["reason"],
            )
            for row in rows
        ]

    def stop(self, person: Person, scope: str, reason: str) -> None:
        """The stop switch: nothing of this kind (or ``all``) is claimed any more. Raises NotYours, WrongState."""
        if not person.roles & MAY_STOP:
            raise NotYours("Only a supervisor or compliance may stop the copilot's actions.")
        if not reason.strip():
            raise WrongState("Say why it is stopped: whoever waits for it wants to know.")
        if scope != "all" and scope not in ACTION_TYPES:
            raise WrongState(f"There is no kind of action called {scope!r}; name one of them, or all.")
        with self._database.changing() as connection:
            store.set_switch(connection, scope, by=owner_of(person), at=self._at(), reason=reason)
            self._note(
                connection,
                "switch.stopped",
                f"switch:{scope}",
                self._actor(connection, person),
                words={"reason": reason},
            )

    def resume(self, person: Person, scope: str) -> None:
        """Lift a stop switch. Raises NotYours, NotFound."""
        if not person.roles & MAY_LIFT:
            raise NotYours("Only compliance may lift a stop.")
        with self._database.changing() as connection:
            if not store.clear_switch(connection, scope):
                raise NotFound(f"Nothing is stopped under {scope!r}.")
            self._note(connection, "switch.lifted", f"switch:{scope}", self._actor(connection, person))
