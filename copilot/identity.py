"""Who is asking: sign-in with Odoo's own credentials, and the sessions that come of it.

A person's Odoo session lives in this process's memory only; secrets are handed to the gateway and kept nowhere else here.
What a browser or a script holds is a random token. Ending the session, its age, or a restart ends the token.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from copilot.errors import NotSignedIn
from erp_tools.odoo.gateway import OdooServer, OdooSession, OdooUser
from erp_tools.odoo.roles import roles_of


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is signed in. Equality and logs never show the token."""

    login: str
    name: str
    roles: frozenset[str]
    """Of `retrieval.passage.ROLES`."""
    companies: frozenset[str]
    """Names of the companies they may see: documents belong to a company by name."""
    odoo: str
    """Address of the Odoo they signed in to, with its database."""
    user: OdooUser
    session: OdooSession = field(repr=False, compare=False)
    """Their own Odoo session: every read of a turn goes through it."""
    token: str = field(repr=False, compare=False)
    lock: threading.Lock = field(repr=False, compare=False, default_factory=threading.Lock)
    """One Odoo session serves one thread at a time."""


class Identity:
    """The sign-ins of this process.

    Args:
        server: the Odoo whose users may sign in.
        lifetime_seconds: how long a sign-in lasts.
        clock: seconds, monotonic; an argument so that tests can move it.
    """

    def __init__(
        self, server: OdooServer, *, lifetime_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._lifetime = lifetime_seconds
        self._clock = clock
        self._people: dict[str, tuple[Person, float]] = {}
        self._guard = threading.Lock()

    def sign_in(self, login: str, secret: str) -> Person:
        """Sign in as an Odoo user.

        Raises:
            SignInRefused, SignInBraked, OdooUnavailable: as the gateway says.
        """
        session = self._server.sign_in(login.strip(), secret)
        companies = session.read("res.company", [["id", "in", list(session.user.company_ids)]], {"name": {}})
        person = Person(
            login=session.user.login,
            name=session.user.name,
            roles=roles_of(session.user),
            odoo=self._server.address,
            companies=frozenset(str(row["name"]) for row in companies.rows),
            user=session.user,
            session=session,
            token=secrets.token_urlsafe(32),
        )
        with self._guard:
            self._forget_old()
            self._people[person.token] = (person, self._clock() + self._lifetime)
        return person

    def by_token(self, token: str) -> Person:
        """The person behind a token.

        Raises:
            NotSignedIn: unknown, ended or too old.
        """
        with self._guard:
            self._forget_old()
            found = self._people.get(token)
        if found is None:
            raise NotSignedIn("Your sign-in has ended. Sign in again with your Odoo login.")
        return found[0]

    def sign_out(self, token: str) -> None:
        with self._guard:
            found = self._people.pop(token, None)
        if found is not None:
            _close(found[0])

    def _forget_old(self) -> None:
        now = self._clock()
        for token in [token for token, (_, until) in self._people.items() if until <= now]:
            person, _ = self._people.pop(token)
            threading.Thread(target=_close, args=(person,), daemon=True).start()


def _close(person: Person) -> None:
    """Close the Odoo session when no turn is using it."""
    with person.lock:
        person.session.close()
