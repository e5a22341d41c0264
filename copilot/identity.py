"""Who is asking: sign-in with Odoo's own credentials, and the sessions that come of it.

A person's Odoo session lives in this process's memory only; secrets are handed to the gateway and kept nowhere else here.
What a browser or a script holds is a random token. Ending the session, its age, or a restart ends the token; so does Odoo, when it
does not accept the person any more.

Odoo applies its own rights at every read. What we keep of them (roles, companies, and with them masks and documents) is read again
before a question when it is older than `RIGHTS_SECONDS`.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from copilot.errors import NotSignedIn
from erp_tools.errors import OdooUnavailable, SessionEnded
from erp_tools.odoo.gateway import OdooServer, OdooSession, OdooUser
from erp_tools.odoo.roles import roles_of

RIGHTS_SECONDS = 10.0
"""How long roles and companies are taken as read. People ask more slowly than that, so a right that was withdrawn is missing in the
next question; a script that asks without a pause pays for one light read every ten seconds."""
UNCONFIRMED_SECONDS = 3600.0
"""While Odoo is down documents go on answering, with the rights it last confirmed: this long, then nothing is shown."""

ENDED = "Your sign-in has ended. Sign in again with your Odoo login."
WITHDRAWN = (
    "Odoo does not accept your sign-in any more: the password or key was changed, or the account was closed. "
    "Sign in again with your Odoo login."
)


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
    lock: threading.RLock = field(repr=False, compare=False, default_factory=threading.RLock)
    """One Odoo session serves one thread at a time."""
    rights_confirmed: bool = True
    """False: Odoo did not answer when their rights were due to be read again; these are the last ones it confirmed."""


def owner_of(person: Person) -> str:
    """Whose conversation or draft it is: the user of this Odoo, by id and login, so that neither a login given to somebody else
    later nor the same login in another Odoo opens anything."""
    return f"{person.odoo}#{person.user.user_id}:{person.login}"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A person as they are now, and what it took to know."""

    person: Person
    odoo_calls: int = 0


@dataclass(frozen=True, kw_only=True)
class _SignIn:
    """One sign-in; times as the clock tells them."""

    person: Person
    until: float
    """When it is too old."""
    due: float
    """When its rights have to be read again."""
    confirmed: float
    """When Odoo last said what they are."""


class Identity:
    """The sign-ins of this process.

    Args:
        server: the Odoo whose users may sign in.
        lifetime_seconds: how long a sign-in lasts.
        rights_seconds: how long roles and companies are taken as read.
        clock: seconds, monotonic; an argument so that tests can move it.
    """

    def __init__(
        self,
        server: OdooServer,
        *,
        lifetime_seconds: float,
        rights_seconds: float = RIGHTS_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._lifetime = lifetime_seconds
        self._rights_seconds = rights_seconds
        self._clock = clock
        self._people: dict[str, _SignIn] = {}
        self._guard = threading.Lock()

    def sign_in(self, login: str, secret: str) -> Person:
        """Sign in as an Odoo user.

        Raises:
            SignInRefused, SignInBraked, OdooUnavailable: as the gateway says.
        """
        session = self._server.sign_in(login.strip(), secret)
        person = Person(
            login=session.user.login,
            name=session.user.name,
            roles=roles_of(session.user),
            odoo=self._server.address,
            companies=_companies(session),
            user=session.user,
            session=session,
            token=secrets.token_urlsafe(32),
        )
        with self._guard:
            self._forget_old()
            now = self._clock()
            self._people[person.token] = _SignIn(
                person=person, until=now + self._lifetime, due=now + self._rights_seconds, confirmed=now
            )
        return person

    def current(self, person: Person, *, at_once: bool = False) -> Person:
        """The same person with the rights they have now: see `standing`."""
        return self.standing(person, at_once=at_once).person

    def standing(self, person: Person, *, at_once: bool = False) -> Standing:
        """The rights somebody has now. At most one light read every `rights_seconds`.

        Args:
            at_once: read them whatever their age (before something is changed on their word).

        Raises:
            NotSignedIn: signed out, or too old.
            SessionEnded: Odoo does not accept them any more; the token is gone with it.
            OdooUnavailable: Odoo has confirmed nothing for an hour; or `at_once`, and it does not answer.
        """
        with person.lock:
            held = self._held(person.token)
            if self._clock() < held.due and not at_once:
                return Standing(person=held.person)
            calls = person.session.log.calls
            try:
                known = self._read_again(held)
            except SessionEnded as error:
                with self._guard:
                    self._people.pop(person.token, None)
                person.session.close()
                raise SessionEnded(WITHDRAWN) from error
            except OdooUnavailable as error:
                if at_once:
                    raise
                known = self._unconfirmed(held, error)
            with self._guard:
                if person.token in self._people:
                    self._people[person.token] = known
            return Standing(person=known.person, odoo_calls=person.session.log.calls - calls)

    def _read_again(self, held: _SignIn) -> _SignIn:
        before = held.person
        user = before.session.look_again()
        same = user.company_ids == before.user.company_ids
        person = replace(
            before,
            user=user,
            roles=roles_of(user),
            companies=before.companies if same else _companies(before.session),
            rights_confirmed=True,
        )
        now = self._clock()
        return replace(held, person=person, due=now + self._rights_seconds, confirmed=now)

    def _unconfirmed(self, held: _SignIn, error: OdooUnavailable) -> _SignIn:
        now = self._clock()
        if now - held.confirmed > UNCONFIRMED_SECONDS:
            raise OdooUnavailable(
                "Odoo has not confirmed your rights for an hour, so nothing is shown until it answers again."
            ) from error
        # Due at once: the next question asks again (and while the breaker is open, asking costs nothing).
        return replace(held, person=replace(held.person, rights_confirmed=False), due=now)

    def by_token(self, token: str) -> Person:
        """The person behind a token.

        Raises:
            NotSignedIn: unknown, ended or too old.
        """
        return self._held(token).person

    def _held(self, token: str) -> _SignIn:
        with self._guard:
            self._forget_old()
            found = self._people.get(token)
        if found is None:
            raise NotSignedIn(ENDED)
        return found

    def by_owner(self, owner: str) -> Person | None:
        """Somebody who is signed in here, by `owner_of`; None when they are not."""
        with self._guard:
            self._forget_old()
            found = [held.person for held in self._people.values() if owner_of(held.person) == owner]
        return found[-1] if found else None

    def sign_out(self, token: str) -> None:
        with self._guard:
            found = self._people.pop(token, None)
        if found is not None:
            _close(found.person)

    def _forget_old(self) -> None:
        now = self._clock()
        for token in [token for token, held in self._people.items() if held.until <= now]:
            person = self._people.pop(token).person
            threading.Thread(target=_close, args=(person,), daemon=True).start()


def _companies(session: OdooSession) -> frozenset[str]:
    rows = session.read("res.company", [["id", "in", list(session.user.company_ids)]], {"name": {}}).rows
    return frozenset(str(row["name"]) for row in rows)


def _close(person: Person) -> None:
    """Close the Odoo session when no turn is using it."""
    with person.lock:
        person.session.close()
