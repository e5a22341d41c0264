"""The way in: an address and a protocol make an `OdooServer`. Nothing is sent until somebody signs in or asks the version."""

from __future__ import annotations

import json
import re
import threading
from datetime import date
from pathlib import Path
from typing import Literal

from erp_tools.errors import OdooGarbage, OdooUnavailable, SignInRefused
from erp_tools.odoo.guard import GuardedServer
from erp_tools.odoo.raw import CALL_DEADLINE, READ_DEADLINE, RawServer, RawSession
from erp_tools.odoo.replies import major, web_url

Protocol = Literal["auto", "jsonrpc", "json2"]

FIRST_WITH_JSON2 = 19

_API_KEY = re.compile(r"[0-9a-f]{40}")
"""What Odoo's API keys look like."""


def connect(
    url: str,
    db: str,
    protocol: Protocol = "auto",
    *,
    read_deadline: float = READ_DEADLINE,
    call_deadline: float = CALL_DEADLINE,
) -> GuardedServer:
    """A real Odoo.

    Args:
        url: ``https://odoo.example.com``, with or without port and path.
        db: name of its database.
        protocol: ``auto`` uses JSON-2 where the server has it and the secret is an API key that works, else /jsonrpc.
    """
    raw = _RealServer(url, db, protocol, read_deadline=read_deadline, call_deadline=call_deadline)
    return GuardedServer(raw)


def connect_recording(
    recording: Path | None = None,
    *,
    local_copy: Path | None = None,
    today: date | Literal["recorded"] | None = None,
) -> GuardedServer:
    """The recorded demo.

    Args:
        recording: a file made by `recorder.record`; None is the one that comes with the product.
        local_copy: file that takes writes; without one nothing can be changed.
        today: the day that the recorded day becomes; None is the recorded company's today, ``recorded`` leaves all dates as they were.

    Raises:
        OdooUnavailable: the file is missing or broken.
    """
    from erp_tools.actions.recorded import RECORDED_METHODS
    from erp_tools.odoo.recorded_gateway import RecordedServer  # reads the file; a real Odoo needs none of it

    methods = RECORDED_METHODS if local_copy is not None else {}
    return GuardedServer(RecordedServer(recording, local_copy=local_copy, today=today, methods=methods))


def probe_version(url: str, *, deadline: float = READ_DEADLINE) -> str:
    """Which Odoo answers there, such as ``19.0``. Needs no sign-in.

    Raises:
        OdooUnavailable: nothing, or something else than Odoo.
    """
    from erp_tools.odoo.transport import HttpConnection

    connection = HttpConnection(url)
    try:
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": {}}).encode()
        reply = connection.post("/web/webclient/version_info", body, deadline=deadline)
        return str(json.loads(reply.body)["result"]["server_serie"])
    except (ValueError, KeyError, TypeError):
        raise OdooGarbage(
            f"What answers at {url} is not Odoo (HTTP status {reply.status}). Check COPILOT_ODOO_URL."
        ) from None
    finally:
        connection.close()


class _RealServer:
    """Finds out the version once, then lets the right adapter sign people in."""

    is_recording = False

    def __init__(
        self, url: str, db: str, protocol: Protocol, *, read_deadline: float, call_deadline: float
    ) -> None:
        self.address = url.rstrip("/")
        self._db = db
        self._protocol = protocol
        self._read_deadline = read_deadline
        self._call_deadline = call_deadline
        self._lock = threading.Lock()
        self._version = ""
        self._adapters: dict[str, RawServer] = {}

    def version(self) -> str:
        if not self._version:
            self._version = probe_version(self.address, deadline=self._read_deadline)
        return self._version

    def sign_in(self, login: str, secret: str) -> RawSession:
        version = self.version()
        has_json2 = major(version) >= FIRST_WITH_JSON2
        if self._protocol == "json2" and not has_json2:
            raise OdooUnavailable(
                f"{self.address} is Odoo {version}; JSON-2 came with 19. Set COPILOT_ODOO_PROTOCOL=jsonrpc or auto."
            )
        if self._protocol == "json2":
            return self._adapter("json2").sign_in(login, secret)
        if self._protocol == "auto" and has_json2 and _API_KEY.fullmatch(secret):
            try:
                return self._adapter("json2").sign_in(login, secret)
            except SignInRefused:
                pass  # it may be a password that looks like a key
        return self._adapter("jsonrpc").sign_in(login, secret)

    def record_url(self, model: str, record_id: int) -> str:
        return web_url(self.address, self._version or "19.0", model, record_id)

    def _adapter(self, protocol: str) -> RawServer:
        with self._lock:
            if protocol not in self._adapters:
                self._adapters[protocol] = self._make(protocol)
            return self._adapters[protocol]

    def _make(self, protocol: str) -> RawServer:
        if protocol == "json2":
            from erp_tools.odoo.json2_gateway import Json2Server

            return Json2Server(
                self.address,
                self._db,
                version=self._version,
                read_deadline=self._read_deadline,
                call_deadline=self._call_deadline,
            )
        from erp_tools.odoo.odoorpc_gateway import OdooRpcServer

        return OdooRpcServer(
            self.address,
            self._db,
            version=self._version,
            read_deadline=self._read_deadline,
            call_deadline=self._call_deadline,
        )
