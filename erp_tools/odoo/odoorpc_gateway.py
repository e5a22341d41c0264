"""Odoo over /jsonrpc with odoorpc: versions 16 to 19, password or API key. The only home of odoorpc.

odoorpc writes to Odoo as soon as a record's field is assigned (`auto_commit`), and puts passwords into its debug log: the first is
switched off here and its records are never used, the second is silenced. One `odoorpc.ODOO` object per user and session.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import odoorpc
import odoorpc.error

from erp_tools.errors import OdooError, OdooGarbage, OdooUnavailable
from erp_tools.odoo.person_session import PersonSession
from erp_tools.odoo.raw import CALL_DEADLINE, READ_DEADLINE
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

    def sign_in(self, login: str, secret: str) -> PersonSession:
        """Three round trips the first time, two when the groups are known: who is it, their row, names of new groups."""
        wire = _Wire(
            self.address,
            self._db,
            self._version,
            read_deadline=self._read_deadline,
            call_deadline=self._call_deadline,
        )
        try:
            user_id = wire.send("common", "login", [self._db, login, secret])
            if not isinstance(user_id, int) or isinstance(user_id, bool):
                raise no_such_login(login)
            wire.user_id, wire.secret = user_id, secret
            user = read_user(
                lambda model, method, ids, **named: wire.ask(model, method, named, ids=ids),
                user_id,
                self._groups,
                version=self._version,
                address=self.address,
            )
        except BaseException:
            wire.close()
            raise
        return PersonSession(wire, user, groups=self._groups, version=self._version, nested=self._nested)

    def record_url(self, model: str, record_id: int) -> str:
        return web_url(self.address, self._version, model, record_id)

    def __repr__(self) -> str:
        return f"<Odoo {self._version} at {self.address}, /jsonrpc>"


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
        records = [] if ids is None else [list(ids)]
        return self.send(
            "object",
            "execute_kw",
            [self._db, self.user_id, self.secret, model, method, records, dict(arguments)],
            change=change,
        )

    def send(self, service: str, method: str, args: list[Any], *, change: bool = False) -> Any:
        """One request of /jsonrpc. Raises the errors of `erp_tools.errors`."""
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
