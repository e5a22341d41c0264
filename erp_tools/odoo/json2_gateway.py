"""Odoo 19 and later over JSON-2: ``POST /json/2/<model>/<method>`` with a bearer API key, on one kept connection."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from erp_tools.errors import (
    AccessDenied,
    OdooError,
    OdooFailed,
    OdooGarbage,
    OdooUnavailable,
    OdooUserError,
    SessionEnded,
)
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.raw import CALL_DEADLINE, READ_DEADLINE, context_for
from erp_tools.odoo.replies import doubtful, error_from, web_url
from erp_tools.odoo.signing_in import GroupNames, no_such_login, read_user
from erp_tools.odoo.transport import HttpConnection


class Json2Server:
    """One Odoo server and database behind JSON-2.

    Args:
        version: such as ``19.0``.
    """

    is_recording = False

    def __init__(
        self,
        url: str,
        db: str,
        *,
        version: str,
        read_deadline: float = READ_DEADLINE,
        call_deadline: float = CALL_DEADLINE,
    ) -> None:
        self.address = url.rstrip("/")
        self._db = db
        self._version = version
        self._read_deadline = read_deadline
        self._call_deadline = call_deadline
        self._groups = GroupNames()

    def version(self) -> str:
        return self._version

    def sign_in(self, login: str, secret: str) -> Json2Session:
        """Three round trips the first time, two when the groups are known: whose key is it, their row, names of new groups.

        The key has to belong to the login: a key alone says who somebody is, and we do not sign people in as somebody else.
        """
        wire = _Wire(
            self.address,
            self._db,
            secret,
            read_deadline=self._read_deadline,
            call_deadline=self._call_deadline,
        )
        try:
            who = wire.post("res.users", "context_get", {})
            user_id = who.get("uid") if isinstance(who, dict) else None
            if not isinstance(user_id, int):
                raise OdooGarbage(f"{self.address} does not say whose key this is. Is it Odoo 19 or later?")
            user = read_user(
                lambda model, method, ids, **kwargs: wire.post(model, method, {"ids": ids, **kwargs}),
                user_id,
                self._groups,
                version=self._version,
                address=self.address,
            )
            refused = None if user.login == login else no_such_login(login)
        except SessionEnded:
            refused = no_such_login(login)
        except BaseException:
            wire.close()
            raise
        if refused is not None:
            wire.close()
            raise refused
        return Json2Session(wire, user)

    def record_url(self, model: str, record_id: int) -> str:
        return web_url(self.address, self._version, model, record_id)

    def __repr__(self) -> str:
        return f"<Odoo {self._version} at {self.address}, JSON-2>"


class Json2Session:
    """One person over JSON-2; see `RawSession`."""

    def __init__(self, wire: _Wire, user: OdooUser) -> None:
        self._wire = wire
        self._user = user

    @property
    def user(self) -> OdooUser:
        return self._user

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        found = self._post(
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
        try:
            return list(found["records"]), int(found["length"]), 1
        except (TypeError, KeyError, ValueError) as error:
            raise OdooGarbage(
                f"{self._wire.address} answered a read of {model} with something else. Is it Odoo?"
            ) from error

    def count(self, model: str, domain: Domain) -> int:
        return int(self._post(model, "search_count", {"domain": list(domain)}))

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        try:
            found = self._post(model, "fields_get", {"allfields": list(names), "attributes": ["type"]})
        except (AccessDenied, OdooFailed, OdooUserError):
            return frozenset()  # no such model here, or nothing of it for this person
        return frozenset(name for name in found if name in names)

    def call(self, model: str, method: str, ids: Sequence[int], arguments: Mapping[str, Any]) -> Any:
        return self._post(model, method, {"ids": list(ids), **arguments}, change=True)

    def close(self) -> None:
        self._wire.close()

    def _post(self, model: str, method: str, arguments: dict[str, Any], *, change: bool = False) -> Any:
        return self._wire.post(
            model, method, {**arguments, "context": context_for(self._user)}, change=change
        )

    def __repr__(self) -> str:
        return f"<{self._user.login} at {self._wire.address}>"


class _Wire:
    """Requests with one person's key. Keeps the key, and shows it to nobody."""

    def __init__(
        self, address: str, db: str, key: str, *, read_deadline: float, call_deadline: float
    ) -> None:
        self.address = address
        self._headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": db}
        self._deadlines = (read_deadline, call_deadline)
        self._connection = HttpConnection(address)

    def post(self, model: str, method: str, arguments: dict[str, Any], *, change: bool = False) -> Any:
        """One request. Raises the errors of `erp_tools.errors`."""
        reply = self._connection.post(
            f"/json/2/{model}/{method}",
            json.dumps(arguments).encode(),
            headers=self._headers,
            deadline=self._deadlines[change],
            change=change,
        )
        failure: OdooError | None = None
        result: Any = None
        try:
            result = json.loads(reply.body)
        except ValueError:
            if reply.status >= 500:
                failure = OdooUnavailable(
                    f"{self.address} answered with HTTP status {reply.status}. Check that Odoo runs."
                )
            else:
                failure = OdooGarbage(
                    f"{self.address} answered something that is not Odoo's protocol (HTTP status {reply.status}). "
                    "Check COPILOT_ODOO_URL; JSON-2 needs Odoo 19 or later."
                )
            failure = doubtful(failure) if change else failure
        if failure is None and reply.status != 200:
            failure = self._refusal(reply.status, result, model)
        if failure is not None:
            raise failure
        return result

    def close(self) -> None:
        self._headers = {}
        self._connection.close()

    def _refusal(self, status: int, body: Any, model: str) -> OdooError:
        said: Mapping[str, Any] = body if isinstance(body, dict) else {}
        if status == 401:
            return SessionEnded(
                f"Odoo at {self.address} does not accept this API key (any more). Make a new one and sign in again."
            )
        # `debug` holds a traceback and `arguments` may hold values: neither is touched.
        return error_from(
            str(said.get("name", f"HTTP {status}")),
            str(said.get("message", "")),
            address=self.address,
            model=model,
        )

    def __repr__(self) -> str:
        return f"<connection to {self.address}>"
