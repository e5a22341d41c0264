"""Odoo over /jsonrpc with odoorpc: versions 16 to 19, password or API key. The only home of odoorpc.

odoorpc writes to Odoo as soon as a record's field is assigned (`auto_commit`), and puts passwords into its debug log: the first is
switched off here and its records are never used, the second is silenced. One `odoorpc.ODOO` object per user and session.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import odoorpc
import odoorpc.error

from erp_tools.errors import (
    AccessDenied,
    OdooError,
    OdooFailed,
    OdooGarbage,
    OdooUnavailable,
    OdooUserError,
)
from erp_tools.odoo.composed_read import composed_read
from erp_tools.odoo.gateway import Domain, OdooUser, Row, Spec
from erp_tools.odoo.raw import CALL_DEADLINE, READ_DEADLINE, context_for
from erp_tools.odoo.replies import doubtful, error_from, major, web_url
from erp_tools.odoo.signing_in import GroupNames, no_such_login, read_user
from erp_tools.odoo.transport import HttpConnection

FIRST_WITH_NESTED_READS = 17


class OdooRpcServer:
    """One Odoo server and database behind /jsonrpc.

    Args:
        version: such as ``19.0``; decides how nested reads are made.
        nested_reads: False composes them of several plain reads, as Odoo 16 needs it; by default the version decides.
    """

    is_recording = False

    def __init__(
        self,
        url: str,
        db: str,
        *,
        version: str,
        nested_reads: bool | None = None,
        read_deadline: float = READ_DEADLINE,
        call_deadline: float = CALL_DEADLINE,
    ) -> None:
        self.address = url.rstrip("/")
        self._db = db
        self._version = version
        self._nested = major(version) >= FIRST_WITH_NESTED_READS if nested_reads is None else nested_reads
        self._read_deadline = read_deadline
        self._call_deadline = call_deadline
        self._groups = GroupNames()

    def version(self) -> str:
        return self._version

    def sign_in(self, login: str, secret: str) -> OdooRpcSession:
        """Three round trips the first time, two when the groups are known: who is it, their row, names of new groups."""
        wire = _Wire(
            self.address,
            self._db,
            self._version,
            read_deadline=self._read_deadline,
            call_deadline=self._call_deadline,
        )
        try:
            user_id = wire.ask("common", "login", [self._db, login, secret])
            if not isinstance(user_id, int) or isinstance(user_id, bool):
                raise no_such_login(login)
            wire.user_id, wire.secret = user_id, secret
            user = read_user(
                lambda model, method, ids, **kwargs: wire.execute(model, method, [ids], kwargs),
                user_id,
                self._groups,
                version=self._version,
                address=self.address,
            )
        except BaseException:
            wire.close()
            raise
        return OdooRpcSession(wire, user, nested=self._nested)

    def record_url(self, model: str, record_id: int) -> str:
        return web_url(self.address, self._version, model, record_id)

    def __repr__(self) -> str:
        return f"<Odoo {self._version} at {self.address}, /jsonrpc>"


class OdooRpcSession:
    """One person over /jsonrpc; see `RawSession`."""

    def __init__(self, wire: _Wire, user: OdooUser, *, nested: bool) -> None:
        self._wire = wire
        self._user = user
        self._nested = nested

    @property
    def user(self) -> OdooUser:
        return self._user

    def search_read(
        self, model: str, domain: Domain, spec: Spec, *, order: str, limit: int, offset: int
    ) -> tuple[list[Row], int, int]:
        if not self._nested:
            return composed_read(self._execute, model, domain, spec, order=order, limit=limit, offset=offset)
        found = self._execute(
            model,
            "web_search_read",
            [],
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
        return int(self._execute(model, "search_count", [list(domain)], {}))

    def describe_fields(
        self, model: str, names: Collection[str], about: Collection[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        """What Odoo says about those of the fields that exist and that this person may read (its ``fields_get``)."""
        return dict(self._execute(model, "fields_get", [list(names), list(about)], {}))

    def readable_fields(self, model: str, names: Collection[str]) -> frozenset[str]:
        try:
            found = self.describe_fields(model, names, ["type"])
        except (AccessDenied, OdooFailed, OdooUserError):
            return frozenset()  # no such model here, or nothing of it for this person
        return frozenset(name for name in found if name in names)

    def call(self, model: str, method: str, ids: Sequence[int], arguments: Mapping[str, Any]) -> Any:
        return self._execute(model, method, [list(ids)], dict(arguments), change=True)

    def close(self) -> None:
        self._wire.close()

    def _execute(
        self, model: str, method: str, args: list[Any], kwargs: dict[str, Any], *, change: bool = False
    ) -> Any:
        return self._wire.execute(
            model, method, args, {**kwargs, "context": context_for(self._user)}, change=change
        )

    def __repr__(self) -> str:
        return f"<{self._user.login} at {self._wire.address}>"


class _Wire:
    """odoorpc with our own connection below it. Keeps the secret, and shows it to nobody."""

    def __init__(
        self, address: str, db: str, version: str, *, read_deadline: float, call_deadline: float
    ) -> None:
        logging.getLogger("odoorpc").setLevel(
            logging.WARNING
        )  # its debug log holds the arguments of every call
        self.address = address
        self.user_id = 0
        self.secret = ""
        self._db = db
        self._deadlines = (read_deadline, call_deadline)
        self._connection = HttpConnection(address)
        self._change = False
        parts = urlsplit(address)
        self._odoo = odoorpc.ODOO(
            parts.hostname,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            version=version,
            opener=self,
        )
        self._odoo.config["auto_commit"] = False

    def open(self, request: Any, timeout: float | None = None) -> io.BytesIO:
        """The part of a urllib opener that odoorpc uses."""
        reply = self._connection.post(
            urlsplit(request.full_url).path,
            request.data,
            deadline=self._deadlines[self._change],
            change=self._change,
        )
        if reply.status != 200:
            raise _NotOdoo(reply.status)
        return io.BytesIO(reply.body)

    def ask(self, service: str, method: str, args: list[Any], *, change: bool = False) -> Any:
        """One request. Raises the errors of `erp_tools.errors`."""
        self._change = change
        try:
            reply = self._odoo.json("/jsonrpc", {"service": service, "method": method, "args": args})
            return reply.get("result")
        except odoorpc.error.RPCError as error:
            failure = _refusal(error, address=self.address, model=str(args[3]) if service == "object" else "")
        except _NotOdoo as error:
            kind = OdooUnavailable if error.status >= 500 else OdooGarbage
            failure = kind(
                f"{self.address} answered with HTTP status {error.status}. Check COPILOT_ODOO_URL, and that Odoo runs."
            )
            failure = doubtful(failure) if change else failure
        except (ValueError, KeyError, TypeError, AttributeError):
            failure = OdooGarbage(
                f"{self.address} answered something that is not Odoo's protocol. Check COPILOT_ODOO_URL."
            )
            failure = doubtful(failure) if change else failure
        # Raised out here so that the original, which holds Odoo's traceback, is not kept with it.
        raise failure

    def execute(
        self, model: str, method: str, args: list[Any], kwargs: dict[str, Any], *, change: bool = False
    ) -> Any:
        return self.ask(
            "object",
            "execute_kw",
            [self._db, self.user_id, self.secret, model, method, args, kwargs],
            change=change,
        )

    def close(self) -> None:
        self.secret = ""
        self._connection.close()

    def __repr__(self) -> str:
        return f"<connection to {self.address}>"


class _NotOdoo(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _refusal(error: odoorpc.error.RPCError, *, address: str, model: str) -> OdooError:
    info = error.info if isinstance(error.info, dict) else {}
    data = info.get("data")
    data = data if isinstance(data, dict) else {}
    return error_from(str(data.get("name", "")), str(data.get("message", "")), address=address, model=model)
