"""Which browser is whom. The browser holds a signed cookie with a random handle; the person's token stays in this process.

The handle is worth nothing without the cookie's signature, and the script of a page never sees the token (or the cookie).
"""

from __future__ import annotations

import secrets
import threading

from copilot.errors import NotSignedIn
from copilot.identity import Identity, Person, owner_of

ENDED = "Your sign-in has ended. Sign in again with your Odoo login."


class BrowserSignIns:
    """Handles of browsers -> tokens of `Identity`. Lives and dies with the process, like the people's Odoo sessions."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._tokens: dict[str, str] = {}
        self._guard = threading.Lock()

    def sign_in(self, login: str, secret: str) -> tuple[Person, str]:
        """Sign in with Odoo credentials; the person and the browser's new handle.

        Raises:
            SignInRefused, SignInBraked, OdooUnavailable: as `Identity.sign_in` does.
        """
        person = self._identity.sign_in(login, secret)
        handle = secrets.token_urlsafe(24)
        with self._guard:
            self._tokens[handle] = person.token
        return person, handle

    def person(self, handle: str | None) -> Person:
        """Who this browser is, asked anew for every event (RELIABILITY T7).

        Raises:
            NotSignedIn: unknown handle, signed out, too old, or from before a restart.
        """
        with self._guard:
            token = self._tokens.get(handle or "")
        if token is None:
            raise NotSignedIn(ENDED)
        try:
            return self._identity.by_token(token)
        except NotSignedIn:
            with self._guard:
                self._tokens.pop(handle or "", None)
            raise NotSignedIn(ENDED) from None

    def signed_in_as(self, owner: str) -> Person | None:
        """The person of that owner's name (`identity.owner_of`) who is signed in at a browser now, if any."""
        with self._guard:
            handles = list(self._tokens)
        for handle in handles:
            try:
                person = self.person(handle)
            except NotSignedIn:
                continue
            if owner_of(person) == owner:
                return person
        return None

    def sign_out(self, handle: str | None) -> None:
        with self._guard:
            token = self._tokens.pop(handle or "", None)
        if token is not None:
            self._identity.sign_out(token)
