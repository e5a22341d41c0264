"""Doubles for the outermost edge of this package: an Odoo on loopback that misbehaves on demand."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from erp_tools.loopback import JSON, LoopbackServer, head_of, headers_of, send

Fault = Literal[
    "none",
    "hang",
    "drip",
    "garbage",
    "not_json",
    "error_500",
    "bad_gateway",
    "cut",
    "close",
    "reset",
    "server_error",
    "late",
    "lost",
]
"""How the next replies go wrong.

    none          as Odoo would answer                  hang         never answers
    drip          one byte now and then, for ever        garbage      not even HTTP
    not_json      200 with a page of HTML                error_500    500 with a page of HTML
    bad_gateway   502, as a proxy says it                cut          announces more bytes than it sends
    close         takes the request, closes              reset        takes the request, resets the connection
    server_error  Odoo's own reply about a bug inside    late         does what was asked, answers after `delay`
    lost          does what was asked, then closes without a word
"""

SECRET_IN_TRACEBACK = "planted-secret-in-debug"  # noqa: S105
"""Stands in the traceback of every error reply; it must never be seen outside of the adapters."""

Answer = Callable[[str, str, list[Any], dict[str, Any]], Any]
"""(model, method, args, kwargs) -> result; raise `OdooSays` for a refusal."""


class OdooSays(Exception):
    """A refusal in Odoo's words.

    Args:
        name: the class that Odoo names, such as ``odoo.exceptions.UserError``.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.message = message


@dataclass
class FaultyOdoo(LoopbackServer):
    """A server on loopback that speaks /jsonrpc and JSON-2 well enough to sign in, and then fails as told.

    with FaultyOdoo() as odoo:
        session = connect(odoo.url, "any").sign_in("ann", "right")
        odoo.fault = "cut"
    """

    answer: Answer = lambda model, method, args, kwargs: {"records": [], "length": 0}
    """What model methods answer beyond sign-in."""
    fault: Fault = "none"
    delay: float = 0.0
    """Seconds before a ``late`` answer."""
    secret: str = "right"  # noqa: S105
    """The password, or API key, that opens every login."""
    version: str = "19.0"
    requests: list[tuple[str, str]] = field(default_factory=list)
    """(path, ``service.method`` or ``model.method``) of everything that arrived."""
    done: list[str] = field(default_factory=list)
    """``model.method`` of what was carried out, whether or not the answer arrived."""
    url: str = ""

    def count(self, what: str) -> int:
        """How many requests for ``model.method`` or ``service.method`` arrived."""
        return sum(name == what for _, name in self.requests)

    def exchange(self, connection: socket.socket, head: bytes, body: bytes) -> bool:
        """Answer one request. False: the connection is finished."""
        path = head.split(b" ", 2)[1].decode("latin-1")
        name, result = self._understand(path, headers_of(head), body)
        self.requests.append((path, name))
        match self.fault:
            case "hang":
                self.stopped.wait()
                return False
            case "drip":
                self.drip(connection, 100_000)
                return False
            case "garbage":
                connection.sendall(b"220 smtp.example ESMTP ready\r\n")
                return False
            case "close":
                return False
            case "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            case "not_json":
                return send(connection, b"200 OK", JSON, b"<html>hotel network: please sign in</html>")
            case "error_500":
                return send(connection, b"500 X", JSON, b"<html>Internal Server Error</html>")
            case "bad_gateway":
                return send(connection, b"502 X", JSON, b"<html>bad gateway</html>")
            case "server_error":
                result = _stumble
            case "lost":
                _answer(path, result)
                return False
            case "late":
                time.sleep(self.delay)
            case _:
                pass
        status, content = _answer(path, result)
        if self.fault == "cut":
            connection.sendall(head_of(b"200 OK", JSON, len(content) + 100) + content)
            return False
        return send(connection, b"%d X" % status, JSON, content)

    def _understand(self, path: str, headers: dict[str, str], body: bytes) -> tuple[str, Callable[[], Any]]:
        asked = json.loads(body) if body else {}
        if path == "/web/webclient/version_info":
            return "version", lambda: {"server_serie": self.version}
        if path.startswith("/json/2/"):
            _, _, _, model, method = path.split("/", 4)
            if headers.get("authorization") != f"bearer {self.secret}":
                return f"{model}.{method}", lambda: _raise(
                    OdooSays("werkzeug.exceptions.Unauthorized", "Invalid apikey")
                )
            ids = asked.pop("ids", None)
            return f"{model}.{method}", lambda: self._carry_out(
                model, method, [] if ids is None else [ids], asked
            )
        params = asked["params"]
        if params["service"] == "common":
            _, _login, secret = params["args"]
            return f"common.{params['method']}", lambda: 7 if secret == self.secret else False
        _, _, secret, model, method, args, kwargs = params["args"]
        if secret != self.secret:
            return f"{model}.{method}", lambda: _raise(
                OdooSays("odoo.exceptions.AccessDenied", "Access Denied")
            )
        return f"{model}.{method}", lambda: self._carry_out(model, method, args, kwargs)

    def _carry_out(self, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
        self.done.append(f"{model}.{method}")
        if (model, method) == ("res.users", "context_get"):
            return {"uid": 7, "lang": "en_US", "tz": False}
        if (model, method) == ("res.users", "read"):
            return [
                {
                    "id": 7,
                    "login": "ann",
                    "name": "Ann",
                    "partner_id": 9,
                    "company_id": 1,
                    "company_ids": [1],
                    "tz": False,
                    "lang": "en_US",
                    "all_group_ids": [3],
                    "groups_id": [3],
                }
            ]
        if (model, method) == ("res.groups", "get_metadata"):
            return [{"id": 3, "xmlids": [{"xmlid": "copilot.role_service"}]}]
        return self.answer(model, method, args, kwargs)


def _raise(error: OdooSays) -> Any:
    raise error


def _stumble() -> Any:
    raise OdooSays("builtins.KeyError", "'forecast'")


def _answer(path: str, result: Callable[[], Any]) -> tuple[int, bytes]:
    try:
        content: Any = result()
        status = 200
    except OdooSays as error:
        info = {
            "name": error.name,
            "message": error.message,
            "debug": f"Traceback … {SECRET_IN_TRACEBACK}",
            "arguments": [SECRET_IN_TRACEBACK],
        }
        if path.startswith("/json/2/"):
            statuses = {
                "Unauthorized": 401,
                "AccessError": 403,
                "NotFound": 404,
                "UserError": 422,
                "ValidationError": 422,
            }
            return statuses.get(error.name.rsplit(".", 1)[-1], 500), json.dumps(info).encode()
        return 200, json.dumps(
            {"jsonrpc": "2.0", "error": {"code": 0, "message": "Odoo Server Error", "data": info}}
        ).encode()
    return status, json.dumps(
        content if path.startswith("/json/2/") else {"jsonrpc": "2.0", "result": content}
    ).encode()
