"""What an adapter has to do: the bare exchange. Allow-list, masks, normalisation, retries, breaker and brake are in `guard.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec

READ_DEADLINE = 5.0
"""Seconds for one read, whole reply included."""
CALL_DEADLINE = 30.0
"""Seconds for one business method; Odoo may go on with it for up to its own limit (120 s unless configured)."""


class RawSession(Protocol):
    """One signed-in person at one server. Everything passed in has been checked; everything returned is as Odoo sends it."""

    @property
    def user(self) -> OdooUser: ...

    def look_again(self) -> OdooUser:
        """Read the person anew: groups, companies, timezone. One round trip while no unknown group turns up; `user` follows.

        Raises:
            SessionEnded: Odoo does not accept the sign-in any more, or shows the person no longer.
        """
        ...

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        """Rows, how many match in all, and how many round trips it took."""
        ...

    def count(self, model: str, domain: Domain) -> int: ...

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        """Those of the names that exist in this Odoo and that this person may read; empty when the model does not exist."""
        ...

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        context: Mapping[str, Any] = ...,
    ) -> Any:
        """Args: ids: None for a method of the model; context: what the allow-list adds to ours."""
        ...

    def close(self) -> None: ...


class RawServer(Protocol):
    """One server."""

    @property
    def address(self) -> str: ...

    @property
    def is_recording(self) -> bool: ...

    def version(self) -> str: ...

    def sign_in(self, login: str, secret: str) -> RawSession: ...

    def record_url(self, model: str, record_id: int) -> str: ...


def context_for(user: OdooUser) -> dict[str, Any]:
    """The context of every request: the person's language and timezone, and the companies they may see. Ours alone."""
    companies = [user.company_id, *(company for company in user.company_ids if company != user.company_id)]
    return {"lang": user.language, "tz": user.timezone, "allowed_company_ids": companies}
