"""The port to Odoo: sign in as a person, then read, count and call with that person's rights.

Three adapters serve it: `odoorpc_gateway` (Odoo 16 to 19, /jsonrpc), `json2_gateway` (19 and later, bearer API key) and
`recorded_gateway` (a recording of a real Odoo). The same contract tests hold all of them.

A *specification* is Odoo's own for ``web_search_read``: ``{"name": {}, "partner_id": {"fields": {"display_name": {}}}}``.
Rows come back as Odoo sends them, after one normalisation that all adapters share: an empty value is ``None`` (booleans stay
booleans), a many2one is ``{"id", ...}`` or ``None``, dates are ``YYYY-MM-DD`` and datetimes ``YYYY-MM-DD HH:MM:SS`` strings in UTC.
A one2many or many2many is a list of ids, or of rows where the specification names ``fields`` (beyond its ``limit`` bare ``{"id"}``).
A value that the person's role may not see is the text ``masked`` (`masks.py`); a field that their Odoo does not have, or keeps from them,
is left out of the row. To page, raise `offset` by `limit`, not by the number of rows: for messages Odoo drops rows from a page that the
person may not see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Row = dict[str, Any]
Spec = Mapping[str, Any]
Domain = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class OdooUser:
    """The person a session belongs to, as Odoo describes them."""

    user_id: int
    """res.users id."""
    login: str
    name: str
    partner_id: int | None = None
    company_id: int
    """The company they work in now."""
    company_ids: tuple[int, ...]
    """All companies they may see (allowed companies)."""
    timezone: str = "UTC"
    language: str = "en_US"
    groups: frozenset[str] = frozenset()
    """External ids of the groups we ask about at sign-in, e.g. ``copilot.role_service``, ``stock.group_stock_user``."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of rows and an honest count."""

    rows: list[Row]
    total: int
    """How many rows match in all, for this person; ``total - len(rows)`` were not read."""


@dataclass(frozen=True, kw_only=True)
class CallLog:
    """What one session has asked of Odoo so far (counted, never the values)."""

    calls: int = 0
    seconds: float = 0.0
    models: tuple[str, ...] = field(default=())


class OdooSession(Protocol):
    """One person's conversation with Odoo. Not shared between people; safe to use from one thread at a time."""

    @property
    def user(self) -> OdooUser: ...

    @property
    def log(self) -> CallLog:
        """Round trips and seconds since sign-in."""
        ...

    def look_again(self) -> OdooUser:
        """Read who this person is anew: groups, companies, timezone; `user` and what they may see follow. One round trip.

        Raises:
            SessionEnded: Odoo does not accept them any more.
            OdooUnavailable: nothing changed here.
        """
        ...

    def read(
        self, model: str, domain: Domain, spec: Spec, *, order: str = "", limit: int = 80, offset: int = 0
    ) -> Page:
        """Search and read with nested fields in one round trip.

        Raises:
            NotAllowed: model or a field is not in the allow-list (nothing was sent).
            AccessDenied: Odoo refuses this person.
            OdooUnavailable: no answer within the read deadline (after one retry).
        """
        ...

    def count(self, model: str, domain: Domain) -> int:
        """How many records match, for this person. Raises as `read`."""
        ...

    def call(self, model: str, method: str, ids: Sequence[int], **arguments: Any) -> Any:
        """Call one allow-listed business method, once, never retried.

        Raises:
            NotAllowed, AccessDenied, OdooUserError: it did not happen.
            OdooTimeout: it may still happen; read back before anything else.
        """
        ...

    def close(self) -> None: ...


class OdooServer(Protocol):
    """Where Odoo is, and the door to it."""

    @property
    def address(self) -> str:
        """What a person would open in a browser; ``recording:`` and its name for a recording."""
        ...

    @property
    def is_recording(self) -> bool: ...

    def version(self) -> str:
        """Such as ``19.0``. Raises OdooUnavailable."""
        ...

    def sign_in(self, login: str, secret: str) -> OdooSession:
        """Sign in with a password or an API key.

        Raises:
            SignInRefused, SignInBraked, OdooUnavailable.
        """
        ...

    def record_url(self, model: str, record_id: int) -> str:
        """The address that opens this record in Odoo's web client (for a recording: our own page of the record)."""
        ...
