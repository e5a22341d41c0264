"""The stop switch over drafts: for one kind of action, or for all. Looked at when something is approved and when it is claimed."""

from __future__ import annotations

from copilot.drafts import store
from copilot.drafts.book import DraftBook
from copilot.drafts.errors import NotYours, WrongState
from copilot.errors import NotFound
from copilot.identity import Person, owner_of
from erp_tools.actions.types import ACTION_TYPES

MAY_STOP = frozenset({"supervisor", "compliance"})
"""Roles that may throw the stop switch; only compliance may lift it."""
MAY_LIFT = frozenset({"compliance"})


class Switches(DraftBook):
    """The part of `Drafts` that stops and lifts."""

    def stop(self, person: Person, scope: str, reason: str) -> None:
        """The stop switch: nothing of this kind (or ``all``) is claimed any more. Raises NotYours, WrongState."""
        if not person.roles & MAY_STOP:
            raise NotYours("Only a supervisor or compliance may stop the copilot's actions.")
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
