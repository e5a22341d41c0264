"""One signed-in person at a real Odoo, whichever protocol carries the requests: what is asked, and whether the answer is one.

The protocols differ in how a request travels (`Wire`); what is asked of Odoo, and in whose context, is the same and stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

from erp_tools.errors import AccessDenied, OdooFailed, OdooGarbage, OdooUserError
from erp_tools.odoo.composed_read import composed_read
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.raw import context_for
from erp_tools.odoo.signing_in import GroupNames, read_user


class Wire(Protocol):
    """A person's connection. Keeps their secret, and shows it to nobody."""

    address: str

    def ask(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any],
        *,
        ids: Sequence[int] | None = None,
        change: bool = False,
    ) -> Any:
        """One public method with named arguments, on these records or on none. Raises the errors of `erp_tools.errors`."""
        ...

    def close(self) -> None: ...


class PersonSession:
    """See `RawSession`.

    Args:
        groups: names of groups that this server's sign-ins have learned.
        version: of the server, such as ``19.0``.
        nested: the server reads nested fields by itself (17 and later).
    """

    def __init__(
        self, wire: Wire, user: OdooUser, *, groups: GroupNames, version: str, nested: bool = True
    ) -> None:
        self._wire = wire
        self._user = user
        self._groups = groups
        self._version = version
        self._nested = nested

    @property
    def user(self) -> OdooUser:
        return self._user

    def look_again(self) -> OdooUser:
        """See `RawSession.look_again`."""
        # Without a context: a company that was taken away must not make the question itself fail.
        self._user = read_user(
            lambda model, method, ids, **named: self._wire.ask(model, method, named, ids=ids),
            self._user.user_id,
            self._groups,
            version=self._version,
            address=self._wire.address,
        )
        return self._user

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        if not self._nested:
            return composed_read(self._ask, model, domain, spec, order=order, limit=limit, offset=offset)
        found = self._ask(
            model,
            "web_search_read",
            {
                "domain": list(domain),
                "specification": spec,
                "order": order or None,
                "limit": limit,
                "offset": offset,
            },
        )
        if (
            not isinstance(found, Mapping)
            or not isinstance(found.get("records"), list)
            or not _is_count(found.get("length"))
        ):
            raise self._nonsense(f"a read of {model}")
        return found["records"], found["length"], 1

    def count(self, model: str, domain: Domain) -> int:
        found = self._ask(model, "search_count", {"domain": list(domain)})
        if not _is_count(found):
            raise self._nonsense(f"a count of {model}")
        return int(found)

    def describe_fields(
        self, model: str, names: Collection[str], about: Collection[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """What Odoo says about those of the fields that exist and that this person may read (its ``fields_get``)."""
        found = self._ask(model, "fields_get", {"allfields": list(names), "attributes": list(about)})
        if not isinstance(found, Mapping):
            raise self._nonsense(f"a question about the fields of {model}")
        return found

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        try:
            found = self.describe_fields(model, names, ["type"])
        except (AccessDenied, OdooFailed, OdooUserError):
            return frozenset()  # no such model here, or nothing of it for this person
        return frozenset(name for name in found if name in names)

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        arguments: Mapping[str, Any],
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        return self._ask(model, method, arguments, ids=ids, change=True, context=context)

    def close(self) -> None:
        self._wire.close()

    def _ask(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any],
        *,
        ids: Sequence[int] | None = None,
        change: bool = False,
        context: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        named = {**arguments, "context": {**context_for(self._user), **context}}
        return self._wire.ask(model, method, named, ids=ids, change=change)

    def _nonsense(self, what: str) -> OdooGarbage:
        return OdooGarbage(f"{self._wire.address} answered {what} with something else. Is it Odoo?")

    def __repr__(self) -> str:
        return f"<{self._user.login} at {self._wire.address}>"


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0
