"""Odoo 19 and later over JSON-2: ``POST /json/2/<model>/<method>`` with a bearer API key, on one kept connection."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from erp_tools.errors import OdooError, OdooGarbage, OdooUnavailable, SessionEnded
from erp_tools.odoo.person_session import PersonSession
from erp_tools.odoo.raw import CALL_DEADLINE, READ_DEADLINE
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

    def sign_in(self, login: str, secret: str) -> PersonSession:
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
            who = wire.ask("res.users", "context_get", {})
            user_id = who.get("uid") if isinstance(who, dict) else None
            if not isinstance(user_id, int):
                raise OdooGarbage(f"{self.address} does not say whose key this is. Is it Odoo 19 or later?")
            user = read_user(
                lambda model, method, ids, **named: wire.ask(model, method, named, ids=ids),
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
        return PersonSession(wire, user, groups=self._groups, version=self._version)

    def record_url(self, model: str, record_id: int) -> str:
        return web_url(self.address, self._version, model, record_id)

    def __repr__(self) -> str:
        return f"<Odoo {self._version} at {self.address}, JSON-2>"


class _Wire:
    """Requests with one person's key. Keeps the key, and shows it to nobody."""

    def __init__(
        self, address: str, db: str, key: str, *, read_deadline: float, call_deadline: float
    ) -> None:
        self.address = address
        self._headers = {"Authorization": f"bearer {key}", "X-Odoo-Database": db}
        self._deadlines = (read_deadline, call_deadline)
        self._connection = HttpConnection(address)

    def ask(
        self,
        model: str,
        method: str,
        arguments: Mapping[str, Any],
        *,
        ids: Sequence[int] | None = None,
        change: bool = False,
    ) -> Any:
        """See `person_session.Wire`."""
        records = {} if ids is None else {"ids": list(ids)}
        reply = self._connection.post(
            f"/json/2/{model}/{method}",
            json.dumps({**records, **arguments}).encode(),
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
